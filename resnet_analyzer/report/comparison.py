"""Networks or blocks side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..analyses.diff import Change, diff
from ..measurement import Measurement
from ..numbers import grouped, many, share, signed
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
WHYS = 3  # reasons told
COUNTED = ("counted", "weights: of kernels; params: without moving statistics; ratio: MACs relative to the cheapest")


def comparison(
    measured: Sequence[Measurement],
    extra: tuple[Table, ...] = (),
    notes: Sequence[tuple[str, str]] = (),
    names: Sequence[str] = (),
) -> Report:
    """Measured networks in one table, with ratios to the cheapest, and for two of them a sentence.

    `names` are what they are called, one each; the networks' own where there are none.
    """
    told = list(names) or [_name(each) for each in measured]
    table = comparison_table(measured, names=told)
    sentences = [("ratio", _sentence(measured, told)), *_why(*measured)] if len(measured) == 2 else []
    return Report(
        " against ".join(told),
        (table, *extra),
        (*sentences, *notes, *_sizes(measured), *_unknown(measured, told), COUNTED),
        lambda: {
            "schema": 2,
            "kind": "comparison",
            "models": [_data(*each) for each in zip(measured, told, strict=True)],
        },
    )


def distinct_names(targets: Sequence[str]) -> list[str]:
    """Targets as a table calls them: files by their last part where that is enough, a repeated one with a number.

    >>> distinct_names(["old/net.keras", "new/net.keras", "resnet50@paper", "mine.yaml", "mine.yaml"])
    ['old/net.keras', 'new/net.keras', 'resnet50@paper', 'mine.yaml', 'mine.yaml (2)']
    """
    last = [target.replace("\\", "/").rpartition("/")[2] for target in targets]
    same = {name for name in last if len({each for each, end in zip(targets, last, strict=True) if end == name}) > 1}
    names: list[str] = []
    for target, name in zip(targets, last, strict=True):
        plain = target if name in same else name
        times = sum(each == plain or each.startswith(f"{plain} (") for each in names)
        names.append(f"{plain} ({times + 1})" if times else plain)
    return names


def _why(one: Measurement, two: Measurement) -> list[tuple[str, str]]:
    """Why two styles of one network differ: what changed, equal changes told together."""
    if one.graph.name != two.graph.name or one.graph.about.get("style") == two.graph.about.get("style"):
        return []
    changes = [each for each in diff(one, two).changes if each.params or each.macs]
    groups: dict[str, list[Change]] = {}
    for each in changes:
        groups.setdefault(each.why if each.what == "changed" else f"{each.what}: {each.why}", []).append(each)
    ranked = sorted(groups.items(), key=lambda group: -sum(abs(each.macs) + abs(each.params) for each in group[1]))
    told = [f"{len(group)} × {why} ({_effects(group)})" for why, group in ranked[:WHYS]]
    more = f"; {len(groups) - WHYS} more: diff" if len(groups) > WHYS else ""
    return [("why", "; ".join(told) + more)] if told else [("why", "no layer differs in parameters or MACs")]


def _effects(changes: Sequence[Change]) -> str:
    """What some changes make together: `+231,211,008 MACs`."""
    params, macs = sum(each.params for each in changes), sum(each.macs for each in changes)
    figures = [*([f"{signed(params)} parameters"] if params else []), *([f"{signed(macs)} MACs"] if macs else [])]
    return ", ".join(figures)


def _sizes(measured: Sequence[Measurement]) -> list[tuple[str, str]]:
    """That networks are told at different sizes, and how to compare them at one."""
    alike = len({_input(each) for each in measured}) == 1
    return [] if alike else [("input", "of different sizes, and so are MACs and activations; --input sets one for all")]


def _input(each: Measurement) -> str:
    return spell(each.graph.inputs[0].op.shape)  # type: ignore[attr-defined]


def _unknown(measured: Sequence[Measurement], names: Sequence[str]) -> list[tuple[str, str]]:
    """Whose figures are a lower bound, since the cost of some layer is not known."""
    return [
        ("unknown", f"{name}: ≥ its {', '.join(named(each.lower_bounds))}; cost of {many(len(each.unknown), 'layer')}")
        for each, name in zip(measured, names, strict=True)
        if each.unknown
    ]


def named(figures: Sequence[str]) -> list[str]:
    """Totals by the words of their columns: `parameters`, `MACs`.

    >>> named(["params", "trainable_params", "macs"])
    ['parameters', 'MACs']
    """
    words = {"params": "parameters", "macs": "MACs", "flops": "FLOPs", "activations": "activations"}
    return [words[figure] for figure in figures if figure in words]


def comparison_table(measured: Sequence[Measurement], title: str = "", names: Sequence[str] = ()) -> Table:
    """The figures of each, and its MACs relative to those of the cheapest."""
    told = list(names) or [_name(each) for each in measured]
    least = min((each.totals.macs for each in measured if each.totals.macs), default=0)
    return Table(COLUMNS, tuple(_row(*each, least) for each in zip(measured, told, strict=True)), title)


def _row(each: Measurement, name: str, least: int) -> tuple[Any, ...]:
    totals = each.totals
    return (
        name,
        _input(each),
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


def _sentence(measured: Sequence[Measurement], names: Sequence[str]) -> str:
    """How many times the larger of two is the smaller, in weights and in MACs."""
    weights = [(kernel_weights(each), name) for each, name in zip(measured, names, strict=True)]
    macs = [(each.totals.macs, name) for each, name in zip(measured, names, strict=True)]
    return f"{_times(weights, 'weights')}; {_times(macs, 'MACs')}"


def _times(figures: list[tuple[int, str]], word: str) -> str:
    (small, less), (large, more) = sorted(figures)
    if small == large:
        return f"the same {word}, {grouped(large)}"
    factor = f"{large / small:,.2f}×" if small else "all"
    return f"{more} has {factor} the {word} of {less} ({grouped(large)} : {grouped(small)})"


def _data(each: Measurement, name: str) -> dict[str, Any]:
    full = each.to_dict()
    kept = ("model", "style", "inputs", "batch", "classes", "status", "totals")
    return {"name": name} | {key: full[key] for key in kept} | {"kernel_weights": kernel_weights(each)}
