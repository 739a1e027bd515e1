"""How an output's places depend on an input's: what an op says of it, axis by axis.

For every axis of every input an op says one of two things. `Reach`: the place o along an axis of the
output reads the places from ⌈(o·stride + low)/divisor⌉ to ⌊(o·stride + high)/divisor⌋, as windows,
padding, cropping and enlarging do. `Mixed`: some places, that depend on the places along several axes
(or on one of them in another way); along none of them: every place is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from .dim import Dim, equal, is_exactly
from .frozen import NamedTuple
from .shape import Shape
from .window import Window


class Reach(NamedTuple):
    """What place o along `axis` of the output reads: places ⌈(o·stride + low)/divisor⌉ to ⌊(o·stride + high)/divisor⌋.

    With a `step` the gaps of dilation are known too: of low, low + step … high those where the quotient is whole.
    The defaults are the same place.
    """

    axis: int
    stride: Dim = 1
    low: Dim = 0
    high: Dim = 0
    divisor: Dim = 1
    step: Dim = 1


class Mixed(NamedTuple):
    """Places that depend on those along these axes of the output, in a way that is not told; every place of none."""

    axes: tuple[int, ...] = ()


EVERYTHING = Mixed()
Along: TypeAlias = Reach | Mixed
Reaches: TypeAlias = tuple[Along, ...]  # one for each axis of an input


def same_place(rank: int) -> tuple[Reach, ...]:
    """Every number from the one at its own place.

    >>> same_place(2)
    (Reach(axis=0, stride=1, low=0, high=0, divisor=1, step=1), Reach(axis=1, stride=1, low=0, high=0, divisor=1, \
step=1))
    """
    return tuple(map(Reach, range(rank)))


def repeated(shape: Shape, output: Shape) -> Reaches:
    """The same place, aligned at the last axis; of an axis of 1 that is repeated, the only place.

    >>> [each.stride for each in repeated(Shape(1, 1, 1, 64), Shape(1, 7, 7, 64))]
    [1, 0, 0, 1]
    """
    first = len(output) - len(shape)
    return tuple(
        Reach(axis, stride=0 if is_exactly(size, 1) and not is_exactly(output[axis], 1) else 1)
        for axis, size in enumerate(shape, first)
    )


def of_window(window: Window) -> Reach:
    """What a window reads; `over_sides` puts it on its axis.

    >>> of_window(Window(224, 7, 2, 3, 3))
    Reach(axis=0, stride=2, low=-3, high=3, divisor=1, step=1)
    """
    before = window.pads[0]
    return Reach(0, window.stride, -before, window.span - 1 - before, step=window.dilation)


def over_sides(sides: Iterable[Along], data_format: str, channels: Along = EVERYTHING) -> Reaches:
    """A batch of maps: each image by itself, the sides as told, and the channels.

    >>> over_sides([EVERYTHING], "channels_first", Reach(0))[1:]
    (Reach(axis=1, stride=1, low=0, high=0, divisor=1, step=1), Mixed(axes=()))
    """
    found = list(sides)
    place = 1 if data_format == "channels_first" else len(found) + 1
    found.insert(place - 1, channels)
    return (Reach(0), *[_on(axis, each) for axis, each in enumerate(found, 1)])


def _on(axis: int, along: Along) -> Along:
    return along._replace(axis=axis) if isinstance(along, Reach) else along


def regrouped(shape: Shape, output: Shape) -> Reaches:
    """The same numbers in their order, in another shape: axes kept at both ends keep their places, all between mix.

    >>> regrouped(Shape(2, 7, 7, 64), Shape(2, 49, 64))[1:]
    (Mixed(axes=(1,)), Mixed(axes=(1,)), Reach(axis=2, stride=1, low=0, high=0, divisor=1, step=1))
    """
    least = min(len(shape), len(output))
    start = end = 0
    while start < least and equal(shape[start], output[start]) is True:
        start += 1
    while end < least - start and equal(shape[-1 - end], output[-1 - end]) is True:
        end += 1
    between = Mixed(tuple(range(start, len(output) - end)))
    only = Reach(0, stride=0)  # wherever the image is: it is no place of any other axis
    middle = [only if is_exactly(size, 1) else between for size in shape[start : len(shape) - end]]
    return (*map(Reach, range(start)), *middle, *map(Reach, range(len(output) - end, len(output))))


def removed(rank: int, gone: Sequence[int]) -> Reaches:
    """Axes of which some are taken away: the others keep their places, of those that go every place is read.

    >>> removed(3, [1])[1:]
    (Mixed(axes=()), Reach(axis=1, stride=1, low=0, high=0, divisor=1, step=1))
    """
    kept = [axis for axis in range(rank) if axis not in gone]
    return tuple([EVERYTHING if axis in gone else Reach(kept.index(axis)) for axis in range(rank)])
