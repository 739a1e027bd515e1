"""The shape of any network, read from its graph alone: what follows what, what runs side by side, what skips.

A node is a cut where every path from the input goes through it. Between two cuts that follow each other
stands one layer, or a fork whose branches are read in the same way. Names and scopes play no part.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple, TypeAlias

from ..measurement import Row

DEEPEST = 12  # forks within forks that are read; what lies deeper is shown as an irregular part


class Layer(NamedTuple):
    """One layer on its path."""

    row: Row


class Fork(NamedTuple):
    """Branches that all leave one place and meet again in `join`; an empty branch is the identity."""

    branches: tuple[tuple[Item, ...], ...]
    join: Row


class Irregular(NamedTuple):
    """Layers whose connections are not made of forks within forks."""

    rows: tuple[Row, ...]


Item: TypeAlias = Layer | Fork | Irregular


class Side(NamedTuple):
    """Layers that lead to another output than the last (auxiliary heads), and the node that they read first."""

    tapped: str
    rows: tuple[Row, ...]


class Outline(NamedTuple):
    """A network's main line, and what leaves it for good."""

    items: tuple[Item, ...]
    sides: tuple[Side, ...]


def read(rows: Sequence[Row]) -> Outline:
    """The shape of a measured network; the input's own node is left out.

    The main line leads to the last output that is not for training only.
    """
    main = _ancestors(rows)
    kept = [row for row in rows if row.name in main]
    sides = [row for row in rows if row.name not in main]
    items = _parsed(kept, None, DEEPEST)
    if items and isinstance(items[0], Layer) and items[0].row.node.op.kind == "input":
        items = items[1:]
    return Outline(items, tuple(_sides(sides, main)))


def nodes(items: Sequence[Item]) -> list[Row]:
    """All rows of some items, in order."""
    found: list[Row] = []
    waiting = list(reversed(items))
    while waiting:
        item = waiting.pop()
        if isinstance(item, Layer):
            found.append(item.row)
        elif isinstance(item, Irregular):
            found += item.rows
        else:
            waiting.append(Layer(item.join))
            waiting += [each for branch in reversed(item.branches) for each in reversed(branch)]
    return found


def weighted_depth(rows: Sequence[Row]) -> int:
    """How many convolutions and dense layers stand on the deepest path: the depth in a network's name."""
    return sum(map(_weighted, deepest_path(rows)))


def deepest_path(rows: Sequence[Row]) -> list[Row]:
    """The rows on a path with most convolutions and dense layers, which enters gates by their first input."""
    depth: dict[str, int] = {}
    before: dict[str, str] = {}
    by_name = {row.name: row for row in rows}
    for row in rows:
        inputs = row.node.inputs[:1] if row.node.op.kind == "gate" else row.node.inputs
        if inputs:
            before[row.name] = max(inputs, key=lambda name: depth[name])
        depth[row.name] = _weighted(row) + (depth[before[row.name]] if inputs else 0)
    path, name = [], _last(rows)
    while name:
        path.append(by_name[name])
        name = before.get(name, "")
    return path[::-1]


def _weighted(row: Row) -> bool:
    return bool(row.node.weights_of) or any(weight.name.endswith("kernel") for weight in row.weights)


def _last(rows: Sequence[Row]) -> str:
    read_by = {name for row in rows for name in row.node.inputs}
    ends = [row.name for row in rows if row.name not in read_by and not row.node.training_only]
    return ends[-1] if ends else rows[-1].name if rows else ""


def _ancestors(rows: Sequence[Row]) -> set[str]:
    wanted = {_last(rows)}
    for row in reversed(rows):
        if row.name in wanted:
            wanted.update(row.node.inputs)
    return wanted


def _parsed(rows: Sequence[Row], entry: str | None, levels: int) -> tuple[Item, ...]:
    """The items of a branch that reads `entry`, cut where only one value is alive."""
    place = {row.name: index for index, row in enumerate(rows)}
    last_use = [-1] * (len(rows) + 1)  # by place; the last entry is for `entry`
    for index, row in enumerate(rows):
        for name in row.node.inputs:
            if name == entry:
                last_use[-1] = index
            elif name in place:
                last_use[place[name]] = index
    items: list[Item] = []
    start, alive = 0, last_use[-1]  # alive: how far any value before the current node is still read
    for index in range(len(rows)):
        if alive <= index:
            items.append(_between(rows[start : index + 1], rows[start - 1].name if start else entry, levels))
            start = index + 1
        alive = max(alive, last_use[index])
    if start < len(rows):
        items.append(Irregular(tuple(rows[start:])))
    return tuple(items)


def _between(rows: Sequence[Row], before: str | None, levels: int) -> Item:
    """What stands behind one cut up to the next, which is the last of `rows`."""
    *inner, join = rows
    if not inner and join.node.inputs.count(before or "") < 2:
        return Layer(join)
    groups = components(inner)
    straight = [place for place, name in enumerate(join.node.inputs) if name == before]
    if len(groups) + len(straight) < 2 or levels == 0:
        return Irregular(tuple(rows))
    branches: list[tuple[int, tuple[Item, ...]]] = [(place, ()) for place in straight]
    branches += [(_order(group, join), _parsed(group, before, levels - 1)) for group in groups]
    branches.sort(key=lambda branch: branch[0])
    return Fork(tuple(items for _, items in branches), join)


def _order(group: Sequence[Row], join: Row) -> int:
    """Branches stand in the order in which the join reads them."""
    names = {row.name for row in group}
    return next((index for index, name in enumerate(join.node.inputs) if name in names), len(join.node.inputs))


def components(rows: Sequence[Row]) -> list[list[Row]]:
    """Rows in groups that are connected among themselves."""
    leader = {row.name: row.name for row in rows}

    def find(name: str) -> str:
        while leader[name] != name:
            leader[name] = leader[leader[name]]
            name = leader[name]
        return name

    for row in rows:
        for name in row.node.inputs:
            if name in leader:
                leader[find(name)] = find(row.name)
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(find(row.name), []).append(row)
    return list(groups.values())


def _sides(rows: Sequence[Row], main: set[str]) -> list[Side]:
    """What is not on the main line, in connected groups, each with the main node that it leaves from."""
    found = []
    for group in components(rows):
        taps = [name for row in group for name in row.node.inputs if name in main]
        found.append(Side(taps[0] if taps else "", tuple(group)))
    return found


def runs(values: Sequence[object]) -> list[tuple[int, int]]:
    """Equal neighbours as (start, length).

    >>> runs("aab")
    [(0, 2), (2, 1)]
    """
    found, start = [], 0
    for _, members in groupby(values):
        length = len(list(members))
        found.append((start, length))
        start += length
    return found
