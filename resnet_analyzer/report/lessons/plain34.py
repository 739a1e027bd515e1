"""VGG-19, Plain-34 and ResNet-34 side by side: the paper's Fig. 3."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...architectures.base import find
from ...measurement import Measurement, Row
from ...numbers import grouped, percent, printed, short, times
from ...shape import is_map
from ..document import document, figure
from ..model import Column, Report, Section, Table
from ..places import by_kind, parameters, spent
from ..published import compared
from ..several import SAME_SCALE
from .base import Findings, lesson, main_path, net, title

NAME = "vgg19_plain34_resnet34"
NAMES = ("vgg19", "plain34", "resnet34")
SOURCE = "He et al. 2015 (arXiv 1512.03385), sec. 3.3 and Fig. 3"


def _nets() -> list[Measurement]:
    return [net(name) for name in NAMES]


@lesson(NAME, 15, "The paper's Fig. 3: twice as deep as VGG-19 for a fifth of its cost, and the shortcuts are free.")
def report(findings: Findings) -> Report:
    """The lesson."""
    vgg, residual = net("vgg19").totals, net("resnet34").totals
    lead = (
        f"ResNet-34 has nearly twice the layers of VGG-19 and costs {percent(residual.macs, vgg.macs)} of it: "
        f"{short(residual.macs, 'MACs')} against {short(vgg.macs)}. Where has the cost gone? And what do the shortcuts "
        "add to the plain network?",
    )
    sections = (_glance(), _drawing(), _by_size(), _parameters(), _shortcuts())
    return document("VGG-19, Plain-34 and ResNet-34", lead, sections, (("source", SOURCE),))


def _glance() -> Section:
    rows: list[tuple[Any, ...]] = []
    for name, each in zip(NAMES, _nets(), strict=True):
        claim = next(pair for pair in compared(find(name)) if pair.published.figure == "macs")
        option = claim.published.settings.get("shortcut")
        rows.append((title(each), *_totals(each), printed(claim.published.value), claim.ours, _verdict(claim, option)))
    columns = (
        Column("network"),
        Column("params", "count"),
        Column("MACs", "count"),
        Column("activations", "count"),
        Column("paper's MACs", "shape"),
        Column("ours for that", "count"),
        Column("verdict"),
    )
    asked = f"The paper prints {', '.join(row[4] for row in rows)}. Is that so?"
    residual = net("resnet34").totals
    see = (
        f"Yes, to the last printed digit. For ResNet-34 with projections (option B, as everyone builds it) it is "
        f"{grouped(residual.macs)}; the printed figure fits zero-padded shortcuts.",
    )
    return Section("At a glance", (asked,), (Table(columns, tuple(rows)),), see=see)


def _totals(each: Measurement) -> tuple[int, int, int]:
    return each.totals.params, each.totals.macs, each.totals.activations


def _verdict(claim: Any, option: str | None) -> str:
    agrees = "the same when rounded" if claim.agrees else claim.published.note
    return f"{agrees} (option {option})" if option else agrees


def _drawing() -> Section:
    asked = "What do they look like? The paper's figure, drawn from the layers themselves."
    see = (
        SAME_SCALE,
        "VGG-19 stays long at high resolution. The other two leave it at once: a 7×7 with stride 2 and a pool bring "
        "the map to a sixteenth of its positions before the first block begins.",
    )
    return Section("The three networks", (asked,), (), (figure(NAME, "architecture", _nets()),), see)


def _by_size() -> Section:
    """MACs by the size of the map that they make."""
    sides = sorted({_side(row) for each in _nets() for row in each.rows if spent(row)}, reverse=True)
    rows = [
        (f"{side}×{side}" if side else "dense", *[_sum(each, side, spent) or None for each in _nets()])
        for side in sides
    ]
    columns = (Column("map", "shape"), *[Column(title(each), "count") for each in _nets()])
    vgg, residual = net("vgg19"), net("resnet34")
    early = sum(_sum(vgg, side, spent) for side in sides if side > 56)
    asked = "At which resolution is the work done? MACs by the size of the map that comes out."
    see = (
        f"VGG-19 spends {short(early, 'MACs')} on maps larger than 56×56, "
        f"{times(early, residual.totals.macs)} the cost of the whole ResNet-34.",
        f"In ResNet-34 a block that keeps its size costs {short(main_path(residual, 'stage2/block2'), 'MACs')} at "
        "every "
        "resolution: a quarter of the positions, four times the weights. A block that halves the map reads half the "
        f"channels, and costs {short(main_path(residual, 'stage3/block1'))} on its main path. The 14×14 maps cost most "
        "because most blocks stand there.",
    )
    return Section("Where the work is done", (asked,), (Table(columns, tuple(rows)),), see=see)


def _side(row: Row) -> int:
    return row.output[1] if is_map(row.output) and row.op != "Dense" else 0


def _sum(each: Measurement, side: int, value: Callable[[Row], int]) -> int:
    return sum(value(row) for row in each.rows if _side(row) == side)


def _parameters() -> Section:
    tables = tuple(by_kind(each, title(each)) for each in _nets())
    vgg = net("vgg19")
    dense = sum(parameters(row) for row in vgg.rows if row.op == "Dense")
    first = max((row for row in vgg.rows if row.op == "Dense"), key=parameters)
    asked = "And where are the parameters?"
    see = (
        f"VGG-19's three dense layers hold {percent(dense, vgg.totals.params)} of its parameters; the first "
        f"alone {grouped(parameters(first))}. Global average pooling makes all but the last of them unnecessary.",
    )
    return Section("Where the parameters are", (asked,), tables, (figure(NAME, "cost", _nets()),), see)


def _shortcuts() -> Section:
    plain = net("plain34").totals
    rows: list[tuple[Any, ...]] = [("no shortcuts: Plain-34", *_totals(net("plain34")), 0, 0)]
    for option, words in (("A", "zero padding"), ("B", "projections where the shape changes"), ("C", "projections everywhere")):  # fmt: skip  # noqa: E501
        each = net("resnet34", shortcut=option)
        more = (each.totals.params - plain.params, each.totals.macs - plain.macs)
        rows.append((f"{option}: {words}", *_totals(each), *more))
    columns = (
        Column("shortcuts"),
        Column("params", "count"),
        Column("MACs", "count"),
        Column("activations", "count"),
        Column("params added", "signed"),
        Column("MACs added", "signed"),
    )
    asked = "What do the shortcuts add to the plain network?"
    see = (
        "With zero padding: nothing, to the last unit. The two networks can be compared fairly, and that is why the "
        "paper's experiment is convincing.",
    )
    return Section("What the shortcuts add", (asked,), (Table(columns, tuple(rows)),), see=see)
