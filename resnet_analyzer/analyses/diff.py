"""What changed between two networks: layers aligned by what they are, not by name, and the effect of each change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from ..frozen import NamedTuple, whole
from ..measurement import Measurement, Row, as_html, as_table
from ..ops.base import leaves
from ..ops.input import Input
from ..shape import spell
from ..window import spread

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

    def __repr__(self) -> str:
        return f"<Difference {self.first.graph.name} → {self.second.graph.name}: {len(self.changes)} changes>"

    def __str__(self) -> str:
        return as_table("diff", self)

    def _repr_html_(self) -> str:
        return as_html("diff", self)

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
    pairs = _uncrossed(aligned(first.rows, second.rows))
    became = _became(pairs)
    for one, two in pairs:
        change = _change(one, two, _rewired(one, two, became))
        if change is None:
            same += 1
        else:
            changes.append(change)
    return Difference(first, second, tuple(_with_folded(changes, first)), same)


def _with_folded(changes: list[Change], first: Measurement) -> Iterator[Change]:
    """The changes, told which convolution took a normalisation into its weights, as exporters fold them."""
    biased = {each.before: each.after for each in changes if each.why == "bias no → yes"}
    for each in changes:
        row = first.by_name.get(each.before or "") if each.what == "removed" else None
        into = biased.get(row.node.inputs[0]) if row is not None and row.node.op.kind == "normalisation" else None
        yield each if into is None else each._replace(why=f"{each.why}, folded into {into}")


Pair = tuple["Row | None", "Row | None"]


def aligned(before: Sequence[Row], after: Sequence[Row]) -> list[Pair]:
    """Layers of two networks side by side; what was added or removed has no partner.

    All go together in order where both are of the same kinds throughout. Else first those that are the same; then,
    between them, all if they are of the same kinds, else those of one kind with the same kernel; then, wherever they
    stand, those that also read what became of the other's inputs; then those of one kind between the same
    neighbours; then those that read the same, and at last those of the same kernel.
    """
    if _kinds(before) == _kinds(after):
        return list(zip(before, after, strict=True))
    regions = [_matched(left, right, _kernel, same) for same, left, right in _regions(before, after, _token)]
    regions = _rejoined(regions, least=3)
    regions = [[pair for part in _by_kind(region) for pair in part] for region in regions]
    regions = _rejoined(_rejoined(regions, least=2), least=1)
    return [pair for region in regions for pair in region]


def _kinds(rows: Sequence[Row]) -> list[str]:
    return [row.op for row in rows]


def _regions(before: Sequence[Row], after: Sequence[Row], token: Any) -> Iterator[tuple[bool, Any, Any]]:
    """Stretches of both that are the same by a token, and those between them."""
    matcher = SequenceMatcher(None, list(map(token, before)), list(map(token, after)), autojunk=False)
    for kind, start, end, other, last in matcher.get_opcodes():
        yield kind == "equal", before[start:end], after[other:last]


def _matched(left: Sequence[Row], right: Sequence[Row], token: Any, same: bool = False) -> list[Pair]:
    """All layers in order where they are of the same kinds; else those with the same token, and all others alone."""
    if same or _kinds(left) == _kinds(right):
        return list(zip(left, right, strict=True))
    found: list[Pair] = []
    for same, some, others in _regions(left, right, token):
        if same:
            found += zip(some, others, strict=True)
        else:
            found += [(row, None) for row in some]
            found += [(None, row) for row in others]
    return found


def _by_kind(region: list[Pair]) -> Iterator[list[Pair]]:
    """A region with its lone layers matched by kind, between those that have a partner already."""
    alone: list[Pair] = []
    for pair in [*region, None]:
        if pair is not None and None in pair:
            alone.append(pair)
            continue
        left, right = (
            ([row for row in rows if row is not None] for rows in zip(*alone, strict=True)) if alone else ((), ())
        )
        yield _matched(left, right, lambda row: row.op)
        alone = []
        if pair is not None:
            yield [pair]


def _rejoined(regions: list[list[Pair]], least: int) -> list[list[Pair]]:
    """The regions, with layers that only stand elsewhere joined: removed here and added there, they are one."""
    pairs = [pair for region in regions for pair in region]
    became = _became(pairs)
    added = {two.name: two for one, two in pairs if one is None and two is not None}
    joined: dict[str, Row] = {}
    for one, two in pairs:
        if one is None or two is not None:
            continue
        best = next((row for row in added.values() if _likeness(one, row, became) >= least), None)
        if best is not None:
            joined[one.name] = added.pop(best.name)
            became[one.name] = best.name
    taken = {row.name for row in joined.values()}
    return [
        [
            (one, joined.get(one.name, two) if one is not None else two)
            for one, two in region
            if one is not None or two is None or two.name not in taken
        ]
        for region in regions
    ]


def _became(pairs: Sequence[Pair]) -> dict[str, str]:
    """The second network's layer for each of the first's that is in both."""
    return {one.name: two.name for one, two in pairs if one is not None and two is not None}


def _uncrossed(pairs: list[Pair]) -> list[Pair]:
    """The pairs, where two equal layers of parallel branches are each taken for the other, as they read instead."""
    pairs, became = list(pairs), _became(pairs)
    alike: dict[Any, list[int]] = {}
    for place, (_, two) in enumerate(pairs):
        if two is not None:
            alike.setdefault(_token(two), []).append(place)
    for place, (one, two) in enumerate(pairs):
        if one is None or two is None or not _rewired(one, two, became):
            continue
        for other in alike[_token(two)]:
            left, right = pairs[other]
            if left is None or right is None or left.op != one.op:
                continue
            crossed = became | {one.name: right.name, left.name: two.name}
            if not _rewired(one, right, crossed) and (
                not _rewired(left, two, crossed) or _rewired(left, right, became)
            ):
                pairs[place], pairs[other], became = (one, right), (left, two), crossed
                break
    return pairs


def _likeness(one: Row, two: Row, became: dict[str, str]) -> int:
    """3: the same kernel on the same inputs; 2: the same inputs; 1: the same kernel; 0: nothing of that."""
    if one.op != two.op:
        return 0
    reads = bool(one.node.inputs) and [became.get(name) for name in one.node.inputs] == list(two.node.inputs)
    return 2 * reads + (bool(one.weights) and _kernel(one) == _kernel(two))


def _kernel(row: Row) -> Any:
    """A layer's kind and the shapes of its weights but biases."""
    return row.op, whole([shape for name, shape in _weights(row) if name != "bias"])


def _weights(row: Row) -> tuple[Any, ...]:
    return tuple((weight.name, weight.shape) for weight in row.weights)


def _token(row: Row) -> Any:
    """What a layer is: its kind, its settings, the shapes of its weights."""
    settings = sorted((name, _spelled(row, name)) for name in row.node.op.settings() if name not in UNTOLD)
    return row.op, whole(settings), whole(_weights(row))


def _spelled(row: Row, name: str) -> Any:
    """A setting in one spelling: a number for each axis, the sizes of an input in no order."""
    op = row.node.op
    value = getattr(op, name, None)
    if name in op.per_axis and value is not None:
        value = spread(tuple(value) if isinstance(value, list) else value, op.spatial_axes)
    if isinstance(op, Input):
        return tuple(sorted(map(str, value or ())))
    return tuple(leaves(value)) if isinstance(value, (tuple, list)) else value


def _rewired(one: Row | None, two: Row | None, became: Mapping[str, str]) -> str:
    """What a layer reads in place of what it read, in words; "" where only layers in between came or went."""
    if one is None or two is None:
        return ""
    before = [became.get(name) for name in one.node.inputs]
    after = [name if name in became.values() else None for name in two.node.inputs]
    if one.node.op.commutative:
        before, after = (sorted(each, key=str) for each in (before, after))
    if before == after:
        return ""
    if None not in before and None not in after and sorted(map(str, before)) == sorted(map(str, after)):
        return f"reads {', '.join(two.node.inputs)} in this order"
    gone, come = Counter(before) - Counter(after), Counter(after) - Counter(before)
    lost, found = ([name for name in each.elements() if name] for each in (gone, come))
    if lost and found:
        return f"reads {', '.join(found)} instead of {', '.join(lost)}"
    if None in before or None in after:
        return ""
    return f"reads also {', '.join(found)}" if found else f"does not read {', '.join(lost)}"


def _change(one: Row | None, two: Row | None, rewired: str) -> Change | None:
    if one is None or two is None:
        row, sign = (two, 1) if one is None else (one, -1)
        assert row is not None
        what = "added" if one is None else "removed"
        before, after = (None, row.name) if one is None else (row.name, None)
        return Change(what, before, after, row.node.op.label(), sign * int(row.params), sign * int(row.macs))
    params, macs = int(two.params - one.params), int(two.macs - one.macs)
    settings = _differing(one, two)
    if settings or rewired:
        what, why = "changed" if settings else "rewired", ", ".join(filter(None, (settings, rewired)))
        return Change(what, one.name, two.name, why, params, macs)
    if params or macs:
        read = " → ".join(", ".join(map(spell, row.inputs)) for row in (one, two))
        return Change("resized", one.name, two.name, f"reads {read}", params, macs)
    return None


def _differing(one: Row, two: Row) -> str:
    names = dict.fromkeys((*one.node.op.settings(), *two.node.op.settings()))
    told = [
        f"{name.replace('_', ' ').removeprefix('use ')} {_said(one, name)} → {_said(two, name)}"
        for name in names
        if name not in UNTOLD and _spelled(one, name) != _spelled(two, name)
    ]
    return ", ".join(told)


def _said(row: Row, name: str) -> str:
    """A setting as people write it: `yes`, `3×3`, `–`."""
    value = getattr(row.node.op, name, None)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (tuple, list)) and all(type(each) is int for each in value):
        return "×".join(map(str, value))
    return "–" if value is None else str(value)
