"""The long report on one network: what it is, where its figures are, and every layer with its formula."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ..analyses.formula.recipe import Recipe
from ..analyses.memory import memory
from ..analyses.receptive_field import View, receptive_fields
from ..architectures.base import Architecture
from ..dim import is_exactly
from ..measurement import Measurement, Row
from ..numbers import grouped, many, percent, short
from ..plots.base import PLOTS
from ..shape import is_map, spell
from .beyond import beyond_flops
from .comparison import named
from .document import figure, finished
from .live import live_data
from .measured import measured_report
from .model import Column, Figure, Report, Section, Table
from .places import by_kind, by_stage, heaviest, kinds, largest, parameters, spent
from .published import published_section
from .sizes import first_that_change, into, that_change, weights_in_words
from .stages import parts

GLANCE = (Column("figure"), Column("value", "count"), Column("meaning", wrapped=True))
COUNTED = (
    "MACs: one for every multiply-accumulate of a convolution or dense layer, for one image, and nothing else.",
    "FLOPs: two per MAC, and one for every other addition, multiplication, comparison, exponential, division and "
    "square root: bias, normalisation, activation, pooling, residual additions.",
    "Parameters: every number that training changes or that is frozen. Moving statistics of batch normalisation are "
    "weights too, but nobody trains them; Keras counts them, papers and torch do not.",
    "Activations: the elements that convolutions and dense layers put out.",
    "All figures are exact integers, worked out from the layer graph by rules; no framework ran.",
)
PARAMS = Column("params", "count")


def network_report(
    measurement: Measurement, stem: str, known: Architecture | None = None, recipe: Recipe | None = None,
    tools: bool = False,
) -> Report:  # fmt: skip
    """The report on one measured network.

    Its pictures are named after `stem`; `known` is what was published of it, `recipe` how it varies, `tools` whether
    a section with what other tools print will be added, which a page recomputes too.
    """
    short_report = measured_report(measurement)
    sections = (
        _glance(measurement),
        _drawing(measurement, stem),
        _stages(measurement),
        _places(measurement, stem),
        _sizes(measurement, stem),
        *beyond_flops(measurement, stem),
        *([published_section(known)] if known and known.published else []),
        Section("What is counted", COUNTED),
        _layers(measurement),
    )
    report = Report(short_report.title, (), _notes(measurement, known), dict, _lead(measurement), sections)
    report = report._replace(live=lambda: live_data(measurement, recipe, _lead, tools))
    return finished(
        report, {key: value for key, value in measurement.to_dict().items() if key not in ("schema", "kind")}
    )


def _notes(measurement: Measurement, known: Architecture | None) -> tuple[tuple[str, str], ...]:
    """The remark, the source, and which layers' costs are unknown."""
    about = measurement.graph.about
    notes = [(label, about[label]) for label in ("remark", "source") if about.get(label)]
    if measurement.unknown:
        names = ", ".join(measurement.unknown[:5])
        bounds = ", ".join(named(measurement.lower_bounds))
        notes.insert(
            0, ("unknown", f"cost of {many(len(measurement.unknown), 'layer')}; lower bounds: {bounds}: {names}")
        )
    return tuple(notes)


def _name(measurement: Measurement) -> str:
    return str(measurement.graph.about.get("title", measurement.graph.name))


def _lead(
    measurement: Measurement, full: Callable[[Any], str] = grouped, rounded: Callable[[Any], str] = short
) -> tuple[str, ...]:
    totals = measurement.totals
    result = measurement.rows[-1].output
    classes: Any = measurement.graph.about.get("classes")
    into = f"{grouped(classes)} scores" if classes else spell(result)
    return (
        f"{_name(measurement)} turns an image of {_inputs(measurement)} into {into}. "
        f"It does so with {measurement.least('params', 'at least ')}{full(totals.params)} parameters, "
        f"and spends {measurement.least('macs', 'at least ')}{rounded(totals.macs)}MACs on it.",
    )


def _inputs(measurement: Measurement) -> str:
    return ", ".join(spell(node.op.shape) for node in measurement.graph.inputs)  # type: ignore[attr-defined]


def _glance(measurement: Measurement) -> Section:
    rows = list(_figures(measurement))
    return Section("At a glance", (), (Table(GLANCE, (*rows, *_seen(measurement)), live="glance"),))


def _figures(measurement: Measurement) -> Iterator[tuple[str, int, str]]:
    totals, needs = measurement.totals, memory(measurement)

    def least(figure: str) -> str:
        return measurement.least(figure, "lower bound: ")

    alive = "" if needs.exact else "lower bound: "
    frozen = f", or could: {grouped(totals.frozen_params)} are frozen" if totals.frozen_params else ""
    yield "parameters", totals.params, f"{least('params')}numbers that training changes{frozen}"
    if totals.moving_statistics:
        yield (
            "moving statistics",
            totals.moving_statistics,
            f"{least('moving_statistics')}means and variances of batch normalisation",
        )
    yield "MACs", totals.macs, f"{least('macs')}{short(totals.macs)}, in convolutions and dense layers, for one image"
    yield "FLOPs", totals.flops, f"{least('flops')}{short(totals.flops)}, all arithmetic"
    yield (
        "activations",
        totals.activations,
        f"{least('activations')}elements that convolutions and dense layers put out",
    )
    yield "layers", totals.layers, "everything in the graph, the input included"
    yield "bytes of weights", needs.weights, f"{least('all_params')}{short(needs.weights, 'B')}, 4 bytes a number"
    yield (
        "bytes alive",
        needs.peak,
        f"{alive}{short(needs.peak, 'B')}: the most activations held at once, at {needs.at}",
    )


def _seen(measurement: Measurement) -> Iterator[tuple[str, int, str]]:
    """The receptive field of the last map that has one of plain size."""
    views = receptive_fields(measurement.rows)
    maps = [row for row in measurement.rows if is_map(row.output) and _size(views[row.name])]
    if maps:
        last = maps[-1]
        height, width = _size(views[last.name]) or (0, 0)
        behind = any(_is_large_map(row) for row in measurement.rows[measurement.rows.index(last) + 1 :])
        words = ", the last that does not see the whole image" if behind else ""
        yield "receptive field", height, f"{height}×{width} pixels are what one unit of {last.name} sees{words}"


def _is_large_map(row: Row) -> bool:
    """Whether it is a map of more than one place."""
    return row.output is not None and is_map(row.output) and sum(not is_exactly(size, 1) for size in row.output) > 1


def _size(view: View | None) -> tuple[int, ...] | None:
    size = view.size if view is not None else None
    return None if size is None or None in size else size  # type: ignore[return-value]


def _drawing(measurement: Measurement, stem: str) -> Section:
    see = ["Read it from top to bottom: a box is wider with more channels, and taller with more pixels."]
    if any(row.op == "Add" for row in measurement.rows):
        see.append("The line at the side is the shortcut, dashed where it has to change the shape.")
    if any(part.what.startswith("(") for part in parts(measurement.rows, measurement.graph.channels_first())):
        see.append("Equal blocks in a row may be drawn once, with their number.")
    return Section("The network", (), (), (figure(stem, "architecture", measurement),), (" ".join(see),))


def _stages(measurement: Measurement) -> Section:
    table = measured_report(measurement).tables[0]._replace(live="stages")
    asked = "What comes out of every stage, and what does it cost? Blocks use the papers' notation."
    return Section("Stage by stage", (asked,), (table,))


def _places(measurement: Measurement, stem: str) -> Section:
    tables = (
        by_kind(measurement, "By kind of layer")._replace(live="kinds"),
        largest(measurement, parameters, title="The layers with most parameters")._replace(live="most-params"),
        largest(measurement, spent, title="The layers with most MACs")._replace(live="most-macs"),
    )
    asked = "Which layers would you have to change to make the network smaller, and which to make it faster?"
    pictures = tuple(_drawn(stem, "cost", measurement))
    kept = tuple(table for table in tables if table.rows)
    seen = tuple(_seen_places(measurement))
    return Section("Where the parameters and MACs are", (asked,), kept, pictures, seen, live="places")


def _drawn(stem: str, plot: str, measurement: Measurement) -> Iterator[Figure]:
    if plot in PLOTS:
        yield figure(stem, plot, measurement)


def _seen_places(measurement: Measurement) -> Iterator[str]:
    totals = measurement.totals
    if not totals.macs or not totals.params:
        return
    stages = by_stage(measurement)
    held, cost = heaviest(stages, parameters, totals.params), heaviest(stages, spent, totals.macs)
    yield f"Most parameters are in {held[0]} ({held[1]}), most MACs in {cost[0]} ({cost[1]})."
    groups = list(kinds(measurement).items())
    name, part = heaviest(groups, spent, totals.macs)
    rows = dict(groups)[name]
    yield (
        f"By kind: {name} layers do {part} of the MACs with "
        f"{percent(sum(map(parameters, rows)), totals.params)} of the parameters."
    )


def _sizes(measurement: Measurement, stem: str) -> Section:
    asked = (
        "How large is the map behind a layer? For an input of n pixels, padding p on each side, a window of f and a "
        "stride of s it is (n + 2p − f)/s + 1, rounded down.",
    )
    rows = that_change(measurement)
    by_hand = tuple((row.name, weights_in_words(row), into(row), row.how()) for row in first_that_change(measurement))
    columns = (Column("layer"), Column("what"), Column("into"), Column("by hand", wrapped=True))
    tables = (
        (Table(columns, by_hand, f"The first {len(by_hand)} layers that change the size", "sizes"),) if by_hand else ()
    )
    see = (
        ("Where the resolution falls, the channels rise: a quarter of the positions, twice the channels each.",)
        if _doubles(rows)
        else ()
    )
    return Section("How the size shrinks", asked, tables, tuple(_drawn(stem, "resolution", measurement)), see)


def _doubles(rows: Sequence[Row]) -> bool:
    """Whether the last two shrinking steps of the network each doubled the channels."""
    channels = [row.output[-1] for row in rows if is_map(row.output) and row.output[1] > 1]
    distinct = list(dict.fromkeys(channels))
    return len(distinct) > 2 and all(b == 2 * a for a, b in zip(distinct[-3:], distinct[-2:], strict=False))


def _layers(measurement: Measurement) -> Section:
    table = measured_report(measurement, how=True).tables[0]._replace(live="layers")
    asked = f"All {grouped(len(measurement.rows))} of them, each with the window formula and its own numbers put in."
    return Section("Every layer", (asked,), (table,), folded=True)
