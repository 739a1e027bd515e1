"""What `verify` found, as a report: findings with their places, repairs, budgets, advice, identity."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from ..analyses.diagnose import Finding
from ..analyses.identity import Match
from ..analyses.repair import Figures, Repair
from ..analyses.verify import Verified
from ..design import Place
from ..measurement import REPORTS
from ..numbers import grouped, many, short, signed
from ..shape import spell
from .measured import flow_of, parameters_of
from .model import Report

SHOWN = 20  # findings on the screen; machines get all
CLOSE = 0.4  # share of layers that are the same, from which on a network is worth naming
LONGEST_FILE = 24  # characters of a file's name that stand before every place


def verify_report(verified: Verified) -> Report:
    """The report on a verified design."""
    notes = [*_findings(verified)]
    if verified.measurement is not None:
        notes += [*_totals(verified), *_held(verified), *_identity(verified)]
        notes += [("advice", f"{_at(each.node)}{each.says}") for each in verified.advice]
    if verified.crosscheck is not None:
        notes.append(("keras", verified.crosscheck["says"]))
    notes.append(("result", _verdict(verified)))
    return Report(_title(verified), (), tuple(notes), lambda: _data(verified))


REPORTS.add("verify", verify_report)


def _title(verified: Verified) -> str:
    parts = [verified.file, verdict(verified)]
    reading = verified.reading
    if reading is None and verified.measurement is not None:
        parts.append(flow_of(verified.measurement))
    if reading is not None and reading.header.input is not None:
        classes = reading.header.classes
        parts.append(f"{spell(reading.header.input)}{f' → {classes} classes' if classes else ''}")
    return " · ".join(parts)


def _at(node: str) -> str:
    return f"{_plain(node)}: " if node else ""


def _plain(text: str) -> str:
    """A text from the file with what would steer a terminal left out."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)


def _place(verified: Verified, finding: Finding) -> str:
    if not finding.place.end:
        return verified.file[:LONGEST_FILE]
    place = f"{finding.place.line}:{finding.place.column}"
    return f"{verified.file}:{place}" if len(verified.file) <= LONGEST_FILE else place


def _findings(verified: Verified) -> Iterator[tuple[str, str]]:
    for index, finding in enumerate(verified.findings[:SHOWN]):
        yield _place(verified, finding), _plain(f"{_at(finding.node)}{finding.says}")
        for label, text in finding.details:
            yield f"  {label}", text
        same = _same_repairs(verified, index)
        if same is not None:
            yield "  repairs", f"those of {_plain(verified.findings[same].node)}"
            continue
        for number, repair in enumerate(verified.repairs.get(index, ()), 1):
            yield f"  repair {number}", _repair(repair)
    if len(verified.findings) > SHOWN:
        yield "…", f"{len(verified.findings) - SHOWN} more; all with --format json"


def _same_repairs(verified: Verified, index: int) -> int | None:
    """The earlier finding, of a layer, that the very same repairs mend; they are printed once."""
    own = [repair.text for repair in verified.repairs.get(index, ())]
    for earlier in range(index):
        theirs = [repair.text for repair in verified.repairs.get(earlier, ())]
        if own and theirs == own and verified.findings[earlier].node:
            return earlier
    return None


def _repair(repair: Repair) -> str:
    """A repair on one line: the change, where, its effect, and what the try gave."""
    lines = ", ".join(map(str, repair.lines))
    where = f"in line{'s' * (len(repair.lines) > 1)} {lines}"
    tried = (
        "tested: verifies"
        if not repair.rest
        else f"tested: fixes this; {repair.rest} error{'s' * (repair.rest != 1)} remain{'s' * (repair.rest == 1)}"
    )
    cut = f"leaves {repair.unused} layer{'s' * (repair.unused != 1)} unused on the main path" if repair.unused else ""
    return " · ".join(filter(None, [_plain(repair.says), where, *_effect(repair), cut, tried]))


def _effect(repair: Repair) -> Iterator[str]:
    if repair.params is None or repair.macs is None:
        if repair.after.complete:
            yield f"then {grouped(repair.after.params)} parameters"
            yield f"{short(repair.after.macs, 'MACs')}"
        return
    yield "parameters as before" if not repair.params else f"{signed(repair.params)} parameters"
    yield "MACs as before" if not repair.macs else f"{'+' if repair.macs > 0 else '−'}{short(abs(repair.macs), 'MACs')}"


def _totals(verified: Verified) -> Iterator[tuple[str, str]]:
    assert verified.measurement is not None
    totals, least = verified.measurement.totals, verified.measurement.least
    figures = (
        many(totals.layers, "layer"),
        parameters_of(verified.measurement),
        f"{least('macs')}{short(totals.macs, 'MACs')}",
    )
    yield "total", " · ".join(figures)
    if verified.measurement.unknown:
        names = ", ".join(map(_plain, verified.measurement.unknown[:5]))
        yield "unknown", f"the cost of {many(len(verified.measurement.unknown), 'layer')} is not known: {names}"


def _held(verified: Verified) -> Iterator[tuple[str, str]]:
    """Budgets and expectations: those that fail one by one with their place, the others in a sentence."""
    for each in verified.failed:
        place = f" (line {each.place.line})" if each.place.end else ""
        yield each.kind, " · ".join(filter(None, (f"{each.says}: {each.word}{place}", each.missed)))
    kept = [f"{each.what} {each.actual}" for each in verified.verdicts if each.holds]
    if kept:
        names = ", ".join(map(_plain, kept[:6])) + " …" * (len(kept) > 6)
        yield "met", f"{len(kept)} of {len(verified.verdicts)}: {names}"


def _identity(verified: Verified) -> Iterator[tuple[str, str]]:
    if verified.like is not None:
        yield from _match("like", verified.like)
        return
    if verified.matches and verified.matches[0].equal:
        names = ", ".join(match.label for match in verified.matches)
        yield "identity", f"{names}, layer by layer"
    elif verified.matches and verified.matches[0].shared >= CLOSE:
        yield from _match("nearest", verified.matches[0])


def _match(label: str, match: Match) -> Iterator[tuple[str, str]]:
    if match.equal:
        yield label, f"equals {match.label}, layer by layer"
        return
    yield label, f"{match.label}, but:" if label == "nearest" else f"not equal to {match.label}:"
    for difference in match.differences:
        yield "", _plain(difference)


def verdict(verified: Verified) -> str:
    """The verdict in a few words: `valid`, or what is not: a sound network may be over its budget."""
    if verified.findings:
        return "not valid"
    failed = {each.kind for each in verified.failed}
    parts = [
        "cost not known" if verified.measurement is not None and verified.measurement.unknown else "",
        "not within budget" if "budget" in failed else "",
        "not as expected" if "expected" in failed else "",
        f"not equal to {verified.like.label}" if verified.like is not None and not verified.like.equal else "",
        "not confirmed" if verified.crosscheck is not None and not verified.crosscheck["agrees"] else "",
    ]
    return " · ".join(part for part in parts if part) or "valid"


def _verdict(verified: Verified) -> str:
    findings = len(verified.findings)
    parts = []
    if findings:
        told = [index for index in verified.repairs if _same_repairs(verified, index) is None]
        offered = sum(len(verified.repairs[index]) for index in told)
        parts.append(f"{findings} error{'s' * (findings != 1)}")
        parts.append(f"{many(verified.tried, 'repair')} tested, {offered} shown" if verified.tried else "")
    if verified.failed:
        held = many(len(verified.verdicts), "budget or expectation", "budgets and expectations")
        parts.append(f"{len(verified.failed)} of {held} fail{'s' * (len(verified.failed) == 1)}")
    parts.append(verdict(verified))
    return " · ".join(part for part in parts if part)


def _data(verified: Verified) -> dict[str, Any]:
    """The JSON of a verified design, schema 2."""
    measurement = verified.measurement
    return {
        "schema": 2, "kind": "verification",
        "target": verified.file,
        "file": verified.file if verified.is_file else None,
        "valid": verified.valid,
        "exit_status": verified.exit_status,
        "findings": [_finding(verified, index) for index in range(len(verified.findings))],
        "totals": measurement.totals._asdict() if measurement else None,
        "unknown": list(measurement.unknown) if measurement else [],
        "budgets": [
            {"kind": each.kind, "what": each.what, "wanted": each.wanted,
             "actual": each.actual if each.value is None else each.value, "limit": _number(each.limit),
             "holds": each.holds, "says": each.result, **_where(verified, each.place)}
            for each in verified.verdicts
        ],
        "advice": [_advice(verified, each) for each in verified.advice],
        "identity": [_identity_data(match) for match in ([verified.like] if verified.like else verified.matches)],
        "crosscheck": verified.crosscheck,
    }  # fmt: skip


def _number(limit: Fraction | None) -> int | float | None:
    """A limit as JSON has it: whole where it is."""
    return limit if limit is None else int(limit) if limit.denominator == 1 else float(limit)


def _finding(verified: Verified, index: int) -> dict[str, Any]:
    finding = verified.findings[index]
    return {
        "severity": "error",
        "kind": finding.kind,
        "node": finding.node or None,
        "message": finding.says,
        **_where(verified, finding.place),
        "details": [list(detail) for detail in finding.details],
        "repairs": [_repair_data(repair) for repair in verified.repairs.get(index, ())],
    }


def _repair_data(repair: Repair) -> dict[str, Any]:
    return {
        "change": repair.says,
        "node": repair.at or None,
        "lines": list(repair.lines),
        "edits": repair.edits,
        "remaining_errors": repair.rest,
        "verifies": repair.rest == 0,
        "params": repair.params,
        "macs": repair.macs,
        "unused_layers": repair.unused,
        "then": _figures(repair.after),
    }


def _figures(figures: Figures) -> dict[str, Any]:
    return {"params": figures.params, "macs": figures.macs, "complete": figures.complete}


def _advice(verified: Verified, each: Any) -> dict[str, Any]:
    place = (verified.reading.place(each.node) if verified.reading else None) or Place()
    return {"kind": each.kind, "node": each.node, "message": each.says, **_where(verified, place)}


def _where(verified: Verified, place: Place) -> dict[str, int | None]:
    """A line and column of a design file; another target has none."""
    known = verified.reading is not None or place.end > 0
    return {"line": place.line, "column": place.column} if known else {"line": None, "column": None}


def _identity_data(match: Match) -> dict[str, Any]:
    return {
        "network": match.name,
        "style": match.style,
        "equal": match.equal,
        "shared": round(match.shared, 4),
        "differences": list(match.differences),
    }
