"""The tables of one network as closed forms: a page works every cell out anew for another size, knowing no rule.

    {"variables": [{"name": "n", "label": "input size", "value": 224, "least": 1, "most": 512}],
     "atoms": […], "formulas": […],                    as in analyses/formula/data.py
     "totals": {"macs": 7, …},                         numbers of formulas
     "conditions": [{"kind": "divides", "left": 3, "right": 4}],
     "tables": {"layers": [[null, null, {"shape": [3, 3, 5]}, 9, {"share": [9, 7]}, {"text": ["(", 3, " − 7)/2"]}]]}}

A cell is null (it stays as it is), the number of a formula, a shape of formulas, a share of one in another,
or text with formulas between.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from ..analyses.formula.closed import ClosedForm, form_of, over_symbols
from ..analyses.formula.data import Atoms
from ..analyses.formula.recipe import Recipe
from ..analyses.formula.symbols import Converter
from ..analyses.formula.terms import Polynomial, floor_of, polynomial, variable
from ..conventions.activations import activations
from ..conventions.flops import flops
from ..conventions.macs import macs
from ..errors import AnalyzerError, Undecided
from ..measurement import Measurement, Row
from ..window import Window
from .measured import measured_report
from .stages import Part, parts

LABELS = {"n": "input size", "h": "input height", "w": "input width", "width": "first-stage channels"}
FURTHEST = 512  # the least that an input's slider reaches
WIDTHS = re.compile(r"(?:(?P<times>\d+)\*)?\bwidth\b|floor\(width/(?P<part>\d+)\)")
LENGTH, OUTPUT = "\x02", "\x03"  # stand for the two numbers of a window's formula that vary

Cell = Any


def live_data(measurement: Measurement, recipe: Recipe | None) -> dict[str, Any] | None:
    """The closed forms behind the tables of a measured network; None where it has none.

    `recipe` must be that network's; its width varies too where the family has one.
    """
    if recipe is None or measurement.unknown or measurement.batch != 1:
        return None
    sides = ["n"] if recipe.value("h") == recipe.value("w") else ["h", "w"]
    for names in ([*sides, "width"], sides):
        if names[-1] in recipe.variables:
            try:
                return _data(measurement, recipe, names)
            except AnalyzerError:  # no closed form in these: with fewer variables there may be one
                continue
    return None


def _data(measurement: Measurement, recipe: Recipe, names: Sequence[str]) -> dict[str, Any]:
    over, supposed = over_symbols(recipe, names, {})
    if [row.name for row in over.rows] != [row.name for row in measurement.rows]:
        raise Undecided(f"{recipe.name}: with other {', '.join(names)} it has other layers")
    cells = _Cells(names)
    form = form_of(recipe, names, over, supposed, cells.converter)
    if form.broken({name: recipe.value(name) for name in names}):
        raise Undecided(f"{recipe.name}: its closed form does not hold at its own size")
    totals = {name: cells.number(formula) for name, formula in form.figures.items()}
    stages, own = parts(over.rows), parts(measurement.rows)
    tables = {"layers": [cells.layer(row, totals["macs"]) for row in over.rows]}
    if [part.stage for part in stages] == [part.stage for part in own]:
        tables["stages"] = [cells.stage(part, totals["macs"]) for part in stages]
    conditions = [
        {"kind": each.kind, "left": cells.number(each.left), "right": cells.number(each.right)}
        for each in form.conditions
    ]
    return {
        "variables": list(_variables(form)),
        "atoms": cells.atoms.listed,
        "formulas": cells.formulas,
        "totals": totals,
        "conditions": conditions,
        "tables": {name: table for name, table in tables.items() if _fits(measurement, name, table)},
    }


def _fits(measurement: Measurement, name: str, cells: Sequence[Sequence[Cell]]) -> bool:
    """Whether the table that people see has these rows and columns."""
    table = measured_report(measurement, how=name == "layers").tables[0]
    return len(table.rows) == len(cells) and all(len(row) == len(table.columns) for row in cells)


def _variables(form: ClosedForm) -> Iterator[dict[str, Any]]:
    for name in form.variables:
        value = form.recipe.value(name)
        most = max(2 * value, FURTHEST) if name != "width" else 2 * value
        yield {"name": name, "label": LABELS[name], "value": value, "least": form.least[name], "most": most}


class _Shown(Window):
    """A window whose formula is written with marks for the length and the output."""

    output = OUTPUT  # type: ignore[assignment]
    pads: tuple[int, int] = (0, 0)  # type: ignore[assignment]


class _Cells:
    """Rows measured over symbols, as cells; equal formulas are kept once."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        self.converter, self.atoms = Converter(), Atoms()
        self.formulas: list[Any] = []
        self._numbers: dict[str, int] = {}

    def number(self, formula: Polynomial) -> int:
        """The number of a formula."""
        data = self.atoms.formula(formula)
        key = json.dumps(data)
        if key not in self._numbers:
            self._numbers[key] = len(self.formulas)
            self.formulas.append(data)
        return self._numbers[key]

    def _of(self, value: Any) -> Polynomial:
        return self.converter.formula(value)

    def layer(self, row: Row, all_macs: int) -> list[Cell]:
        """The cells of a line of the layer table: block, layer, op, output, figures, how."""
        return [None, None, None, self._shape(row), *self._figures([row], all_macs), self._how(row)]

    def stage(self, part: Part, all_macs: int) -> list[Cell]:
        """The cells of a line of the stage table: stage, what, output, figures."""
        return [None, self._text(part.what), self._shape(part.rows[-1]), *self._figures(part.rows, all_macs)]

    def _shape(self, row: Row) -> Cell:
        return None if row.output is None else {"shape": [self.number(self._of(size)) for size in row.output]}

    def _figures(self, rows: Sequence[Row], all_macs: int) -> list[Cell]:
        sums = [polynomial(0)] * 4
        for row in rows:
            figures = (row.params, macs(row.work), flops(row.work), activations(row.work))
            sums = [total + self._of(value) for total, value in zip(sums, figures, strict=True)]
        held, cost, work, out = [self.number(each) if each.terms else None for each in sums]
        part = None if cost is None else {"share": [cost, all_macs]}
        return [held, cost, part, work, out]

    def _how(self, row: Row) -> Cell:
        """The window formula with the two numbers that vary; one axis where both are alike."""
        pieces: list[Any] = []
        for window in dict.fromkeys(row.cost.windows):
            template = self._template(window)
            if template is None:
                return None
            pieces += [", ", *template] if pieces else template
        return {"text": pieces} if pieces else None

    def _template(self, window: Window) -> list[Any] | None:
        pads = [self._of(size).constant for size in window.pads]
        fixed = [self._of(size).constant for size in (window.size, window.stride, window.dilation)]
        if None in (*pads, *fixed):
            return None  # its padding depends on the size: the formula is no fixed text
        size, stride, dilation = (int(number or 1) for number in fixed)
        shown = _Shown(LENGTH, size, stride, dilation=dilation)
        shown.pads = (int(pads[0] or 0), int(pads[1] or 0))
        numbers = {LENGTH: self.number(self._of(window.length)), OUTPUT: self.number(self._of(window.output))}
        return [numbers.get(piece, piece) for piece in re.split(f"([{LENGTH}{OUTPUT}])", shown.how()) if piece]

    def _text(self, text: str) -> Cell:
        """Words in which multiples or parts of a width stand, as `3×3 4*width`; Undecided for any other formula."""
        if "width" not in self.names or "width" not in text:
            return None
        pieces: list[Any] = []
        end = 0
        for found in WIDTHS.finditer(text):
            times, part = int(found["times"] or 1), int(found["part"] or 1)
            pieces += [text[end : found.start()], self.number(floor_of(variable("width") * times, part))]
            end = found.end()
        pieces.append(text[end:])
        if any("width" in piece for piece in pieces if isinstance(piece, str)):
            raise Undecided(f"there is no template for {text!r}")
        return {"text": [piece for piece in pieces if piece != ""]}
