"""Windows laid and multiplications done one by one, without any formula, against what the ops tell.

Nothing here uses `window.py`: positions are tried in order until one does not fit.
"""

from __future__ import annotations

from itertools import count, product, takewhile
from math import ceil, floor
from typing import Any, NamedTuple

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resnet_analyzer.dim import holds
from resnet_analyzer.ops.adaptive_pool import (
    AdaptiveAveragePool1d,
    AdaptiveAveragePool2d,
    AdaptiveAveragePool3d,
    AdaptiveMaxPool1d,
    AdaptiveMaxPool2d,
    AdaptiveMaxPool3d,
)
from resnet_analyzer.ops.average_pool import AveragePool1d, AveragePool2d, AveragePool3d
from resnet_analyzer.ops.base import Cost
from resnet_analyzer.ops.conv import Conv1d, Conv2d, Conv3d
from resnet_analyzer.ops.cropping import Cropping1d, Cropping2d, Cropping3d
from resnet_analyzer.ops.depthwise_conv import DepthwiseConv1d, DepthwiseConv2d
from resnet_analyzer.ops.global_pool import (
    GlobalAveragePool1d,
    GlobalAveragePool2d,
    GlobalAveragePool3d,
    GlobalMaxPool1d,
    GlobalMaxPool2d,
    GlobalMaxPool3d,
)
from resnet_analyzer.ops.max_pool import MaxPool1d, MaxPool2d, MaxPool3d
from resnet_analyzer.ops.multi_head_attention import MultiHeadAttention
from resnet_analyzer.ops.separable_conv import SeparableConv1d, SeparableConv2d
from resnet_analyzer.ops.transposed_conv import TransposedConv1d, TransposedConv2d, TransposedConv3d
from resnet_analyzer.ops.upsampling import Upsampling1d, Upsampling2d, Upsampling3d
from resnet_analyzer.ops.zero_padding import ZeroPadding1d, ZeroPadding2d, ZeroPadding3d
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
def axes(draw: Any, count: int, rules: tuple[str, ...] = ("floor", "same")) -> tuple[Axis, ...]:
    rule = draw(st.sampled_from(rules))
    longest = 7 if count < 3 else 4
    return tuple(
        Axis(
            draw(st.integers(1, longest)),
            draw(st.integers(1, 3)),
            draw(st.integers(1, 3)),
            draw(st.integers(1, 2)),
            0 if rule == "same" else draw(st.integers(0, 2)),
            0 if rule == "same" else draw(st.integers(0, 2)),
            rule,
        )
        for _ in range(count)
    )


def sliding(all_axes: tuple[Axis, ...]) -> dict[str, Any]:
    same = all_axes[0].rule == "same"
    return {
        "strides": tuple(axis.s for axis in all_axes),
        "padding": "same" if same else tuple((axis.before, axis.after) for axis in all_axes),
        "dilation_rate": tuple(axis.d for axis in all_axes),
    }


def kernel(all_axes: tuple[Axis, ...]) -> tuple[int, ...]:
    return tuple(axis.f for axis in all_axes)


def shape_of(batch: int, all_axes: tuple[Axis, ...], channels: int, layout: str) -> Shape:
    lengths = [axis.n for axis in all_axes]
    return Shape(batch, channels, *lengths) if layout == "channels_first" else Shape(batch, *lengths, channels)


def places(all_axes: tuple[Axis, ...]) -> list[tuple[list[int], ...]]:
    """Every position of the window, as the pixels that it reads along each axis."""
    return list(product(*[axis.laid() for axis in all_axes]))


def valid(cost: Cost) -> bool:
    return all(holds(check.condition) for check in cost.checks)


def reads(window: Window) -> list[list[int]]:
    """What the package's window says that each output reads."""
    first = window.pads[0]
    return [[i * window.stride - first + j * window.dilation for j in range(window.size)] for i in range(window.output)]


def assert_windows(cost: Cost, all_axes: tuple[Axis, ...], layout: str) -> bool:
    """Compare shape and pixels read; False where nothing fits (and the checks must say so)."""
    laid = [axis.laid() for axis in all_axes]
    assert valid(cost) == all(laid)
    if not valid(cost):
        return False
    sides = cost.output[2:] if layout == "channels_first" else cost.output[1:-1]
    assert sides == tuple(map(len, laid))
    assert [reads(window) for window in cost.windows] == laid
    return True


FEW = {1: 60, 2: 100, 3: 40}  # examples for so many axes
LAYOUTS = st.sampled_from(["channels_last", "channels_first"])
BATCHES = st.integers(1, 2)


@pytest.mark.parametrize(("count", "kind"), [(1, Conv1d), (2, Conv2d), (3, Conv3d)])
def test_convolution(count, kind):
    @given(
        all_axes=axes(count),
        groups=st.integers(1, 3),
        inner=st.integers(1, 2),
        outer=st.integers(1, 2),
        bias=st.booleans(),
        layout=LAYOUTS,
        batch=BATCHES,
    )
    @settings(max_examples=FEW[count], deadline=None)
    def check(all_axes, groups, inner, outer, bias, layout, batch):
        options = {"groups": groups, "use_bias": bias, "data_format": layout, **sliding(all_axes)}
        op = kind(groups * outer, kernel(all_axes), **options)
        cost = op.apply(shape_of(batch, all_axes, groups * inner, layout))
        if not assert_windows(cost, all_axes, layout):
            return
        multiplications, sums, weights = 0, set(), set()
        for image, (place, taps) in product(range(batch), enumerate(places(all_axes))):
            for group, filter_, channel in product(range(groups), range(outer), range(inner)):
                for tap in product(*[range(len(along)) for along in taps]):
                    multiplications += 1
                    sums.add((image, place, group, filter_))
                    weights.add((tap, channel, (group, filter_)))
        assert cost.work.multiply_accumulates == multiplications
        assert cost.work.accumulators == len(sums) == cost.output.elements
        assert cost.work.adds == (len(sums) if bias else 0)
        assert cost.weights[0].params == len(weights)

    check()


def test_a_causal_convolution_never_looks_ahead():
    """WaveNet's (van den Oord et al. 2016, sec. 2.1): as long as its input, each output from no later step."""
    for n, f, d in product(range(1, 8), range(1, 5), range(1, 4)):
        cost = Conv1d(1, f, padding="causal", dilation_rate=d).apply(Shape(1, n, 1))
        assert valid(cost)
        taps = reads(cost.windows[0])
        assert len(taps) == n == cost.output[1]
        assert [max(each) for each in taps] == list(range(n))


@pytest.mark.parametrize(("count", "kind"), [(1, DepthwiseConv1d), (2, DepthwiseConv2d)])
def test_depthwise_convolution(count, kind):
    @given(
        all_axes=axes(count), channels=st.integers(1, 3), multiplier=st.integers(1, 3), layout=LAYOUTS, batch=BATCHES
    )
    @settings(max_examples=FEW[count], deadline=None)
    def check(all_axes, channels, multiplier, layout, batch):
        op = kind(kernel(all_axes), depth_multiplier=multiplier, data_format=layout, **sliding(all_axes))
        cost = op.apply(shape_of(batch, all_axes, channels, layout))
        if not assert_windows(cost, all_axes, layout):
            return
        multiplications, sums, weights = 0, set(), set()
        for image, (place, taps) in product(range(batch), enumerate(places(all_axes))):
            for channel, copy in product(range(channels), range(multiplier)):
                for tap in product(*[range(len(along)) for along in taps]):
                    multiplications += 1
                    sums.add((image, place, channel, copy))
                    weights.add((tap, channel, copy))
        assert cost.output[1 if layout == "channels_first" else -1] == channels * multiplier
        assert cost.work.multiply_accumulates == multiplications
        assert cost.work.accumulators == cost.work.adds == len(sums)
        assert cost.weights[0].params == len(weights)

    check()


@pytest.mark.parametrize(("count", "kind"), [(1, SeparableConv1d), (2, SeparableConv2d)])
def test_separable_convolution(count, kind):
    @given(
        all_axes=axes(count),
        channels=st.integers(1, 3),
        multiplier=st.integers(1, 2),
        filters=st.integers(1, 3),
        layout=LAYOUTS,
    )
    @settings(max_examples=50, deadline=None)
    def check(all_axes, channels, multiplier, filters, layout):
        op = kind(filters, kernel(all_axes), depth_multiplier=multiplier, data_format=layout, **sliding(all_axes))
        cost = op.apply(shape_of(1, all_axes, channels, layout))
        if not assert_windows(cost, all_axes, layout):
            return
        multiplications = 0
        for taps in places(all_axes):
            multiplications += sum(1 for _ in product(range(channels), range(multiplier), *taps))
            multiplications += sum(1 for _ in product(range(channels), range(multiplier), range(filters)))
        assert cost.work.multiply_accumulates == multiplications

    check()


@pytest.mark.parametrize(("count", "kind"), [(1, TransposedConv1d), (2, TransposedConv2d), (3, TransposedConv3d)])
def test_transposed_convolution_scatters(count, kind):
    @given(
        all_axes=axes(count, rules=("floor",)),
        groups=st.integers(1, 2),
        inner=st.integers(1, 2),
        outer=st.integers(1, 2),
        extra=st.tuples(*[st.integers(0, 2)] * count),
        layout=LAYOUTS,
    )
    @settings(max_examples=FEW[count], deadline=None)
    def check(all_axes, groups, inner, outer, extra, layout):
        options = {"groups": groups, "output_padding": extra, "data_format": layout, **sliding(all_axes)}
        cost = kind(groups * outer, kernel(all_axes), **options).apply(shape_of(2, all_axes, groups * inner, layout))
        written, multiplications = [], 0
        for axis, more in zip(all_axes, extra, strict=True):
            cells = {pixel * axis.s + j * axis.d for pixel in range(axis.n) for j in range(axis.f)}
            canvas = list(range(max(cells) + 1 + more))
            written.append(canvas[axis.before : len(canvas) - axis.after] if axis.after < len(canvas) else [])
        for _image, *_pixel in product(range(2), *[range(axis.n) for axis in all_axes]):
            for _group, _channel, _filter in product(range(groups), range(inner), range(outer)):
                multiplications += sum(1 for _ in product(*[range(axis.f) for axis in all_axes]))
        reachable = all(more < max(axis.s, axis.d) for axis, more in zip(all_axes, extra, strict=True))
        assert valid(cost) == (reachable and all(written))
        if valid(cost):
            sides = tuple(map(len, written))
            filters = groups * outer
            assert cost.output == ((2, filters, *sides) if layout == "channels_first" else (2, *sides, filters))
            assert cost.work.multiply_accumulates == multiplications
            assert cost.weights[0].shape == (*kernel(all_axes), outer, groups * inner)

    check()


@pytest.mark.parametrize(
    ("count", "kinds"),
    [(1, (MaxPool1d, AveragePool1d)), (2, (MaxPool2d, AveragePool2d)), (3, (MaxPool3d, AveragePool3d))],
)
def test_pooling(count, kinds):
    @given(all_axes=axes(count, rules=("floor", "ceil", "same")), channels=st.integers(1, 2), layout=LAYOUTS)
    @settings(max_examples=2 * FEW[count], deadline=None)
    def check(all_axes, channels, layout):
        options = {**sliding(all_axes), "ceil_mode": all_axes[0].rule == "ceil", "data_format": layout}
        shape = shape_of(2, all_axes, channels, layout)
        biggest, mean = (kind(kernel(all_axes), **options).apply(shape) for kind in kinds)
        spans = [(axis.f - 1) * axis.d + 1 for axis in all_axes]
        lawful = all(  # PyTorch's rule; where the two sides differ, onnxruntime's
            2 * axis.before <= span if axis.before == axis.after else max(axis.before, axis.after) < span
            for axis, span in zip(all_axes, spans, strict=True)
        )
        if not lawful:
            assert not valid(biggest)
            assert not valid(mean)
            return
        for cost in (biggest, mean):
            if not assert_windows(cost, all_axes, layout):
                return
        compares = adds = divisions = 0
        for _image, along, _channel in product(range(2), places(all_axes), range(channels)):
            taps = list(product(*along))
            compares += len(taps[1:])
            adds += len(taps[1:])
            divisions += 1
        assert biggest.work.compares == compares
        assert (mean.work.adds, mean.work.divisions) == (adds, divisions)

    check()


@pytest.mark.parametrize(
    ("count", "mean", "top"),
    [
        (1, AdaptiveAveragePool1d, AdaptiveMaxPool1d),
        (2, AdaptiveAveragePool2d, AdaptiveMaxPool2d),
        (3, AdaptiveAveragePool3d, AdaptiveMaxPool3d),
    ],
)
def test_adaptive_pooling(count, mean, top):
    @given(
        lengths=st.tuples(*[st.integers(1, 12 if count < 3 else 5)] * count),
        sizes=st.tuples(*[st.integers(1, 8 if count < 3 else 4)] * count),
        layout=LAYOUTS,
    )
    @settings(max_examples=FEW[count], deadline=None)
    def check(lengths, sizes, layout):
        last = layout == "channels_last"
        shape = Shape(2, *lengths, 3) if last else Shape(2, 3, *lengths)
        reads = [
            [range(floor(i * length / size), ceil((i + 1) * length / size)) for i in range(size)]
            for length, size in zip(lengths, sizes, strict=True)
        ]
        more = outputs = 0
        for _image, _channel, *along in product(range(2), range(3), *reads):
            more += len(list(product(*along))) - 1
            outputs += 1
        averaged, biggest = (kind(sizes, data_format=layout).apply(shape) for kind in (mean, top))
        assert averaged.output == biggest.output == ((2, *sizes, 3) if last else (2, 3, *sizes))
        assert (averaged.work.adds, averaged.work.divisions) == (more, outputs)
        assert biggest.work.compares == more

    check()


@pytest.mark.parametrize("count", [1, 2, 3])
def test_global_pooling_cropping_padding_and_upsampling(count):
    """Against numpy's own arrays: what is really left, added, or repeated."""
    average = (GlobalAveragePool1d, GlobalAveragePool2d, GlobalAveragePool3d)[count - 1]
    cropping = (Cropping1d, Cropping2d, Cropping3d)[count - 1]
    padding = (ZeroPadding1d, ZeroPadding2d, ZeroPadding3d)[count - 1]
    upsampling = (Upsampling1d, Upsampling2d, Upsampling3d)[count - 1]
    biggest = (GlobalMaxPool1d, GlobalMaxPool2d, GlobalMaxPool3d)[count - 1]
    for first in (False, True):
        layout = {"data_format": "channels_first"} if first else {}
        sizes = (2, 3, *(4, 5, 6)[:count]) if first else (2, *(4, 5, 6)[:count], 3)
        array, shape = numpy.ones(sizes), Shape(*sizes)
        sides = tuple(range(2, 2 + count)) if first else tuple(range(1, 1 + count))
        amounts = ((0, 1), (2, 0), (1, 3))[:count]
        around = [(0, 0)] * len(sizes)
        for axis, amount in zip(sides, amounts, strict=True):
            around[axis] = amount
        assert padding(amounts, **layout).apply(shape).output == numpy.pad(array, around).shape
        cut = array[tuple(slice(before, size - after) for size, (before, after) in zip(sizes, around, strict=True))]
        assert cropping(amounts, **layout).apply(shape).output == cut.shape
        larger = array
        for axis, times in zip(sides, (2, 3, 1), strict=False):
            larger = larger.repeat(times, axis)
        factors = (2, 3, 1)[:count]
        assert upsampling(factors if count > 1 else 2, **layout).apply(shape).output == larger.shape
        for kind in (average, biggest):
            for kept in (False, True):
                cost = kind(keepdims=kept, **layout).apply(shape)
                assert cost.output == array.mean(axis=sides, keepdims=kept).shape
                each = cost.work.adds + cost.work.compares
                assert each == sum(len(pooled.ravel()[1:]) for pooled in numpy.split(array.ravel(), 2 * 3))
        assert average(**layout).apply(shape).work.divisions == 2 * 3


@pytest.mark.parametrize("given", [1, 2, 3])
def test_attention(given):
    """softmax(q·kᵀ)·v, every head by itself (Vaswani et al. 2017, sec. 3.2), product by product."""
    query, value, key = Shape(2, 3, 4), Shape(2, 5, 6), Shape(2, 5, 7)
    heads, width, value_width, units = 2, 3, 4, 5
    read = (query, value, key)[:given]
    value, key = (query, query) if given == 1 else (value, value) if given == 2 else (value, key)
    products = 0
    for _image, _head in product(range(2), range(heads)):
        for shape, wide in ((query, width), (key, width), (value, value_width)):
            products += sum(1 for _ in product(range(shape[1]), range(shape[2]), range(wide)))
        products += sum(1 for _ in product(range(query[1]), range(key[1]), range(width)))
        products += sum(1 for _ in product(range(query[1]), range(key[1]), range(value_width)))
        products += sum(1 for _ in product(range(query[1]), range(value_width), range(units)))
    cost = MultiHeadAttention(heads, width, value_width, units).apply(*read)
    assert cost.work.multiply_accumulates == products
    assert cost.work.exponentials == 2 * heads * query[1] * key[1]
    assert cost.output == Shape(2, 3, 5)


def test_windows_of_a_picture_attend_each_by_itself():
    """Attention along the width alone: a row of pixels never sees another row."""
    heads, width, channels = 2, 3, 4
    query = numpy.ones((2, 5, 7, channels))
    products = 0
    for _image, _row, _head in product(range(2), range(5), range(heads)):
        products += 3 * sum(1 for _ in product(range(7), range(channels), range(width)))
        products += 2 * sum(1 for _ in product(range(7), range(7), range(width)))
        products += sum(1 for _ in product(range(7), range(width), range(channels)))
    along = MultiHeadAttention(heads, width, attention_axes=(2,)).apply(Shape(*query.shape))
    assert along.work.multiply_accumulates == products
    assert along.work.exponentials == 2 * 5 * heads * 7 * 7
    assert along.output == query.shape
    everywhere = MultiHeadAttention(heads, width).apply(Shape(*query.shape))
    folded = MultiHeadAttention(heads, width).apply(Shape(2, 35, channels))
    assert everywhere.work == folded.work
    assert everywhere.output == query.shape


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
        assert cost.output[1] == pytorch_pooled(n, f, s, before, after, d), (n, f, s, d, before, after)
        compared += 1
    assert compared > 5000


@pytest.mark.parametrize("ceil_mode", [False, True])
def test_a_pooling_window_that_does_not_fit(ceil_mode):
    cost = MaxPool2d(5, 2, ceil_mode=ceil_mode).apply(Shape(1, 3, 3, 1))
    assert not valid(cost)
