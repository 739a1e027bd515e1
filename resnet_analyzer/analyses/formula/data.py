"""Closed forms as plain data: any program can evaluate them by additions, products and floors.

    {"variables": {"n": {"value": 224, "least": 1}},
     "atoms": [{"floor": [[1, [["n", 1]]], [1, []]], "divide": [[2, []]]}, …],      ⌊(n + 1)/2⌋ is number 0
     "figures": {"macs": [[9408, [[0, 2]]], …, [2048000, []]], …}}                  9,408·⌊(n + 1)/2⌋² + …

A formula is a list of terms, a term a coefficient and factors with powers, a factor a variable's name or the
number of an atom; an atom is a floor of two formulas or the `largest` of some, and uses only atoms before it.
`denominator` (where it is not 1) divides the whole formula, without remainder.
"""

from __future__ import annotations

from typing import Any

from ...dim.polynomial import Polynomial, polynomial
from ...dim.terms import Atom, denominator
from .form import ClosedForm


class Atoms:
    """The floors and maxima of some formulas, numbered as they are met, parts first."""

    def __init__(self) -> None:
        self.listed: list[dict[str, Any]] = []
        self._numbers: dict[Atom, int] = {}

    def formula(self, value: Polynomial) -> list[Any] | dict[str, Any]:
        """A formula as terms; with its denominator where it has one."""
        below = denominator(value.terms)
        terms = [
            [coefficient, [[self._factor(atom), power] for atom, power in monomial]]
            for monomial, coefficient in polynomial(value * below).terms.items()
        ]
        return terms if below == 1 else {"terms": terms, "denominator": below}

    def _factor(self, atom: Atom) -> str | int:
        if atom.kind == "variable":
            return atom.name
        if atom not in self._numbers:
            parts = [self.formula(part) for part in atom.parts]
            entry = {"floor": parts[0], "divide": parts[1]} if atom.kind == "floor" else {"largest": parts}
            self._numbers[atom] = len(self.listed)
            self.listed.append(entry)
        return self._numbers[atom]


def as_data(form: ClosedForm) -> dict[str, Any]:
    """A closed form as plain data (see the module)."""
    atoms = Atoms()
    figures = {name: atoms.formula(formula) for name, formula in form.figures.items()}
    compared = [each.comparison for each in form.conditions]
    conditions = [
        {"kind": each.kind, "left": atoms.formula(each.left), "right": atoms.formula(each.right)} for each in compared
    ]
    variables = {name: {"value": form.recipe.value(name), "least": form.least[name]} for name in form.variables}
    return {"variables": variables, "atoms": atoms.listed, "figures": figures, "conditions": conditions}
