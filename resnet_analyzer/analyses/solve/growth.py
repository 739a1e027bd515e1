"""Whether a formula never falls as one of its variables grows: what bisection rests on, proved before it is used."""

from __future__ import annotations

from ...dim.polynomial import Polynomial, polynomial, variable
from ...dim.terms import Atom, stride

MOST_STRIDES = 4096  # residues that are looked at one by one


def never_falls(formula: Polynomial, name: str, least: int) -> bool:
    """Whether a formula does not fall anywhere as `name` grows from `least` on; False also where that is not proved.

    Either every term grows by its sign, or, in one variable, the step from n to n + 1 is a polynomial
    without negative coefficients in k, for every residue of n = least + S·k + r, S the product of the strides.

    >>> n = variable("n")
    >>> never_falls(3 * n * n - 12 * n, "n", 1), never_falls(3 * n * n - 12 * n, "n", 2)
    (False, True)
    """
    return _by_signs(formula, name) or _by_residues(formula, name, least)


def _by_signs(formula: Polynomial, name: str) -> bool:
    for monomial, coefficient in formula.terms.items():
        moving = [atom for atom, _ in monomial if _moves(atom, name)]
        if moving and (coefficient < 0 or not all(_grows(atom, name) for atom, _ in monomial)):
            return False
    return True


def _moves(atom: Atom, name: str) -> bool:
    return atom.name == name if atom.kind == "variable" else any(name in part.variables for part in atom.parts)


def _grows(atom: Atom, name: str) -> bool:
    """An atom that is never negative and does not fall."""
    if atom.kind == "variable":
        return True
    if atom.kind == "floor" and atom.parts[1].constant is None:
        return False
    return atom.least is not None and atom.least >= 0 and all(_by_signs(part, name) for part in atom.parts)


def _by_residues(formula: Polynomial, name: str, least: int) -> bool:
    steps = stride(formula.terms)
    if formula.variables != {name}:
        return not formula.variables
    if not 0 < steps <= MOST_STRIDES:
        return False
    before: Polynomial | None = None
    for residue in range(steps + 1):
        here = polynomial(formula.replaced({name: steps * variable("steps") + (least + residue)}))
        if any(atom.kind != "variable" for atom in here.atoms):
            return False
        if before is not None and any(coefficient < 0 for coefficient in polynomial(here - before).terms.values()):
            return False
        before = here
    return True
