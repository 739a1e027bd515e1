"""The long report on several networks: the same sections, side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ..architectures.base import Architecture
from ..measurement import Measurement, Row
from ..numbers import grouped, short
from ..plots.base import PLOTS
from .comparison import comparison, comparison_table
from .document import figure, report_data
from .measured import measured_report
from .model import Column, Report, Section, Table
from .network import COUNTED
from .places import kinds, parameters, spent
from .published import compared, published_table

BESIDE = 4  # networks that are drawn in one picture
PLANE = 3  # networks from which on a plane says more than a table


def several_report(measured: Sequence[Measurement], stem: str, known: Sequence[Architecture] = ()) -> Report:
    """The report on several measured networks, its pictures named after `stem`."""
    short_report = comparison(measured)
    sections = (
        _glance(measured, stem),
        *_drawing(measured, stem),
        kinds_beside(measured),
        _stages(measured),
        *_published(known),
        Section("What is counted", COUNTED),
        *_layers(measured),
    )
    title = ", ".join(_title(each) for each in measured)
    report = Report(f"Side by side: {title}", (), short_report.notes, dict, (_lead(measured),), sections)
    return report._replace(data=lambda: report_data(report, {"models": short_report.data()["models"]}))


def _title(each: Measurement) -> str:
    return str(each.graph.about.get("title", each.graph.name))


def _lead(measured: Sequence[Measurement]) -> str:
    told = [
        f"{_title(each)} has {each.least('params', 'at least ')}{grouped(each.totals.params)} parameters "
        f"and does {each.least('macs', 'at least ')}{short(each.totals.macs, 'MACs')}"
        for each in measured
    ]
    return f"{'; '.join(told)}."


def _glance(measured: Sequence[Measurement], stem: str) -> Section:
    asked = "Which is the smaller, and which the cheaper? Ratios are MACs relative to the cheapest."
    pictures = (figure(stem, "plane", measured),) if len(measured) >= PLANE and "plane" in PLOTS else ()
    return Section("At a glance", (asked,), (comparison_table(measured),), pictures)


def _drawing(measured: Sequence[Measurement], stem: str) -> Iterator[Section]:
    if len(measured) <= BESIDE:
        yield Section("The networks", (), (), (figure(stem, "architecture", measured),), (SAME_SCALE,))


SAME_SCALE = "Boxes in one band have maps of one size, so that the networks can be read across."


def kinds_beside(measured: Sequence[Measurement]) -> Section:
    """A line per kind of layer, two columns per network."""
    names = list(dict.fromkeys(name for each in measured for name in kinds(each)))
    tables = tuple(_beside(measured, names, figure, word) for figure, word in ((parameters, "params"), (spent, "MACs")))
    asked = "Which kinds of layers hold the parameters, and which do the work?"
    return Section("Where the parameters and MACs are", (asked,), tables)


def _beside(measured: Sequence[Measurement], names: Sequence[str], figure: Callable[[Row], int], word: str) -> Table:
    groups = [kinds(each) for each in measured]
    rows: list[tuple[Any, ...]] = []
    for name in names:
        sums = [sum(map(figure, group.get(name, ()))) or None for group in groups]
        rows.append((name, *sums))
    columns = (Column("kind of layer"), *[Column(_label(each), "count") for each in measured])
    return Table(columns, tuple(rows), f"{word} by kind of layer")


def _label(each: Measurement) -> str:
    style = each.graph.about.get("style")
    return each.graph.name if style in (None, "paper") else f"{each.graph.name}@{style}"


def _stages(measured: Sequence[Measurement]) -> Section:
    tables = tuple(measured_report(each).tables[0]._replace(title=_label(each)) for each in measured)
    return Section("Stage by stage", (), tables)


def _layers(measured: Sequence[Measurement]) -> Iterator[Section]:
    """Every layer of the networks that are drawn, under the names by which a page finds a box's row."""
    if len(measured) <= BESIDE:
        for number, each in enumerate(measured):
            table = measured_report(each, how=True).tables[0]._replace(live=f"layers{number or ''}")
            yield Section(f"Every layer of {_label(each)}", (), (table,), folded=True)


def _published(known: Sequence[Architecture]) -> Iterator[Section]:
    tables = tuple(published_table(compared(each))._replace(title=each.title) for each in known if each.published)
    if tables:
        asked = "The printed numbers of each, beside ours, with the reason for every difference."
        yield Section("Published numbers beside ours", (asked,), tables)
