"""What changed between two networks: layers aligned by what they are, not by name, and the effect of each change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from ..measurement import Measurement, Row
from ..ops.base import leaves

UNTOLD = ("data_format", "axis", "padding")  # spelled differently by frameworks, and seen in the shapes


class Change(NamedTuple):
    """A layer added, removed, changed, or at work on another input: `what` says which, `why` its settings.

    `params` (with moving statistics left out) and `macs` are the second's less the first's.
    """

    what: str
    before: str | None
    after: str | None
    why: str
    params: int
    macs: int


class Difference(NamedTuple):
    """All changes from one network to another; those of `params` and `macs` add up to the difference of the totals."""

    first: Measurement
    second: Measurement
    changes: tuple[Change, ...]
    same: int

    @property
    def params(self) -> int:
        """Parameters of the second less those of the first."""
        return int(self.second.totals.params - self.first.totals.params)

    @property
    def macs(self) -> int:
        """Multiply-accumulates of the second less those of the first."""
        return int(self.second.totals.macs - self.first.totals.macs)


def diff(first: Measurement, second: Measurement) -> Difference:
    """What changed from one network to another.

    >>> import resnet_analyzer as ra
    >>> found = diff(ra.measure("resnet50@paper"), ra.measure("resnet50@torchvision"))
    >>> found.macs, sum(change.macs for change in found.changes), [change.macs for change in found.changes][:2]
    (231211008, 231211008, [77070336, 0])
    """
    changes, same = [], 0
    for one, two in aligned(first.rows, second.rows):
        change = _change(one, two)
        if change is None:
            same += 1
        else:
            changes.append(change)
    return Difference(first, second, tuple(changes), same)


def aligned(before: Sequence[Row], after: Sequence[Row]) -> Iterator[tuple[Row | None, Row | None]]:
    """Layers of two networks side by side: those that are the same first, then those of one kind between them."""
    matcher = SequenceMatcher(None, list(map(_token, before)), list(map(_token, after)), autojunk=False)
    for kind, start, end, other, last in matcher.get_opcodes():
        left, right = before[start:end], after[other:last]
        if kind == "equal":
            yield from zip(left, right, strict=True)
        else:
            yield from _paired(left, right)


def _paired(left: Sequence[Row], right: Sequence[Row]) -> Iterator[tuple[Row | None, Row | None]]:
    """Layers of one kind in order; what has no partner was removed or added."""
    matcher = SequenceMatcher(None, [row.op for row in left], [row.op for row in right], autojunk=False)
    for kind, start, end, other, last in matcher.get_opcodes():
        if kind == "equal":
            yield from zip(left[start:end], right[other:last], strict=True)
        else:
            yield from ((row, None) for row in left[start:end])
            yield from ((None, row) for row in right[other:last])


def _token(row: Row) -> Any:
    """What a layer is: its kind, its settings, the shapes of its weights."""
    weights = tuple((weight.name, weight.shape) for weight in row.weights)
    return row.op, repr(sorted(_settings(row).items())), repr(weights)


def _settings(row: Row) -> dict[str, Any]:
    return {
        name: tuple(leaves(value)) if isinstance(value, (tuple, list)) else value
        for name, value in row.node.op.settings().items()
        if name not in UNTOLD
    }


def _change(one: Row | None, two: Row | None) -> Change | None:
    if one is None or two is None:
        row, sign = (two, 1) if one is None else (one, -1)
        assert row is not None
        what = "added" if one is None else "removed"
        before, after = (None, row.name) if one is None else (row.name, None)
        return Change(what, before, after, row.node.op.label(), sign * int(row.params), sign * int(row.macs))
    params, macs = int(two.params - one.params), int(two.macs - one.macs)
    settings = _differing(one, two)
    if settings:
        return Change("changed", one.name, two.name, settings, params, macs)
    if params or macs:
        return Change("resized", one.name, two.name, "other inputs", params, macs)
    return None


def _differing(one: Row, two: Row) -> str:
    before, after = _settings(one), _settings(two)
    names = [name for name in dict.fromkeys((*before, *after)) if before.get(name) != after.get(name)]
    told = [
        f"{name.replace('_', ' ')} {getattr(one.node.op, name, '–')} → {getattr(two.node.op, name, '–')}"
        for name in names
        if getattr(one.node.op, name, None) != getattr(two.node.op, name, None)
    ]
    return ", ".join(told)
