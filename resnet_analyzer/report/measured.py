"""A measured network as a report: by stage, by block, or layer by layer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ..conventions.activations import activations
from ..conventions.flops import flops
from ..conventions.macs import macs
from ..errors import UnknownName
from ..measure import Measurement, Row
from ..shapes import spell
from .model import Column, Report, Table
from .numbers import grouped, share, short
from .stages import blocks, parts

VIEWS = ("stage", "block", "layer")

FIGURES = (
    Column("params", "count"),
    Column("MACs", "scaled"),
    Column("share", "share", drop=4),
    Column("FLOPs", "scaled", drop=5),
    Column("activations", "count", drop=6),
)
COUNTED = (
    "one MAC per multiply-accumulate of convolutions and dense layers, {}; "
    "FLOPs: 2 per MAC and 1 for all other arithmetic; params: trainable"
)


def measured_report(
    measurement: Measurement, by: str = "stage", how: bool = False, notes: Sequence[tuple[str, str]] = ()
) -> Report:
    """The report on one measured network; `how` adds the window formula with its numbers, per layer.

    UnknownName for a view that is not stage, block or layer.
    """
    if by not in VIEWS:
        raise UnknownName("view", by, VIEWS)
    table = {"stage": _by_stage, "block": _by_block, "layer": _by_layer}["layer" if how else by](measurement)
    if how:
        formulas = tuple(row.how() or None for row in measurement.rows)
        rows = tuple((*cells, formula) for cells, formula in zip(table.rows, formulas))
        table = table._replace(columns=(*table.columns, Column("how")), rows=rows)
    return Report(_title(measurement), (table,), (*_summary(measurement), *notes), measurement.to_dict())


def _title(measurement: Measurement) -> str:
    about = measurement.graph.about
    source = re.split(r" \(|[,;]", about.get("source", ""))[0]
    says = about.get("says") or (f"style {about['style']}" if about.get("style", "paper") != "paper" else "")
    inputs = ", ".join(spell(node.op.shape) for node in measurement.graph.inputs)  # type: ignore[attr-defined]
    last = measurement.rows[-1].output if measurement.rows else None
    result = f"{about['classes']} classes" if about.get("classes") else spell(last)
    named = about.get("title", measurement.graph.name)
    return " · ".join(part for part in (named, source, says, f"{inputs} → {result}") if part)


def _summary(measurement: Measurement) -> list[tuple[str, str]]:
    totals, least = measurement.totals, "≥ " if measurement.unknown else ""
    still = f" (+ {grouped(totals.non_trainable_params)} moving statistics)" if totals.non_trainable_params else ""
    images = "one image" if measurement.batch == 1 else f"{measurement.batch} images"
    figures = (
        f"{least}{grouped(totals.trainable_params)} parameters{still}",
        f"{least}{_unit(totals.macs, 'MACs')}",
        f"{least}{_unit(totals.flops, 'FLOPs')}",
        f"{least}{grouped(totals.activations)} activations",
    )
    found = [("total", " · ".join(figures))]
    if measurement.unknown:
        names = ", ".join(measurement.unknown[:5]) + (" …" if len(measurement.unknown) > 5 else "")
        found.append(("unknown", f"{len(measurement.unknown)} layers whose cost is not known: {names}"))
    found.append(("counted", COUNTED.format(images)))
    source = measurement.graph.about.get("source")
    return [*found, ("source", source)] if source else found


def _unit(number: int, word: str) -> str:
    value, _, unit = short(number).partition(" ")
    return f"{value} {unit}{word}"


def _figures(rows: Sequence[Row], measurement: Measurement) -> tuple[Any, ...]:
    """The five figures of some rows; None where there is nothing of it."""
    work = [row.work_for(measurement.batch) for row in rows]
    params = sum(row.trainable_params for row in rows)
    spent = sum(map(macs, work))
    counted = (params, spent, share(spent, measurement.totals.macs), sum(map(flops, work)), sum(map(activations, work)))
    empty = spent == 0
    return (params or None, spent or None, None if empty else counted[2], counted[3] or None, counted[4] or None)


def _by_stage(measurement: Measurement) -> Table:
    columns = (Column("stage"), Column("what", flexible=True), Column("output", "shape"), *FIGURES)
    rows, before = [], None
    for part in parts(measurement.rows):
        label = "" if part.stage == before else part.stage
        rows.append((label, part.what, spell(part.output), *_figures(part.rows, measurement)))
        before = part.stage
    return Table(columns, tuple(rows))


def _by_block(measurement: Measurement) -> Table:
    columns = (Column("block", flexible=True), Column("layers", "count", drop=3), Column("output", "shape"), *FIGURES)
    rows = [
        (name, len(members), spell(members[-1].output), *_figures(members, measurement))
        for name, members in blocks(measurement.rows)
    ]
    return Table(columns, tuple(rows))


def _by_layer(measurement: Measurement) -> Table:
    columns = (Column("layer", flexible=True), Column("op", drop=3), Column("output", "shape"), *FIGURES)
    rows = [
        (row.name, row.op if row.cost.exact else f"{row.op} ?", spell(row.output), *_figures((row,), measurement))
        for row in measurement.rows
    ]
    return Table(columns, tuple(rows))
