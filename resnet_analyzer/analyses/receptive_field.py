"""The receptive field: which pixels of the input a unit of a layer can see, exactly, on any directed graph.

Every op says how an output's places depend on its inputs' (`reach`). Along one axis of the input, the
units of a layer see intervals whose ends are whole numbers that grow with the unit's place, at a steady
pace over a period: unit q·period + r sees from q·advance + firsts[r] to q·advance + lasts[r]. Behind a
window of span f, stride s and padding p before, at period 1, that is

    advance·s,   first − p·advance,   last + (f − 1 − p)·advance

(Araujo, Norris, Sim 2019, Computing Receptive Fields of Convolutional Neural Networks, eqs. 1 to 4);
enlarging and transposed convolutions have longer periods. Where branches meet, the union of what they
see counts, and so do the gaps of dilation; branches whose units are not equally far apart are kept side by
side (`Unaligned`), and every unit has its own union. Normalisation by an image's own statistics is not
counted as seeing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import gcd, lcm
from typing import TypeAlias

from ..dim import is_exactly
from ..errors import UsageError
from ..frozen import NamedTuple
from ..graph import input_layouts
from ..measurement import Row
from ..reach import EVERYTHING, Along, Mixed, Reach, Reaches
from ..shape import Shape

SAME = Reach(0)[1:5]
LONGEST_PERIOD = 10_000  # units; what repeats less often is not told


class Axis(NamedTuple):
    """What the units of a layer see along one axis of the input; `along` is the layer's axis that they follow."""

    advance: int = 1
    firsts: tuple[int, ...] = (0,)
    lasts: tuple[int, ...] = (0,)
    along: int = 0

    @property
    def period(self) -> int:
        """After how many units the sizes of what they see repeat."""
        return len(self.firsts)

    @property
    def jump(self) -> int | Fraction:
        """How far the next unit's view is moved, on average."""
        if self.advance % self.period == 0:
            return self.advance // self.period
        return Fraction(self.advance, self.period)

    @property
    def first(self) -> int:
        """The first pixel that unit 0 sees, those beyond the image's edge counted."""
        return self.firsts[0]

    @property
    def last(self) -> int:
        """The last pixel that unit 0 sees."""
        return self.lasts[0]

    @property
    def size(self) -> int:
        """Pixels from the first to the last that a unit sees at most, those beyond the image's edge counted.

        >>> Axis(2, (-3,), (3,)).size
        7
        """
        if len(self.firsts) == 1:
            return self.lasts[0] - self.firsts[0] + 1
        return max(last - first for first, last in zip(self.firsts, self.lasts, strict=True)) + 1

    def through(self, reach: Reach) -> Axis | None:
        """The view behind an op that reaches so; None where it repeats too seldom.

        >>> Axis().through(Reach(1, 2, -3, 3)).through(Reach(1, 2, -1, 1))   # 7/2, then 3/2
        Axis(advance=4, firsts=(-5,), lasts=(5,), along=1)
        >>> Axis().through(Reach(1, 1, -1, 0, divisor=2)).firsts   # every pixel twice
        (0, 0)
        """
        axis, stride, low, high, divisor, _step = reach
        if (stride, low, high, divisor) == SAME:
            return self if axis == self.along else self._replace(along=axis)
        period = divisor * self.period // gcd(stride, divisor * self.period)
        if period > LONGEST_PERIOD:
            return None
        firsts = [self._at(-(-(unit * stride + low) // divisor), self.firsts) for unit in range(period)]
        lasts = [self._at((unit * stride + high) // divisor, self.lasts) for unit in range(period)]
        advance = self.advance * (period * stride // (divisor * self.period))
        return Axis(advance, tuple(firsts), tuple(lasts), axis)

    def sees(self, unit: int) -> tuple[int, int]:
        """The first and the last pixel that a unit sees.

        >>> Axis(2, (-3,), (3,)).sees(5)
        (7, 13)
        """
        return self._at(unit, self.firsts), self._at(unit, self.lasts)

    def _at(self, unit: int, ends: tuple[int, ...]) -> int:
        if len(ends) == 1:  # a symbol, too
            return unit * self.advance + ends[0]
        times, rest = divmod(unit, self.period)
        return times * self.advance + ends[rest]

    def united(self, other: Axis) -> Axis | None:
        """Everything that either sees; None where their units are not equally far apart."""
        period = lcm(self.period, other.period)
        if self.jump != other.jump or self.along != other.along or period > LONGEST_PERIOD:
            return None
        both = (self, other)
        firsts = [min(each._at(unit, each.firsts) for each in both) for unit in range(period)]
        lasts = [max(each._at(unit, each.lasts) for each in both) for unit in range(period)]
        return Axis(self.advance * (period // self.period), tuple(firsts), tuple(lasts), self.along)


class Unaligned(NamedTuple):
    """What `units` units see through branches in which neighbours are not equally far apart: through all of `strands`.

    >>> Unaligned((Axis(2), Axis(3)), 4).sees(3)   # pixel 6 of one branch, pixel 9 of the other
    (6, 9)
    """

    strands: tuple[Axis, ...]
    units: int

    @property
    def along(self) -> int:
        """The layer's axis that they follow."""
        return self.strands[0].along

    @property
    def jump(self) -> int | Fraction:
        """How far the next unit's view is moved, on average: that of the branch that moves least."""
        return min(each.jump for each in self.strands)

    @property
    def first(self) -> int:
        """The first pixel that unit 0 sees."""
        return self.sees(0)[0]

    @property
    def last(self) -> int:
        """The last pixel that unit 0 sees."""
        return self.sees(0)[1]

    @property
    def size(self) -> int:
        """Pixels from the first to the last that a unit sees at most."""
        return max(last - first for first, last in map(self.sees, range(self.units))) + 1

    def through(self, reach: Reach) -> Unaligned | None:
        """The view behind an op that reaches so; None where a branch repeats too seldom."""
        passed = [each.through(reach) for each in self.strands]
        return None if None in passed else self._replace(strands=tuple(passed))  # type: ignore[arg-type]

    def sees(self, unit: int) -> tuple[int, int]:
        """The first and the last pixel that a unit sees, through any branch."""
        firsts, lasts = zip(*[each.sees(unit) for each in self.strands], strict=True)
        return min(firsts), max(lasts)


class View(NamedTuple):
    """What a unit sees of an image: along each of its sides (not batch or channels), None for all of a side."""

    sides: tuple[Axis | Unaligned | None, ...] = ()

    @property
    def height(self) -> Axis | Unaligned | None:
        """Along the first side."""
        return self.sides[0]

    @property
    def width(self) -> Axis | Unaligned | None:
        """Along the second side."""
        return self.sides[1]

    @property
    def whole(self) -> bool:
        """Whether it sees the whole image."""
        return not any(self.sides)

    @property
    def size(self) -> tuple[int | None, ...] | None:
        """Pixels along each side, None for all of a side; None for the whole image, whatever its size."""
        return None if self.whole else tuple(side and side.size for side in self.sides)


Seen: TypeAlias = Axis | Unaligned | Mixed  # along one axis of an input
Known: TypeAlias = dict[str, tuple[Seen, ...]]  # by the input's name


def receptive_fields(rows: Iterable[Row]) -> dict[str, View | None]:
    """The view of every node by its name, in the order of `rows`; None where it is unknown.

    Of several inputs that it depends on, the view of the first. UsageError where the view depends on a
    size that is an array or a symbol.

    >>> from resnet_analyzer.architectures.base import architecture
    >>> from resnet_analyzer.measurement import measure
    >>> receptive_fields(measure(architecture("resnet18")).rows)["stage5/block2/relu"].size
    (435, 435)
    """
    rows = tuple(rows)
    layouts = input_layouts([row.node for row in rows])
    known: dict[str, Known | None] = {}
    views: dict[str, View | None] = {}
    unsure: set[str] = set()  # along some axis symbols tell what they see
    for row in rows:
        unsure |= {row.name} if unsure.intersection(row.node.inputs) else set()
        found = known[row.name] = _seen(row, [known[name] for name in row.node.inputs], unsure)
        views[row.name] = _view(found, layouts) if found is not None else None
        if views[row.name] is None and row.name in unsure:
            raise UsageError(
                f"{row.name}: its receptive field depends on sizes that are no numbers: measure plain sizes"
            )
    return views


def _view(known: Known, layouts: Mapping[str, str]) -> View | None:
    """The sides of the first input; None where one of them is unknown."""
    name, axes = next(iter(known.items()), ("", ()))
    sides = axes[2:] if layouts.get(name) == "channels_first" else axes[1:-1]
    if any(isinstance(side, Mixed) and side.axes for side in sides):
        return None
    return View(tuple(None if isinstance(side, Mixed) else side for side in sides))


def _seen(row: Row, before: Sequence[Known | None], unsure: set[str]) -> Known | None:
    """What a node's units see of every input, along every axis; None if that is not known."""
    if row.output is None:
        return None
    if not row.node.inputs:
        return {row.name: tuple(Axis(along=axis) for axis in range(len(row.output)))}
    reaches = row.node.op.reach(row.inputs, row.cost)  # of one input after another
    if reaches is None:
        return None
    found: Known = {}
    for known, shape, reach in zip(before, row.inputs, reaches, strict=True):
        if known is None:
            return None
        told = in_numbers(reach)
        unsure |= set() if told is reach else {row.name}
        for name, axes in known.items():
            passed = [_passed(seen, shape, told) for seen in axes]
            if None in passed:
                return None
            old = found.get(name, passed)
            found[name] = tuple(_united(*pair, row.output) for pair in zip(old, passed, strict=True))  # type: ignore[arg-type]
    return found


def in_numbers(reaches: Reaches, instead: Mixed | None = None) -> Reaches:
    """How an output reaches its input; an axis along which symbols tell it is told to depend on unknown places."""
    if all(type(number) is int for reach in reaches if type(reach) is Reach for number in reach):
        return reaches
    return tuple(
        reach if type(reach) is not Reach or all(type(number) is int for number in reach)
        else instead or Mixed((reach.axis,))
        for reach in reaches
    )  # fmt: skip


def _passed(seen: Seen, shape: Shape, reaches: Reaches) -> Seen | None:
    """The view along one axis of the input behind an op; None where what is left of it is unknown."""
    if not isinstance(seen, Mixed):
        reach = reaches[seen.along]
        return reach if isinstance(reach, Mixed) else seen.through(reach) or Mixed((reach.axis,))
    axes: set[int] = set()
    for axis in seen.axes:
        reach = reaches[axis]
        if isinstance(reach, Reach) and reach.stride == 0 and not is_exactly(shape[axis], 1):
            return None  # one place of several
        axes |= _follows(reach)
    return Mixed(tuple(sorted(axes)))


def _follows(reach: Along) -> set[int]:
    """The axes of the output that the places depend on."""
    if isinstance(reach, Mixed):
        return set(reach.axes)
    return {reach.axis} if reach.stride else set()


def _united(one: Seen, other: Seen, output: Shape) -> Seen:
    """What units see that see both."""
    if one is other or EVERYTHING in (one, other):
        seen = one if one is other else EVERYTHING
        return seen._replace(units=_units(seen, output)) if isinstance(seen, Unaligned) else seen
    if not isinstance(one, Mixed) and not isinstance(other, Mixed) and one.along == other.along:
        strands = _joined([*_strands(one), *_strands(other)])
        return strands[0] if len(strands) == 1 else Unaligned(tuple(strands), _units(strands[0], output))
    axes = {axis for each in (one, other) for axis in (each.axes if isinstance(each, Mixed) else (each.along,))}
    return Mixed(tuple(sorted(axes)))


def _units(seen: Axis | Unaligned, output: Shape) -> int:
    units = output[seen.along]
    if type(units) is not int:
        raise UsageError("a receptive field through unaligned branches depends on the size: measure plain sizes")
    return units


def _strands(seen: Axis | Unaligned) -> tuple[Axis, ...]:
    return seen.strands if isinstance(seen, Unaligned) else (seen,)


def _joined(strands: Sequence[Axis]) -> list[Axis]:
    """The same views, those of equally distant units as one."""
    kept: list[Axis] = []
    for strand in strands:
        for place, other in enumerate(kept):
            both = other.united(strand)
            if both is not None:
                kept[place] = both
                break
        else:
            kept.append(strand)
    return kept
