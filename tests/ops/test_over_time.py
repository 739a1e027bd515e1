"""Recurrent cells run step by step, number by number, with every product and every operation counted."""

from __future__ import annotations

from collections import Counter
from itertools import product
from typing import Any

import numpy
import pytest

from resnet_analyzer.dim import holds
from resnet_analyzer.errors import UsageError
from resnet_analyzer.graph import GraphBuilder
from resnet_analyzer.measurement import measure
from resnet_analyzer.ops.activation import Activation
from resnet_analyzer.ops.adaptive_pool import AdaptiveAveragePool2d
from resnet_analyzer.ops.base import Cost
from resnet_analyzer.ops.batch_norm import BatchNorm
from resnet_analyzer.ops.bidirectional import Bidirectional
from resnet_analyzer.ops.conv import Conv2d
from resnet_analyzer.ops.conv_lstm import ConvLSTM1d, ConvLSTM2d
from resnet_analyzer.ops.dense import Dense
from resnet_analyzer.ops.recurrent import GRU, LSTM, RecurrentState, SimpleRNN
from resnet_analyzer.ops.resize import Resize
from resnet_analyzer.ops.time_distributed import TimeDistributed
from resnet_analyzer.ops.upsampling import Upsampling2d
from resnet_analyzer.shape import Shape

from .counting import DONE, Number, counted, done, exp

BATCH, STEPS, INCOMING, UNITS = 2, 3, 4, 5


def fine(cost: Cost) -> bool:
    return all(holds(check.condition) for check in cost.checks)


def sigmoid(x: Number) -> Number:
    return 1 / (1 + exp(x * -1))


def tanh(x: Number) -> Number:
    y = exp(x * -2)
    return (1 - y) / (1 + y)


class Cell:
    """Sums of products x·W + h·U, each product counted in DONE as a multiply-accumulate, each sum as one."""

    def __init__(self, biases: int) -> None:
        self.biases = biases

    def gate(self, *parts: int, biases: int | None = None) -> Number:
        """One number: products with parts of so many numbers each, in one sum, and biases."""
        DONE["accumulators"] += 1
        for part in parts:
            DONE["multiply_accumulates"] += sum(1 for _number in range(part))
        result = Number(0.5)
        for _bias in range(self.biases if biases is None else biases):
            result = result + 0.1
        return result

    def run(self) -> Any:
        for _image, _step, _unit in product(range(BATCH), range(STEPS), range(UNITS)):
            self.step(Number(0.25))

    def step(self, h: Number) -> Any:
        raise NotImplementedError


class Simple(Cell):
    def step(self, h: Number) -> Any:
        return tanh(self.gate(INCOMING, UNITS))


class LongShort(Cell):
    def step(self, h: Number) -> Any:
        i, f, o = (sigmoid(self.gate(INCOMING, UNITS)) for _ in range(3))
        g, c = tanh(self.gate(INCOMING, UNITS)), Number(0.3)
        return o * tanh(f * c + i * g)


class Gated(Cell):
    """Cho et al. 2014: the reset gate before the product."""

    def step(self, h: Number) -> Any:
        z, r = (sigmoid(self.gate(INCOMING, UNITS)) for _ in range(2))
        _ = r * h  # one of the numbers that the product reads
        candidate = tanh(self.gate(INCOMING, UNITS))
        return z * h + (1 - z) * candidate


class GatedAfter(Cell):
    """cuDNN's: the reset gate after the product, which has a bias of its own; two biases for each gate."""

    def step(self, h: Number) -> Any:
        z, r = (sigmoid(self.gate(INCOMING, UNITS, biases=2 * self.biases)) for _ in range(2))
        x, recurrent = self.gate(INCOMING), self.gate(UNITS)
        candidate = tanh(x + r * recurrent)
        return z * h + (1 - z) * candidate


CELLS = {
    "simple": (SimpleRNN(UNITS), Simple(1), UNITS * (INCOMING + UNITS)),
    "simple, PyTorch's": (SimpleRNN(UNITS, two_biases=True), Simple(2), UNITS * (INCOMING + UNITS)),
    "simple, no bias": (SimpleRNN(UNITS, use_bias=False), Simple(0), UNITS * (INCOMING + UNITS)),
    "LSTM": (LSTM(UNITS), LongShort(1), 4 * UNITS * (INCOMING + UNITS)),
    "LSTM, PyTorch's": (LSTM(UNITS, two_biases=True), LongShort(2), 4 * UNITS * (INCOMING + UNITS)),
    "LSTM, no bias": (LSTM(UNITS, use_bias=False), LongShort(0), 4 * UNITS * (INCOMING + UNITS)),
    "GRU": (GRU(UNITS, reset_after=False), Gated(1), 3 * UNITS * (INCOMING + UNITS)),
    "GRU, no bias": (GRU(UNITS, reset_after=False, use_bias=False), Gated(0), 3 * UNITS * (INCOMING + UNITS)),
    "GRU, reset after": (GRU(UNITS), GatedAfter(1), 3 * UNITS * (INCOMING + UNITS)),
    "GRU, reset after, no bias": (GRU(UNITS, use_bias=False), GatedAfter(0), 3 * UNITS * (INCOMING + UNITS)),
}


@pytest.mark.parametrize("name", CELLS)
def test_recurrent_cells(name):
    op, cell, a_step = CELLS[name]
    expected = done(cell.run)
    cost = op.apply(Shape(BATCH, STEPS, INCOMING))
    assert +Counter(cost.work._asdict()) == expected
    assert cost.work.multiply_accumulates == BATCH * STEPS * a_step  # the contract: one step's figure
    assert cost.output == Shape(BATCH, UNITS)


@pytest.mark.parametrize("kind", [SimpleRNN, LSTM, GRU])
def test_what_a_recurrent_layer_puts_out_and_takes(kind):
    shape = Shape(BATCH, STEPS, INCOMING)
    last, every = kind(UNITS).apply(shape), kind(UNITS, return_sequences=True).apply(shape)
    assert every.output == Shape(BATCH, STEPS, UNITS)
    assert (every.work, every.weights) == (last.work, last.weights)
    assert RecurrentState(UNITS).apply(every.output).output == last.output
    assert fine(kind(UNITS).apply(shape, Shape(BATCH, UNITS)))
    assert not fine(kind(UNITS).apply(shape, Shape(BATCH, UNITS + 1)))
    wrong = kind(UNITS).apply(Shape(1, 2, 3, 4))
    assert wrong.checks[0].text == "needs (batch, steps, channels), but gets 2×3×4."


def test_both_directions():
    shape = Shape(BATCH, STEPS, INCOMING)
    one = LSTM(UNITS, return_sequences=True).apply(shape)
    for merge, adds, multiplies, divisions in (
        ("concat", 0, 0, 0), ("sum", 1, 0, 0), ("mul", 0, 1, 0), ("ave", 1, 0, 1), (None, 0, 0, 0),
    ):  # fmt: skip
        both = Bidirectional(LSTM(UNITS, return_sequences=True), merge).apply(shape)
        wide = 2 * UNITS if merge == "concat" else UNITS
        assert both.output == Shape(BATCH, STEPS, wide)
        assert both.work.multiply_accumulates == 2 * one.work.multiply_accumulates
        elements = BATCH * STEPS * UNITS
        assert both.work.adds == 2 * one.work.adds + adds * elements
        assert both.work.multiplies == 2 * one.work.multiplies + multiplies * elements
        assert both.work.divisions == 2 * one.work.divisions + divisions * elements
        names = [weight.name for weight in both.weights]
        parts = ["kernel", "recurrent_kernel", "bias"]
        assert names == [f"{way}/{part}" for way in ("forward", "backward") for part in parts]
        assert sum(weight.params for weight in both.weights) == 2 * sum(weight.params for weight in one.weights)
    with pytest.raises(UsageError, match="merge_mode must be concat, sum, mul, ave or None, not 'max'"):
        Bidirectional(LSTM(8), "max")
    with pytest.raises(UsageError, match="Bidirectional: layer must be an op, not 'LSTM'"):
        Bidirectional("LSTM")


@pytest.mark.parametrize(("padding", "stride"), [("same", 1), ("valid", 2)])
def test_a_convolutional_lstm_is_an_lstm_at_every_pixel(padding, stride):
    film = Shape(BATCH, STEPS, 7, 6, INCOMING)
    taps = 3 * 2
    cost = ConvLSTM2d(UNITS, (3, 2), stride, padding).apply(film)
    frame = Conv2d(4 * UNITS, (3, 2), stride, padding).apply(Shape(BATCH, 7, 6, INCOMING))
    state = Shape(*frame.output[:-1], UNITS)
    kept = Conv2d(4 * UNITS, (3, 2), padding="same", use_bias=False).apply(state)
    assert cost.output == state
    both = STEPS * (frame.work.multiply_accumulates + kept.work.multiply_accumulates)
    assert cost.work.multiply_accumulates == both
    assert cost.work.multiply_accumulates == STEPS * 4 * state.elements * taps * (INCOMING + UNITS)
    steps = LSTM(UNITS).apply(Shape(BATCH * state[1] * state[2], STEPS, INCOMING))
    assert cost.work._replace(multiply_accumulates=0) == steps.work._replace(multiply_accumulates=0)
    every = ConvLSTM2d(UNITS, (3, 2), stride, padding, return_sequences=True).apply(film)
    assert every.output == Shape(BATCH, STEPS, *state[1:])
    assert "needs a batch, steps, 1 sides and channels" in ConvLSTM1d(4).apply(Shape(1, 2, 3)).checks[0].text


def test_a_layer_at_every_step():
    conv = Conv2d(8, 3, padding=1)
    each = conv.apply(Shape(1, 6, 7, 3))
    cost = TimeDistributed(conv).apply(Shape(2, 5, 6, 7, 3))
    assert cost.output == Shape(2, 5, *each.output[1:])
    assert cost.work == each.work.times(2 * 5)
    assert cost.weights == each.weights
    folded = TimeDistributed(BatchNorm()).apply(Shape(2, 5, 6, 8))
    assert folded.work == BatchNorm().apply(Shape(10, 6, 8)).work  # folded once, not at every step
    wrong = TimeDistributed(conv).apply(Shape(2, 5, 6))
    assert wrong.output is None
    assert not fine(wrong)
    with pytest.raises(UsageError, match="TimeDistributed: layer must be an op, not 3"):
        TimeDistributed(3)


def test_a_large_grid_reaches_into_the_layer_inside():
    widths = numpy.arange(1, 20_001)
    build = GraphBuilder("film")
    inside = build.add("each", TimeDistributed(Dense(widths)), build.input(Shape(1, 5, 4)))
    build.add("relu", Activation("relu"), inside)
    macs = measure(build.graph()).totals.macs
    assert macs.tolist() == [5 * 4 * width for width in range(1, 20_001)]


@pytest.mark.parametrize(
    ("word", "taps"),
    [("nearest", 1), ("bilinear", 2), ("linear", 2), ("bicubic", 4), ("lanczos3", 6), ("lanczos5", 10)],
)
@pytest.mark.parametrize("sizes", [(5,), (4, 3), (2, 3, 2)])
def test_resizing(word, taps, sizes):
    """One side after the other: from taps^k numbers to one, a group of taps at a time."""

    def between(a, b):
        return a + 0.5 * (b - a)

    def weighed(group):
        terms = [x * 0.1 for x in group]
        result = terms[0]
        for term in terms[1:]:
            result = result + term
        return result

    def interpolated():
        around = [Number(1.0)] * taps ** len(sizes)
        while len(around) > 1:
            groups = [around[i : i + taps] for i in range(0, len(around), taps)]
            around = [between(*group) if taps == 2 else weighed(group) for group in groups]

    outputs = 2 * int(numpy.prod(sizes)) * 3
    op = Resize(sizes, interpolation=word)
    cost = op.apply(Shape(2, *[7] * len(sizes), 3))
    assert cost.output == Shape(2, *sizes, 3)
    assert counted(cost.work) == Counter({kind: count * outputs for kind, count in done(interpolated).items()})


def test_resizing_by_a_factor():
    """⌊side·scale⌋ without rounding errors: 0.1·30 is 3, though 0.1 is a little more than 1/10 as a float."""
    for side in range(10, 200):
        for tenths in (1, 3, 7, 15, 29):
            cost = Resize(scale=tenths / 10).apply(Shape(1, side, 4))
            assert cost.output[1] == side * tenths // 10
    assert not fine(Resize(scale=0.1).apply(Shape(1, 9, 4)))
    doubled = Resize(scale=2, interpolation="bilinear").apply(Shape(1, 5, 6, 3))
    assert doubled == Upsampling2d(2, interpolation="bilinear").apply(Shape(1, 5, 6, 3))._replace(checks=doubled.checks)
    first = Resize((4, 9), data_format="channels_first").apply(Shape(1, 3, 5, 6))
    assert first.output == Shape(1, 3, 4, 9)
    assert first.output == AdaptiveAveragePool2d((4, 9), data_format="channels_first").apply(Shape(1, 3, 5, 6)).output
    assert Resize(7, interpolation="cubic", antialias=True).apply(Shape(1, 9, 9, 3)).unknown == ("work",)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Resize(scale=None), "Resize: give size or scale"),
        (lambda: Resize(3, interpolation="area"), "Resize: interpolation must be nearest, linear, cubic"),
        (lambda: Resize(scale="x"), "Resize: scale must be a fraction or a number, not 'x'"),
        (lambda: Resize(scale=(1, 0)), "Resize: scale must be more than 0, not 0"),
        (lambda: Resize(0), "Resize: size must be at least 1, not 0"),
        (lambda: LSTM(0), "LSTM: units must be at least 1, not 0"),
    ],
)
def test_a_field_that_means_nothing_is_refused(make, message):
    with pytest.raises(UsageError, match=message):
        make()
