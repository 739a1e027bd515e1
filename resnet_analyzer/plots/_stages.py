"""A network's layers in stages, as charts sum them up: by scope, or by resolution where there are no scopes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from ..measurement import Row
from ._words import resolution


def stages(rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """The stages in order, each with its rows; the input has none."""
    kept = [row for row in rows if row.op != "Input"]
    by_scope = any(row.node.scope for row in kept)
    found: dict[str, list[Row]] = {}
    for name, members in groupby(kept, key=_scope if by_scope else _size):
        found.setdefault(name or "other", []).extend(members)
    return list(found.items())


def _scope(row: Row) -> str:
    return row.node.scope.split("/")[0]


def _size(row: Row) -> str:
    return resolution(row.output)
