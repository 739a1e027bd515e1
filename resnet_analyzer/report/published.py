"""Published numbers beside ours: which hold, which differ, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..architectures.base import Architecture, Published
from ..measure import Totals, measure
from .numbers import grouped, printed

WORDS = {"trainable_params": "parameters", "params": "parameters with moving statistics", "macs": "MACs"}


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
