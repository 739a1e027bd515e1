"""A sweep for people: the designs that were kept, and what was looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..analyses.sweep.designs import Space
from ..analyses.sweep.files import LABELS
from ..analyses.sweep.work import Job
from ..numbers import grouped
from .model import Column, Report, Table

TITLES = {
    "params": "params",
    "trainable_params": "trainable",
    "frozen_params": "frozen",
    "all_params": "all params",
    "moving_statistics": "statistics",
    "macs": "MACs",
    "flops": "FLOPs",
    "activations": "activations",
}


def sweep_report(job: Job, rows: Sequence[Sequence[Any]], kept: int, wish: str) -> Report:
    """The kept designs in a table (`rows` may be the first of `kept`); `wish` says what was asked, in words."""
    space = job.space
    styles = any(row[1] not in ("", "paper") for row in rows)
    labels = (Column(LABELS[0], flexible=True), *([Column(LABELS[1], drop=3)] if styles else []))
    numbers = [Column(name, "count") for name in space.variables]
    drop = {"params": 0, "macs": 0}
    figures = [
        Column(TITLES[name], "count", drop=drop.get(name, 1 + place)) for place, name in enumerate(space.figures)
    ]
    table = Table((*labels, *numbers, *figures), tuple((*row[: len(labels)], *row[2:]) for row in rows))
    notes = [("designs", _designs(job, kept, wish))]
    if len(rows) < kept:
        notes.append(("shown", f"the first {len(rows)}; all with --output FILE.csv or FILE.parquet"))
    if space.impossible:
        notes.append(("without", f"{grouped(space.impossible)} whose input is too small for the network"))
    notes.append(("exact", "closed forms over whole numbers: every figure is what the layers add up to"))
    return Report(_title(space), (table,) if rows else (), tuple(notes), lambda: _data(job, rows, kept))


def _title(space: Space) -> str:
    networks = list(dict.fromkeys(structure.label[0] for structure in space.structures))
    shown = ", ".join(networks[:4]) + (" …" if len(networks) > 4 else "")
    return f"sweep · {shown or 'nothing'} over {', '.join(space.variables) or 'their own sizes'}"


def _designs(job: Job, kept: int, wish: str) -> str:
    drawn = f" drawn at random (seed {job.sampling.seed}) of {grouped(job.space.designs)}" if job.sampling else ""
    return f"{grouped(job.designs)} evaluated{drawn}; {grouped(kept)} {wish or 'kept'}"


def _data(job: Job, rows: Sequence[Sequence[Any]], kept: int) -> dict[str, Any]:
    names = [*LABELS, *job.space.variables, *job.space.figures]
    return {
        "schema": 2,
        "kind": "sweep",
        "designs": job.designs,
        "impossible": job.space.impossible,
        "kept": kept,
        "rows": [dict(zip(names, row, strict=True)) for row in rows],
    }
