"""The terms of a polynomial as a plain dict: their sums, products and quotients, which `polynomial` is built on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import gcd, lcm
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    from fractions import Fraction

Number: TypeAlias = "int | Fraction"


class Formula(Protocol):
    """What has terms."""

    terms: Terms


class Atom(str):
    """A variable, the floor of a quotient of two formulas, or the largest of some; as text, its one spelling.

    So atoms compare and sort like words.
    """

    __slots__ = ("kind", "least", "name", "parts")

    kind: str  # variable, floor or largest
    parts: tuple[Any, ...]  # formulas; of a floor the numerator and the divisor
    least: int | None  # what it never falls below, where that is known
    name: str  # of a variable

    def __new__(cls, text: str, kind: str, parts: tuple[Any, ...], least: int | None, name: str = "") -> Atom:
        """The text is taken as given: `polynomial` knows the one spelling."""
        self = super().__new__(cls, text)
        self.kind, self.parts, self.least, self.name = kind, parts, least, name
        return self

    def __getnewargs__(self) -> tuple[Any, ...]:
        return str(self), self.kind, self.parts, self.least, self.name


Monomial: TypeAlias = tuple[tuple[Atom, int], ...]  # atoms with their powers ≥ 1, sorted
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


def multiplied(one: Terms, two: Terms) -> Terms:
    """The product of two sums of terms."""
    return summed([(joined(left, right), c * d) for left, c in one.items() for right, d in two.items()])


def constant(terms: Terms) -> Number | None:
    """The number that a sum of terms is; None if it is no plain number."""
    return terms.get((), None if terms else 0) if len(terms) < 2 else None


def stride(terms: Terms) -> int:
    """S such that no floor is left where every variable is a multiple of S; 0 where there is none to be seen."""
    return lcm(*[_stride(atom) for monomial in terms for atom, _ in monomial])


def _stride(atom: Atom) -> int:
    if atom.kind != "floor":
        return int(atom.kind == "variable")
    return int(constant(atom.parts[1].terms) or 0) * stride(atom.parts[0].terms)


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

    >>> n = Atom("n", "variable", (), 1, "n")
    >>> quotient({((n, 2),): 1, (): -1}, {((n, 1),): 1, (): 1})   # (n² − 1)/(n + 1)
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


def _lexicographic(atoms: list[Atom]) -> Callable[[Monomial], list[int]]:
    """An order of monomials that multiplying keeps: by the power of the first atom, then of the second …"""
    return lambda monomial: [dict(monomial).get(atom, 0) for atom in atoms]


def _ratio(above: Number, below: Number) -> Number:
    if above % below == 0:
        return above // below
    from fractions import Fraction

    return Fraction(above) / Fraction(below)
