"""Closed forms as plain data: any program can evaluate them by additions, products and floors.

    {"variables": {"n": {"value": 224, "least": 1}},
     "atoms": [{"floor": [[1, [["n", 1]]], [1, []]], "divide": [[2, []]]}, …],      ⌊(n + 1)/2⌋ is number 0
     "figures": {"macs": [[9408, [[0, 2]]], …, [2048000, []]], …}}                  9,408·⌊(n + 1)/2⌋² + …

A formula is a list of terms, a term a coefficient and factors with powers, a factor a variable's name or the
number of an atom; an atom is a floor of two formulas or the `largest` of some, and uses only atoms before it.
`denominator` (where it is not 1) divides the whole formula, without remainder.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import lcm
from typing import Any

from ...conventions.activations import activations
from ...conventions.flops import flops
from ...conventions.macs import macs
from ...shape import is_map
from .closed import ClosedForm, over_symbols
from .recipe import Recipe
from .symbols import Converter
from .terms import Atom, Floor, Polynomial, Variable, parts_of


class Atoms:
    """The floors and maxima of some formulas, numbered as they are met, parts first."""

    def __init__(self) -> None:
        self.listed: list[dict[str, Any]] = []
        self._numbers: dict[Atom, int] = {}

    def formula(self, value: Polynomial) -> list[Any] | dict[str, Any]:
        """A formula as terms; with its denominator where it has one."""
        below = lcm(*[Fraction(coefficient).denominator for _, coefficient in value.terms])
        terms = [
            [int(coefficient * below), [[self._factor(atom), power] for atom, power in monomial]]
            for monomial, coefficient in value.terms
        ]
        return terms if below == 1 else {"terms": terms, "denominator": below}

    def _factor(self, atom: Atom) -> str | int:
        if isinstance(atom, Variable):
            return atom.name
        if atom not in self._numbers:
            parts = [self.formula(part) for part in parts_of(atom)]
            entry = {"floor": parts[0], "divide": parts[1]} if isinstance(atom, Floor) else {"largest": parts}
            self._numbers[atom] = len(self.listed)
            self.listed.append(entry)
        return self._numbers[atom]


def as_data(form: ClosedForm) -> dict[str, Any]:
    """A closed form as plain data (see the module)."""
    atoms = Atoms()
    figures = {name: atoms.formula(formula) for name, formula in form.figures.items()}
    conditions = [
        {"kind": each.kind, "left": atoms.formula(each.left), "right": atoms.formula(each.right)}
        for each in form.conditions
    ]
    return {"variables": variables_data(form), "atoms": atoms.listed, "figures": figures, "conditions": conditions}


def variables_data(form: ClosedForm) -> dict[str, Any]:
    """Every variable with the network's own value and the least one."""
    return {name: {"value": form.recipe.value(name), "least": form.least[name]} for name in form.variables}


def rows_as_data(recipe: Recipe, variables: Sequence[str], fixed: Mapping[str, int] | None = None) -> dict[str, Any]:
    """Every layer's output shape and figures as plain data: what a page needs to redraw a table for another size.

    The atoms are shared by all rows; a shape that is not known is None.
    """
    names = recipe.expanded(list(variables))
    measurement, _ = over_symbols(recipe, names, fixed or {})
    converter, atoms = Converter(), Atoms()

    def formula(value: Any) -> Any:
        return atoms.formula(converter.formula(value))

    rows = []
    for row in measurement.rows:
        work = row.work
        rows.append(
            {
                "name": row.name,
                "op": row.op,
                "map": is_map(row.output),
                "output_shape": None if row.output is None else [formula(size) for size in row.output[1:]],
                "params": formula(row.params),
                "trainable_params": formula(row.trainable_params),
                "macs": formula(macs(work)),
                "flops": formula(flops(work)),
                "activations": formula(activations(work)),
                "status": row.status,
            }
        )
    return {"atoms": atoms.listed, "layers": rows}
