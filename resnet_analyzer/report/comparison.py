"""Networks or blocks side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..measurement import Measurement
from ..numbers import grouped, share
from ..shape import spell
from .model import Column, Report, Table

COLUMNS = (
    Column("network", flexible=True),
    Column("input", "shape", drop=3),
    Column("layers", "count", drop=5),
    Column("weights", "count", drop=2),
    Column("params", "count"),
    Column("MACs", "scaled"),
    Column("ratio", "ratio"),
    Column("FLOPs", "scaled", drop=4),
    Column("activations", "count", drop=1),
)
COUNTED = ("counted", "weights: of kernels; params: without moving statistics; ratio: MACs relative to the cheapest")


def comparison(measured: Sequence[Measurement], extra: tuple[Table, ...] = (), notes: Sequence[tuple[str, str]] = ()) -> Report:  # fmt: skip  # noqa: E501
    """Measured networks in one table, with ratios to the cheapest, and for two of them a sentence."""
    table = comparison_table(measured)
    title = " against ".join(_name(each) for each in measured)
    sentences = [("ratio", _sentence(*measured))] if len(measured) == 2 else []
    return Report(
        title,
        (table, *extra),
        (*sentences, *notes, *_unknown(measured), COUNTED),
        lambda: {"schema": 2, "kind": "comparison", "models": [_data(each) for each in measured]},
    )


def _unknown(measured: Sequence[Measurement]) -> list[tuple[str, str]]:
    """Whose figures are a lower bound, since the cost of some layer is not known."""
    return [
        ("unknown", f"{_name(each)}: ≥ its {', '.join(named(each.lower_bounds))}; cost of {len(each.unknown)} layers")
        for each in measured
        if each.unknown
    ]


def named(figures: Sequence[str]) -> list[str]:
    """Totals by the words of their columns: `parameters`, `MACs`.

    >>> named(["params", "trainable_params", "macs"])
    ['parameters', 'MACs']
    """
    words = {"params": "parameters", "macs": "MACs", "flops": "FLOPs", "activations": "activations"}
    return [words[figure] for figure in figures if figure in words]


def comparison_table(measured: Sequence[Measurement], title: str = "") -> Table:
    """The figures of each, and its MACs over those of the cheapest."""
    least = min((each.totals.macs for each in measured if each.totals.macs), default=0)
    return Table(COLUMNS, tuple(_row(each, least) for each in measured), title)


def _row(each: Measurement, least: int) -> tuple[Any, ...]:
    totals = each.totals
    return (
        _name(each),
        spell(each.graph.inputs[0].op.shape),  # type: ignore[attr-defined]
        totals.layers,
        kernel_weights(each),
        totals.params,
        totals.macs,
        share(totals.macs, least) if least else None,
        totals.flops,
        totals.activations,
    )


def kernel_weights(each: Measurement) -> int:
    """Numbers in all kernels: what papers multiply out, without bias and normalisation."""
    return sum(weight.params for row in each.rows for weight in row.weights if weight.name.endswith("kernel"))


def _name(each: Measurement) -> str:
    style = each.graph.about.get("style")
    return each.graph.name if style in (None, "paper") else f"{each.graph.name}@{style}"


def _sentence(first: Measurement, second: Measurement) -> str:
    """How many times the larger of two is the smaller, in weights and in MACs."""
    weights = [(kernel_weights(each), _name(each)) for each in (first, second)]
    macs = [(each.totals.macs, _name(each)) for each in (first, second)]
    return f"{_times(weights, 'weights')}; {_times(macs, 'MACs')}"


def _times(figures: list[tuple[int, str]], word: str) -> str:
    (small, less), (large, more) = sorted(figures)
    if small == large:
        return f"the same {word}, {grouped(large)}"
    factor = f"{large / small:,.2f}×" if small else "all"
    return f"{more} has {factor} the {word} of {less} ({grouped(large)} : {grouped(small)})"


def _data(each: Measurement) -> dict[str, Any]:
    full = each.to_dict()
    kept = ("model", "style", "inputs", "batch", "classes", "status", "totals")
    return {key: full[key] for key in kept} | {"kernel_weights": kernel_weights(each)}
