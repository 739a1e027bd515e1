"""Whether a formula never falls as one of its variables grows: what bisection rests on, proved before it is used."""

from __future__ import annotations

from ..formula.terms import Atom, Floor, Largest, Polynomial, Variable, polynomial, variable

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
    for monomial, coefficient in formula.terms:
        moving = [atom for atom, _ in monomial if _moves(atom, name)]
        if moving and (coefficient < 0 or not all(_grows(atom, name) for atom, _ in monomial)):
            return False
    return True


def _moves(atom: Atom, name: str) -> bool:
    if isinstance(atom, Variable):
        return atom.name == name
    parts = [atom.numerator, atom.divisor] if isinstance(atom, Floor) else list(atom.parts)
    return any(name in part.variables for part in parts)


def _grows(atom: Atom, name: str) -> bool:
    """An atom that is never negative and does not fall."""
    if isinstance(atom, Variable):
        return True
    if isinstance(atom, Largest):
        return all(_positive(part) and _by_signs(part, name) for part in atom.parts)
    return atom.divisor.constant is not None and _positive(atom.numerator) and _by_signs(atom.numerator, name)


def _positive(formula: Polynomial) -> bool:
    return all(
        coefficient > 0 and all(_grows(atom, "") for atom, _ in monomial) for monomial, coefficient in formula.terms
    )


def _by_residues(formula: Polynomial, name: str, least: int) -> bool:
    if formula.variables != {name}:
        return not formula.variables
    stride = 1
    for atom in formula.atoms:
        stride = max(stride, _stride(atom))
    if stride > MOST_STRIDES:
        return False
    before: Polynomial | None = None
    for residue in range(stride + 1):
        here = formula.replaced({name: stride * variable("steps") + polynomial(least + residue)})
        if any(not isinstance(atom, Variable) for atom in here.atoms):
            return False
        if before is not None and any(coefficient < 0 for _, coefficient in (here - before).terms):
            return False
        before = here
    return True


def _stride(atom: Atom) -> int:
    """The product of the strides inside, which is a common multiple in our networks."""
    if not isinstance(atom, Floor) or atom.divisor.constant is None:
        return 1 if isinstance(atom, Variable) else MOST_STRIDES + 1
    inner = max((_stride(each) for each in atom.numerator.atoms), default=1)
    return inner * int(atom.divisor.constant)
