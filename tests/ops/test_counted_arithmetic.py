"""Formulas carried out with numbers that count what is done to them, against the work that the ops tell.

The formulas are written down from the papers that each op names, not from the code.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import reduce
from typing import Any

import numpy
import pytest

from resnet_analyzer.errors import UsageError
from resnet_analyzer.ops.activation import PER_ELEMENT, Activation
from resnet_analyzer.ops.arithmetic import Average, Compare, Divide, Maximum, Minimum, Power, Where
from resnet_analyzer.ops.average_pool import AveragePool2d
from resnet_analyzer.ops.base import Op
from resnet_analyzer.ops.batch_norm import BatchNorm
from resnet_analyzer.ops.cumulative_sum import CumulativeSum
from resnet_analyzer.ops.dense import Dense
from resnet_analyzer.ops.global_pool import GlobalAveragePool2d, GlobalMaxPool2d
from resnet_analyzer.ops.glu import GLU
from resnet_analyzer.ops.group_norm import GroupNorm
from resnet_analyzer.ops.layer_norm import LayerNorm
from resnet_analyzer.ops.local_response_norm import LocalResponseNorm
from resnet_analyzer.ops.max_pool import MaxPool2d
from resnet_analyzer.ops.prelu import PReLU
from resnet_analyzer.ops.reduce import ArgMax, LogSumExp, Max, Mean, Min, Norm, Prod, Std, Sum, Variance
from resnet_analyzer.ops.relu import ReLU
from resnet_analyzer.ops.rescale import Rescale
from resnet_analyzer.ops.rms_norm import RMSNorm
from resnet_analyzer.ops.unit_norm import UnitNorm
from resnet_analyzer.ops.upsampling import Upsampling2d
from resnet_analyzer.shape import Shape

from .counting import (
    Number,
    absolute,
    below,
    counted,
    curved,
    done,
    erf,
    exp,
    larger,
    largest,
    log,
    numbers,
    positive,
    power,
    smaller,
    summed,
)


def sigmoid(x: Number) -> Number:
    return 1 / (1 + exp(x * -1))


def tanh(x: Number) -> Number:
    y = exp(x * -2)
    return (1 - y) / (1 + y)


def relu6(x: Number) -> Number:
    return smaller(larger(x, 0), 6)


def hard_sigmoid(x: Number) -> Number:
    return relu6(x + 3) * (1 / 6)


def softplus(x: Number) -> Number:
    return log(1 + exp(x))


def square(x: Number) -> Number:
    return x * x


def elu(x: Number) -> Number:
    """The costlier side, of x ≤ 0: a layer is counted whole."""
    positive(x)
    return 1.0 * (exp(x) - 1)


FORMULAS: dict[str, Callable[[Number], Any]] = {
    "linear": lambda x: x,
    "relu": lambda x: larger(x, 0),
    "relu6": relu6,
    "leaky_relu": lambda x: x if not positive(x) else x * 0.01,
    "elu": elu,
    "selu": lambda x: elu(x) * 1.0507,
    "sigmoid": sigmoid,
    "tanh": tanh,
    "silu": lambda x: x * sigmoid(x),
    # with x³ as x·x·x, and √(2/π) a constant
    "gelu": lambda x: 0.5 * x * (1 + tanh(0.79788 * (x + 0.044715 * (x * x * x)))),
    "hard_sigmoid": hard_sigmoid,
    "hard_silu": lambda x: x * hard_sigmoid(x),
    "hard_tanh": lambda x: larger(smaller(x, 1), -1),
    "celu": lambda x: (positive(x), 1.5 * (exp(x / 1.5) - 1)),
    "exponential": exp,
    "gelu_erf": lambda x: 0.5 * x * (1 + erf(x * 0.7071)),
    "hard_shrink": lambda x: below(0.5, absolute(x)),
    "log_sigmoid": lambda x: -1 * log(1 + exp(-1 * x)),
    "mish": lambda x: x * tanh(softplus(x)),
    "quick_gelu": lambda x: x * sigmoid(1.702 * x),
    "soft_shrink": lambda x: (below(x, 0.5), below(-0.5, x), x - 0.5),
    "softplus": lambda x: softplus(x),
    "softsign": lambda x: x / (1 + absolute(x)),
    "sparse_plus": lambda x: (below(x, -1), below(x, 1), square(x + 1) * 0.25),
    "sparse_sigmoid": lambda x: (below(x, -1), below(x, 1), 0.5 * (x + 1)),
    "squareplus": lambda x: 0.5 * (x + (square(x) + 4).sqrt()),
    "tanh_shrink": lambda x: x - tanh(x),
    "threshold": lambda x: below(x, 1),
    "abs": absolute,
    "clip": lambda x: smaller(larger(x, -1), 1),
    "cos": curved(math.cos),
    "erf": erf,
    "expm1": lambda x: exp(x) - 1,
    "log": log,
    "log1p": lambda x: log(1 + x),
    "logical_not": lambda x: below(x, 1),
    "negative": lambda x: -1 * x,
    "reciprocal": lambda x: 1 / x,
    "rsqrt": lambda x: 1 / x.sqrt(),
    "sign": lambda x: (below(x, 0), below(0, x)),
    "sin": curved(math.sin),
    "sqrt": lambda x: x.sqrt(),
    "square": lambda x: square(x),
}


@pytest.mark.parametrize("name", sorted(PER_ELEMENT))
def test_activations(name):
    assert name in FORMULAS, f"write the formula of {name} down here, from its paper"
    for count in (1, 7):
        expected = done(lambda count=count: [FORMULAS[name](x) for x in numbers(count)])
        assert counted(Activation(name).apply(Shape(1, count)).work) == expected


def test_softmax_at_every_position():
    def softmax(row):
        top = largest(row)
        raised = [exp(x - top) for x in row]
        below = summed(raised)
        return [x / below for x in raised]

    expected = done(lambda: [softmax(numbers(5)) for _position in range(2 * 3)])
    assert counted(Activation("softmax").apply(Shape(1, 2, 3, 5)).work) == expected
    assert counted(Activation("softmax", axis=1).apply(Shape(2, 5, 3)).work) == expected
    expected = done(lambda: softmax(numbers(5)))
    expected["adds"] += 5  # the bias
    assert counted(Dense(5, activation="softmax").apply(Shape(1, 4)).work) == expected


@pytest.mark.parametrize("scale", [True, False])
@pytest.mark.parametrize("center", [True, False])
def test_normalisation_by_own_statistics(scale, center):
    def normalise(group):
        mean = summed(group) / len(group)
        off = [x - mean for x in group]
        variance = summed([x * x for x in off]) / len(group)
        factor = 1 / (variance + 1e-5).sqrt()
        out = [x * factor for x in off]
        out = [x * 2.0 for x in out] if scale else out
        return [x + 1.0 for x in out] if center else out

    shape = Shape(1, 2, 3, 8)
    for op, groups in (
        (GroupNorm(4, scale, center), 4),
        (LayerNorm("all", scale, center), 1),
        (LayerNorm("channels", scale, center), 6),
    ):
        expected = done(lambda groups=groups: [normalise(numbers(48 // groups)) for _ in range(groups)])
        assert counted(op.apply(shape).work) == expected


@pytest.mark.parametrize("scale", [True, False])
@pytest.mark.parametrize("batch", [1, 4])
def test_batch_norm_folded(scale, batch):
    """The factors and summands are made once, whatever the batch; then every number takes one of each."""
    channels, positions = 5, 6

    def fold():
        pairs = []
        for mean, variance in zip(numbers(channels), numbers(channels), strict=True):
            factor = 1 / (variance + 1e-3).sqrt()
            factor = factor * 2.0 if scale else factor
            pairs.append((factor, 1.0 - mean * factor))
        return pairs

    expected = done(lambda: [x * f + b for f, b in fold() for x in numbers(batch * positions)])
    assert counted(BatchNorm(scale=scale).apply(Shape(batch, 2, 3, channels)).work) == expected
    assert counted(BatchNorm(scale=scale, axis=1).apply(Shape(batch, channels, 2, 3)).work) == expected


def test_local_response_norm():
    """b = a / (k + α·Σ a²)^β, the squares made once per number, a window of 5 counted whole."""

    def normalise(row):
        squares = [a * a for a in row]
        for a in row:
            around = summed([*squares[:5]])
            _ = a / power(2.0 + 1e-4 * around, Number(0.75))

    assert counted(LocalResponseNorm(5).apply(Shape(1, 9)).work) == done(lambda: normalise(numbers(9)))


def test_pools():
    windows = 2 * 3 * 4
    mean = done(lambda: [summed(numbers(6)) / 6 for _ in range(windows)])
    assert counted(AveragePool2d((2, 3)).apply(Shape(1, 4, 9, 4)).work) == mean
    top = done(lambda: [largest(numbers(6)) for _ in range(windows)])
    assert counted(MaxPool2d((2, 3)).apply(Shape(1, 4, 9, 4)).work) == top
    whole = done(lambda: [summed(numbers(36)) / 36 for _ in range(4)])
    assert counted(GlobalAveragePool2d().apply(Shape(1, 4, 9, 4)).work) == whole
    whole = done(lambda: [largest(numbers(36)) for _ in range(4)])
    assert counted(GlobalMaxPool2d().apply(Shape(1, 4, 9, 4)).work) == whole


def test_the_rest():
    assert counted(PReLU().apply(Shape(1, 6)).work) == done(lambda: [positive(x) and x * 0.1 for x in numbers(6)])
    assert counted(Rescale(2, 1).apply(Shape(1, 6)).work) == done(lambda: [x * 2.0 + 1.0 for x in numbers(6)])

    def between(a, b, share):
        return a + share * (b - a)

    corner = numbers(4)
    bilinear = done(lambda: [between(between(*corner[:2], 0.5), between(*corner[2:], 0.5), 0.5) for _ in range(4 * 6)])
    assert counted(Upsampling2d(2, interpolation="bilinear").apply(Shape(1, 2, 3, 1)).work) == bilinear


def test_log_softmax_and_log_sum_exp():
    def log_softmax(row):
        top = largest(row)
        off = [x - top for x in row]
        below_ = log(summed([exp(x) for x in off]))
        return [x - below_ for x in off]

    expected = done(lambda: [log_softmax(numbers(5)) for _position in range(2 * 3)])
    assert counted(Activation("log_softmax").apply(Shape(1, 2, 3, 5)).work) == expected
    assert counted(Activation("log_softmax", axis=1).apply(Shape(2, 5, 3)).work) == expected

    def log_sum_exp(row):
        top = largest(row)
        return log(summed([exp(x - top) for x in row])) + top

    expected = done(lambda: [log_sum_exp(numbers(5)) for _position in range(6)])
    assert counted(LogSumExp(1).apply(Shape(2, 5, 3)).work) == expected


def variance(row):
    mean = summed(row) / len(row)
    return summed([square(x - mean) for x in row]) / len(row)


REDUCTIONS: dict[str, tuple[Op, Callable[[list[Number]], Any]]] = {
    "sum": (Sum((0, 2)), summed),
    "mean": (Mean((0, 2)), lambda row: summed(row) / len(row)),
    "max": (Max((0, 2)), largest),
    "min": (Min((0, 2)), largest),
    "product": (Prod((0, 2)), lambda row: reduce(lambda x, y: x * y, row)),
    "variance": (Variance((0, 2)), variance),
    "standard deviation": (Std((0, 2)), lambda row: variance(row).sqrt()),
    "norm": (Norm((0, 2)), lambda row: summed(list(map(square, row))).sqrt()),
    "norm of absolute values": (Norm((0, 2), order=1), lambda row: summed(list(map(absolute, row)))),
}


@pytest.mark.parametrize("name", REDUCTIONS)
@pytest.mark.parametrize("keepdims", [False, True])
def test_reductions(name, keepdims):
    """Axes 0 and 2 of 2×3×4: three rows of eight; numpy tells the shape."""
    op, reduction = REDUCTIONS[name]
    cost = replace(op, keepdims=keepdims).apply(Shape(2, 3, 4))
    assert counted(cost.work) == done(lambda: [reduction(numbers(8)) for _row in range(3)])
    assert cost.output == numpy.zeros((2, 3, 4)).sum((0, 2), keepdims=keepdims).shape


def test_the_place_of_the_largest():
    for keepdims in (False, True):
        cost = ArgMax(1, keepdims=keepdims).apply(Shape(2, 5, 3))
        assert counted(cost.work) == done(lambda: [largest(numbers(5)) for _ in range(6)])
        assert cost.output == numpy.zeros((2, 5, 3)).argmax(1, keepdims=keepdims).shape
    assert ArgMax().apply(Shape(2, 5)).output == Shape()
    with pytest.raises(UsageError, match=r"ArgMax: axes must be one, or None for all, not \(1, 2\)"):
        ArgMax((1, 2))


def test_running_sums():
    def running(row):
        sums = [row[0]]
        for x in row[1:]:
            sums.append(sums[-1] + x)
        return sums

    expected = done(lambda: [running(numbers(5)) for _row in range(2 * 3)])
    assert counted(CumulativeSum(1).apply(Shape(2, 5, 3)).work) == expected


def test_normalisation_to_length_one_and_by_root_mean_square():
    def unit(row):
        inverse = smaller(1 / summed(list(map(square, row))).sqrt(), 1e12)
        return [x * inverse for x in row]

    assert counted(UnitNorm().apply(Shape(2, 3, 5)).work) == done(lambda: [unit(numbers(5)) for _ in range(6)])
    assert counted(UnitNorm((1, 2)).apply(Shape(2, 3, 5)).work) == done(lambda: [unit(numbers(15)) for _ in range(2)])

    def root_mean_square(row, scale):
        inverse = 1 / (summed(list(map(square, row))) / len(row) + 1e-6).sqrt()
        row = [x * inverse for x in row]
        return [x * 2.0 for x in row] if scale else row

    for scale in (True, False):
        expected = done(lambda scale=scale: [root_mean_square(numbers(5), scale) for _ in range(6)])
        assert counted(RMSNorm(scale=scale).apply(Shape(2, 3, 5)).work) == expected


BETWEEN: dict[str, tuple[Op, Callable[..., Any]]] = {
    "divide": (Divide(), lambda x, y: x / y),
    "maximum": (Maximum(), larger),
    "minimum": (Minimum(), smaller),
    "average": (Average(), lambda x, y: (x + y) / 2),
    "power": (Power(), power),
    "compare": (Compare(), below),
    "choose": (Where(constants=1), lambda x, y: y if below(x, 1) else 0),
}


@pytest.mark.parametrize("name", BETWEEN)
def test_two_branches(name):
    op, function = BETWEEN[name]
    expected = done(lambda: [function(x, y) for x in numbers(3) for y in numbers(4)])
    assert counted(op.apply(Shape(1, 3, 1), Shape(4)).work) == expected


def test_a_branch_with_a_number():
    for op, function in (
        (Divide(constants=1), lambda x: x / 3),
        (Maximum(constants=1), lambda x: larger(x, 3)),
        (Compare(constants=1), lambda x: below(x, 3)),
        (Power(2), square),
        (Power(3), lambda x: x * x * x),
        (Power(0.5), lambda x: x.sqrt()),
        (Power(-1), lambda x: 1 / x),
        (Power(-0.5), lambda x: 1 / x.sqrt()),
        (Power(1.7), lambda x: power(x, Number(1.7))),
        (ReLU(), lambda x: larger(x, 0)),
        (ReLU(6), lambda x: smaller(larger(x, 0), 6)),
        (ReLU(None, 0.1), lambda x: (positive(x), x * 0.1)),
        (ReLU(6, 0.1, 1), lambda x: (below(x, 6), below(x, 1), 0.1 * (x - 1))),
    ):
        assert counted(op.apply(Shape(2, 3)).work) == done(lambda f=function: [f(x) for x in numbers(6)]), op


def test_gated_linear_unit():
    def glu(row):
        return [a * sigmoid(b) for a, b in zip(row[:4], row[4:], strict=True)]

    cost = GLU().apply(Shape(2, 3, 8))
    assert cost.output == Shape(2, 3, 4)
    assert counted(cost.work) == done(lambda: [glu(numbers(8)) for _ in range(6)])
    assert GLU(1).apply(Shape(2, 8, 3)).output == Shape(2, 4, 3)
    assert [check.condition for check in GLU().apply(Shape(1, 7)).checks] == [False]
