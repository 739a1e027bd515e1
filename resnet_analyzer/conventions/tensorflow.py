"""What TensorFlow's profiler counts for a layer as Keras runs it, so that it can be held against our count.

Its rules per operation stand in tensorflow/python/ops/nn_ops.py, math_ops.py and
tensorflow/python/profiler/internal/flops_registry.py: a convolution or matrix product 2 per
multiply-accumulate, BiasAdd and element-wise operations 1 per output element, Rsqrt 2, Softmax 5,
pooling one per tap of every window, a mean one per input element. It has no rule for ReLU and other
activations, nor for a grouped convolution, which Keras compiles on a CPU: there it is no witness.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..dim import Dim, is_exactly, product
from ..ops.activation import Activation
from ..ops.average_pool2d import AveragePool2d
from ..ops.base import Cost, Op
from ..ops.batch_norm import BatchNorm
from ..ops.conv2d import Conv2d
from ..ops.dense import Dense
from ..ops.depthwise_conv2d import DepthwiseConv2d
from ..ops.elementwise import Add, Multiply, Subtract
from ..ops.global_pool2d import GlobalAveragePool2d
from ..ops.local_response_norm import LocalResponseNorm
from ..ops.max_pool2d import MaxPool2d
from ..ops.rescale import Rescale
from ..ops.separable_conv2d import SeparableConv2d
from ..window import pair


def tensorflow_float_ops(op: Op, inputs: tuple[Any, ...], cost: Cost) -> Dim | None:
    """Float operations that TensorFlow's profiler sees in one layer, for one image; None where it is blind.

    >>> from resnet_analyzer.shapes import FeatureMap
    >>> shape = FeatureMap(56, 56, 64)
    >>> tensorflow_float_ops(BatchNorm(), (shape,), BatchNorm().apply(shape))   # 2 per element, 6 per channel
    401792
    """
    rule = _RULES.get(type(op))
    return None if rule is None else rule(op, inputs, cost)


def _products(op: Any, inputs: tuple[Any, ...], cost: Cost) -> Dim:
    """A convolution or matrix product: 2 per multiply-accumulate, the bias, a softmax that it carries."""
    elements = cost.output.elements  # type: ignore[union-attr]
    softmax = 5 * elements if op.activation == "softmax" else 0
    return 2 * cost.work.multiply_accumulates + (elements if op.use_bias else 0) + softmax


def _convolution(op: Conv2d, inputs: tuple[Any, ...], cost: Cost) -> Dim | None:
    return _products(op, inputs, cost) if is_exactly(op.groups, 1) else None


def _batch_norm(op: BatchNorm, inputs: tuple[Any, ...], cost: Cost) -> Dim:
    """x·inv + (β − μ·inv): 2 per element; per channel ε, Rsqrt (2), μ·inv, the difference, and γ·inv."""
    return 2 * inputs[0].elements + (6 if op.scale else 5) * inputs[0].channels


def _max_pool(op: MaxPool2d, inputs: tuple[Any, ...], cost: Cost) -> Dim:
    return product(cost.output.elements, *pair(op.pool_size))  # type: ignore[union-attr]


def _average_pool(op: AveragePool2d, inputs: tuple[Any, ...], cost: Cost) -> Dim | None:
    """As maximum pooling; where our builder must correct for padding it multiplies once more: no witness."""
    padded = op.ceil_mode or op.padding not in ("valid", "same")
    return None if padded else product(cost.output.elements, *pair(op.pool_size))  # type: ignore[union-attr]


def _mean(op: GlobalAveragePool2d, inputs: tuple[Any, ...], cost: Cost) -> Dim:
    return inputs[0].elements


def _activation(op: Activation, inputs: tuple[Any, ...], cost: Cost) -> Dim | None:
    return 5 * inputs[0].elements if op.function == "softmax" else None


def _elementwise(op: Op, inputs: tuple[Any, ...], cost: Cost) -> Dim:
    return (len(inputs) - 1) * cost.output.elements  # type: ignore[union-attr]


def _response_norm(op: LocalResponseNorm, inputs: tuple[Any, ...], cost: Cost) -> Dim:
    """As the builder writes it: a square, size − 1 sums, α, k, a power, a division per element."""
    return (op.size + 4) * inputs[0].elements


def _rescale(op: Rescale, inputs: tuple[Any, ...], cost: Cost) -> Dim:
    return 2 * inputs[0].elements


_RULES: dict[type[Op], Callable[..., Dim | None]] = {
    Conv2d: _convolution,
    DepthwiseConv2d: _products,
    SeparableConv2d: _products,
    Dense: _products,
    BatchNorm: _batch_norm,
    MaxPool2d: _max_pool,
    AveragePool2d: _average_pool,
    GlobalAveragePool2d: _mean,
    Activation: _activation,
    Add: _elementwise,
    Subtract: _elementwise,
    Multiply: _elementwise,
    LocalResponseNorm: _response_norm,
    Rescale: _rescale,
}
