"""Cells of a page that is recomputed: whatever is spelled from formulas, as plain data that a page evaluates.

A cell is the number of a formula, or one of
    {"shape": [3, 3, 5]}, {"share": [9, 7]}          formulas with × between; one's share in another
    {"text": ["(", 3, " − 7)/2"]}                    words and pieces
    {"most": [3, 4, 5]}                              the largest of some formulas
    {"words": "stage1/conv"}                         words as they are
A piece of a text is words, the number of a formula, that grouped or short, a share, or the pieces that belong to
the largest of some formulas: {"pick": [3, 4], "give": [["stage1"], ["stage2"]]}, or digits, of which the last are
behind the point: {"decimal": 3, "places": 2}.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, TypeAlias

from ..analyses.formula.data import Atoms
from ..dim import Dim, is_exactly, is_number, total
from ..dim.polynomial import Polynomial, polynomial
from ..dim.spelling import marked
from ..measurement import Row
from .by_hand import macs_by_hand, params_by_hand
from .stages import Part

MARK = re.compile("\x02([gs]?[0-9]+)\x03")  # stands for the formula of that number in a text, grouped or short

Cell: TypeAlias = Any
Piece: TypeAlias = Any


class Cells:
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

    def layer(self, row: Row, all_macs: int) -> list[Cell]:
        """The cells of a line of the layer table: block, layer, op, reads, output, figures, how, by hand."""
        figures = self._figures([row], all_macs)
        return [None, None, None, None, self.shape(row), *figures, self.how(row), *self._by_hand(row)]

    def stage(self, part: Part, all_macs: int) -> list[Cell]:
        """The cells of a line of the stage table: stage, what, output, figures."""
        return [None, text_cell(part.what), self.shape(part.rows[-1]), *self._figures(part.rows, all_macs)]

    def shape(self, row: Row) -> Cell:
        """What comes out of a layer."""
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

    def how(self, row: Row) -> Cell:
        """The window formula with the numbers that vary; None where its padding does, which then is no fixed text."""
        for window in row.cost.windows:
            if not all(map(is_number, (*window.pads, window.size, window.stride, window.dilation))):
                return None
        with marked(self.mark):
            return text_cell(row.how())

    def _by_hand(self, row: Row) -> list[Cell]:
        """Parameters and MACs multiplied out, the results with their digits in groups."""
        with marked(self.mark):
            cells = [text_cell(params_by_hand(row)), text_cell(macs_by_hand(row))]
        for cell in cells:
            if cell is not None and isinstance(cell["text"][-1], int):
                cell["text"][-1] = {"grouped": cell["text"][-1]}
        return cells


def text_cell(text: str) -> Cell:
    """Words in which formulas are marked, as words and numbers of formulas; None without any."""
    pieces = MARK.split(text)
    if len(pieces) == 1:
        return None
    return {"text": [_piece(piece) if place % 2 else piece for place, piece in enumerate(pieces) if piece]}


def _piece(mark: str) -> Cell:
    """A marked formula: its number alone, or how its digits are spelled."""
    how = {"g": "grouped", "s": "short"}.get(mark[0])
    return {how: int(mark[1:])} if how else int(mark)
