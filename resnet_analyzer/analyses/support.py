"""Which pixels of the input one unit of a layer can depend on: exactly, at the image's own size.

`receptive_field` tells what units see by formula, the padding beyond the image's edge counted. Here one unit
is followed back, place by place: what lies in the padding is not there, gaps of dilation and of transposed
convolutions are gaps, and units of different branches need not be aligned. It is the support of the unit's
gradient where no weight is zero and no two terms cancel.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

from ..dim import is_number
from ..errors import UnknownName, UsageError
from ..measurement import Measurement, Row
from ..ops.input import Input
from ..reach import Along, Mixed, Reach, Reaches

Places: TypeAlias = frozenset[int]
Box: TypeAlias = tuple[Places, ...]  # along each axis: all their combinations
MOST_BOXES = 64  # of one layer: through more than so many branches that see differently, their hull is told


class Support(NamedTuple):
    """The places along each axis of each input, by its name, that a unit depends on.

    `exact` is False where an op mixes places in a way that it does not tell: then no more than these.
    """

    inputs: Mapping[str, tuple[Places, ...]]
    exact: bool = True


def middle(row: Row, channels_first: bool = False) -> tuple[int, ...]:
    """The unit in the middle of a layer: of its sides; batch and channels 0.

    >>> from resnet_analyzer.architectures.base import architecture
    >>> from resnet_analyzer.measurement import measure
    >>> middle(measure(architecture("resnet18")).by_name["stage1/conv"])
    (0, 56, 56, 0)
    """
    channel = 1 if channels_first else len(row.output or ()) - 1
    return tuple([0 if axis in (0, channel) else size // 2 for axis, size in enumerate(row.output or ())])  # type: ignore[operator]


def support(measurement: Measurement, name: str, unit: Sequence[int] | None = None) -> Support | None:
    """What one unit (by default the one in the middle) of the layer `name` depends on; None if that is not told.

    UnknownName for a layer that is not there, UsageError for sizes that are no numbers or a unit outside the layer.

    >>> from resnet_analyzer.architectures.base import architecture
    >>> from resnet_analyzer.measurement import measure
    >>> found = support(measure(architecture("resnet18")), "stage1/conv", (0, 0, 0, 0))
    >>> sorted(found.inputs["input"][1])   # 7 taps, of which 3 lie in the padding
    [0, 1, 2, 3]
    """
    rows = measurement.by_name
    if name not in rows:
        raise UnknownName("layer", name, list(rows))
    row = rows[name]
    if row.output is None:
        return None
    if not all(map(is_number, row.output)):
        raise UsageError(f"{name}: the pixels that a unit sees depend on the size: measure plain sizes")
    place = middle(row, name in measurement.graph.channels_first()) if unit is None else tuple(unit)
    if len(place) != len(row.output) or not all(0 <= at < size for at, size in zip(place, row.output, strict=True)):
        raise UsageError(f"{name}: there is no unit {place}: its shape is {tuple(row.output)}")
    return _followed(measurement.rows, name, place)


def _followed(rows: Sequence[Row], name: str, unit: tuple[int, ...]) -> Support | None:
    """One pass back over the layers, from the last to the first."""
    wanted: dict[str, list[Box]] = {name: [tuple(frozenset((at,)) for at in unit)]}
    found: dict[str, tuple[Places, ...]] = {}
    exact = True
    for row in reversed(rows):
        boxes = wanted.pop(row.name, [])
        if not boxes:
            continue
        if isinstance(row.node.op, Input):
            found[row.name] = _around(boxes)
            continue
        reaches = row.node.op.reach(row.inputs, row.cost) if row.node.inputs else ()
        if reaches is None:
            return None
        if len(boxes) > MOST_BOXES:
            boxes, exact = [_around(boxes)], False
        for source, shape, reach in zip(row.node.inputs, row.inputs, reaches, strict=True):
            exact &= not any(isinstance(along, Mixed) and along.axes for along in reach)
            for box in boxes:
                _put(wanted.setdefault(source, []), _read(reach, box, shape))
    return Support(found, exact)


def _around(boxes: Sequence[Box]) -> Box:
    """What lies in any of some boxes, along each axis."""
    return tuple(frozenset().union(*along) for along in zip(*boxes, strict=True))


def _put(boxes: list[Box], new: Box) -> None:
    """Add a box, unless it is empty or inside another; those inside it go."""
    if not all(new) or any(all(mine <= theirs for mine, theirs in zip(new, box, strict=True)) for box in boxes):
        return
    boxes[:] = [box for box in boxes if not all(mine <= theirs for mine, theirs in zip(box, new, strict=True))]
    boxes.append(new)


def _read(reaches: Reaches, box: Box, shape: Sequence[int]) -> Box:
    """The places of an input that some places of the output read, along each axis."""
    return tuple(_along(along, box, size) for along, size in zip(reaches, shape, strict=True))


def _along(along: Along, places: tuple[Places, ...], size: int) -> Places:
    if isinstance(along, Mixed):
        return frozenset(range(size))
    return frozenset(place for at in (places[along.axis] if along.stride else (0,)) for place in _taps(along, at, size))


def _taps(reach: Reach, at: int, size: int) -> range | list[int]:
    """The places that one place reads, those outside left out."""
    _axis, stride, low, high, divisor, step = reach
    first, last = at * stride + low, at * stride + high
    if divisor == 1:  # type: ignore[comparison-overlap]
        start = first if first >= 0 else first % step
        return range(start, min(last, size - 1) + 1, step)
    if step == 1:
        return range(max(-(-first // divisor), 0), min(last // divisor, size - 1) + 1)
    taps = range(first, last + 1, step)
    return [tap // divisor for tap in taps if tap % divisor == 0 and 0 <= tap // divisor < size]
