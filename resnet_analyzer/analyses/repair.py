"""The smallest repairs of a finding: edits of the file, each one tried before it is offered.

Candidates come from the rule that is broken (see the modules beside this one). A try applies the
edits to the text, reads and diagnoses it again, and keeps it only if the finding is gone and no other
has come (but for what was hidden behind a layer without a shape). What is kept is sorted: what
verifies first, then by the number of edits, then by what it changes in parameters and MACs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..design import Reading, Suggestion, applied
from ..errors import AnalyzerError
from ..frozen import NamedTuple
from ._repair_path import cut_out, rewired
from .diagnose import HEAD, SHAPES, Finding, diagnose

OFFERED = 3  # repairs shown of a finding
MOST_TRIES = 80
WORK = 2_000_000  # characters and layers read again for all tries together: half a second
A_LAYER = 60  # characters that cost as much as a layer
A_PROBLEM = 600  # as much as a problem, for which words spelled alike are sought
MOST_FINDINGS = 20  # findings for which repairs are sought


class Figures(NamedTuple):
    """Trainable parameters and MACs of all that could be measured; `complete` if that is all."""

    params: int
    macs: int
    complete: bool


class Repair(NamedTuple):
    """A change that was tried: the finding is gone, no other has come.

    `says` is the change, `at` the layer, `text` the file with it, `rest` how many findings remain
    (0: it verifies), `params` and `macs` the effect, None where the broken design has no figures;
    `after` what the network then has, `reveals` whether something else came to light, `lines` are those edited;
    `unused` counts layers that do not carry anything to an output any more, `likely` marks the first
    among changes of one size.
    """

    says: str
    at: str
    text: str
    edits: int
    rest: int
    after: Figures
    params: int | None
    macs: int | None
    lines: tuple[int, ...] = ()
    reveals: bool = False
    unused: int = 0
    likely: bool = False


class Effort:
    """How much may still be tried: a bound on work that does not depend on the machine's speed."""

    def __init__(self, work: int = WORK) -> None:
        self.left = work
        self.tries = 0

    def spend(self, reading: Reading) -> bool:
        """Whether one more try is allowed."""
        cost = len(reading.source.text) + A_LAYER * len(reading.rows) + A_PROBLEM * len(reading.problems)
        self.left -= cost
        self.tries += 1
        return self.left >= 0


def figures(reading: Reading) -> Figures:
    """Parameters and MACs of a design, as far as they are known."""
    rows = reading.rows.values()
    params = sum(row.params for row in rows)
    return Figures(params, sum(row.macs for row in rows), all(row.cost.exact for row in rows))


def repairs(reading: Reading, findings: tuple[Finding, ...], finding: Finding, effort: Effort) -> tuple[Repair, ...]:
    """The repairs of `finding` that hold, cheapest first."""
    before, kept = figures(reading), []
    others = [each.key for each in findings]
    others.remove(finding.key)  # once: the same may be wrong in another place
    for suggestion in _distinct(candidates(reading, finding), MOST_TRIES):
        if not effort.spend(reading):
            break
        found = _tried(reading, suggestion, finding, others, before)
        if found is not None:
            kept.append(found)
    if not all(each.reveals for each in kept):
        kept = [each for each in kept if not each.reveals]
    kept.sort(key=_order)
    return tuple(_varied(kept)[:OFFERED])


def _order(each: Repair) -> tuple[float, ...]:
    """What goes first: all layers in use, everything mended, few edits, the likely one, a small effect."""
    effect = (abs(each.params or 0), abs(each.macs or 0))
    return (each.unused > 0, each.rest > 0, each.edits, each.rest, not each.likely, *effect)


def _varied(kept: list[Repair]) -> list[Repair]:
    """The best repair of every sort first: `padding: 1` and `padding: same` are one sort."""
    best: dict[str, Repair] = {}
    for each in kept:
        best.setdefault(f"{each.says.partition(':')[0]} {each.at} {each.edits}", each)
    first = list(best.values())
    return sorted([*first, *(each for each in kept if each not in first)], key=lambda each: each.unused > 0)


def candidates(reading: Reading, finding: Finding) -> Iterator[Suggestion]:
    """Every change that may help, the more likely ones first."""
    yield from finding.suggestions
    if finding.kind == HEAD:
        from ._repair_head import head

        yield from head(reading, finding)
    elif finding.kind == SHAPES:
        from ._repair_rules import broken_rule

        yield from broken_rule(reading, finding)


def _distinct(suggestions: Iterable[Suggestion], most: int) -> Iterator[Suggestion]:
    seen = set()
    for suggestion in suggestions:
        if suggestion.edits and suggestion.edits not in seen:
            seen.add(suggestion.edits)
            yield suggestion
            if len(seen) >= most:
                return


def _tried(
    reading: Reading, suggestion: Suggestion, finding: Finding, others: list[tuple[str, str]], before: Figures
) -> Repair | None:
    """The repair if it holds: reads, and says nothing that was not said before."""
    try:
        text = applied(reading.source.text, suggestion.edits)
        again = reading.of_text(text)
    except AnalyzerError:
        return None
    found = diagnose(again)
    keys = [each.key for each in found]
    rest = set(keys)
    also = {(SHAPES, name) for name in finding.also}
    known, gone = set(others), keys.count(finding.key) <= others.count(finding.key)
    if not gone or not rest <= known | also | _hidden(reading) or _ends(again) > _ends(reading):
        return None
    after = figures(again)
    unused = 0 if finding.is_input else cut_out(reading, again)  # what could not be read carries nothing yet
    told = not reading.problems and before.complete and after.complete  # with a problem, layers are missing
    lines = tuple(sorted({reading.source.text.count("\n", 0, edit.start) + 1 for edit in suggestion.edits}))
    says = suggestion.says
    if says.startswith("without ") and suggestion.at in reading.rows and suggestion.at not in again.rows:
        says = ", ".join(filter(None, (says, rewired(reading, again, suggestion.at))))
    return Repair(
        says, suggestion.at, text, len(suggestion.edits), len(found), after,
        after.params - before.params if told else None, after.macs - before.macs if told else None, lines,
        not rest <= known, unused, suggestion.likely,
    )  # fmt: skip


def _hidden(reading: Reading) -> set[tuple[str, str]]:
    """What may come to light behind a layer that could not be read or has no shape: it was not caused by the change."""
    unknown = {(SHAPES, row.name) for row in reading.rows.values() if None in row.inputs}
    return unknown | {(HEAD, name) for _, name in unknown}


def _ends(reading: Reading) -> int:
    """Layers that nobody reads: a repair must not cut a branch off."""
    return len(reading.graph.outputs) if reading.graph is not None else 0


def repaired(reading: Reading, rounds: int = 20) -> tuple[str, tuple[Repair, ...]]:
    """The text after the best repair of the first finding, of the next one, and so on; and those repairs.

    A repair that leaves layers unused is not taken: it would make a valid design of another network.
    The text verifies if `diagnose` finds nothing in it any more.
    """
    done: list[Repair] = []
    for _ in range(rounds):
        findings = diagnose(reading)
        best = next((first for each in findings if (first := _first(reading, findings, each)) is not None), None)
        if best is None:
            break
        done.append(best)
        reading = reading.of_text(best.text)
    return reading.source.text, tuple(done)


def _first(reading: Reading, findings: tuple[Finding, ...], finding: Finding) -> Repair | None:
    """The first repair of a finding that keeps all layers in use."""
    return next((each for each in repairs(reading, findings, finding, Effort()) if not each.unused), None)
