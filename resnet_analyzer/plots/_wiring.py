"""Where the layers of one block stand, and how lines run between them: any small graph without cycles.

The main path is the middle column; what is beside it stands in columns to the right. A line that would
cross a box runs in a lane outside of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..measurement import Row
from .structure import components


class GridPlace(NamedTuple):
    """A node's column (0: the main path) and rank (0: what the block reads)."""

    column: int
    rank: int


class Wire(NamedTuple):
    """A line from one node to another: straight, down in the reader's or the source's column, or in a lane.

    `lane` 0 is the gap left of the source's column, 1 and more count outwards on the right.
    """

    source: str
    target: str
    way: str
    lane: int = 0


ENTRY = ""


class Wiring(NamedTuple):
    """Nodes placed and lines routed; the name "" is what the block reads."""

    places: dict[str, GridPlace]
    wires: tuple[Wire, ...]

    @property
    def columns(self) -> int:
        """How many columns there are."""
        return 1 + max(place.column for place in self.places.values())


def wiring(rows: Sequence[Row], gone: frozenset[str] = frozenset()) -> Wiring:
    """Places and lines of the rows of one block, in order; nodes named in `gone` are left out of it."""
    inputs = _inputs(rows, gone)
    main = _main_path(rows, inputs)
    places = _places(rows, inputs, main)
    return Wiring(places, tuple(_wires(rows, inputs, places)))


def _inputs(rows: Sequence[Row], gone: frozenset[str]) -> dict[str, list[str]]:
    """What each row reads, as names inside or "" for what comes from outside."""
    inside = {row.name for row in rows}
    return {
        row.name: [name if name in inside else ENTRY for name in row.node.inputs if name not in gone] for row in rows
    }


def _early(rows: Sequence[Row], inputs: dict[str, list[str]]) -> dict[str, int]:
    rank = {ENTRY: 0}
    for row in rows:
        rank[row.name] = 1 + max((rank[name] for name in inputs[row.name]), default=0)
    return rank


def _main_path(rows: Sequence[Row], inputs: dict[str, list[str]]) -> list[str]:
    """The longest path to the last row, which enters a gate by its first input."""
    length = {ENTRY: 0}
    before: dict[str, str] = {}
    for row in rows:
        names = inputs[row.name][:1] if row.node.op.kind == "gate" else inputs[row.name]
        before[row.name] = max(names, key=lambda name: length[name], default=ENTRY)
        length[row.name] = 1 + length[before[row.name]]
    path, name = [], rows[-1].name
    while name != ENTRY:
        path.append(name)
        name = before[name]
    return path[::-1]


def _places(rows: Sequence[Row], inputs: dict[str, list[str]], main: Sequence[str]) -> dict[str, GridPlace]:
    early = _early(rows, inputs)
    late = _late(rows, inputs, early, set(main))
    places = {ENTRY: GridPlace(0, 0)} | {name: GridPlace(0, early[name]) for name in main}
    taken = {(place.column, place.rank) for place in places.values()}
    for group in components([row for row in rows if row.name not in places]):
        slack = min(late[row.name] - early[row.name] for row in group)
        ranks = {row.name: late[row.name] - slack // 2 for row in group}
        column = next(c for c in range(1, len(rows) + 2) if not _blocked(taken, c, ranks.values()))
        for row in group:
            free = next(c for c in range(column, len(rows) + 2) if (c, ranks[row.name]) not in taken)
            places[row.name] = GridPlace(free, ranks[row.name])
            taken.add((free, ranks[row.name]))
    return places


def _blocked(taken: set[tuple[int, int]], column: int, ranks: Iterable[int]) -> bool:
    span = list(ranks)
    return any((column, rank) in taken for rank in range(min(span), max(span) + 1))


def _late(rows: Sequence[Row], inputs: dict[str, list[str]], early: dict[str, int], fixed: set[str]) -> dict[str, int]:
    """The last rank at which a row may stand; rows of the main path stand where they do."""
    late = {row.name: early[row.name] if row.name in fixed else max(early.values()) for row in rows}
    for row in reversed(rows):
        for name in inputs[row.name]:
            if name != ENTRY and name not in fixed:
                late[name] = min(late[name], late[row.name] - 1)
    return late


def _wires(rows: Sequence[Row], inputs: dict[str, list[str]], places: dict[str, GridPlace]) -> list[Wire]:
    taken = {(place.column, place.rank) for place in places.values()}
    wires: list[Wire] = []
    lanes: list[tuple[int, int, int]] = []  # lane, first rank, last rank
    pairs = [(name, row.name) for row in rows for name in dict.fromkeys(inputs[row.name])]
    for source, target in sorted(pairs, key=lambda pair: places[pair[1]].rank - places[pair[0]].rank):
        start, end = places[source], places[target]
        between = range(start.rank + 1, end.rank)
        if not any((end.column, rank) in taken for rank in between) and end.column >= start.column:
            wires.append(Wire(source, target, "straight" if start.column == end.column else "target"))
        elif start.column > end.column and not any((start.column, rank) in taken for rank in (*between, end.rank)):
            wires.append(Wire(source, target, "source"))
        elif start.column > end.column:
            wires.append(Wire(source, target, "gap"))
        else:
            lane = 1 + sum(first < end.rank and start.rank < last for _, first, last in lanes)
            lanes.append((lane, start.rank, end.rank))
            wires.append(Wire(source, target, "lane", lane))
    return wires
