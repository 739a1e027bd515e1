"""Differences between two networks in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any, NamedTuple

from ..frozen import whole
from ..measurement import Row
from ._identity_tokens import token

LONGEST = 1500  # layers that are aligned; of more, those between the common beginning and end are named
NAMES = {"kernel": "kernel", "stride": "stride", "use_bias": "bias"}


class Change(NamedTuple):
    """One field of a layer: what the design has, and what the other network has."""

    row: Row
    field: str
    mine: Any
    theirs: Any


def words(rows: Sequence[Row], theirs: Sequence[Row], label: str, most: int) -> tuple[str, ...]:
    """The first differences, at most `most`."""
    changes: list[Change] = []
    stretches: dict[tuple[str, ...], list[str]] = {}
    for kind, mine, other in _aligned(rows, theirs):
        if kind == "same":
            changes += [change for pair in zip(mine, other, strict=True) for change in _changes(*pair)]
        elif mine or other:
            missing = f"{label} has {_count(other)} that yours lacks" if other else ""
            says = missing or f"{_count(mine)} that {label} lacks"
            stretches.setdefault((says, *(row.op for row in mine or other)), []).append(_named(mine or other))
    sentences = [f"{names[0]}{_more(names)}: {key[0]}" for key, names in stretches.items()]
    found = [*_moved_strides(changes, label), *sentences, *_alike(changes, label)]
    if not found:
        found = [f"the same layers as {label}, but connected differently{_first_link(rows, theirs)}"]
    return tuple(found[:most])


def _aligned(rows: Sequence[Row], theirs: Sequence[Row]) -> Iterator[tuple[str, Sequence[Row], Sequence[Row]]]:
    """Stretches of layers that stand for each other, that are missing, or that are more."""
    mine, other = [row.op for row in rows], [row.op for row in theirs]
    if mine == other:
        yield "same", rows, theirs
        return
    mine, other = [_coarse(row) for row in rows], [_coarse(row) for row in theirs]
    start = 0
    while start < min(len(mine), len(other)) and mine[start] == other[start]:
        start += 1
    end = 0
    while end < min(len(mine), len(other)) - start and mine[-1 - end] == other[-1 - end]:
        end += 1
    yield "same", rows[:start], theirs[:start]
    inner, outer = rows[start : len(rows) - end], theirs[start : len(theirs) - end]
    if max(len(inner), len(outer)) <= LONGEST:
        yield from _matched(inner, outer)
    else:
        yield "more", inner, ()
    yield "same", rows[len(rows) - end :], theirs[len(theirs) - end :]


def _matched(rows: Sequence[Row], theirs: Sequence[Row]) -> Iterator[tuple[str, Sequence[Row], Sequence[Row]]]:
    matcher = SequenceMatcher(None, [_coarse(row) for row in theirs], [_coarse(row) for row in rows], autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal" or (tag == "replace" and [r.op for r in theirs[i1:i2]] == [r.op for r in rows[j1:j2]]):
            yield "same", rows[j1:j2], theirs[i1:i2]
        else:
            if i2 > i1:
                yield "missing", (), theirs[i1:i2]
            if j2 > j1:
                yield "more", rows[j1:j2], ()


def _coarse(row: Row) -> str:
    op = row.node.op
    size = row.cost.windows[0].size if row.cost.windows else ""
    return f"{row.op} {size} {getattr(op, 'filters', getattr(op, 'units', ''))}"


def _changes(mine: Row, theirs: Row) -> Iterator[Change]:
    one, two = dict(token(mine)), dict(token(theirs))
    for name in one:
        if name in two and one[name] != two[name]:
            yield Change(mine, name, one[name], two[name])


def _moved_strides(changes: list[Change], label: str) -> Iterator[str]:
    """Strides that stand in another layer of the same block: the difference between v1 and v1.5."""
    strides = [change for change in changes if change.field == "stride"]
    moved: list[tuple[Change, Change]] = []
    for one, two in pairwise(strides):
        if moved and one is moved[-1][1]:
            continue
        if one.row.node.scope == two.row.node.scope and (one.mine, one.theirs) == (two.theirs, two.mine):
            moved.append((one, two))
    used = {id(change) for pair in moved for change in pair}
    changes[:] = [change for change in changes if id(change) not in used]
    if moved:
        one, two = moved[0]
        here, there = (one, two) if one.mine != "1×1" else (two, one)
        more = f"; and {len(moved) - 1} more" if len(moved) > 1 else ""
        yield f"{one.row.node.scope}: stride in the {_size(here)}, {label} has it in the {_size(there)}{more}"


def _size(change: Change) -> str:
    return str(dict(token(change.row))["kernel"])


def _alike(changes: list[Change], label: str) -> Iterator[str]:
    """The changes, those of the same field and values said once."""
    groups: dict[tuple[str, str, str, str], list[Change]] = {}
    for change in changes:
        key = (change.row.op, change.field, whole(change.mine), whole(change.theirs))
        groups.setdefault(key, []).append(change)
    for group in groups.values():
        first = group[0]
        name = NAMES.get(first.field, first.field)
        yield f"{first.row.name}{_more(group)}: {name} {_spell(first.mine)}, {label} has {_spell(first.theirs)}"


def _more(things: Sequence[Any]) -> str:
    return f" (and in {len(things) - 1} more)" if len(things) > 1 else ""


def _spell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple) and len(value) == 2 and value[0] == value[1]:
        return _spell(value[0])
    return "none" if value is None else str(value)


def _named(rows: Sequence[Row]) -> str:
    first, last = rows[0], rows[-1]
    scopes = {row.node.scope for row in rows}
    if len(scopes) == 1 and first.node.scope and len(rows) > 2:
        return first.node.scope
    return first.name if len(rows) == 1 else f"{first.name} to {last.name}"


def _count(rows: Sequence[Row]) -> str:
    return f"a layer ({rows[0].op})" if len(rows) == 1 else f"{len(rows)} layers"


def _first_link(rows: Sequence[Row], theirs: Sequence[Row]) -> str:
    """The first layer that reads other places of the list than its counterpart."""
    at = ({row.name: i for i, row in enumerate(each)} for each in (rows, theirs))
    mine, other = at
    for one, two in zip(rows, theirs, strict=False):
        here = sorted(mine[name] for name in one.node.inputs)
        there = sorted(other[name] for name in two.node.inputs)
        if here != there:
            return f": {one.name} reads {', '.join(one.node.inputs)}"
    return ""
