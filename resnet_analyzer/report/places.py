"""Where a network's parameters and MACs are: by kind of layer, and the layers that hold most."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..measurement import Measurement, Row
from ..numbers import percent, share
from ..ops.conv import Conv2d
from ..shape import spell
from ..window import by
from .model import Column, Table
from .stages import stage_names

BY_KIND = (
    Column("kind of layer"),
    Column("layers", "count", drop=3),
    Column("params", "count"),
    Column("share of params", "share", drop=1),
    Column("MACs", "scaled"),
    Column("share of MACs", "share", drop=1),
)
LARGEST = (
    Column("layer", wrapped=True),
    Column("output", "shape", drop=2),
    Column("params", "count"),
    Column("share of params", "share", drop=1),
    Column("MACs", "scaled"),
    Column("share of MACs", "share", drop=1),
)
MOST = 5


def kind(row: Row) -> str:
    """What people call a layer of this kind: `3×3 convolution`, `BatchNorm`."""
    op = row.node.op
    if isinstance(op, Conv2d):
        grouped = op.groups != 1
        return f"{by(op.kernel_size)} {'grouped ' if grouped else ''}convolution"
    return _WORDS.get(row.op, row.op)


_WORDS = {
    "BatchNorm": "batch normalisation",
    "Dense": "dense layer",
    "MaxPool2d": "max pooling",
    "AveragePool2d": "average pooling",
    "GlobalAveragePool2d": "global average pooling",
    "Activation": "activation",
    "Add": "addition",
    "Concatenate": "concatenation",
    "LocalResponseNorm": "local response normalisation",
}


def kinds(measurement: Measurement) -> dict[str, list[Row]]:
    """The layers that have parameters or MACs, by kind; the kind with most MACs first."""
    found: dict[str, list[Row]] = {}
    for row in measurement.rows:
        if row.params or spent(row):
            found.setdefault(kind(row), []).append(row)
    return dict(sorted(found.items(), key=lambda pair: (-sum(map(spent, pair[1])), pair[0])))


def spent(row: Row) -> int:
    """A layer's MACs, for one image."""
    return row.macs


def parameters(row: Row) -> int:
    """A layer's trainable parameters."""
    return row.params


def by_kind(measurement: Measurement, title: str = "") -> Table:
    """A line per kind of layer: how many there are, what they hold, and what they cost."""
    rows = [(name, len(rows), *_figures(rows, measurement)) for name, rows in kinds(measurement).items()]
    return Table(BY_KIND, tuple(rows), title)


def _figures(rows: Sequence[Row], measurement: Measurement) -> tuple[Any, ...]:
    totals = measurement.totals
    held, cost = sum(map(parameters, rows)), sum(map(spent, rows))
    return held or None, share(held, totals.params), cost or None, share(cost, totals.macs)


def largest(measurement: Measurement, figure: Callable[[Row], int], most: int = MOST, title: str = "") -> Table:
    """The layers with most of a figure."""
    rows = sorted(measurement.rows, key=lambda row: -figure(row))[:most]
    kept = [row for row in rows if figure(row)]
    return Table(LARGEST, tuple((row.name, spell(row.output), *_figures([row], measurement)) for row in kept), title)


def by_stage(measurement: Measurement) -> list[tuple[str, list[Row]]]:
    """The layers of each stage (or each layer outside of one), in order."""
    found: dict[str, list[Row]] = {}
    stages = stage_names(measurement.rows, measurement.graph.channels_first())
    for row in measurement.rows:
        found.setdefault(stages[row.name], []).append(row)
    return list(found.items())


def heaviest(groups: Sequence[tuple[str, Sequence[Row]]], figure: Callable[[Row], int], whole: int) -> tuple[str, str]:
    """The group with most of a figure, and its share as text."""
    name, rows = max(groups, key=lambda group: sum(map(figure, group[1])))
    return name, percent(sum(map(figure, rows)), whole)
