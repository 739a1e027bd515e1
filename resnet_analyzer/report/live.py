"""The tables of one network as closed forms: a page recomputes every cell for another size, knowing no rule.

    {"variables": [{"name": "n", "label": "input size", "value": 224, "least": 1, "most": 512}],
     "atoms": […], "formulas": […],                    as in analyses/formula/data.py
     "totals": {"macs": 7, …},                         numbers of formulas
     "conditions": [{"kind": "divides", "left": 3, "right": 4}],
     "tables": {"layers": [[null, null, {"shape": [3, 3, 5]}, 9, {"share": [9, 7]}, {"text": ["(", 3, " − 7)/2"]}]]}}

A cell is null (it stays as it is), the number of a formula, a shape of formulas, a share of one in another,
or text with formulas between.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ..analyses.formula.data import Atoms
from ..analyses.formula.form import ClosedForm, form_of, over_symbols
from ..analyses.formula.recipe import Recipe
from ..analyses.memory import FLOAT32, live_bytes, peak_of
from ..dim import Dim, is_exactly, is_number, total
from ..dim.polynomial import Polynomial, polynomial
from ..dim.spelling import marked
from ..errors import AnalyzerError, Undecided
from ..measurement import Measurement, Row
from .by_hand import macs_by_hand, params_by_hand
from .measured import measured_report, title_of
from .stages import Part, parts

LABELS = {"n": "input size", "h": "input height", "w": "input width", "width": "first-stage channels"}
FURTHEST = 512  # the least that an input's slider reaches
MARK = re.compile("\x02([gs]?[0-9]+)\x03")  # stands for the formula of that number in a text, grouped or short

Cell = Any


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
    cells = _Cells()
    form = form_of(recipe, names, over, supposed)
    if form.broken({name: recipe.value(name) for name in names}):
        raise Undecided(f"{recipe.name}: its closed form does not hold at its own size")
    totals = {name: cells.number(formula) for name, formula in form.figures.items()}
    with marked(cells.mark):
        stages, own = parts(over.rows), parts(measurement.rows)
    tables = {"layers": [cells.layer(row, totals["macs"]) for row in over.rows]}
    if [part.stage for part in stages] == [part.stage for part in own]:
        tables["stages"] = [cells.stage(part, totals["macs"]) for part in stages]
    tables["glance"] = cells.glance(over)
    with marked(cells.mark):
        heading = _text(title_of(over).partition(" · ")[2])
        sentences = [_text(text) for text in (lead(over, cells.grouped, cells.short) if lead else ())]
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
        "tables": {name: table for name, table in tables.items() if _fits(measurement, name, table)},
        "heading": heading,
        "lead": sentences,
    }


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


class _Cells:
    """Rows measured over symbols, as cells; equal formulas are kept once."""

    def __init__(self) -> None:
        self.atoms = Atoms()
        self.formulas: list[Any] = []
        self._numbers: dict[Polynomial, int] = {}

    def number(self, value: Dim) -> int:
        """The number of a formula."""
        formula = polynomial(value)
        if formula not in self._numbers:
            self._numbers[formula] = len(self.formulas)
            self.formulas.append(self.atoms.formula(formula))
        return self._numbers[formula]

    def mark(self, formula: Polynomial) -> str:
        """What stands for a formula in a text."""
        return f"\x02{self.number(formula)}\x03"

    def grouped(self, value: Dim) -> str:
        """The same for a number whose digits stand in groups."""
        return f"\x02g{self.number(value)}\x03"

    def short(self, value: Dim) -> str:
        """The same for a number in four digits, with its unit."""
        return f"\x02s{self.number(value)}\x03"

    def glance(self, over: Measurement) -> list[list[Cell]]:
        """The first lines of the table of totals, in its order: figure, value, meaning."""
        totals = over.totals
        held = totals.all_params * FLOAT32
        alive = peak_of(live_bytes(over))
        figures = (
            [(totals.params, ""), (totals.moving_statistics, "")] if totals.moving_statistics else [(totals.params, "")]
        )
        figures += [
            (totals.macs, "{}, in convolutions and dense layers, for one image"),
            (totals.flops, "{}, all arithmetic"),
            (totals.activations, ""),
        ]
        rows = [[None, self.number(value), _text(words.format(self.short(value)))] for value, words in figures]
        rows += [[None, None, None]]  # the number of layers stays
        for value, words in ((held, "{}B, 4 bytes a number"), (alive, "{}B: the most activations held at once")):
            rows.append([None, self.number(value), _text(words.format(self.short(value)))])
        return rows

    def layer(self, row: Row, all_macs: int) -> list[Cell]:
        """The cells of a line of the layer table: block, layer, op, reads, output, figures, how, by hand."""
        figures = self._figures([row], all_macs)
        return [None, None, None, None, self._shape(row), *figures, self._how(row), *self._by_hand(row)]

    def stage(self, part: Part, all_macs: int) -> list[Cell]:
        """The cells of a line of the stage table: stage, what, output, figures."""
        return [None, _text(part.what), self._shape(part.rows[-1]), *self._figures(part.rows, all_macs)]

    def _shape(self, row: Row) -> Cell:
        if row.output is None:
            return None
        alone = len(row.output) > 1 and is_exactly(row.output[0], 1)  # as `spell` leaves out a batch of one
        return {"shape": [self.number(size) for size in row.output[alone:]]}

    def _figures(self, rows: Sequence[Row], all_macs: int) -> list[Cell]:
        sums = [total(row.params for row in rows)]
        sums += [total(getattr(row, name) for row in rows) for name in ("macs", "flops", "activations")]
        held, cost, done, out = [None if each == 0 else self.number(each) for each in sums]
        part = None if cost is None else {"share": [cost, all_macs]}
        return [held, cost, part, done, out]

    def _how(self, row: Row) -> Cell:
        """The window formula with the numbers that vary; None where its padding does, which then is no fixed text."""
        for window in row.cost.windows:
            if not all(map(is_number, (*window.pads, window.size, window.stride, window.dilation))):
                return None
        with marked(self.mark):
            return _text(row.how())

    def _by_hand(self, row: Row) -> list[Cell]:
        """Parameters and MACs multiplied out, the results with their digits in groups."""
        with marked(self.mark):
            cells = [_text(params_by_hand(row)), _text(macs_by_hand(row))]
        for cell in cells:
            if cell is not None and isinstance(cell["text"][-1], int):
                cell["text"][-1] = {"grouped": cell["text"][-1]}
        return cells


def _text(text: str) -> Cell:
    """Words in which formulas are marked, as words and numbers of formulas; None without any."""
    pieces = MARK.split(text)
    if len(pieces) == 1:
        return None
    return {"text": [_piece(piece) if place % 2 else piece for place, piece in enumerate(pieces) if piece]}


def _piece(mark: str) -> Cell:
    """A marked formula: its number alone, or how its digits are spelled."""
    how = {"g": "grouped", "s": "short"}.get(mark[0])
    return {how: int(mark[1:])} if how else int(mark)
