"""Windows laid and multiplications done one by one, without any formula, against what the ops tell.

Nothing here uses `window.py`: positions are tried in order until one does not fit.
"""

from __future__ import annotations

from itertools import count, product, takewhile
from math import ceil, floor
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resnet_analyzer.dim import holds
from resnet_analyzer.ops.adaptive_pool import AdaptiveAveragePool2d
from resnet_analyzer.ops.average_pool import AveragePool2d
from resnet_analyzer.ops.base import Cost
from resnet_analyzer.ops.conv import Conv2d
from resnet_analyzer.ops.depthwise_conv import DepthwiseConv2d
from resnet_analyzer.ops.max_pool import MaxPool2d
from resnet_analyzer.ops.multi_head_attention import MultiHeadAttention
from resnet_analyzer.ops.separable_conv import SeparableConv2d
from resnet_analyzer.ops.transposed_conv import TransposedConv2d
from resnet_analyzer.shape import Shape
from resnet_analyzer.window import Window


class Axis(NamedTuple):
    """One axis of a layer that slides: what a person would draw on squared paper."""

    n: int
    f: int
    s: int
    d: int
    before: int
    after: int
    rule: str  # floor | ceil | same

    def laid(self) -> list[list[int]]:
        """The pixels that each position reads, counted from the first real pixel; pixels outside are padding."""
        if self.rule == "same":
            return self._same()
        return [self._taps(i) for i in takewhile(self._takes, count())]

    def _taps(self, i: int) -> list[int]:
        return [i * self.s - self.before + j * self.d for j in range(self.f)]

    def _takes(self, i: int) -> bool:
        """Whether position i is taken: it lies inside, or hangs over (ceil) by less than a stride and begins inside."""
        first, last = self._taps(i)[0], self._taps(i)[-1]
        end = self.n - 1 + self.after
        if self.rule == "floor":
            return last <= end
        return last - end < self.s and first <= self.n - 1

    def _same(self) -> list[list[int]]:
        """TensorFlow: a position for every stride's first pixel, padded as evenly as can be, more after."""
        starts = list(takewhile(lambda start: start < self.n, count(0, self.s)))
        reach = starts[-1] + (self.f - 1) * self.d
        missing = max(reach - (self.n - 1), 0)
        return [[start - missing // 2 + j * self.d for j in range(self.f)] for start in starts]


@st.composite
def axes(draw: Any, rules: tuple[str, ...] = ("floor", "same")) -> tuple[Axis, Axis]:
    rule = draw(st.sampled_from(rules))
    return tuple(
        Axis(
            draw(st.integers(1, 7)),
            draw(st.integers(1, 3)),
            draw(st.integers(1, 3)),
            draw(st.integers(1, 2)),
            0 if rule == "same" else draw(st.integers(0, 2)),
            0 if rule == "same" else draw(st.integers(0, 2)),
            rule,
        )
        for _ in range(2)
    )


def padding_of(vertical: Axis, horizontal: Axis) -> Any:
    if vertical.rule == "same":
        return "same"
    return ((vertical.before, vertical.after), (horizontal.before, horizontal.after))


def sliding(vertical: Axis, horizontal: Axis) -> dict[str, Any]:
    return {
        "strides": (vertical.s, horizontal.s),
        "padding": padding_of(vertical, horizontal),
        "dilation_rate": (vertical.d, horizontal.d),
    }


def valid(cost: Cost) -> bool:
    return all(holds(check.condition) for check in cost.checks)


def reads(window: Window) -> list[list[int]]:
    """What the package's window says that each output reads."""
    first = window.pads[0]
    return [[i * window.stride - first + j * window.dilation for j in range(window.size)] for i in range(window.output)]


def assert_windows(cost: Cost, vertical: Axis, horizontal: Axis) -> bool:
    """Compare shape and pixels read; False where nothing fits (and the checks must say so)."""
    rows, columns = vertical.laid(), horizontal.laid()
    assert valid(cost) == bool(rows and columns)
    if not valid(cost):
        return False
    assert cost.output[:2] == (len(rows), len(columns))
    assert [reads(window) for window in cost.windows] == [rows, columns]
    return True


@given(both=axes(), groups=st.integers(1, 3), inner=st.integers(1, 2), outer=st.integers(1, 2), bias=st.booleans())
@settings(max_examples=150, deadline=None)
def test_convolution(both, groups, inner, outer, bias):
    vertical, horizontal = both
    kernel = (vertical.f, horizontal.f)
    op = Conv2d(groups * outer, kernel, groups=groups, use_bias=bias, **sliding(*both))
    cost = op.apply(Shape(1, vertical.n, horizontal.n, groups * inner))
    if not assert_windows(cost, *both):
        return
    multiplications, sums, weights = 0, set(), set()
    for y, rows in enumerate(vertical.laid()):
        for x, columns in enumerate(horizontal.laid()):
            for group, filter_, channel in product(range(groups), range(outer), range(inner)):
                for (j, _row), (i, _column) in product(enumerate(rows), enumerate(columns)):
                    multiplications += 1
                    sums.add((y, x, group, filter_))
                    weights.add((j, i, channel, (group, filter_)))
    assert cost.work.multiply_accumulates == multiplications
    assert cost.work.accumulators == len(sums) == cost.output.elements
    assert cost.work.adds == (len(sums) if bias else 0)
    assert cost.weights[0].params == len(weights)


@given(both=axes(), channels=st.integers(1, 3), multiplier=st.integers(1, 3))
@settings(max_examples=100, deadline=None)
def test_depthwise_convolution(both, channels, multiplier):
    vertical, horizontal = both
    op = DepthwiseConv2d((vertical.f, horizontal.f), depth_multiplier=multiplier, **sliding(*both))
    cost = op.apply(Shape(1, vertical.n, horizontal.n, channels))
    if not assert_windows(cost, *both):
        return
    multiplications, sums, weights = 0, set(), set()
    for (y, rows), (x, columns) in product(enumerate(vertical.laid()), enumerate(horizontal.laid())):
        for channel, copy in product(range(channels), range(multiplier)):
            for (j, _row), (i, _column) in product(enumerate(rows), enumerate(columns)):
                multiplications += 1
                sums.add((y, x, channel, copy))
                weights.add((j, i, channel, copy))
    assert cost.output.channels == channels * multiplier
    assert cost.work.multiply_accumulates == multiplications
    assert cost.work.accumulators == cost.work.adds == len(sums)
    assert cost.weights[0].params == len(weights)


@given(both=axes(), channels=st.integers(1, 3), multiplier=st.integers(1, 2), filters=st.integers(1, 3))
@settings(max_examples=50, deadline=None)
def test_separable_convolution(both, channels, multiplier, filters):
    vertical, horizontal = both
    op = SeparableConv2d(filters, (vertical.f, horizontal.f), depth_multiplier=multiplier, **sliding(*both))
    cost = op.apply(Shape(1, vertical.n, horizontal.n, channels))
    if not assert_windows(cost, *both):
        return
    multiplications = 0
    for rows, columns in product(vertical.laid(), horizontal.laid()):
        multiplications += sum(1 for _ in product(range(channels), range(multiplier), rows, columns))
        multiplications += sum(1 for _ in product(range(channels), range(multiplier), range(filters)))
    assert cost.work.multiply_accumulates == multiplications


@given(
    both=axes(rules=("floor",)),
    groups=st.integers(1, 2),
    inner=st.integers(1, 2),
    outer=st.integers(1, 2),
    extra=st.tuples(st.integers(0, 2), st.integers(0, 2)),
)
@settings(max_examples=150, deadline=None)
def test_transposed_convolution_scatters(both, groups, inner, outer, extra):
    vertical, horizontal = both
    op = TransposedConv2d(
        groups * outer, (vertical.f, horizontal.f), groups=groups, output_padding=extra, **sliding(*both)
    )
    cost = op.apply(Shape(1, vertical.n, horizontal.n, groups * inner))
    written, multiplications = [], 0
    for axis, more in zip(both, extra, strict=True):
        cells = {pixel * axis.s + j * axis.d for pixel in range(axis.n) for j in range(axis.f)}
        canvas = list(range(max(cells) + 1 + more))
        written.append(canvas[axis.before : len(canvas) - axis.after] if axis.after < len(canvas) else [])
    for _y, _x in product(range(vertical.n), range(horizontal.n)):
        for _group, _channel, _filter in product(range(groups), range(inner), range(outer)):
            multiplications += sum(1 for _ in product(range(vertical.f), range(horizontal.f)))
    reachable = all(more < max(axis.s, axis.d) for axis, more in zip(both, extra, strict=True))
    assert valid(cost) == (reachable and all(written))
    if valid(cost):
        assert cost.output == (len(written[0]), len(written[1]), groups * outer)
        assert cost.work.multiply_accumulates == multiplications
        assert cost.weights[0].shape == (vertical.f, horizontal.f, outer, groups * inner)


@given(both=axes(rules=("floor", "ceil", "same")), channels=st.integers(1, 2))
@settings(max_examples=200, deadline=None)
def test_pooling(both, channels):
    vertical, horizontal = both
    size, options = (vertical.f, horizontal.f), {**sliding(*both), "ceil_mode": vertical.rule == "ceil"}
    shape = Shape(1, vertical.n, horizontal.n, channels)
    biggest, mean = (kind(size, **options).apply(shape) for kind in (MaxPool2d, AveragePool2d))
    spans = [(axis.f - 1) * axis.d + 1 for axis in both]
    lawful = all(2 * pad <= span for axis, span in zip(both, spans, strict=True) for pad in (axis.before, axis.after))
    if not lawful:
        assert not valid(biggest)
        assert not valid(mean)
        return
    for cost in (biggest, mean):
        if not assert_windows(cost, *both):
            return
    compares = adds = divisions = 0
    for rows, columns, _channel in product(vertical.laid(), horizontal.laid(), range(channels)):
        taps = [(row, column) for row in rows for column in columns]
        compares += len(taps[1:])
        adds += len(taps[1:])
        divisions += 1
    assert biggest.work.compares == compares
    assert (mean.work.adds, mean.work.divisions) == (adds, divisions)


@given(lengths=st.tuples(st.integers(1, 12), st.integers(1, 12)), sizes=st.tuples(st.integers(1, 8), st.integers(1, 8)))
@settings(deadline=None)
def test_adaptive_average_pooling(lengths, sizes):
    cost = AdaptiveAveragePool2d(sizes).apply(Shape(1, *lengths, 2))
    rows, columns = (
        [range(floor(i * length / size), ceil((i + 1) * length / size)) for i in range(size)]
        for length, size in zip(lengths, sizes, strict=True)
    )
    adds = 0
    for _channel, vertical, horizontal in product(range(2), rows, columns):
        adds += len(vertical) * len(horizontal) - 1
    assert cost.output == (*sizes, 2)
    assert cost.work.adds == adds
    assert cost.work.divisions == len(rows) * len(columns) * 2


@pytest.mark.parametrize("given", [1, 2, 3])
def test_attention(given):
    """softmax(q·kᵀ)·v, every head by itself (Vaswani et al. 2017, sec. 3.2), product by product."""
    query, value, key = Shape(1, 3, 4), Shape(1, 5, 6), Shape(1, 5, 7)
    heads, width, value_width, units = 2, 3, 4, 5
    read = (query, value, key)[:given]
    value, key = (query, query) if given == 1 else (value, value) if given == 2 else (value, key)
    products = 0
    for _head in range(heads):
        for shape, wide in ((query, width), (key, width), (value, value_width)):
            products += sum(1 for _ in product(range(shape.length), range(shape.channels), range(wide)))
        products += sum(1 for _ in product(range(query.length), range(key.length), range(width)))
        products += sum(1 for _ in product(range(query.length), range(key.length), range(value_width)))
        products += sum(1 for _ in product(range(query.length), range(value_width), range(units)))
    cost = MultiHeadAttention(heads, width, value_width, units).apply(*read)
    assert cost.work.multiply_accumulates == products
    assert cost.work.exponentials == heads * query.length * key.length
    assert cost.output == Shape(1, 3, 5)


def pytorch_pooled(n: int, f: int, s: int, before: int, after: int, d: int) -> int:
    """PyTorch's own two steps (aten/src/ATen/native/Pool.h, pooling_output_shape_pad_lr), in ceil mode."""
    size = (n + before + after - d * (f - 1) - 1 + (s - 1)) // s + 1
    return size - 1 if (size - 1) * s >= n + before else size


def test_ceil_mode_is_a_padding():
    compared = 0
    for n, f, s, d, before, after in product(range(1, 13), range(1, 6), range(1, 6), (1, 2, 3), range(5), range(5)):
        span = d * (f - 1) + 1
        if max(before, after) * 2 > span or n + before + after + s - 1 < span:
            continue
        cost = MaxPool2d(f, s, ((before, after), (before, after)), d, ceil_mode=True).apply(Shape(1, n, n, 1))
        assert valid(cost)
        assert cost.output.height == pytorch_pooled(n, f, s, before, after, d), (n, f, s, d, before, after)
        compared += 1
    assert compared > 5000


@pytest.mark.parametrize("ceil_mode", [False, True])
def test_a_pooling_window_that_does_not_fit(ceil_mode):
    cost = MaxPool2d(5, 2, ceil_mode=ceil_mode).apply(Shape(1, 3, 3, 1))
    assert not valid(cost)
