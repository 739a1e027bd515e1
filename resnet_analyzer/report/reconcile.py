"""Numbers reconciled: whose they are, and the signed list of what lies between two of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..analyses.reconcile import Alike, Explanation, Fit, Reconciled, Reconciliation, Step, difference
from ..measurement import REPORTS
from ..numbers import grouped, signed
from .model import Column, Report, Table

COLUMNS = (
    Column("given"),
    Column("network or variant"),
    Column("number", "count"),
    Column("tool", flexible=True),
    Column("calls it", drop=1),
)
STEPS = (Column("", "shape"), Column("", flexible=True))
ODDLY = {"in powers of 1,024": "binary units"}  # as short as a cell needs them
NETWORKS = 3  # shown for a number: with all numbers of each that are written so


def reconcile_report(found: Reconciliation, by_layer: bool = False) -> Report:
    """Each number with its explanations, the simplest first, and lists between each number and the next."""
    lines = [line for each in found for line in _lines(each)]
    lists = [(one, two, difference(one, two)) for one, two in found.pairs]
    tables = [Table(COLUMNS, tuple(lines))]
    tables += [_steps(one, two, steps, by_layer) for one, two, steps in lists if steps]
    notes = [("nothing", _remainder(each)) for each in found if not each.explanations]
    notes.append(("counted", "what is simplest comes first: whole numbers, plain rounding, a tool's own networks"))
    title = f"{found.name} · {len(found)} number{'s' if len(found) > 1 else ''} reconciled"
    return Report(title, tuple(tables), tuple(notes), lambda: _data(found))


REPORTS.add("reconcile", reconcile_report)


def _lines(each: Reconciled) -> list[tuple[Any, ...]]:
    if not each.explanations:
        return [(each.amount.text, None, None, "no tool that we know", None)]
    lines = [
        (_network(alike) if place == 0 else "", number, _tools(several), several[0].convention.calls)
        for alike in each.alike[:NETWORKS]
        for place, (number, several) in enumerate(alike.numbers.items())
    ]
    return [(each.amount.text if place == 0 else "", *line) for place, line in enumerate(lines)]


def _network(alike: Alike) -> str:
    """The network, styles that give the same, and how the number is written of it where that is odd."""
    first, *others = alike.variants
    same = f"(= {', '.join(f'@{each.style}' for each in others)})" if others else ""
    name, *settings = first.label.split(", ")
    told = (f"{name} {same}".rstrip(), *settings, ODDLY.get(alike.written, alike.written))
    return " · ".join(filter(None, told))


def _tools(several: Sequence[Explanation]) -> str:
    """The simplest tool, and how many others have the same number for the same network."""
    more = len({each.convention.label for each in several}) - 1
    return several[0].convention.label + (f" (and {more} more)" if more else "")


def _steps(one: Explanation, two: Explanation, steps: Sequence[Step], by_layer: bool) -> Table:
    lines = [(grouped(one.number), _who(one))]
    for step in steps:
        lines.append((signed(step.amount), step.words))
        if by_layer:
            lines += [("", f"  {name}") for name in step.layers]
    lines.append((f"= {grouped(two.number)}", _who(two)))
    return Table(STEPS, tuple(lines), f"From {grouped(one.number)} to {grouped(two.number)}")


def _who(one: Explanation) -> str:
    return f"{one.convention.label}, {one.convention.calls}, {one.variant.label}"


def _remainder(each: Reconciled) -> str:
    near = each.closest
    rest = int(each.amount.value) - near.number
    return f"{each.amount.text}: the closest is {grouped(near.number)}, {_who(near)}; {signed(rest)} remain"


def fitting_report(numbers: Sequence[str], found: Sequence[Fit]) -> Report:
    """The registered networks for which some tool gives each of the numbers."""
    columns = (Column("network"), *[Column(number, flexible=True) for number in numbers])
    rows = [
        (fit.name, *[f"{one.convention.label}: {grouped(one.number)}" for one in fit.explanations]) for fit in found
    ]
    notes = [] if found else [("nothing", "no registered network has all of them, in any style, as any tool counts")]
    data = {
        "schema": 2,
        "kind": "reconciliation",
        "model": None,
        "numbers": [],
        "differences": [],
        "networks": [
            {"model": fit.name, "explanations": [_explanation(one) for one in fit.explanations]} for fit in found
        ],
    }
    return Report(f"Networks with {' and '.join(numbers)}", (Table(columns, tuple(rows)),), tuple(notes), lambda: data)


def _explanation(one: Explanation) -> dict[str, Any]:
    return {
        "network": one.variant.label,
        "convention": one.convention.name,
        "tool": one.convention.label,
        "calls": one.convention.calls,
        "number": one.number,
        "written": one.written or None,
    }


def _alike(alike: Alike) -> dict[str, Any]:
    return {
        "networks": [each.label for each in alike.variants],
        "written": alike.written or None,
        "numbers": [
            {"number": number, "conventions": [each.convention.name for each in several]}
            for number, several in alike.numbers.items()
        ],
    }


def _data(found: Reconciliation) -> dict[str, Any]:
    return {
        "schema": 2,
        "kind": "reconciliation",
        "model": found.name,
        "numbers": [
            {
                "given": each.amount.text,
                "explanations": [_explanation(one) for one in each.explanations],
                "alike": [_alike(one) for one in each.alike],
                "closest": _explanation(each.closest),
            }
            for each in found
        ],
        "differences": [
            {
                "from": one.number,
                "to": two.number,
                "steps": [
                    {"amount": step.amount, "what": step.words, "layers": list(step.layers)}
                    for step in difference(one, two)
                ],
            }
            for one, two in found.pairs
        ],
        "networks": [],
    }
