"""What changed between two networks, as a table that a pull request can hold."""

from __future__ import annotations

from typing import Any

from ..analyses.diff import Change, Difference
from ..measurement import REPORTS
from ..numbers import grouped, signed
from .model import Column, Report, Table

COLUMNS = (
    Column("what"),
    Column("layer", flexible=True),
    Column("was", drop=2, flexible=True),
    Column("why", flexible=True, drop=1),
    Column("params", "signed"),
    Column("MACs", "signed"),
)


def diff_report(found: Difference, names: tuple[str, str], by_layer: bool = False) -> Report:
    """A line per kind of change, or with `by_layer` per changed layer, and the totals before and after."""
    groups: dict[Any, list[Change]] = {}
    for place, each in enumerate(found.changes):
        groups.setdefault(place if by_layer else (each.what, each.why), []).append(each)
    lines = list(map(_line, groups.values()))
    one, two = found.first.totals, found.second.totals
    notes = [
        ("same", f"{grouped(found.same)} layers"),
        (
            "params",
            f"{grouped(one.params)} → {grouped(two.params)}: {signed(found.params)}{_share(found.params, one.params)}",
        ),
        ("MACs", f"{grouped(one.macs)} → {grouped(two.macs)}: {signed(found.macs)}{_share(found.macs, one.macs)}"),
    ]
    title = f"{names[0]} → {names[1]} · {grouped(len(found.changes))} layers changed"
    return Report(title, (Table(COLUMNS, tuple(lines)),), tuple(notes), lambda: _data(found, names))


def _of_two(found: Difference) -> Report:
    return diff_report(found, (found.first.graph.name, found.second.graph.name))


REPORTS.add("diff", _of_two)


def _line(several: list[Change]) -> tuple[Any, ...]:
    """Changes of one kind: the first layer and how many more, and what they make together."""
    first, more = several[0], len(several) - 1
    name = f"{first.after or first.before}{f' and {grouped(more)} more' if more else ''}"
    params, macs = sum(each.params for each in several), sum(each.macs for each in several)
    return first.what, name, first.before if first.after else None, first.why, params, macs


def _share(part: int, whole: int) -> str:
    return f" ({'+' if part > 0 else '−'}{abs(100 * part / whole):.1f} %)" if part and whole else ""


def _data(found: Difference, names: tuple[str, str]) -> dict[str, Any]:
    one, two = found.first.totals, found.second.totals
    return {
        "schema": 2,
        "kind": "difference",
        "models": list(names),
        "changes": [each._asdict() for each in found.changes],
        "same": found.same,
        "params": [one.params, two.params],
        "macs": [one.macs, two.macs],
    }
