"""The receptive field of every layer in figures: size, stride, offset, shortest and longest path, share of the image.

`exceeds` marks layers whose field is larger than the input along every side. `idle` marks windows whose inputs see
the whole image already, through even the shortest path: they add no context (Richter et al. 2021, (Input) Size
Matters for CNN Classifiers, sec. 3). `unread` marks layers that no output depends on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import partial
from typing import TypeAlias

from ..dim import Dim, floor_div, maximum, minimum
from ..errors import UsageError
from ..frozen import NamedTuple
from ..measurement import Measurement, Row
from ..reach import EVERYTHING, Mixed
from .receptive_field import Axis, View, in_numbers, receptive_fields

Sizes: TypeAlias = tuple[int | None, ...]  # along each side; None for all of it
Ends: TypeAlias = dict[tuple[int | Fraction, int], Axis]  # by the distance of units and the layer's axis they follow
Paths: TypeAlias = tuple[Ends | None, ...] | None  # along each axis of the first input; None: everything


class Field(NamedTuple):
    """What the units of one layer see; `view` is None where that cannot be told.

    `size`, `stride` and `offset` (the first pixel that unit 0 sees) are along each side, None where all of it is
    seen. `shortest` and `longest` are the sizes along the paths that see least and most. `share` is the part of the
    image between the first and the last pixel that the middle unit sees.
    """

    row: Row
    view: View | None
    shortest: Sizes | None = None
    longest: Sizes | None = None
    share: Fraction | None = None
    exceeds: bool = False
    idle: bool = False
    unread: bool = False

    @property
    def name(self) -> str:
        """The layer's name."""
        return self.row.name

    @property
    def size(self) -> Sizes | None:
        """Pixels along each side that a unit sees at most."""
        return None if self.view is None else tuple(side and side.size for side in self.view.sides)

    @property
    def stride(self) -> tuple[int | Fraction | None, ...] | None:
        """How far the next unit's view is moved."""
        return None if self.view is None else tuple(side and side.jump for side in self.view.sides)

    @property
    def offset(self) -> Sizes | None:
        """The first pixel that unit 0 sees: negative where it begins in the padding."""
        return None if self.view is None else tuple(side and side.first for side in self.view.sides)


def fields(measurement: Measurement) -> tuple[Field, ...]:
    """The receptive field of every layer, in order; of several inputs what it sees of the first.

    UsageError for a measurement over a grid or symbols.

    >>> from resnet_analyzer.architectures.base import architecture
    >>> from resnet_analyzer.measurement import measure
    >>> found = {each.name: each for each in fields(measure(architecture("resnet50")))}
    >>> last = found["stage5/block3/relu"]
    >>> last.size, last.stride, last.offset, last.shortest   # along the shortcuts: 7, then 3 with stride 2
    ((483, 483), (32, 32), (-241, -241), (11, 11))
    """
    image = _sides(measurement)
    return tuple(map(partial(_field, image=image), traced(measurement)))


class Traced(NamedTuple):
    """What of a field does not follow from the size of the image; `before` are the shortest paths of its inputs."""

    row: Row
    view: View | None
    shortest: Sizes | None
    longest: Sizes | None
    before: tuple[Sizes | None, ...]
    unread: bool

    @property
    def slides(self) -> bool:
        """Whether it has a window of more than one place."""
        return any(window.span != 1 for window in self.row.cost.windows)


def traced(measurement: Measurement) -> list[Traced]:
    """The fields of every layer, in order, over plain sizes or symbols; UsageError where they depend on symbols."""
    rows, layout = measurement.rows, measurement.graph.data_format
    views = receptive_fields(rows)
    shortest, longest = _extremes(rows, min), _extremes(rows, max)
    read = _read_by_outputs(measurement)
    return [
        Traced(
            row,
            views[row.name],
            _sizes(shortest[row.name], layout),
            _sizes(longest[row.name], layout),
            tuple(_sizes(shortest[name], layout) for name in row.node.inputs),
            row.name not in read,
        )
        for row in rows
    ]


def _field(each: Traced, image: Sequence[int]) -> Field:
    idle = each.slides and all(_covers(sizes, image) for sizes in each.before)
    share, exceeds = _share(each, image), _exceeds(each.view, image)
    return Field(each.row, each.view, each.shortest, each.longest, share, exceeds, idle, each.unread)


def _sides(measurement: Measurement) -> tuple[int, ...]:
    """The first input's size along each of its sides."""
    inputs = measurement.graph.inputs
    shape = inputs[0].op.shape if inputs else ()  # type: ignore[attr-defined]
    if any(type(size) is not int for size in shape):
        raise UsageError(f"{measurement.graph.name}: receptive fields of every layer need plain sizes")
    return tuple(shape[2:] if measurement.graph.data_format == "channels_first" else shape[1:-1])


def _read_by_outputs(measurement: Measurement) -> set[str]:
    """The layers that the last output depends on: the network's answer."""
    rows = measurement.rows
    needed = {rows[-1].name} if rows else set()
    for row in reversed(rows):
        if row.name in needed:
            needed.update(row.node.inputs)
    return needed | {row.name for row in rows if row.node.training_only}


def _covers(sizes: Sizes | None, image: Sequence[int]) -> bool:
    if sizes is None or len(sizes) != len(image):
        return False
    return all(size is None or size >= side for size, side in zip(sizes, image, strict=True))


def _exceeds(view: View | None, image: Sequence[int]) -> bool:
    if view is None or len(view.sides) != len(image) or not image or view.whole:
        return False
    return all(side is None or side.size > pixels for side, pixels in zip(view.sides, image, strict=True))


def _share(each: Traced, image: Sequence[int]) -> Fraction | None:
    """What lies between the first and the last pixel that the middle unit sees, of the whole image."""
    found = part_seen(each, image)
    return None if found is None else Fraction(*found)


def part_seen(each: Traced, image: Sequence[Dim]) -> tuple[Dim, Dim] | None:
    """The pixels from the first to the last that the middle unit sees, and all along those sides; None where unknown.

    Over symbols too, where every unit of a layer sees the same number of pixels.
    """
    view, output = each.view, each.row.output
    if view is None or output is None or len(view.sides) != len(image) or not image:
        return None
    seen, whole = 1, 1
    for side, pixels in zip(view.sides, image, strict=True):
        if side is not None:
            first, last = side.sees(floor_div(output[side.along], 2))
            seen = seen * maximum(minimum(last, pixels - 1) - maximum(first, 0) + 1, 0)
            whole = whole * pixels
    return seen, whole


def _sizes(paths: Paths, layout: str | None) -> Sizes | None:
    """The smallest or largest size along each side, whichever paths were kept."""
    if paths is None:
        return None
    sides = paths[2:] if layout == "channels_first" else paths[1:-1]
    return tuple(None if ends is None else min(axis.size for axis in ends.values()) for ends in sides)


def _extremes(rows: Sequence[Row], pick: Callable[..., Axis]) -> dict[str, Paths]:
    """The views along the paths that see least (`pick` is min) or most, for each distance of units."""
    known: dict[str, Paths] = {}
    for row in rows:
        known[row.name] = _through(row, [known[name] for name in row.node.inputs], pick)
    return known


def _through(row: Row, before: Sequence[Paths], pick: Callable[..., Axis]) -> Paths:
    if row.output is None:
        return None
    if not row.node.inputs:
        return tuple({(1, axis): Axis(along=axis)} for axis in range(len(row.output)))
    reaches = row.node.op.reach(row.inputs, row.cost)
    if reaches is None or None in before:
        return None
    found: list[list[Ends | None]] = []
    for paths, reach in zip(before, reaches, strict=True):
        passed = [_ends(ends, in_numbers(reach, EVERYTHING)) for ends in paths or ()]
        if any(each == {} for each in passed):
            return None
        found.append(passed)
    if len({len(each) for each in found}) != 1:  # of different inputs
        return None
    return tuple(_picked(several, pick) for several in zip(*found, strict=True))


def _ends(ends: Ends | None, reaches: Sequence[object]) -> Ends | None:
    """The views behind an op; None where everything is seen, {} where that cannot be told."""
    passed: Ends = {}
    for axis in (ends or {}).values():
        reach = reaches[axis.along]
        if isinstance(reach, Mixed):
            return None if reach == EVERYTHING else {}
        through = axis.through(reach)  # type: ignore[arg-type]
        if through is None:
            return {}
        passed[through.jump, through.along] = through
    return passed if ends is not None else None


def _picked(several: Sequence[Ends | None], pick: Callable[..., Axis]) -> Ends | None:
    """The extreme view of each kind; what sees everything sees most."""
    told = [each for each in several if each is not None]
    if not told or (pick is max and len(told) < len(several)):
        return None
    if len(told) == 1:
        return told[0]
    found: Ends = {}
    for each in told:
        for key, axis in each.items():
            found[key] = pick(found.get(key, axis), axis, key=lambda one: one.size)
    return found
