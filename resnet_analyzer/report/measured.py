"""A measured network as a report: by stage, by block, or layer by layer."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from ..errors import UnknownName
from ..measurement import Measurement, Row
from ..numbers import grouped, many, share, short
from ..shape import spell
from .by_hand import macs_by_hand, params_by_hand
from .model import Column, Report, Table
from .stages import block_name, blocks, parts

VIEWS = ("stage", "block", "layer")

FIGURES = (
    Column("params", "count", drop=1),
    Column("MACs", "scaled", drop=1),
    Column("share", "share", drop=4),
    Column("FLOPs", "scaled", drop=5),
    Column("activations", "count", drop=6),
)
OUTPUT = Column("output", "shape", drop=2)
HOW = "(n + 2p − f)/s + 1 with its numbers; the quotient is rounded down"
COUNTED = "MACs of conv and dense layers, {}; FLOPs: 2 per MAC, 1 per other operation"


def measured_report(
    measurement: Measurement, by: str = "stage", how: bool = False, notes: Sequence[tuple[str, str]] = ()
) -> Report:
    """The report on one measured network; `how` adds the window formula with its numbers, per layer.

    UnknownName for a view that is not stage, block or layer.
    """
    if by not in VIEWS:
        raise UnknownName("view", by, VIEWS)
    table = {"stage": _by_stage, "block": _by_block, "layer": _by_layer}["layer" if how else by](measurement)
    words = [""] * (len(table.columns) - 1 - len(FIGURES))
    table = table._replace(total=("total", *words, *_figures(measurement.rows, measurement)))
    if how:
        table = _with_formulas(table, measurement.rows)
    rounded = [("how", HOW)] if how and any("/" in (row.how() or "") for row in measurement.rows) else []
    notes = (*_summary(measurement), *rounded, *_source(measurement, notes), *notes)
    return Report(title_of(measurement), (table,), notes, measurement.to_dict)


def title_of(measurement: Measurement) -> str:
    """Name, origin, and what goes in and comes out."""
    about = measurement.graph.about
    says = about.get("says") or (f"style {about['style']}" if about.get("style", "paper") != "paper" else "")
    named = about.get("title", measurement.graph.name)
    source = _head(about.get("source", ""))
    source = "" if os.path.basename(source) == named else source  # told already
    origin = ", ".join(part for part in (source, says) if part)
    return " · ".join(part for part in (named, origin, flow_of(measurement)) if part)


def flow_of(measurement: Measurement) -> str:
    """What goes in and what comes out: `224×224×3 → 1000 classes`."""
    about = measurement.graph.about
    inputs = ", ".join(spell(node.op.shape) for node in measurement.graph.inputs)  # type: ignore[attr-defined]
    last = measurement.rows[-1].output if measurement.rows else None
    return f"{inputs} → {about['classes']} classes" if about.get("classes") else f"{inputs} → {spell(last)}"


def _head(source: str) -> str:
    """Who, when: a source up to its first bracket, comma or semicolon."""
    return min((source.split(mark)[0] for mark in (" (", ",", ";")), key=len)


def _summary(measurement: Measurement) -> list[tuple[str, str]]:
    totals, least = measurement.totals, measurement.least
    images = "one image" if measurement.batch == 1 else f"{grouped(measurement.batch)} images"
    figures = (
        parameters_of(measurement),
        f"{least('macs')}{short(totals.macs, 'MACs')}",
        f"{least('flops')}{short(totals.flops, 'FLOPs')}",
        f"{least('activations')}{grouped(totals.activations)} activations",
    )
    found = [("total", " · ".join(figures))]
    if measurement.unknown:
        names = ", ".join(measurement.unknown[:5]) + (" …" if len(measurement.unknown) > 5 else "")
        found.append(("unknown", f"cost of {many(len(measurement.unknown), 'layer')}: {names}"))
    return [*found, ("counted", COUNTED.format(images))]


def parameters_of(measurement: Measurement) -> str:
    """The parameters in words: how many of them are frozen, and the moving statistics beside them."""
    totals = measurement.totals
    frozen = f", {grouped(totals.frozen_params)} of them frozen" if totals.frozen_params else ""
    still = f" (+ {grouped(totals.moving_statistics)} moving statistics)" if totals.moving_statistics else ""
    return f"{measurement.least('params')}{grouped(totals.params)} parameters{frozen}{still}"


def _source(measurement: Measurement, notes: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The source, unless a note names it already."""
    source = measurement.graph.about.get("source")
    return [("source", source)] if source and not any(source in text for _, text in notes) else []


def _figures(rows: Sequence[Row], measurement: Measurement) -> tuple[Any, ...]:
    """The five figures of some rows; None where there is nothing of it."""
    params = spent = worked = put_out = 0
    for row in rows:
        params += row.params
        spent += row.macs
        worked += row.flops
        put_out += row.activations
    part = share(spent, measurement.totals.macs) if spent else None
    return (params or None, spent or None, part, worked or None, put_out or None)


def _by_stage(measurement: Measurement) -> Table:
    columns = (Column("stage"), Column("what", wrapped=True), OUTPUT, *FIGURES)
    rows, before = [], None
    found = parts(measurement.rows, measurement.graph.channels_first())
    outside = "–" if any(part.stage for part in found) else ""  # else the lines read as the stage above them
    for part in found:
        label = "" if part.stage == before else part.stage or outside
        rows.append((label, part.what, spell(part.output), *_figures(part.rows, measurement)))
        before = part.stage
    return Table(columns, tuple(rows))


def _by_block(measurement: Measurement) -> Table:
    columns = (Column("block", wrapped=True), Column("layers", "count", drop=4), OUTPUT, *FIGURES)
    rows = [
        (name, len(members), spell(members[-1].output), *_figures(members, measurement))
        for name, members in blocks(measurement.rows, measurement.graph.channels_first())
    ]
    return Table(columns, tuple(rows))


def _by_layer(measurement: Measurement) -> Table:
    names = (Column("block", "heading"), Column("layer", wrapped=True))
    columns = (*names, Column("op", drop=5), Column("reads", drop=3, wrapped=True), OUTPUT, *FIGURES)
    rows = [
        (
            block_name(row),
            row.name,
            row.op if row.cost.exact else f"{row.op} ?",
            _reads(row),
            spell(row.output),
            *_figures((row,), measurement),
        )
        for row in measurement.rows
    ]
    return Table(columns, tuple(rows))


def _reads(row: Row) -> str | None:
    """The names of a layer's inputs, without the block that it stands in itself, as its own name is told."""
    own = f"{block_name(row)}/" if row.node.scope else ""
    return ", ".join(name.removeprefix(own) for name in row.node.inputs) or None


def _with_formulas(table: Table, rows: Sequence[Row]) -> Table:
    """A table of layers with three columns of formulas; the bare figures, which end the formulas, go first."""
    formulas = [(row.how() or None, params_by_hand(row) or None, macs_by_hand(row) or None) for row in rows]
    added = [Column(title, wrapped=True) for title in ("how", "params by hand", "MACs by hand")]
    later = {"params": 3, "MACs": 4, "reads": 5}
    columns = [column._replace(drop=later.get(column.title, column.drop)) for column in table.columns]
    cells = tuple((*cells, *own) for cells, own in zip(table.rows, formulas, strict=True))
    return Table((*columns, *added), cells, total=(*table.total, None, None, None))
