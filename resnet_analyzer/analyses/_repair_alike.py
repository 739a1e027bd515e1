"""One change in all places where the same is wrong, as `padding: same` in the pool of the block of every stage."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..design import Reading, Suggestion, quoted
from ._repair_branches import each_branch
from .diagnose import Finding

NAMED = 2  # places told one by one
MOST_PLACES = 24


def alike(reading: Reading, finding: Finding) -> Iterator[Suggestion]:
    """What may mend one place, done in all of them."""
    places: dict[int, str] = {}
    for node in (finding.node, *finding.also):
        places.setdefault(reading.place(node).start, node)
    if not 1 < len(places) <= MOST_PLACES:
        return
    tables = [_changes(reading, node) for node in places.values()]
    for key, first in tables[0].items():
        changes = [table[key] for table in tables if key in table]
        edits = tuple(dict.fromkeys(edit for change in changes for edit in change.edits))
        if len(changes) == len(tables):
            yield Suggestion(_says(reading, changes), edits, "", first.likely)


def _changes(reading: Reading, node: str) -> dict[tuple[str, str], Suggestion]:
    """The changes of one place, by what they do where, without the numbers and the groups."""
    found: dict[tuple[str, str], Suggestion] = {}
    for change in each_branch(reading, reading.rows[node]):
        if not change.says.startswith("without "):
            found.setdefault((re.sub(r"\d+", "0", change.says), change.at.rpartition("/")[2]), change)
    return found


def _says(reading: Reading, changes: list[Suggestion]) -> str:
    if len({change.says for change in changes}) == 1:
        op = type(reading.rows[changes[0].at].node.op).__name__ if changes[0].at in reading.rows else ""
        word = "pools" if op.endswith("Pool2d") else "convolutions" if "Conv" in op else "layers"
        return f"{changes[0].says} in {len(changes)} {word}"
    named = ", ".join(f"{change.says.removesuffix(_in(change))}{_in(change)}" for change in changes[:NAMED])
    return f"{named} and {len(changes) - NAMED} more" if len(changes) > NAMED else named


def _in(change: Suggestion) -> str:
    return f" in {quoted(change.at)[1:-1]}"
