"""How parameters, MACs and activations grow with depth: CIFAR ResNets from 20 to 1202 layers."""

from __future__ import annotations

from typing import Any

from ...analyses.memory import memory
from ...architectures.base import find
from ...measurement import Measurement, Totals
from ...numbers import grouped, printed, short
from ..document import document, figure
from ..model import Column, Report, Section, Table
from ..places import spent
from ..published import compared
from .base import Findings, by_hand, lesson, net

NAME = "depth_100_to_1202"
DEPTHS = (20, 32, 44, 56, 110, 1202)
BOTTLENECKS = (164, 1001)
SOURCE = "He et al. 2015 (arXiv 1512.03385), sec. 4.2 and Table 6; He et al. 2016 (arXiv 1603.05027), Table 4"
FIGURES = (Column("params", "count"), Column("MACs", "count"), Column("activations", "count"))
FIGURE_WORDS = ("params", "MACs", "activations")
PER_STEP = 6  # layers that one more block in each of the three stages adds


def _totals(totals: Totals) -> tuple[int, int, int]:
    return totals.params, totals.macs, totals.activations


@lesson(NAME, 60, "From 20 to 1202 layers: what one more block costs, and why the line is perfectly straight.")
def report(findings: Findings) -> Report:
    """The lesson."""
    small, large = net("resnet110").totals, net("resnet1202").totals
    lead = (
        f"ResNet-110 has {short(small.params)} parameters and does {short(small.macs, 'MACs')}; "
        f"ResNet-1202 has {short(large.params)} and does {short(large.macs)}. What does a layer cost, when "
        "there are a thousand of them?",
    )
    return document("From 100 to 1202 layers", lead, (_growth(), _block(), _line(), _bottlenecks(), _printed()), (("source", SOURCE),))  # fmt: skip  # noqa: E501


def _growth() -> Section:
    rows = []
    for depth in DEPTHS:
        each = net(f"resnet{depth}")
        rows.append((depth, (depth - 2) // PER_STEP, *_totals(each.totals), memory(each).peak))
    columns = (Column("layers", "count"), Column("n", "count"), *FIGURES, Column("bytes alive", "count"))
    asked = "The CIFAR nets have 6n + 2 layers: a first convolution, n blocks in each of three stages, a dense layer."
    alive = {memory(net(f"resnet{depth}")).peak for depth in DEPTHS}
    same = "the same for all" if len(alive) == 1 else "nearly the same for all"
    see = (
        f"Everything grows along a straight line with the depth but one thing: the activations that must be alive at "
        f"once to run the network are {same}. A deeper network needs more time and more room for its weights, not for "
        "its activations, as long as it is not trained.",
        "Training is another matter: there all activations are kept for the backward pass.",
    )
    measured = [net(f"resnet{depth}") for depth in DEPTHS] + [net(f"preresnet{depth}") for depth in BOTTLENECKS]
    return Section("Growth with depth", (asked,), (Table(columns, tuple(rows)),), (figure(NAME, "depth", measured),), see)  # fmt: skip  # noqa: E501


def _block() -> Section:
    """One block of each stage."""
    each = net("resnet20")
    rows = []
    for stage in (2, 3, 4):
        inner = [row for row in each.rows if row.node.scope == f"stage{stage}/block2"]
        conv = next(row for row in inner if row.op == "Conv2d")
        params = sum(row.params for row in inner)
        rows.append((f"stage{stage}", f"2 × {by_hand(conv)}", params, sum(map(spent, inner))))
    columns = (
        Column("a block in"),
        Column("weights by hand", "shape"),
        Column("params with BN", "count"),
        Column("MACs", "count"),
    )
    asked = "What does one more block cost?"
    see = (
        "In parameters it depends on the stage: twice the channels, four times the weights. In MACs it does not: a "
        "quarter of the positions, four times the weights at each.",
    )
    return Section("One more block", (asked,), (Table(columns, tuple(rows)),), see=see)


def _line() -> Section:
    """The figures of two small nets make the line that all others lie on."""
    first, second = _totals(net("resnet20").totals), _totals(net("resnet32").totals)
    steps = (32 - 20) // PER_STEP
    slope = [(b - a) // steps for a, b in zip(first, second, strict=True)]
    start = [a - 3 * each for a, each in zip(first, slope, strict=True)]
    rows: list[tuple[Any, ...]] = []
    for depth in DEPTHS[2:]:
        n = (depth - 2) // PER_STEP
        told = [b + n * a for a, b in zip(slope, start, strict=True)]
        ours = _totals(net(f"resnet{depth}").totals)
        rows += [
            (f"ResNet-{depth}", word, by_line, measured, measured - by_line)
            for word, by_line, measured in zip(FIGURE_WORDS, told, ours, strict=True)
        ]
    columns = (
        Column("network", "heading"),
        Column("figure"),
        Column("by the line", "count"),
        Column("measured", "count"),
        Column("difference", "signed"),
    )
    asked = (
        "If one more block in each stage always adds the same, the two smallest nets tell all others. Draw the line "
        "through 20 and 32 layers: "
        f"{'; '.join(f'{word} = {_linear(*line)}' for word, *line in zip(FIGURE_WORDS, slope, start, strict=True))}."
    )
    exact = all(row[-1] == 0 for row in rows)
    see = ("The line hits all of them, to the last unit.",) if exact else ()
    return Section("A straight line", (asked,), (Table(columns, tuple(rows)),), see=see)


def _linear(slope: int, start: int) -> str:
    """A line in n.

    >>> _linear(97216, -21926)
    '97,216·n − 21,926'
    """
    return f"{grouped(slope)}·n {'−' if start < 0 else '+'} {grouped(abs(start))}"


def _bottlenecks() -> Section:
    rows: list[tuple[Any, ...]] = []
    for name in ("resnet110", "preresnet164", "preresnet1001", "resnet1202"):
        each: Measurement = net(name)
        rows.append((str(each.graph.about["title"]), _kind(name), *_totals(each.totals)))
    columns = (Column("network"), Column("block"), *FIGURES)
    deep, basic = net("preresnet1001").totals, net("resnet1202").totals
    asked = "Are a thousand layers always that expensive?"
    see = (
        f"Not with bottlenecks: 1001 layers of them hold {short(deep.params)} parameters, 1202 layers of 3×3 "
        f"{short(basic.params)}. Two layers in three are cheap 1×1 convolutions. But they write wide maps: "
        f"{short(deep.activations)} activations against {short(basic.activations)}.",
    )
    return Section("Bottlenecks", (asked,), (Table(columns, tuple(rows)),), see=see)


def _kind(name: str) -> str:
    return {"basic": "two 3×3"}.get(kind := str(find(name).options["block"]), kind)


def _printed() -> Section:
    names = [f"resnet{depth}" for depth in DEPTHS] + [f"preresnet{depth}" for depth in (110, *BOTTLENECKS)]
    rows = [
        (
            find(name).title,
            pair.published.source,
            printed(pair.published.value),
            pair.ours,
            "the same when rounded" if pair.agrees else pair.published.note,
        )
        for name in names
        for pair in compared(find(name))
        if pair.published.figure == "params"
    ]
    columns = (
        Column("network"),
        Column("source"),
        Column("printed", "shape"),
        Column("ours", "count"),
        Column("verdict"),
    )
    asked = "What do the papers print for the parameters?"
    return Section("Printed and ours", (asked,), (Table(columns, tuple(rows)),))
