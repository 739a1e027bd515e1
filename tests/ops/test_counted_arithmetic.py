"""Formulas carried out with numbers that count what is done to them, against the work that the ops tell.

The formulas are written down from the papers that each op names, not from the code.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from resnet_analyzer.ops.activation import PER_ELEMENT, Activation
from resnet_analyzer.ops.average_pool import AveragePool2d
from resnet_analyzer.ops.base import Work
from resnet_analyzer.ops.batch_norm import BatchNorm
from resnet_analyzer.ops.dense import Dense
from resnet_analyzer.ops.global_pool import GlobalAveragePool2d, GlobalMaxPool2d
from resnet_analyzer.ops.group_norm import GroupNorm
from resnet_analyzer.ops.layer_norm import LayerNorm
from resnet_analyzer.ops.local_response_norm import LocalResponseNorm
from resnet_analyzer.ops.max_pool import MaxPool2d
from resnet_analyzer.ops.prelu import PReLU
from resnet_analyzer.ops.rescale import Rescale
from resnet_analyzer.ops.upsampling import Upsampling2d
from resnet_analyzer.shape import Shape

DONE: Counter[str] = Counter()


class Number:
    """A number that notes every operation in DONE."""

    def __init__(self, value: float) -> None:
        self.value = value

    def _note(self, kind: str, value: float) -> Number:
        DONE[kind] += 1
        return Number(value)

    def __add__(self, other: Any) -> Number:
        return self._note("adds", self.value + plain(other))

    def __sub__(self, other: Any) -> Number:
        return self._note("adds", self.value - plain(other))

    def __rsub__(self, other: Any) -> Number:
        return self._note("adds", plain(other) - self.value)

    def __mul__(self, other: Any) -> Number:
        return self._note("multiplies", self.value * plain(other))

    def __truediv__(self, other: Any) -> Number:
        return self._note("divisions", self.value / plain(other))

    def __rtruediv__(self, other: Any) -> Number:
        return self._note("divisions", plain(other) / self.value)

    __radd__, __rmul__ = __add__, __mul__

    def sqrt(self) -> Number:
        return self._note("square_roots", math.sqrt(abs(self.value)))


def plain(number: Any) -> float:
    return number.value if isinstance(number, Number) else number


def exp(number: Number) -> Number:
    DONE["exponentials"] += 1
    return Number(math.exp(min(number.value, 50)))


def power(number: Number, exponent: Number) -> Number:
    """a^b = e^(b·ln a): the logarithm is counted as an exponential."""
    DONE["exponentials"] += 1
    return exp(exponent * Number(math.log(abs(number.value) + 1e-9)))


def larger(left: Any, right: Any) -> Number:
    DONE["compares"] += 1
    return Number(max(plain(left), plain(right)))


def smaller(left: Any, right: Any) -> Number:
    DONE["compares"] += 1
    return Number(min(plain(left), plain(right)))


def positive(number: Number) -> bool:
    DONE["compares"] += 1
    return number.value > 0


def summed(numbers: list[Number]) -> Number:
    result = numbers[0]
    for number in numbers[1:]:
        result = result + number
    return result


def largest(numbers: list[Number]) -> Number:
    result = numbers[0]
    for number in numbers[1:]:
        result = larger(result, number)
    return result


def done(run: Callable[[], Any]) -> Counter[str]:
    DONE.clear()
    run()
    return Counter(DONE)


def counted(work: Work) -> Counter[str]:
    """What an op tells, without multiply-accumulates, which have tests of their own."""
    return +Counter({name: value for name, value in work._asdict().items() if "accumul" not in name})


def numbers(count: int) -> list[Number]:
    return [Number(0.25 + 0.5 * i) for i in range(count)]


def sigmoid(x: Number) -> Number:
    return 1 / (1 + exp(x * -1))


def tanh(x: Number) -> Number:
    y = exp(x * -2)
    return (1 - y) / (1 + y)


def relu6(x: Number) -> Number:
    return smaller(larger(x, 0), 6)


def hard_sigmoid(x: Number) -> Number:
    return relu6(x + 3) * (1 / 6)


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
