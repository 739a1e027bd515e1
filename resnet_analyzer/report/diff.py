"""What changed between two networks, as a table that a pull request can hold."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from ..analyses.diff import Change, Difference
from ..analyses.growth import Growth
from ..measurement import REPORTS
from ..numbers import grouped, many, short, signed
from .model import Column, Report, Table

COLUMNS = (
    Column("what"),
    Column("layer", wrapped=True),
    Column("layers", "count"),
    Column("was", drop=2, wrapped=True),
    Column("why", wrapped=True, drop=1),
    Column("params", "signed"),
    Column("MACs", "signed"),
)
FORMER = COLUMNS.index(Column("was", drop=2, wrapped=True))  # a column that is there where a layer was renamed
UNITS = {"macs": "MACs", "flops": "FLOPs", "memory": "B"}


def diff_report(
    found: Difference, names: tuple[str, str], by_layer: bool = False, growths: Sequence[Growth] = ()
) -> Report:
    """A line per kind of change, or with `by_layer` per changed layer, the totals before and after, and the limits."""
    groups: dict[Any, list[Change]] = {}
    for place, each in enumerate(found.changes):
        groups.setdefault(place if by_layer else (each.what, each.why), []).append(each)
    lines = list(map(_line, groups.values()))
    renamed = any(line[FORMER] for line in lines)
    kept = [place for place in range(len(COLUMNS)) if place != FORMER or renamed]
    table = Table(tuple(COLUMNS[i] for i in kept), tuple(tuple(line[i] for i in kept) for line in lines))
    one, two = found.first.totals, found.second.totals
    notes = [
        ("same", _layers(found.same)),
        ("params", f"{_step(one.params, two.params)}{_share(found.params, one.params)}"),
        ("MACs", f"{_step(one.macs, two.macs)}{_share(found.macs, one.macs)}"),
        *(("limit", _said(each)) for each in growths),
    ]
    if growths:
        notes.append(("result", verdict(growths)))
    title = f"{names[0]} → {names[1]} · {_layers(len(found.changes))} changed"
    if growths:
        title += f" · {'within its limits' if holds(growths) else 'not within its limits'}"
    return Report(title, (table,) if lines else (), tuple(notes), lambda: _data(found, names, growths))


def holds(growths: Sequence[Growth]) -> bool:
    """Whether all limits are known to hold."""
    return all(each.holds for each in growths)


def verdict(growths: Sequence[Growth]) -> str:
    """The verdict on all limits: which of them fail."""
    failed = [each.figure for each in growths if not each.holds]
    return f"fails: {', '.join(failed)}" if failed else "holds"


def _said(each: Growth) -> str:
    """A limit with what was measured, as `macs +6.0 % · at most +1 % · fails · 192.6 MMACs over`."""
    parts = [f"{each.figure} {_grown(each)}", f"at most +{float(100 * each.share):g} %"]
    if each.holds is None:
        parts.append("not known: a layer's cost is not")
    elif each.holds:
        parts.append("holds")
    else:
        parts += ["fails", f"{short(each.over, UNITS.get(each.figure, ''))} over"]
    return " · ".join(parts)


def _grown(each: Growth) -> str:
    """How much a figure grew, in percent; ±0 % only where it is the same."""
    if each.before == each.after:
        return "±0 %"
    if not each.before:
        return f"0 → {grouped(each.after)}"
    share = 100 * (each.after - each.before) / each.before
    digits = 1 if abs(share) >= 0.1 else 4  # a limit may be as small
    return f"{'+' if share > 0 else '−'}{abs(share):.{digits}f} %"


def _layers(count: int) -> str:
    return many(count, "layer")


def _step(before: int, after: int) -> str:
    return f"{grouped(before)} → {grouped(after)}: {signed(after - before)}"


def _of_two(found: Difference) -> Report:
    return diff_report(found, (found.first.graph.name, found.second.graph.name))


REPORTS.add("diff", _of_two)


def _line(several: list[Change]) -> tuple[Any, ...]:
    """Changes of one kind: the first layer, how many there are, and what they make together."""
    first = several[0]
    former = first.before if first.after and first.before != first.after else None
    params, macs = sum(each.params for each in several), sum(each.macs for each in several)
    return first.what, first.after or first.before, len(several), former, first.why, params, macs


def _share(part: int, whole: int) -> str:
    return f" ({'+' if part > 0 else '−'}{abs(100 * part / whole):.1f} %)" if part and whole else ""


def _data(found: Difference, names: tuple[str, str], growths: Sequence[Growth]) -> dict[str, Any]:
    one, two = found.first.totals, found.second.totals
    return {
        "schema": 2,
        "kind": "difference",
        "models": list(names),
        "file": names[1] if os.path.isfile(names[1]) else None,
        "changes": [each._asdict() for each in found.changes],
        "same": found.same,
        "params": [one.params, two.params],
        "macs": [one.macs, two.macs],
        "limits": [
            {
                "figure": each.figure,
                "limit_millionths": int(each.share * 10**6),
                "before": each.before,
                "after": each.after,
                "most": each.most,
                "over": each.over,
                "holds": each.holds,
                "says": _said(each),
            }
            for each in growths
        ],
        "valid": holds(growths),
        "exit_status": int(not holds(growths)),
    }
