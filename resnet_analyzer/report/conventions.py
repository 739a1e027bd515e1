"""What every tool prints for a network, and what that number is made of."""

from __future__ import annotations

from typing import Any

from ..analyses.conventions import Told, conventions
from ..measurement import Measurement
from ..numbers import grouped
from ..shape import spell
from .model import Column, Report, Table

COLUMNS = (
    Column("tool", wrapped=True),
    Column("calls it", drop=1),
    Column("number", "count"),
    Column("prints", "shape", drop=3),
    Column("which is", wrapped=True),
)
ITEMS = (
    Column("tool", wrapped=True),
    Column("calls it"),
    Column("item", wrapped=True),
    Column("counted as", wrapped=True, drop=3),
    Column("amount", "count"),
)
COUNTED = "every number is emulated from the layers, fault by fault; the real tools' own figures are held in tests"


def conventions_report(measured: Measurement, by_item: bool = False) -> Report:
    """A line per tool's figure, and with `by_item` a table of the items that each is the sum of."""
    found = conventions(measured)
    title = tools_title(measured, len(found))
    tables = [Table(COLUMNS, tuple(map(_line, found)), live="tools")]
    if by_item:
        tables.append(Table(ITEMS, tuple(line for each in found for line in _items(each)), "What each is the sum of"))
    misses = [
        ("misses", f"{each.convention.label} ({each.convention.calls}): {_missed(each)}")
        for each in found
        if each.missed and not each.fails
    ]
    bound = (
        [("bound", "the cost of some layer is not known: every number is at least so much")] if measured.unknown else []
    )
    return Report(title, tuple(tables), (*misses, *bound, ("counted", COUNTED)), lambda: _data(measured, found))


def tools_title(measured: Measurement, figures: int) -> str:
    """The heading: the network, its style and input, and how many figures there are."""
    name = measured.graph.about.get("title", measured.graph.name)
    inputs = ", ".join(spell(node.op.shape) for node in measured.graph.inputs)  # type: ignore[attr-defined]
    style = measured.graph.about.get("style")
    return f"{name}{f' · {style}' if style else ''} · {inputs} · what {figures} tools' figures are"


def _line(each: Told) -> tuple[Any, ...]:
    convention = each.convention
    return (convention.label, convention.calls, None if each.fails else each.number, each.printed, convention.says)


def _items(each: Told) -> list[tuple[Any, ...]]:
    convention = each.convention
    parts = () if each.fails else each.parts
    return [(convention.label, convention.calls, part.item, part.each, part.amount) for part in parts]


def _missed(each: Told) -> str:
    shown = [f"{grouped(count)} {what}" for what, count in each.missed[:4]]
    return ", ".join([*shown, *(["…"] if len(each.missed) > 4 else [])])


def _data(measured: Measurement, found: tuple[Told, ...]) -> dict[str, Any]:
    return {
        "schema": 2,
        "kind": "conventions",
        "model": measured.graph.name,
        "style": measured.graph.about.get("style"),
        "status": measured.status,
        "figures": [
            {
                "name": each.convention.name,
                "tool": each.convention.tool,
                "version": each.convention.version,
                "calls": each.convention.calls,
                "figure": each.convention.figure,
                "number": None if each.fails else each.number,
                "prints": each.printed,
                "items": [] if each.fails else [part._asdict() for part in each.parts],
                "misses": [{"what": what, "layers": count} for what, count in each.missed],
                "faults": list(each.convention.faults),
                "source": each.convention.source,
            }
            for each in found
        ],
    }
