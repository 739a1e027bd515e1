"""Examples of the ops that work element by element, or reduce axes to a number."""

from __future__ import annotations

from resnet_analyzer.ops.activation import ALONG_AXIS, PER_ELEMENT, Activation
from resnet_analyzer.ops.arithmetic import RELATIONS, Average, Compare, Divide, Maximum, Minimum, Power, Where
from resnet_analyzer.ops.cumulative_sum import CumulativeSum
from resnet_analyzer.ops.elementwise import Add, Multiply, Subtract
from resnet_analyzer.ops.glu import GLU
from resnet_analyzer.ops.reduce import (
    ArgMax,
    LogSumExp,
    Max,
    Mean,
    Min,
    Norm,
    Prod,
    Std,
    Sum,
    Variance,
)
from resnet_analyzer.ops.relu import ReLU
from resnet_analyzer.ops.rms_norm import RMSNorm
from resnet_analyzer.ops.unit_norm import UnitNorm
from resnet_analyzer.shape import Shape

from .case import ANY, MAP, ROW, VOLUME, Case, case, everywhere

PER_ROW = Shape("b", "h", "w", 1)


def between(*ops: type) -> dict[str, list[Case]]:
    """Ops of two branches: of one shape, broadcast, and a branch with a number."""
    return {
        op.__name__: [
            *(case(op(), shape, shape) for shape in ANY),
            case(op(), MAP, Shape("w", 1)),
            case(op(), Shape(1, "m", 4), Shape("m", 4)),
            case(op(), ROW, Shape(7)),
            case(op(constants=1), MAP),
        ]
        for op in ops
    }


def reduced(*ops: type) -> dict[str, list[Case]]:
    """Reductions over all axes, one, several, and one that is not there."""
    return {
        op.__name__: [
            *everywhere(op(), op(-1), op(0, keepdims=True)),
            case(op((1, 2)), VOLUME),
            case(op((-1, 1), keepdims=True), MAP),
            case(op(4), MAP),
        ]
        for op in ops
    }


TENSOR_CASES: dict[str, list[Case]] = {
    "Activation": [
        *(case(Activation(name), ROW) for name in PER_ELEMENT),
        *everywhere(*map(Activation, [*ALONG_AXIS, "relu", "gelu", "swish"])),
        *(case(Activation(name, axis=axis), VOLUME) for name in ALONG_AXIS for axis in (1, -2, 5)),
    ],
    "Add": [
        *(case(Add(), shape, shape) for shape in ANY),
        case(Add(), MAP, Shape(1, 1, 1, "c"), MAP),
        case(Add(), Shape("c"), MAP),
        case(Add(), Shape(1, 9, "w", "c"), Shape(1, "m", "w", "c")),
        case(Add(), Shape(1, "m", 1, 4), Shape(1, 9, "w", "m"), Shape(1, "m", "w", 1)),
        case(Add(), Shape("m", "w", 4), Shape(9, "w", 4)),
        case(Add(), VOLUME, Shape("h", "w", 1)),
    ],
    "ArgMax": [
        *everywhere(ArgMax(), ArgMax(-1), ArgMax(0, keepdims=True)),
        case(ArgMax(1), VOLUME),
        case(ArgMax(4), MAP),
    ],
    **between(Average, Divide, Maximum, Minimum),
    "Compare": [
        *(case(Compare(relation=relation), ROW, Shape("h", 1)) for relation in RELATIONS),
        case(Compare(constants=1, relation="less"), MAP),
    ],
    "CumulativeSum": [*everywhere(CumulativeSum(), CumulativeSum(0)), case(CumulativeSum(-4), ROW)],
    "GLU": [*everywhere(GLU()), case(GLU(1), MAP), case(GLU(gate="gelu"), ROW), case(GLU(4), MAP)],
    "Multiply": [
        *(case(Multiply(), shape, shape, shape) for shape in ANY),
        case(Multiply(), MAP, Shape(1, 1, 1, "c")),
        case(Multiply(), Shape(1, "h", 1, 1), Shape(1, 1, "w", 1), MAP),
    ],
    **reduced(LogSumExp, Max, Mean, Min, Prod, Std, Sum, Variance),
    "Norm": [*everywhere(Norm(), Norm(-1, order=1)), case(Norm((1, 2), keepdims=True), MAP), case(Norm(3), ROW)],
    "Power": [
        *(case(Power(exponent), ROW) for exponent in (2, 3, 0.5, -1, -0.5, 2.5)),
        case(Power(), MAP, PER_ROW),
        *everywhere(Power(base=2.0)),
    ],
    "ReLU": everywhere(ReLU(), ReLU(6), ReLU(None, 0.1), ReLU(6, 0.1, 1), ReLU(threshold=1)),
    "RMSNorm": [*everywhere(RMSNorm(), RMSNorm(scale=False)), case(RMSNorm((1, -1)), MAP), case(RMSNorm(4), MAP)],
    "Subtract": [case(Subtract(), shape, shape) for shape in ANY] + [case(Subtract(), MAP, PER_ROW)],
    "UnitNorm": [*everywhere(UnitNorm()), case(UnitNorm((1, 2)), MAP), case(UnitNorm(3), ROW)],
    "Where": [
        case(Where(), MAP, MAP, PER_ROW),
        case(Where(), Shape("h", 1), ROW, ROW),
        case(Where(constants=1), ROW, ROW),
    ],
}
