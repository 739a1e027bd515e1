"""Ops that only move numbers, against what numpy does to real arrays."""

from __future__ import annotations

from typing import Any

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resnet_analyzer.dim import holds
from resnet_analyzer.graph import GraphBuilder
from resnet_analyzer.measurement import measure
from resnet_analyzer.ops.activation import Activation
from resnet_analyzer.ops.base import NO_WORK, Cost, Op
from resnet_analyzer.ops.broadcast_to import BroadcastTo
from resnet_analyzer.ops.expand_dims import ExpandDims
from resnet_analyzer.ops.extract_patches import ExtractPatches1d, ExtractPatches2d, ExtractPatches3d
from resnet_analyzer.ops.gather import Gather
from resnet_analyzer.ops.pad import Pad
from resnet_analyzer.ops.reshape import Flatten, Permute, Reshape
from resnet_analyzer.ops.roll import Roll
from resnet_analyzer.ops.slice import Slice
from resnet_analyzer.ops.space_depth import DepthToSpace, SpaceToDepth
from resnet_analyzer.ops.split import Split
from resnet_analyzer.ops.squeeze import Squeeze
from resnet_analyzer.ops.stack import Stack
from resnet_analyzer.ops.tile import Repeat, RepeatVector, Tile
from resnet_analyzer.reach import Reach
from resnet_analyzer.shape import Shape

SIZES = st.lists(st.integers(1, 5), min_size=1, max_size=5).map(tuple)
ENDS = st.none() | st.integers(-7, 7)
ENTRIES = st.integers(-6, 6) | st.builds(slice, ENDS, ENDS, st.none() | st.sampled_from([-3, -2, -1, 1, 2, 3]))


def fine(cost: Cost) -> bool:
    return all(holds(check.condition) for check in cost.checks)


def ids(*sizes: int) -> Any:
    """An array in which every number tells where it stands, from 1."""
    return numpy.arange(1, 1 + int(numpy.prod(sizes))).reshape(sizes)


def assert_moves(op: Op, array: Any, expected: Any) -> None:
    """The op says of the array's shape what numpy made of it; nothing is computed; and it reaches what was read."""
    shape = Shape(*array.shape)
    cost = op.apply(shape)
    assert fine(cost), [check.text for check in cost.checks]
    assert cost.output == expected.shape
    assert cost.work == NO_WORK
    assert not cost.weights
    reaches = op.reach((shape,), cost)
    if reaches is not None:
        assert_reaches(reaches[0], array, expected)


def assert_reaches(reaches: Any, array: Any, expected: Any) -> None:
    """Every number that came out stands among those that the op says its place reads."""
    assert len(reaches) == array.ndim
    stands = {number: place for place, number in numpy.ndenumerate(array)}
    for place in numpy.ndindex(expected.shape):
        if not expected[place]:
            continue  # padding
        for along, position in zip(reaches, stands[expected[place]], strict=True):
            if isinstance(along, Reach):
                at = place[along.axis] * along.stride if along.stride else 0
                first, last = -((-at - along.low) // along.divisor), (at + along.high) // along.divisor
                assert first <= position <= last, (reaches, place, position)
                if along.low == along.high:
                    assert position == first


@given(sizes=SIZES, data=st.data())
@settings(max_examples=500, deadline=None)
def test_slice(sizes, data):
    """Any index that numpy takes gives numpy's shape; any that numpy refuses, or that leaves nothing, is refused."""
    index = data.draw(st.lists(ENTRIES | st.none(), max_size=len(sizes) + 1))
    if data.draw(st.booleans()):
        index.insert(data.draw(st.integers(0, len(index))), Ellipsis)
    array = ids(*sizes)
    try:
        expected = array[tuple(index)]
    except IndexError:
        expected = None
    cost = Slice(tuple(index)).apply(Shape(*sizes))
    assert fine(cost) == (expected is not None and expected.size > 0), (index, [check.text for check in cost.checks])
    if fine(cost):
        assert_moves(Slice(tuple(index)), array, expected)


@given(sizes=SIZES, data=st.data())
@settings(deadline=None)
def test_permute_reshape_and_flatten(sizes, data):
    array = ids(*sizes)
    axes = data.draw(st.permutations(range(len(sizes))))
    assert_moves(Permute(tuple(axes)), array, array.transpose(axes))
    folded = data.draw(st.integers(0, len(sizes)))
    target = (*sizes[:folded], -1)
    assert_moves(Reshape(target), array, array.reshape(target))
    if len(sizes) > 1:
        first = data.draw(st.integers(0, len(sizes) - 1))
        last = data.draw(st.integers(first, len(sizes) - 1))
        flat = array.reshape(*sizes[:first], -1, *sizes[last + 1 :])
        assert_moves(Flatten(first, last), array, flat)
        assert_moves(Flatten(first - len(sizes), last - len(sizes)), array, flat)


@given(sizes=SIZES, data=st.data())
@settings(deadline=None)
def test_pad_roll_tile_and_repeat(sizes, data):
    array = ids(*sizes)
    mode = data.draw(st.sampled_from(["constant", "edge", "reflect", "symmetric", "wrap"]))
    amounts = tuple(data.draw(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1))) for size in sizes)
    assert_moves(Pad(amounts, mode), array, numpy.pad(array, amounts, mode))
    axis = data.draw(st.integers(-len(sizes), len(sizes) - 1))
    assert_moves(Roll(2, axis), array, numpy.roll(array, 2, axis))
    assert_moves(Repeat(3, axis), array, numpy.repeat(array, 3, axis))
    times = tuple(data.draw(st.lists(st.integers(1, 3), min_size=1, max_size=6)))
    assert_moves(Tile(times), array, numpy.tile(array, times))


@given(sizes=SIZES, data=st.data())
@settings(deadline=None)
def test_new_axes_and_axes_of_one(sizes, data):
    array = ids(*sizes)
    axes = tuple(data.draw(st.sets(st.integers(0, len(sizes)), min_size=1, max_size=2)))
    larger = numpy.expand_dims(array, axes)
    assert_moves(ExpandDims(axes), array, larger)
    assert_moves(ExpandDims(tuple(axis - larger.ndim for axis in axes)), array, larger)
    assert_moves(Squeeze(axes), larger, array)
    assert_moves(Squeeze(), larger, array.squeeze())
    for axis, size in enumerate(sizes):
        assert fine(Squeeze(axis).apply(Shape(*sizes))) == (size == 1)


@given(sizes=SIZES, target=SIZES)
@settings(max_examples=300, deadline=None)
def test_broadcast_to(sizes, target):
    """Where a target has no 1 of its own: as numpy.broadcast_to."""
    target = tuple(2 if size == 1 else size for size in target)
    try:
        expected = numpy.broadcast_to(numpy.zeros(sizes), target).shape
    except ValueError:
        expected = None
    cost = BroadcastTo(target).apply(Shape(*sizes))
    assert fine(cost) == (expected is not None)
    if expected is not None:
        assert cost.output == expected
        kept = tuple(-1 if i >= len(target) - len(sizes) and sizes[i - len(target)] == size else size
                     for i, size in enumerate(target))  # fmt: skip
        assert BroadcastTo(kept).apply(Shape(*sizes)).output == expected


@given(sizes=SIZES, data=st.data())
@settings(deadline=None)
def test_stack_split_and_gather(sizes, data):
    array = ids(*sizes)
    place = data.draw(st.integers(-len(sizes) - 1, len(sizes)))
    stacked = numpy.stack([array] * 3, place)
    assert Stack(place).apply(*[Shape(*sizes)] * 3).output == stacked.shape
    axis = data.draw(st.integers(-len(sizes), len(sizes) - 1))
    longer = ids(*array.repeat(6, axis).shape)
    for sections in (2, 3):
        for part, piece in enumerate(numpy.split(longer, sections, axis)):
            assert_moves(Split(sections, axis, part), longer, piece)
    length = longer.shape[axis]
    for part, piece in enumerate(numpy.split(longer, [1, 3], axis)):
        assert_moves(Split((1, 2, length - 3), axis, part), longer, piece)
    assert not fine(Split((1, 2, length), axis).apply(Shape(*longer.shape)))
    assert not fine(Split(length + 1, axis).apply(Shape(*longer.shape)))
    picked = numpy.zeros((2, 3), int)
    cost = Gather(axis).apply(Shape(*sizes), Shape(2, 3))
    assert cost.output == array.take(picked, axis).shape
    assert Gather(axis).apply(Shape(*sizes), Shape()).output == array.take(0, axis).shape


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("block", [1, 2, 3])
def test_pixel_shuffle_and_back(count, block):
    """By reshape and transpose, as Shi et al. 2016 draw it."""
    sides, depth = (2, 3, 4)[:count], 5
    array = ids(2, *sides, *(block,) * count, depth)
    order = [0, *[axis for i in range(count) for axis in (1 + i, 1 + count + i)], 1 + 2 * count]
    shuffled = array.transpose(order).reshape(2, *[side * block for side in sides], depth)
    deep = array.reshape(2, *sides, -1)
    assert_moves(DepthToSpace(block), deep, shuffled)
    assert_moves(SpaceToDepth(block), shuffled, deep)
    first = {"data_format": "channels_first"}
    assert_moves(DepthToSpace(block, **first), numpy.moveaxis(deep, -1, 1), numpy.moveaxis(shuffled, -1, 1))
    assert_moves(SpaceToDepth(block, **first), numpy.moveaxis(shuffled, -1, 1), numpy.moveaxis(deep, -1, 1))


@pytest.mark.parametrize(("count", "kind"), [(1, ExtractPatches1d), (2, ExtractPatches2d), (3, ExtractPatches3d)])
def test_patches_are_numpys_sliding_windows(count, kind):
    sides, size = (7, 5, 6)[:count], (3, 2, 4)[:count]
    array = numpy.zeros((2, *sides, 3))
    axes = tuple(range(1, 1 + count))
    seen = numpy.lib.stride_tricks.sliding_window_view(array, size, axes)
    for stride in (1, 2):
        some = seen[(slice(None), *[slice(None, None, stride)] * count)]
        cost = kind(size if count > 1 else size[0], strides=stride).apply(Shape(*array.shape))
        assert cost.output == (2, *some.shape[1 : 1 + count], 3 * numpy.prod(size))
        assert cost.work == NO_WORK


def test_a_vector_over_time():
    vectors = ids(2, 5)
    assert_moves(RepeatVector(7), vectors, numpy.repeat(vectors[:, None], 7, 1))


@pytest.mark.parametrize(
    ("op", "shape", "message"),
    [
        (Slice((0, (5, 5))), Shape(2, 7), "the range 5:5:1 of an axis of 7 is empty."),
        (Slice((-3,)), Shape(2, 7), "there is no position -3 along an axis of 2."),
        (Slice((0, 0, 0)), Shape(2, 7), "an index of 3 axes does not fit 2×7."),
        (Split(3), Shape(2, 7), "an axis of 7 cannot be split into 3 equal parts."),
        (Split((3, 5)), Shape(2, 7), "an axis of 7 cannot be split into sections of 3, 5."),
        (Squeeze(1), Shape(2, 7), "axis 1 of 2×7 is not 1, so it cannot be squeezed."),
        (Squeeze(2), Shape(2, 7), r"there is no axis \(2,\) in 2×7 \(axes 0 to 1, the batch first\)."),
        (BroadcastTo((3, 7)), Shape(2, 7), "2×7 cannot be broadcast to 3×7: its axes must be 1, or agree."),
        (Pad(((1, 1),)), Shape(2, 7), "1 pairs of padding do not fit 2×7, which has 2 axes."),
        (Pad(((0, 0), (7, 0)), "reflect"), Shape(2, 7), "reflect padding of 7 needs more numbers than an axis of 7"),
        (DepthToSpace(2), Shape(2, 7, 7), "7 channels are no multiple of a block of 2 positions."),
        (SpaceToDepth(2), Shape(2, 7, 8), "a side of 7 is no multiple of a block of 2."),
    ],
)
def test_what_cannot_be_is_said_in_one_line(op, shape, message):
    broken = [check.text for check in op.apply(shape).checks if holds(check.condition) is False]
    assert broken
    assert message.replace("\\", "") in broken[0]


def test_a_grid_of_slices_is_cut_into_chunks():
    """Ops whose settings are nested keep them in their fields alone, so that `measure` can cut a large grid."""
    ends = numpy.arange(1, 30_001) % 9 + 1
    build = GraphBuilder("grid")
    part = build.add("part", Slice(((None, None), (None, ends))), build.input(Shape(1, 9, 4)))
    build.add("relu", Activation("relu"), build.add("pad", Pad(((0, 0), (ends, 0), (0, 0))), part))
    totals = measure(build.graph()).totals
    assert totals.flops.shape == ends.shape
    assert totals.flops[:9].tolist() == [2 * 4 * end for end in ends[:9].tolist()]
