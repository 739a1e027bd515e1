"""What a formula never falls below, as far as the least values of its variables tell."""

from __future__ import annotations

from .terms import Monomial, Number, Terms, constant, multiplied, stride, summed


def lowest(terms: Terms) -> Number | None:
    """A number that a sum of terms never falls below; None where none is seen.

    >>> from .polynomial import variable
    >>> n = variable("n")
    >>> [lowest(formula.terms) for formula in (n * n - n, n - 2 * (n // 2), 3 - n)]
    [0, 0, None]
    """
    low = _by_atoms(terms)
    if low is not None:
        return low
    scale = stride(terms)
    relaxed = _without_floors(terms, scale, upper=False) if scale else None
    low = None if relaxed is None else _by_atoms(relaxed)
    return None if low is None else -(-low // scale)


def is_positive(terms: Terms) -> bool:
    """Whether it is seen at a glance that a sum of terms is at least 1."""
    return all(c > 0 and all((atom.least or 0) > 0 for atom, _ in monomial) for monomial, c in terms.items())


def _by_atoms(terms: Terms) -> Number | None:
    """Every atom is its least value and something ≥ 0: where no coefficient is negative then, the constant is it."""
    if any(c < 0 for monomial, c in terms.items() if monomial):
        if any(atom.least is None for monomial in terms for atom, _ in monomial):
            return None
        terms = summed([term for monomial, c in terms.items() for term in _moved(monomial, c).items()])
        if any(c < 0 for monomial, c in terms.items() if monomial):
            return None
        return terms.get((), 0)
    low: Number = 0
    for monomial, coefficient in terms.items():
        for atom, power in monomial:
            if atom.least is None or (atom.least < 0 and (power > 1 or len(monomial) > 1)):
                return None
            coefficient = coefficient * atom.least**power
        low += coefficient
    return low


def _moved(monomial: Monomial, coefficient: Number) -> Terms:
    """A term with every atom as its least value and what it is more."""
    result: Terms = {(): coefficient}
    for atom, power in monomial:
        for _ in range(power):
            result = multiplied(result, summed([(((atom, 1),), 1), ((), atom.least or 0)]))
    return result


def _without_floors(terms: Terms, scale: int, upper: bool) -> Terms | None:
    """`scale` (a multiple of the stride) times as much, without floors, nowhere larger (or, if `upper`, smaller).

    (x − d + 1)/d ≤ ⌊x/d⌋ ≤ x/d.
    """
    found: list[Terms] = []
    for monomial, coefficient in terms.items():
        if all(atom.kind == "variable" for atom, _ in monomial):
            found.append({monomial: coefficient * scale})
            continue
        ((atom, power), *others) = monomial
        if others or power > 1:
            return None
        above, by = upper == (coefficient > 0), int(constant(atom.parts[1].terms) or 1)
        inside = _without_floors(atom.parts[0].terms, scale // by, above)
        if inside is None:
            return None
        shift: Terms = {} if above else {(): (1 - by) * (scale // by)}
        found.append(multiplied({(): coefficient}, summed([*inside.items(), *shift.items()])))
    return summed([term for each in found for term in each.items()])
