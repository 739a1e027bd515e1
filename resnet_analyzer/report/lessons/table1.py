"""He et al. 2015, Table 1, regenerated beside the paper's own numbers."""

from __future__ import annotations

from typing import Any

from ...architectures.base import find
from ...measurement import Measurement
from ...numbers import grouped, printed, short, signed
from ...shape import is_map, spell
from ..document import document, figure
from ..model import Column, Report, Section, Table
from ..published import Compared, compared
from ..stages import parts
from .base import Findings, lesson, main_path, net, title

NAME = "resnet_table1"
DEPTHS = (18, 34, 50, 101, 152)
SOURCE = "He et al. 2015 (arXiv 1512.03385), Table 1"
PAPER = "Table 1"


def _nets() -> list[Measurement]:
    return [net(f"resnet{depth}") for depth in DEPTHS]


@lesson(NAME, 10, "Table 1 of the ResNet paper, 18 to 152 layers, recomputed and compared with the print.")
def report(findings: Findings) -> Report:
    """The lesson."""
    lead = (
        "The paper's central table: five networks, one plan. Halve the map, double the channels, repeat. Here every "
        "entry is worked out from the layers, and the last row is compared with the printed one.",
    )
    sections = (_table(), _flops(), _shortcuts(), _beside())
    return document("He et al. 2015, Table 1, regenerated", lead, sections, (("source", SOURCE),))


def _table() -> Section:
    """The table as printed: stages down, networks across."""
    found = {depth: parts(each.rows) for depth, each in zip(DEPTHS, _nets(), strict=True)}
    rows: list[tuple[Any, ...]] = []
    for index, part in enumerate(found[DEPTHS[0]]):
        size = spell(part.output[1:3]) if is_map(part.output) else "1×1"
        rows.append((part.stage, size, *[found[depth][index].what for depth in DEPTHS]))
    macs = ("MACs", None, *[short(each.totals.macs) for each in _nets()])
    params = ("parameters", None, *[short(each.totals.params) for each in _nets()])
    columns = (Column("stage"), Column("output", "shape"), *[Column(f"{depth} layers") for depth in DEPTHS])
    deep = [f"stage{stage}/block2" for stage in (2, 3, 4, 5)]
    kept = {main_path(net("resnet50"), block) for block in deep}
    grown = [grouped(_held(net("resnet50"), block)) for block in deep]
    asked = "Which layers does each network have, and how large are the maps that come out?"
    see = (
        "Read a column downwards: the map's side halves from stage to stage, the channels double, so that a block "
        f"which keeps its size costs the same in every stage: {short(kept.pop(), 'MACs')} from 50 layers on.",
        "Read a row across: up to 34 layers the blocks are two 3×3; from 50 on they are bottlenecks. The deeper "
        "networks put their depth into stage3 and stage4. Cheaper it is not there: the MACs of a block are the same, "
        f"and its parameters four times those of the stage before ({'; '.join(grown)}). Why there, the paper does not "
        "say.",
    )
    return Section("The table", (asked,), (Table(columns, (*rows, macs, params)),), see=see)


def _held(each: Measurement, block: str) -> int:
    return sum(row.params for row in each.rows if row.node.scope.startswith(block))


def _flops() -> Section:
    """The paper's last row, under the option that it holds for."""
    found = [(each, pair) for each in _nets() for pair in compared(find(each.graph.name)) if _in_table(pair)]
    columns = (
        Column("network"),
        Column("printed", "shape"),
        Column("shortcuts"),
        Column("ours", "count"),
        Column("ours − printed", "signed"),
        Column("verdict"),
    )
    rows = [_line(each, pair) for each, pair in found]
    asked = (
        'The paper calls the last row "FLOPs" and means multiply-adds: what we call MACs. Are they ours?',
        "18 and 34 layers hold for shortcuts without parameters (option A), the others for projections where the "
        "shape changes (option B).",
    )
    see = [
        f"{title(each)}: {pair.published.note}: {grouped(pair.ours)}, {signed(pair.ours - pair.published.value)}."
        for each, pair in found
        if not pair.agrees
    ]
    return Section("The last row", asked, (Table(columns, tuple(rows)),), see=tuple(see))


def _in_table(pair: Compared) -> bool:
    return pair.published.source == SOURCE


def _line(each: Measurement, pair: Compared) -> tuple[Any, ...]:
    option = pair.published.settings.get("shortcut", "B")
    verdict = "the same when rounded" if pair.agrees else "truncated, not rounded"
    return title(each), printed(pair.published.value), option, pair.ours, pair.ours - pair.published.value, verdict


def _shortcuts() -> Section:
    """What options A, B and C cost."""
    rows: list[tuple[Any, ...]] = []
    for depth in DEPTHS:
        base = net(f"resnet{depth}", shortcut="A").totals
        for option in "ABC":
            totals = net(f"resnet{depth}", shortcut=option).totals
            more = (totals.params - base.params, totals.macs - base.macs)
            rows.append((f"ResNet-{depth}", option, totals.params, totals.macs, *more))
    columns = (
        Column("network", "heading"),
        Column("shortcuts"),
        Column("params", "count"),
        Column("MACs", "count"),
        Column("params over A", "signed"),
        Column("MACs over A", "signed"),
    )
    asked = (
        "What does a shortcut cost? A pads with zeros where the channels change, B projects there by a 1×1 "
        "convolution, C projects everywhere."
    )
    of_50 = {option: net("resnet50", shortcut=option).totals for option in "ABC"}
    see = (
        "The identity is free. That is the point of the paper: depth is added, and the shortcuts add nothing.",
        f"For bottlenecks, C would be a bad bargain: ResNet-50 would grow from {short(of_50['B'].params)} to "
        f"{short(of_50['C'].params)} parameters and from {short(of_50['B'].macs)} to "
        f"{short(of_50['C'].macs, 'MACs')}, because the shortcut joins the two wide ends.",
    )
    return Section("What the shortcuts cost", (asked,), (Table(columns, tuple(rows)),), see=see)


def _beside() -> Section:
    asked = "Where are the parameters and the MACs of the five?"
    return Section("The five side by side", (asked,), (), (figure(NAME, "cost", _nets()),))
