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
from typing import Any

from ..analyses.formula.form import ClosedForm, form_of, over_symbols
from ..analyses.formula.recipe import Recipe
from ..analyses.memory import FLOAT32, live_bytes
from ..dim import Dim
from ..dim.spelling import marked
from ..errors import AnalyzerError, Undecided
from ..measurement import Measurement
from .live_cells import Cell, Cells, text_cell
from .live_charts import charts
from .live_sections import drawing, fullest, section_tables, seen_in
from .measured import measured_report, title_of
from .stages import parts

LABELS = {"n": "input size", "h": "input height", "w": "input width", "width": "first-stage channels"}
FURTHEST = 512  # the least that an input's slider reaches
Words = Callable[[Measurement, Callable[[Dim], str], Callable[[Dim], str]], Sequence[str]]


def live_data(measurement: Measurement, recipe: Recipe | None, lead: Words | None = None) -> dict[str, Any] | None:
    """The closed forms behind the tables of a measured network; None where it has none.

    `recipe` must be that network's; its width varies too where the family has one. `lead` gives the sentences
    at the page's top for a measurement, and for two ways to spell a number: in full, and in four digits.
    """
    if recipe is None or measurement.unknown or measurement.batch != 1:
        return None
    sides = ["n"] if recipe.value("h") == recipe.value("w") else ["h", "w"]
    for names in ([*sides, "width"], sides):
        if names[-1] in recipe.variables:
            try:
                return _data(measurement, recipe, names, lead)
            except AnalyzerError:  # no closed form in these: with fewer variables there may be one
                continue
    return None


def _data(measurement: Measurement, recipe: Recipe, names: Sequence[str], lead: Words | None) -> dict[str, Any]:
    over, supposed = over_symbols(recipe, names, {})
    if [row.name for row in over.rows] != [row.name for row in measurement.rows]:
        raise Undecided(f"{recipe.name}: with other {', '.join(names)} it has other layers")
    cells = Cells()
    form = form_of(recipe, names, over, supposed)
    if form.broken({name: recipe.value(name) for name in names}):
        raise Undecided(f"{recipe.name}: its closed form does not hold at its own size")
    totals = {name: cells.number(formula) for name, formula in form.figures.items()}
    with marked(cells.mark):
        stages, own = parts(over.rows), parts(measurement.rows)
    tables = {"layers": [cells.layer(row, totals["macs"]) for row in over.rows]}
    if [part.stage for part in stages] == [part.stage for part in own]:
        tables["stages"] = [cells.stage(part, totals["macs"]) for part in stages]
    tables["glance"] = _glance(cells, over)
    with marked(cells.mark):
        heading = text_cell(title_of(over).partition(" · ")[2])
        sentences = [text_cell(text) for text in (lead(over, cells.grouped, cells.short) if lead else ())]
    conditions = [
        {"kind": each.kind, "left": cells.number(each.left), "right": cells.number(each.right)}
        for each in [condition.comparison for condition in form.conditions]
    ]
    return {
        "variables": list(_variables(form)),
        "atoms": cells.atoms.listed,
        "formulas": cells.formulas,
        "totals": totals,
        "conditions": conditions,
        "tables": {name: table for name, table in tables.items() if _fits(measurement, name, table)}
        | section_tables(cells, measurement, over, totals["macs"]),
        "drawing": drawing(cells, over),
        "see": seen_in(cells, measurement, over),
        "charts": charts(cells, measurement, over),
        "heading": heading,
        "lead": sentences,
    }


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
