"""A network verified: what it says, what is wrong and what repairs it, what it holds to, which network it is."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from ..architectures.base import find
from ..design import Place, Reading, SyntaxProblem, examine_text, read_bytes
from ..dim import Dim
from ..errors import AnalyzerError, CheckFailed
from ..frozen import NamedTuple
from ..graph import Graph
from ..importers.base import importer_for
from ..measurement import Measurement, as_html, as_table, measure
from ..request import Request
from ..targets import is_source, resolve, split_target
from .advice import Advice, advise
from .budgets import Limit, Verdict, expected, judged, read_limits
from .diagnose import Finding, diagnose
from .identity import Match, compare_with, compare_with_graph, identify
from .repair import MOST_FINDINGS, Effort, Repair, repairs

NONE: Mapping[str, Any] = MappingProxyType({})
LARGEST_COMPARED = 3_000  # layers: larger designs are compared only with a network that is named


class Other(NamedTuple):
    """Another network to compare with, as it is: what it is called, and its graph."""

    name: str
    graph: Graph


def other(like: str) -> str | Other:
    """What a network must equal: the name of a registered one, built for the same input, or any other target as it is.

    UsageError or UnknownName where there is none.
    """
    if is_source(like) or os.path.isfile(like):
        return Other(like, resolve(like).graph)
    name, style = split_target(like)
    find(name).graph(style=style)
    return like


@dataclass(eq=False)
class Verified:
    """Everything that `verify` finds out about a design, or about another target.

    `repairs` are those of each finding, by its index; `measurement` is there if nothing is wrong;
    `like` is the comparison with the network that it must equal. `reading` is a design's text as read;
    another target has none, `is_file` tells whether it is a file.
    """

    file: str
    reading: Reading | None = None
    findings: tuple[Finding, ...] = ()
    repairs: dict[int, tuple[Repair, ...]] = field(default_factory=dict)
    tried: int = 0
    measurement: Measurement | None = None
    advice: tuple[Advice, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    matches: tuple[Match, ...] = ()
    like: Match | None = None
    crosscheck: dict[str, Any] | None = None
    is_file: bool = True

    def __repr__(self) -> str:
        return f"<Verified {self.file}: {'valid' if self.valid else 'not valid'}>"

    def __str__(self) -> str:
        return as_table("verify", self)

    def _repr_html_(self) -> str:
        return as_html("verify", self)

    @property
    def valid(self) -> bool:
        """Whether the design is one, can exist, and holds to all that it is held to."""
        return self.exit_status == 0

    @property
    def failed(self) -> list[Verdict]:
        """Budgets and expectations that do not hold, or cannot be shown to."""
        return [verdict for verdict in self.verdicts if not verdict.holds]

    @property
    def exit_status(self) -> int:
        """0 valid, 1 a check, budget or comparison failed, 2 bad input."""
        if any(finding.is_input for finding in self.findings):
            return 2
        unknown = self.measurement is not None and bool(self.measurement.unknown)
        unlike = self.like is not None and not self.like.equal
        refused = self.crosscheck is not None and not self.crosscheck["agrees"]
        return 1 if self.findings or self.failed or unknown or unlike or refused else 0


def verify(
    file: str,
    input: tuple[Dim, ...] | None = None,
    limits: Sequence[Limit] = (),
    like: str | Other | None = None,
    identity: bool = True,
    repair: bool = True,
    variables: Mapping[str, Any] = NONE,
) -> Verified:
    """Verify a design file; UsageError if it cannot be opened.

    `input`, as (height, width) or (height, width, channels), and `variables` replace the file's; `limits` are
    budgets beside those of the file, `like` (or the file's own) a network that it must equal: its name, or a target.
    """
    return verify_text(file, read_text(file), input, limits, like, identity, repair, variables)


def read_text(file: str) -> str | SyntaxProblem:
    """The text of a file; a SyntaxProblem, returned, if it holds none."""
    try:
        return read_bytes(file)
    except SyntaxProblem as problem:
        return problem


def verify_text(
    file: str,
    text: str | SyntaxProblem,
    input: tuple[Dim, ...] | None = None,
    limits: Sequence[Limit] = (),
    like: str | Other | None = None,
    identity: bool = True,
    repair: bool = True,
    variables: Mapping[str, Any] = NONE,
) -> Verified:
    """The same for a text."""
    verified = Verified(file)
    try:
        if isinstance(text, SyntaxProblem):
            raise text
        reading = verified.reading = examine_text(file, text, input, None, variables)
    except SyntaxProblem as problem:
        verified.findings = (Finding("syntax", "", problem.says, problem.place),)
        return verified
    verified.findings = diagnose(reading)
    if verified.findings:
        if repair:
            _seek_repairs(verified, reading)
        return verified
    assert reading.graph is not None
    verified.measurement = measure(reading.graph)
    verified.advice = advise(verified.measurement)
    _hold(verified, reading, limits)
    node = reading.header.nodes.get("like")
    place = node.place if node is not None and not like else Place()
    _compare(verified, like or reading.header.like, identity, place)
    return verified


def is_design(target: str) -> bool:
    """Whether a target is a design file: one by its ending, or a file that no importer knows."""
    found = importer_for(target)
    if found is not None:
        return found.name == "design"
    return (is_source(target) or os.path.isfile(target)) and ":" not in target


def verify_target(
    target: str, request: Request, limits: Sequence[Limit] = (), like: str | Other | None = None
) -> Verified:
    """Verify any target but a design: budgets, advice, unknown layers; errors are those of `targets.resolve`."""
    verified = Verified(target, is_file=os.path.isfile(target))
    try:
        verified.measurement = measure(resolve(target, request).graph)
    except CheckFailed as error:
        verified.findings = (Finding("shape", error.node, error.sentence, Place()),)
        return verified
    verified.advice = advise(verified.measurement)
    verified.verdicts = tuple(judged(list(limits), verified.measurement))
    _compare(verified, like or "", False, Place())
    return verified


def _seek_repairs(verified: Verified, reading: Reading) -> None:
    effort = Effort()
    for index, finding in enumerate(verified.findings[:MOST_FINDINGS]):
        verified.repairs[index] = repairs(reading, verified.findings, finding, effort)
    verified.tried = effort.tries


def _hold(verified: Verified, reading: Reading, limits: Sequence[Limit]) -> None:
    """Budgets and expectations, of the file and of the caller."""
    assert verified.measurement is not None
    own, problems = read_limits(reading.header.budgets)
    verdicts, more = expected(reading.header.expect, verified.measurement)
    verified.verdicts = tuple(judged([*own, *limits], verified.measurement) + verdicts)
    verified.findings += tuple(Finding(each.kind, each.node, each.says, each.place) for each in problems + more)


def _compare(verified: Verified, like: str | Other, identity: bool, place: Place) -> None:
    """The network that it must equal, else those that are nearest."""
    assert verified.measurement is not None
    graph = verified.measurement.graph
    if isinstance(like, Other):
        verified.like = compare_with_graph(graph, like.graph, like.name)
    elif like:
        name, _, style = like.partition("@")
        try:
            verified.like = compare_with(graph, find(name), style or None)
        except AnalyzerError as error:
            verified.findings += (Finding("like", "", f"like: {error}", place),)
    elif identity and len(graph) <= LARGEST_COMPARED:
        verified.matches = identify(graph)
