"""Published numbers beside ours: which hold, which differ, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..architectures.base import Architecture, Published
from ..frozen import NamedTuple
from ..measurement import Totals, measure
from ..numbers import grouped, printed
from .model import Column, Section, Table

WORDS = {"params": "parameters", "all_params": "parameters with moving statistics", "macs": "MACs"}


class Compared(NamedTuple):
    """A published number and what we measure under its settings."""

    published: Published
    ours: int

    @property
    def agrees(self) -> bool:
        """Whether ours is within half a unit of the last printed digit."""
        return abs(self.ours - self.published.value) <= self.published.tolerance

    def text(self) -> str:
        """One sentence: the printed number, where, and how ours relates to it."""
        source, claim = self.published, self.published.value
        number = printed(claim) if source.tolerance else grouped(claim)
        if self.ours == claim:
            verdict = "the same"
        elif self.agrees:
            verdict = f"ours {grouped(self.ours)}, the same when rounded"
        else:
            verdict = f"ours {grouped(self.ours)}: {source.note}"
        settings = ", ".join(f"{key} {value}" for key, value in source.settings.items())
        place = f"{source.source} ({settings})" if settings else source.source
        return f"{number} {WORDS.get(source.figure, source.figure)} in {place}; {verdict}"


def compared(architecture: Architecture) -> list[Compared]:
    """Every published number of a network beside ours, each measured under its own settings."""
    totals: dict[str, Totals] = {}
    found = []
    for published in architecture.published:
        key = repr(sorted(published.settings.items()))
        if key not in totals:
            totals[key] = measure(architecture.graph(**published.settings)).totals
        found.append(Compared(published, getattr(totals[key], published.figure)))
    return found


COLUMNS = (
    Column("source", wrapped=True),
    Column("settings", drop=2),
    Column("figure"),
    Column("printed", "shape"),
    Column("ours", "count"),
    Column("difference", "signed", drop=1),
    Column("why", wrapped=True),
)


def published_section(architecture: Architecture) -> Section:
    """Every published number of a network beside ours, with the reason for each difference."""
    found = compared(architecture)
    asked = "Is this the network that others mean by the name? Their printed numbers, beside ours."
    agreeing = sum(each.agrees for each in found)
    see = [f"{agreeing} of {len(found)} agree to the last printed digit."]
    if agreeing < len(found):
        see.append("The others differ for the reason given beside them.")
    return Section("Published numbers beside ours", (asked,), (published_table(found),), see=(" ".join(see),))


def published_table(found: Sequence[Compared]) -> Table:
    """A line per published number."""
    return Table(COLUMNS, tuple(map(_row, found)))


def _row(each: Compared) -> tuple[Any, ...]:
    claim = each.published
    return (
        claim.source,
        ", ".join(f"{key} {value}" for key, value in claim.settings.items()) or None,
        WORDS.get(claim.figure, claim.figure),
        printed(claim.value) if claim.tolerance else grouped(claim.value),
        each.ours,
        each.ours - claim.value,
        _why(each),
    )


def _why(each: Compared) -> str:
    if each.ours == each.published.value:
        return "the same"
    return "the same when rounded" if each.agrees else each.published.note


def notes_for(architecture: Architecture, totals: Totals, style: str, plain: bool) -> list[tuple[str, str]]:
    """The notes below a table: the remark, and of each figure the first published number that holds for this network.

    `plain` tells that it was measured as published: default input, classes and options.
    """
    notes = [("remark", architecture.remark)] if architecture.remark else []
    applying = [each for each in architecture.published if plain and _applies(each.settings, style, architecture)]
    first = {each.figure: each for each in reversed(applying)}
    told = [Compared(each, getattr(totals, each.figure)).text() for each in applying if first[each.figure] is each]
    return notes + [("published", text) for text in told]


def _applies(settings: Mapping[str, Any], style: str, architecture: Architecture) -> bool:
    return set(settings) <= {"style"} and settings.get("style", architecture.styles[0]) == style
