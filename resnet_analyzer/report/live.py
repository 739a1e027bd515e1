"""The tables of one network as closed forms: a page recomputes every cell for another size, knowing no rule.

    {"variables": [{"name": "n", "label": "input size", "value": 224, "least": 1, "most": 512}],
     "atoms": […], "formulas": […],                    as in analyses/formula/data.py
     "totals": {"macs": 7, …},                         numbers of formulas
     "conditions": [{"kind": "divides", "left": 3, "right": 4}],
     "tables": {"layers": [[null, null, {"shape": [3, 3, 5]}, 9, {"share": [9, 7]}, {"text": ["(", 3, " − 7)/2"]}]]}}

A cell is null (it stays as it is), the number of a formula, or what `live_cells.py` tells. `drawing` has the words
of the drawing by their marks in it, `see` the sentences below tables, `charts` what `live_charts.py` tells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from ..analyses.conventions import conventions, counted
from ..analyses.formula.form import ClosedForm, form_of, over_symbols
from ..analyses.formula.recipe import Recipe
from ..analyses.memory import FLOAT32, live_bytes
from ..conventions.base import Convention, Rounded
from ..dim import Dim
from ..dim.polynomial import Polynomial, polynomial
from ..dim.spelling import marked
from ..errors import AnalyzerError, Undecided
from ..measurement import Measurement
from .beyond import DEVICE
from .conventions import tools_title
from .live_beyond import beyond
from .live_cells import Cell, Cells, text_cell
from .live_charts import charts
from .live_sections import drawing, fullest, section_tables, seen_in
from .measured import measured_report, title_of
from .stages import parts

LABELS = {"n": "input size", "h": "input height", "w": "input width", "width": "first-stage channels"}
FURTHEST = 512  # the least that an input's slider reaches
Words = Callable[[Measurement, Callable[[Dim], str], Callable[[Dim], str]], Sequence[str]]


def live_data(
    measurement: Measurement, recipe: Recipe | None, lead: Words | None = None, tools: bool = False
) -> dict[str, Any] | None:
    """The closed forms behind the tables of a measured network; None where it has none.

    `recipe` must be that network's; its width varies too where the family has one. `lead` gives the sentences
    at the page's top for a measurement, and for two ways to spell a number: in full, and in four digits. `tools`
    tells whether what each tool prints is among the tables.
    """

    def made(opened: _Opened) -> dict[str, Any]:
        found = _data(measurement, opened, lead)
        return found | {"tables": found["tables"] | {"tools": _tools(measurement, opened)}} if tools else found

    return _first(measurement, recipe, made)


def tools_data(measurement: Measurement, recipe: Recipe | None) -> dict[str, Any] | None:
    """The same behind a table of what each tool prints (`live="tools"`); "–" where a tool's rule has no formula."""

    def made(opened: _Opened) -> dict[str, Any]:
        rows = _tools(measurement, opened)
        with marked(opened.cells.mark):
            heading = text_cell(tools_title(opened.over, len(rows)).partition(" · ")[2])
        empty: dict[str, Any] = {"drawing": {}, "see": {}, "charts": {}, "lead": []}
        return {**opened.data(), **empty, "tables": {"tools": rows}, "heading": heading}

    return _first(measurement, recipe, made)


class _Opened(NamedTuple):
    """A network over symbols, and where its formulas are kept."""

    cells: Cells
    over: Measurement
    form: ClosedForm
    totals: dict[str, int]

    def data(self) -> dict[str, Any]:
        """What every page has."""
        number = self.cells.number
        conditions = [
            {"kind": each.kind, "left": number(each.left), "right": number(each.right)}
            for each in [condition.comparison for condition in self.form.conditions]
        ]
        with marked(self.cells.mark):
            heading = text_cell(title_of(self.over).partition(" · ")[2])
        return {
            "variables": list(_variables(self.form)),
            "atoms": self.cells.atoms.listed,
            "formulas": self.cells.formulas,
            "totals": self.totals,
            "conditions": conditions,
            "heading": heading,
        }


def _first(
    measurement: Measurement, recipe: Recipe | None, make: Callable[[_Opened], dict[str, Any]]
) -> dict[str, Any] | None:
    """What is made of the network over as many variables as have a closed form; None where none has."""
    if recipe is None or measurement.unknown or measurement.batch != 1:
        return None
    sides = ["n"] if recipe.value("h") == recipe.value("w") else ["h", "w"]
    for names in ([*sides, "width"], sides):
        if names[-1] in recipe.variables:
            try:
                return make(_opened(measurement, recipe, names))
            except AnalyzerError:  # no closed form in these: with fewer variables there may be one
                continue
    return None


def _opened(measurement: Measurement, recipe: Recipe, names: Sequence[str]) -> _Opened:
    over, supposed = over_symbols(recipe, names, {})
    if [row.name for row in over.rows] != [row.name for row in measurement.rows]:
        raise Undecided(f"{recipe.name}: with other {', '.join(names)} it has other layers")
    cells = Cells()
    form = form_of(recipe, names, over, supposed)
    if form.broken({name: recipe.value(name) for name in names}):
        raise Undecided(f"{recipe.name}: its closed form does not hold at its own size")
    return _Opened(cells, over, form, {name: cells.number(formula) for name, formula in form.figures.items()})


def _tools(measurement: Measurement, opened: _Opened) -> list[list[Cell]]:
    """A line per tool: its number and what it prints of it; all else stays as it is."""
    tried = list(_tried(opened.form))
    rows: list[list[Cell]] = []
    for each in conventions(measurement):
        number: Cell = {"words": "–"}
        prints: Cell = {"words": "–"}
        with suppress(AnalyzerError):
            formula = polynomial(counted(each.convention, opened.over))
            if all(formula.at(point) == counted(each.convention, measured) for point, measured in tried):
                number = opened.cells.number(formula)
                prints = _printed(opened.cells, each.convention.prints, formula)
        rows.append([None, None, *((None, None) if each.fails else (number, prints)), None])
    return rows


def _printed(cells: Cells, prints: Callable[[int], str], formula: Polynomial) -> Cell:
    """A tool's number as it prints it."""
    if isinstance(prints, Rounded):
        digits = cells.number(prints.scaled(formula))
        return {"text": [{"decimal": digits, "places": prints.digits}, prints.word]}
    return (
        {"text": [{"grouped": cells.number(formula)}]}
        if prints == Convention._field_defaults["prints"]
        else {"words": "–"}
    )


def _tried(form: ClosedForm) -> Iterator[tuple[dict[str, int], Measurement]]:
    """The own size and a few around it: a tool's fault may depend on a size in a way that its rule does not tell."""
    own = {name: form.recipe.value(name) for name in form.variables}
    for change in (0, 1, -31, 64):
        point = {name: value + change * (name != "width") for name, value in own.items()}
        if not form.broken(point):
            yield point, form.recipe.measured(point)


def _data(measurement: Measurement, opened: _Opened, lead: Words | None) -> dict[str, Any]:
    cells, over, _form, totals = opened
    first = measurement.graph.channels_first()
    with marked(cells.mark):
        stages, own = parts(over.rows, first), parts(measurement.rows, first)
    tables = {"layers": [cells.layer(row, totals["macs"]) for row in over.rows]}
    if [part.stage for part in stages] == [part.stage for part in own]:
        tables["stages"] = [cells.stage(part, totals["macs"]) for part in stages]
    tables["glance"] = _glance(cells, over)
    with marked(cells.mark):
        sentences = [text_cell(text) for text in (lead(over, cells.grouped, cells.short) if lead else ())]
    further = beyond(cells, measurement, over, DEVICE)
    found = {
        "tables": {name: table for name, table in tables.items() if _fits(measurement, name, table)}
        | section_tables(cells, measurement, over, totals["macs"])
        | further["tables"],
        "drawing": drawing(cells, over),
        "see": seen_in(cells, measurement, over) | further["see"],
        "charts": charts(cells, measurement, over) | further["charts"],
        "lead": sentences,
    }
    return found | opened.data()


def _glance(cells: Cells, over: Measurement) -> list[list[Cell]]:
    """The first lines of the table of totals, in its order: figure, value, meaning."""
    totals, lives = over.totals, live_bytes(over)
    figures = [(totals.params, "")] + ([(totals.moving_statistics, "")] if totals.moving_statistics else [])
    figures += [
        (totals.macs, "{}, in convolutions and dense layers, for one image"),
        (totals.flops, "{}, all arithmetic"),
        (totals.activations, ""),
    ]
    rows = [[None, cells.number(value), text_cell(words.format(cells.short(value)))] for value, words in figures]
    held = totals.all_params * FLOAT32
    peak = {"most": [cells.number(live.bytes) for live in lives]}
    told = [{"short": peak}, "B: the most activations held at once, at ", fullest(cells, lives)]
    return [
        *rows,
        [None, None, None],  # the number of layers stays
        [None, cells.number(held), text_cell(f"{cells.short(held)}B, 4 bytes a number")],
        [None, peak, {"text": told}],
    ]


def _fits(measurement: Measurement, name: str, cells: Sequence[Sequence[Cell]]) -> bool:
    """Whether the table that people see has these rows and columns."""
    if name == "glance":
        return True
    table = measured_report(measurement, how=name == "layers").tables[0]
    return len(table.rows) == len(cells) and all(len(row) == len(table.columns) for row in cells)


def _variables(form: ClosedForm) -> Iterator[dict[str, Any]]:
    for name in form.variables:
        value = form.recipe.value(name)
        most = max(2 * value, FURTHEST) if name != "width" else 2 * value
        yield {"name": name, "label": LABELS[name], "value": value, "least": form.least[name], "most": most}
