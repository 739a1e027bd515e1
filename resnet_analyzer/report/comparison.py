"""Networks or blocks side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..measure import Measurement
from ..shapes import spell
from .model import Column, Report, Table
from .numbers import grouped, short

COLUMNS = (
    Column("network", flexible=True),
    Column("input", "shape", drop=3),
    Column("layers", "count", drop=5),
    Column("weights", "count", drop=2),
    Column("params", "count"),
    Column("MACs", "scaled"),
    Column("MACs ratio", "ratio"),
    Column("FLOPs", "scaled", drop=4),
    Column("activations", "count", drop=1),
)


def comparison(measured: Sequence[Measurement], extra: tuple[Table, ...] = (), notes: Sequence[tuple[str, str]] = ()) -> Report:  # fmt: skip  # noqa: E501
    """Measured networks in one table, ratios to the last of them, and a sentence for each pair with it."""
    table = comparison_table(measured)
    title = " against ".join(_name(each) for each in measured)
    sentences = [("ratio", _sentence(each, measured[-1])) for each in measured[:-1]]
    counted = ("counted", "weights: numbers in convolution and dense kernels; params: all that is trained")
    data = {"schema": 1, "models": [_data(each) for each in measured]}
    return Report(title, (table, *extra), (*sentences, *notes, counted), data)


def comparison_table(measured: Sequence[Measurement], title: str = "") -> Table:
    """The figures of each, and its MACs over those of the last one."""
    base = measured[-1].totals.macs
    return Table(COLUMNS, tuple(_row(each, base) for each in measured), title)


def _row(each: Measurement, base: int) -> tuple[Any, ...]:
    totals = each.totals
    return (
        _name(each),
        spell(each.graph.inputs[0].op.shape),  # type: ignore[attr-defined]
        totals.layers,
        kernel_weights(each),
        totals.trainable_params,
        totals.macs,
        totals.macs * 1000 // base if base else None,
        totals.flops,
        totals.activations,
    )


def kernel_weights(each: Measurement) -> int:
    """Numbers in all kernels: what papers multiply out, without bias and normalisation."""
    return sum(weight.params for row in each.rows for weight in row.weights if weight.name.endswith("kernel"))


def _name(each: Measurement) -> str:
    style = each.graph.about.get("style")
    return each.graph.name if style in (None, "paper") else f"{each.graph.name} ({style})"


def _sentence(each: Measurement, base: Measurement) -> str:
    mine, theirs = each.totals, base.totals
    return (
        f"{_name(each)} : {_name(base)} = {_ratio(kernel_weights(each), kernel_weights(base))} in weights "
        f"({grouped(kernel_weights(each))} : {grouped(kernel_weights(base))}), "
        f"{_ratio(mine.macs, theirs.macs)} in MACs ({short(mine.macs)} : {short(theirs.macs)})"
    )


def _ratio(mine: int, theirs: int) -> str:
    return f"{mine / theirs:,.2f}×" if theirs else "–"


def _data(each: Measurement) -> dict[str, Any]:
    full = each.to_dict()
    kept = ("model", "style", "input", "batch", "classes", "status", "totals")
    return {key: full[key] for key in kept} | {"kernel_weights": kernel_weights(each)}
