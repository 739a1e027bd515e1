"""The terms of a polynomial as a plain dict, and long division of them: what `polynomial` is built on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import gcd, lcm
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from fractions import Fraction

Number: TypeAlias = "int | Fraction"
Monomial: TypeAlias = tuple[tuple[str, int], ...]  # atoms, each as its one spelling, with powers ≥ 1, sorted
Terms: TypeAlias = dict[Monomial, Number]  # none of them 0


def plain(number: Number) -> Number:
    """A fraction that is whole as an int."""
    return number.numerator if number.denominator == 1 else number


def key(terms: Terms) -> str:
    """The one spelling of a sum of terms: no two sums have the same."""
    return "+".join(sorted([f"{c}*{'*'.join([f'{a}^{p}' for a, p in m])}" for m, c in terms.items()]))


def joined(left: Monomial, right: Monomial) -> Monomial:
    """The product of two monomials."""
    if not left or not right:
        return left or right
    powers = dict(left)
    for atom, power in right:
        powers[atom] = powers[atom] + power if atom in powers else power
    return tuple(sorted(powers.items()))


def divided(monomial: Monomial, by: Monomial) -> Monomial | None:
    """The quotient of two monomials; None where a power would be negative."""
    powers = dict(monomial)
    for atom, power in by:
        powers[atom] = powers.get(atom, 0) - power
    return None if min(powers.values(), default=0) < 0 else tuple([pair for pair in powers.items() if pair[1]])


def summed(terms: Iterable[tuple[Monomial, Number]]) -> Terms:
    """Terms with equal monomials added up, without those that are 0."""
    sums: Terms = {}
    for monomial, coefficient in terms:
        sums[monomial] = sums[monomial] + coefficient if monomial in sums else coefficient
    return {monomial: c if type(c) is int else plain(c) for monomial, c in sums.items() if c}


def denominator(terms: Terms) -> int:
    """The least number that makes all coefficients whole."""
    return lcm(*[c.denominator for c in terms.values()])


def content(terms: Terms) -> int:
    """The greatest common divisor of all whole coefficients but the constant."""
    return gcd(*[int(c) for monomial, c in terms.items() if monomial])


def shared_factor(one: Terms, two: Terms) -> Terms:
    """The largest monomial with a whole coefficient that divides every term of both, as one term."""
    first, *others = [*one, *two]
    powers = dict(first)
    for monomial in others:
        here = dict(monomial)
        powers = {atom: min(power, here[atom]) for atom, power in powers.items() if atom in here}
    return {tuple(powers.items()): gcd(*[int(c) for each in (one, two) for c in each.values()])}


def quotient(numerator: Terms, divisor: Terms) -> Terms | None:
    """numerator / divisor where that is a polynomial; None where it is none. By long division, leading terms first.

    >>> quotient({(("n", 2),): 1, (): -1}, {(("n", 1),): 1, (): 1})   # (n² − 1)/(n + 1)
    {(('n', 1),): 1, (): -1}
    """
    order = _lexicographic(sorted({atom for each in (numerator, divisor) for monomial in each for atom, _ in monomial}))
    lead, rest, found = max(divisor, key=order), numerator, {}
    while rest:
        first = max(rest, key=order)
        left = divided(first, lead)
        if left is None:
            return None
        ratio = found[left] = _ratio(rest[first], divisor[lead])
        rest = summed([*rest.items(), *[(joined(left, monomial), -ratio * c) for monomial, c in divisor.items()]])
    return found


def _lexicographic(atoms: list[str]) -> Callable[[Monomial], list[int]]:
    """An order of monomials that multiplying keeps: by the power of the first atom, then of the second …"""
    return lambda monomial: [dict(monomial).get(atom, 0) for atom in atoms]


def _ratio(above: Number, below: Number) -> Number:
    if above % below == 0:
        return above // below
    from fractions import Fraction

    return Fraction(above) / Fraction(below)
