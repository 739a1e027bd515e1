"""What TensorFlow's profiler counts for a layer as Keras runs it, so that it can be compared with our count.

An op tells as which TensorFlow operations Keras runs it (`as_tensorflow`); here stands what the profiler
counts for each of them. It has no rule for ReLU, sigmoid and other activations that are one operation,
nor for maxima over an axis; a grouped convolution, which Keras compiles on a CPU, it does not see.
"""

from __future__ import annotations

from ..dim import Dim, product, total
from .base import MeasuredRow, convention

# Float operations for each thing that an operation is counted by (`Op.as_tensorflow`)
PER_OPERATION = {
    **dict.fromkeys(("Conv2D", "Conv3D", "DepthwiseConv2dNative", "MatMul"), 2),  # per multiply-accumulate
    "Conv2DBackpropInput": 1,  # per 2·output·taps/strides, rounded down
    **dict.fromkeys(("MaxPool", "AvgPool", "Mean"), 1),  # per tap of every window, per element averaged
    **dict.fromkeys(("AddV2", "BiasAdd", "Sub", "Mul", "RealDiv", "Neg", "Pow", "Log", "Square"), 1),  # per element
    **dict.fromkeys(("Maximum", "Minimum", "Equal", "Greater", "Less"), 1),
    "Rsqrt": 2,
    "SquaredDifference": 2,
    "Softmax": 5,
}


@convention(
    "tensorflow",
    says="TensorFlow's profiler: float operations of the graph that Keras traces, operation by operation",
    source="tensorflow/python/ops/nn_ops.py, math_ops.py, tensorflow/python/profiler/internal/flops_registry.py",
    tool="tf.compat.v1.profiler",
    version="2.21",
    calls="float ops",
    faults=(
        "no rule for ReLU, sigmoid, tanh, square roots, maxima over an axis and the products of attention",
        "grouped convolutions count nothing on a CPU",
        "a dilated convolution counts what it computes in padding to a multiple of the dilation",
        "a transposed convolution counts output pixels over strides, rounded down",
    ),
)
def tensorflow_float_ops(row: MeasuredRow) -> Dim | None:
    """Float operations that TensorFlow's profiler sees in one layer; None where it is blind, or what runs is not known.

    >>> from collections import namedtuple
    >>> from resnet_analyzer.graph import Node
    >>> from resnet_analyzer.ops.batch_norm import BatchNorm
    >>> from resnet_analyzer.shape import Shape
    >>> shape, op = Shape(1, 56, 56, 64), BatchNorm()
    >>> row = namedtuple("Row", "node inputs cost")(Node("bn", op, ("x",)), (shape,), op.apply(shape))
    >>> tensorflow_float_ops(row)   # 2 per element, 6 per channel
    401792
    """
    if row.node.training_only:
        return 0
    cost = row.cost
    if row.node.weights_of or row.node.shared_weights:  # counted elsewhere, and multiplied here all the same
        cost = row.node.op.apply(*row.inputs)
    operations = row.node.op.as_tensorflow(row.inputs, cost) if cost.output is not None else None
    if operations is None:
        return None
    seen = [product(PER_OPERATION[name], times) for name, times in operations if name in PER_OPERATION]
    return total(seen) if seen else None
