"""What TensorFlow's profiler counts for a layer as Keras runs it, so that it can be held against our count.

Its rules per operation stand in tensorflow/python/ops/nn_ops.py, math_ops.py and
tensorflow/python/profiler/internal/flops_registry.py: a convolution or matrix product 2 per
multiply-accumulate, BiasAdd and element-wise operations 1 per output element, Rsqrt 2,
SquaredDifference 2, Softmax 5, pooling one per tap of every window, a mean one per input element. It
has no rule for ReLU, sigmoid and other activations that are one operation, for maxima over an axis,
for the products of attention, nor for a grouped convolution, which Keras compiles on a CPU: there it
is no witness.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..dim import Dim, ceil_div, floor_div, is_exactly, maximum, product
from ..ops.activation import ALIASES, Activation
from ..ops.adaptive_pool import AdaptiveAveragePool2d
from ..ops.average_pool import AveragePool2d
from ..ops.base import Cost, Op
from ..ops.batch_norm import BatchNorm
from ..ops.conv import Conv2d
from ..ops.dense import Dense
from ..ops.depthwise_conv import DepthwiseConv2d
from ..ops.elementwise import Add, Multiply, Subtract
from ..ops.global_pool import GlobalAveragePool2d
from ..ops.group_norm import GroupNorm
from ..ops.layer_norm import LayerNorm
from ..ops.layer_scale import LayerScale
from ..ops.local_response_norm import LocalResponseNorm
from ..ops.max_pool import MaxPool2d
from ..ops.normalization import Normalization
from ..ops.prelu import PReLU
from ..ops.rescale import Rescale
from ..ops.separable_conv import SeparableConv2d
from ..ops.transposed_conv import TransposedConv2d
from ..window import pair


def tensorflow_float_ops(op: Op, inputs: tuple[Any, ...], cost: Cost) -> Dim | None:
    """Float operations that TensorFlow's profiler sees in one layer, for one image; None where it is blind.

    >>> from resnet_analyzer.shape import Shape
    >>> shape = Shape(1, 56, 56, 64)
    >>> tensorflow_float_ops(BatchNorm(), (shape,), BatchNorm().apply(shape))   # 2 per element, 6 per channel
    401792
    """
    rule = _RULES.get(type(op))
    return None if rule is None else rule(op, inputs, cost)


# Operations that it counts in activations that are made of several (tensorflow/python/ops/nn_impl.py, nn_ops.py):
# x·σ(1·x); 0.5·x·erfc(−x·√½); relu6(x + 3)/6; x times that; min and max
COMPOSED = {"softmax": 5, "silu": 2, "gelu": 4, "hard_sigmoid": 2, "hard_silu": 3, "hard_tanh": 2}


def _carried(op: Any, elements: Dim) -> Dim:
    """An activation that a layer carries; one that is a single operation counts 0."""
    name = op.activation
    return COMPOSED.get(ALIASES.get(name, name), 0) * elements


def _products(op: Any, inputs: tuple[Any, ...], cost: Cost) -> Dim | None:
    """A convolution or matrix product: 2 per multiply-accumulate, the bias, an activation that it carries."""
    if _as_every_pixel(op, cost):
        return None
    elements = cost.output.elements  # type: ignore[union-attr]
    return 2 * cost.work.multiply_accumulates + (elements if op.use_bias else 0) + _carried(op, elements)


def _as_every_pixel(op: Op, cost: Cost) -> bool:
    """Where Keras refuses a stride (beside a dilation; an uneven one) our builder computes more pixels."""
    strides = {window.stride for window in cost.windows}
    dilated = any(window.dilation != 1 for window in cost.windows)
    return (dilated and strides != {1}) or (len(strides) > 1 and not isinstance(op, Conv2d))


def _convolution(op: Conv2d, inputs: tuple[Any, ...], cost: Cost) -> Dim | None:
    return _products(op, inputs, cost) if is_exactly(op.groups, 1) else None


def _transposed(op: TransposedConv2d, inputs: tuple[Any, ...], cost: Cost) -> Dim | None:
    """Its rule divides output pixels by the strides; the same as 2 per multiply-accumulate if that goes up."""
    if not isinstance(op.padding, str) or not is_exactly(op.groups, 1):
        return None
    output = cost.output
    taps = product(2, *output[:-1], cost.weights[0].params)  # type: ignore[index]
    elements = output.elements  # type: ignore[union-attr]
    return floor_div(taps, product(*pair(op.strides))) + (elements if op.use_bias else 0) + _carried(op, elements)


def _batch_norm(op: BatchNorm, inputs: tuple[Any, ...], cost: Cost) -> Dim:
    """x·inv + (β − μ·inv): 2 per element; per channel ε, Rsqrt (2), μ·inv, the difference, and γ·inv."""
    return 2 * inputs[0].elements + (6 if op.scale else 5) * inputs[0][-1]


def _layer_norm(op: LayerNorm, inputs: tuple[Any, ...], cost: Cost) -> Dim:
    """Two means and squared differences, x·inv + (β − μ·inv) with γ and β spread over all elements first.

    keras/src/ops/nn.py, _layer_normalization: of every group also ε, Rsqrt (2), −μ.
    """
    elements = inputs[0].elements
    groups = product(*[n for axis, n in enumerate(inputs[0]) if axis not in op.normalised(len(inputs[0]))])
    spread = 3 * elements if op.scale else elements + groups
    return 4 * elements + 4 * groups + spread + (2 if op.center else 1) * elements


def _group_norm(op: GroupNorm, inputs: tuple[Any, ...], cost: Cost) -> Dim:
    """The same, with γ and β per channel (keras/src/layers/normalization/group_normalization.py)."""
    elements, channels = inputs[0].elements, inputs[0][-1]
    spread = 2 * channels if op.scale else op.groups
    return 6 * elements + 4 * op.groups + spread + (channels if op.center else 0)


def _normalization(op: Normalization, inputs: tuple[Any, ...], cost: Cost) -> Dim:
    """A difference and a quotient per element, a maximum per channel; the root counts 0."""
    return 2 * inputs[0].elements + inputs[0][-1]


def _max_pool(op: MaxPool2d, inputs: tuple[Any, ...], cost: Cost) -> Dim | None:
    return _taps(op, cost) if is_exactly(op.dilation_rate, 1) else None


def _average_pool(op: AveragePool2d, inputs: tuple[Any, ...], cost: Cost) -> Dim | None:
    """As maximum pooling; where our builder must correct for padding it multiplies once more: no witness."""
    plain = op.padding in ("valid", "same") and not op.ceil_mode and is_exactly(op.dilation_rate, 1)
    return _taps(op, cost) if plain else None


def _taps(op: Any, cost: Cost) -> Dim:
    return product(cost.output.elements, *pair(op.pool_size))  # type: ignore[union-attr]


def _adaptive(op: AdaptiveAveragePool2d, inputs: tuple[Any, ...], cost: Cost) -> Dim | None:
    """Keras averages windows of ⌈n/o⌉ and of one more at every place along an axis, then chooses.

    keras/src/backend/tensorflow/nn.py, adaptive_average_pool: per axis, and 9 per output for the choice.
    Where no such window fits, our builder goes another way.
    """
    shape, sizes = inputs[0], pair(op.output_size)
    if sizes == (1, 1):
        return shape.elements  # global pooling
    down, across = (ceil_div(length, size) for length, size in zip(shape[1:3], sizes, strict=True))
    if down >= shape[1] or across >= shape[2]:
        return None
    vertical = product(shape[2], shape[-1], _both_windows(shape[1], down))
    horizontal = product(sizes[0], shape[-1], _both_windows(shape[2], across))
    return vertical + horizontal + 9 * (sizes[0] + sizes[1])


def _both_windows(length: Dim, window: Dim) -> Dim:
    return product(length - window + 1, window) + product(length - window, window + 1)


def _mean(op: GlobalAveragePool2d, inputs: tuple[Any, ...], cost: Cost) -> Dim:
    return inputs[0].elements


def _activation(op: Activation, inputs: tuple[Any, ...], cost: Cost) -> Dim | None:
    times = COMPOSED.get(ALIASES.get(op.function, op.function))
    return None if times is None else times * inputs[0].elements


def _prelu(op: PReLU, inputs: tuple[Any, ...], cost: Cost) -> Dim:
    """relu(x) + (−α)·relu(−x): two negations, a product and a sum (keras/src/layers/activations/prelu.py)."""
    return 3 * inputs[0].elements + cost.weights[0].params


def _elementwise(op: Op, inputs: tuple[Any, ...], cost: Cost) -> Dim:
    """One by one: a sum of small maps is as large as they need."""
    found: Dim = 0
    rank = max(map(len, inputs))
    sizes = (1,) * rank
    for index, shape in enumerate(inputs):
        padded = (1,) * (rank - len(shape)) + tuple(shape)
        sizes = tuple(map(maximum, sizes, padded))
        found += product(*sizes) if index else 0
    return found


def _response_norm(op: LocalResponseNorm, inputs: tuple[Any, ...], cost: Cost) -> Dim:
    """As the builder writes it: a square, size − 1 sums, α, k, a power, a division per element."""
    return (op.size + 4) * inputs[0].elements


def _rescale(op: Rescale, inputs: tuple[Any, ...], cost: Cost) -> Dim:
    return 2 * inputs[0].elements


def _layer_scale(op: LayerScale, inputs: tuple[Any, ...], cost: Cost) -> Dim:
    return inputs[0].elements


_RULES: dict[type[Op], Callable[..., Dim | None]] = {
    Conv2d: _convolution,
    DepthwiseConv2d: _products,
    SeparableConv2d: _products,
    TransposedConv2d: _transposed,
    Dense: _products,
    BatchNorm: _batch_norm,
    LayerNorm: _layer_norm,
    GroupNorm: _group_norm,
    Normalization: _normalization,
    MaxPool2d: _max_pool,
    AveragePool2d: _average_pool,
    AdaptiveAveragePool2d: _adaptive,
    GlobalAveragePool2d: _mean,
    Activation: _activation,
    PReLU: _prelu,
    Add: _elementwise,
    Subtract: _elementwise,
    Multiply: _elementwise,
    LocalResponseNorm: _response_norm,
    Rescale: _rescale,
    LayerScale: _layer_scale,
}
