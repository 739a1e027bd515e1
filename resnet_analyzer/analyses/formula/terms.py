"""Exact formulas: polynomials with rational coefficients over sizes, floors of polynomials, and maxima.

    9,408·⌈n/2⌉² + 2,048,000        terms {((⌊(n + 1)/2⌋, 2),): 9408, (): 2048000}

One spelling per formula, so that equal ones compare equal: nested floors are merged by the identity
⌊(⌊x/s⌋ + b)/t⌋ = ⌊(x + b·s)/(s·t)⌋, and what divides without remainder is taken out of a floor
(Graham, Knuth, Patashnik, Concrete Mathematics, eq. 3.11). Plain Python; sympy is not needed here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from math import gcd, lcm
from typing import NamedTuple, TypeAlias

from ...errors import UsageError


class Variable(NamedTuple):
    """A whole number without a value yet."""

    name: str


class Floor(NamedTuple):
    """⌊numerator / divisor⌋ of two formulas."""

    numerator: Polynomial
    divisor: Polynomial


class Largest(NamedTuple):
    """The largest of some formulas."""

    parts: tuple[Polynomial, ...]


Atom: TypeAlias = Variable | Floor | Largest
Monomial: TypeAlias = tuple[tuple[Atom, int], ...]  # atoms with their powers ≥ 1, sorted
Number: TypeAlias = int | Fraction


class Polynomial(NamedTuple):
    """A sum of monomials with their coefficients, none of them 0, sorted.

    >>> n = variable("n")
    >>> (n + 1) * (n - 1) == n * n - 1
    True
    >>> ((n + 1) * (n - 1)).at(n=5)
    24
    """

    terms: tuple[tuple[Monomial, Number], ...] = ()

    def __add__(self, other: Polynomial | Number) -> Polynomial:  # type: ignore[override]
        return collected((*self.terms, *polynomial(other).terms))

    def __radd__(self, other: Number) -> Polynomial:
        return self + other

    def __neg__(self) -> Polynomial:
        return Polynomial(tuple((monomial, -coefficient) for monomial, coefficient in self.terms))

    def __sub__(self, other: Polynomial | Number) -> Polynomial:
        return self + -polynomial(other)

    def __rsub__(self, other: Polynomial | Number) -> Polynomial:
        return -self + other

    def __mul__(self, other: Polynomial | Number) -> Polynomial:  # type: ignore[override]
        factors = polynomial(other).terms
        return collected((_joined(a, b), c * d) for a, c in self.terms for b, d in factors)

    def __rmul__(self, other: Number) -> Polynomial:  # type: ignore[override]
        return self * other

    def __pow__(self, power: int) -> Polynomial:
        result = polynomial(1)
        for _ in range(power):
            result = result * self
        return result

    @property
    def constant(self) -> Number | None:
        """The number that it is; None if it is not a plain number."""
        if not self.terms:
            return 0
        return self.terms[0][1] if len(self.terms) == 1 and not self.terms[0][0] else None

    @property
    def atoms(self) -> tuple[Atom, ...]:
        """Its sizes, floors and maxima, each once, in a fixed order."""
        return tuple(sorted({atom for monomial, _ in self.terms for atom, _ in monomial}, key=_key))

    @property
    def variables(self) -> frozenset[str]:
        """The names of everything that it depends on, inside floors too."""
        return frozenset(name for atom in self.atoms for name in _names(atom))

    def at(self, values: Mapping[str, int] | None = None, **more: int) -> int:
        """The exact value at whole numbers; UsageError for a variable that has none."""
        return _Evaluation({**(values or {}), **more}).whole(self)

    def replaced(self, values: Mapping[str, Polynomial | Number]) -> Polynomial:
        """The formula with other formulas in place of variables."""
        return _replaced(self, {name: polynomial(value) for name, value in values.items()}, {})


def _names(atom: Atom) -> Iterator[str]:
    if isinstance(atom, Variable):
        yield atom.name
    else:
        for part in parts_of(atom):
            yield from part.variables


def parts_of(atom: Atom) -> tuple[Polynomial, ...]:
    """The formulas inside a floor or a maximum."""
    if isinstance(atom, Floor):
        return atom.numerator, atom.divisor
    return atom.parts if isinstance(atom, Largest) else ()


@lru_cache(maxsize=65_536)
def _key(atom: Atom) -> tuple[int, str]:
    """Plain sizes first; floors by what they hold. Any fixed order would do."""
    kind = 0 if isinstance(atom, Variable) else 1
    return kind, repr(tuple(atom))


def _joined(left: Monomial, right: Monomial) -> Monomial:
    if not left or not right:
        return left or right
    powers = dict(left)
    for atom, power in right:
        powers[atom] = powers.get(atom, 0) + power
    return tuple(sorted(powers.items(), key=lambda pair: _key(pair[0])))


def collected(terms: Iterable[tuple[Monomial, Number]]) -> Polynomial:
    """The polynomial with these terms, equal monomials added up."""
    sums: dict[Monomial, Number] = {}
    for monomial, coefficient in terms:
        sums[monomial] = sums.get(monomial, 0) + coefficient
    kept = ((monomial, _plain(coefficient)) for monomial, coefficient in sums.items() if coefficient)
    return Polynomial(tuple(sorted(kept, key=lambda term: [(_key(atom), power) for atom, power in term[0]])))


def _plain(number: Number) -> Number:
    return number.numerator if isinstance(number, Fraction) and number.denominator == 1 else number


def polynomial(value: Polynomial | Number) -> Polynomial:
    """A number as a formula; a formula as it is."""
    if isinstance(value, Polynomial):
        return value
    return Polynomial((((), _plain(value)),)) if value else Polynomial()


def variable(name: str) -> Polynomial:
    """The formula that is one variable."""
    return of_atom(Variable(name))


def of_atom(atom: Atom) -> Polynomial:
    """The formula that is one atom."""
    return Polynomial(((((atom, 1),), 1),))


def floor_of(numerator: Polynomial, divisor: Polynomial | int = 1) -> Polynomial:
    """⌊numerator / divisor⌋ in its one spelling; coefficients may be fractions.

    >>> n = variable("n")
    >>> floor_of(floor_of(n + 1, 2) + 1, 2) == floor_of(n + 3, 4), floor_of(4 * n + 7, 4) == n + 1
    (True, True)
    """
    by = polynomial(divisor)
    if by.constant is None:
        quotient = _quotient(numerator, by)
        return of_atom(Floor(numerator, by)) if quotient is None else quotient
    exact = numerator * Fraction(1, int(by.constant))
    whole = [(monomial, Fraction(c.numerator // c.denominator)) for monomial, c in exact.terms]
    rest = exact - collected(whole)
    if rest.constant is not None:
        return collected(whole)
    scale = lcm(*[Fraction(c).denominator for _, c in rest.terms])
    return collected(whole) + _merged(rest * scale, scale)


def _merged(numerator: Polynomial, divisor: int) -> Polynomial:
    """A floor whose numerator may itself be one floor and a number."""
    shift = dict(numerator.terms).get((), 0)
    rest = numerator - shift
    if len(rest.terms) == 1:
        ((monomial, coefficient),) = rest.terms
        if coefficient == 1 and len(monomial) == 1 and monomial[0][1] == 1 and isinstance(monomial[0][0], Floor):
            inner = monomial[0][0]
            if inner.divisor.constant is not None:
                return floor_of(inner.numerator + shift * inner.divisor, inner.divisor * divisor)
    common = gcd(divisor, *[int(c) for monomial, c in numerator.terms if monomial])
    if common > 1:  # the constant loses what cannot matter: ⌊(2n + 1)/4⌋ = ⌊n/2⌋
        return floor_of(collected((m, int(c) // common) for m, c in numerator.terms), divisor // common)
    return of_atom(Floor(numerator, polynomial(divisor)))


def _quotient(numerator: Polynomial, divisor: Polynomial) -> Polynomial | None:
    """numerator / divisor where a divisor of one term divides every term; else None."""
    if len(divisor.terms) != 1:
        return None
    ((below, scale),) = divisor.terms
    terms = []
    for monomial, coefficient in numerator.terms:
        powers = dict(monomial)
        for atom, power in below:
            powers[atom] = powers.get(atom, 0) - power
        if min(powers.values(), default=0) < 0 or Fraction(coefficient) / scale % 1:
            return None
        kept = tuple((atom, power) for atom, power in sorted(powers.items(), key=lambda p: _key(p[0])) if power)
        terms.append((kept, Fraction(coefficient) / scale))
    return collected(terms)


def largest_of(*parts: Polynomial) -> Polynomial:
    """The largest of some formulas; a number if all of them are."""
    numbers = [part.constant for part in parts if part.constant is not None]
    others = sorted({part for part in parts if part.constant is None}, key=repr)
    if not others:
        return polynomial(max(numbers))
    if numbers:
        others.append(polynomial(max(numbers)))
    return others[0] if len(others) == 1 else of_atom(Largest(tuple(others)))


def _replaced(formula: Polynomial, values: dict[str, Polynomial], seen: dict[Atom, Polynomial]) -> Polynomial:
    terms: list[tuple[Monomial, Number]] = []
    for monomial, coefficient in formula.terms:
        product = polynomial(coefficient)
        for atom, power in monomial:
            if atom not in seen:
                seen[atom] = _replaced_atom(atom, values, seen)
            product = product * seen[atom] ** power
        terms += product.terms
    return collected(terms)


def _replaced_atom(atom: Atom, values: dict[str, Polynomial], seen: dict[Atom, Polynomial]) -> Polynomial:
    if isinstance(atom, Variable):
        return values.get(atom.name, of_atom(atom))
    parts = [_replaced(part, values, seen) for part in parts_of(atom)]
    return floor_of(*parts) if isinstance(atom, Floor) else largest_of(*parts)


class _Evaluation:
    """One evaluation: every atom is worked out once."""

    def __init__(self, values: Mapping[str, int]) -> None:
        self.values = values
        self.seen: dict[Atom, int] = {}

    def exact(self, formula: Polynomial) -> Number:
        result: Number = 0
        for monomial, coefficient in formula.terms:
            for atom, power in monomial:
                value = self.seen[atom] if atom in self.seen else self.atom(atom)
                coefficient *= value if power == 1 else value**power
            result += coefficient
        return result

    def whole(self, formula: Polynomial) -> int:
        value = _plain(self.exact(formula))
        if not isinstance(value, int):
            raise UsageError(f"a formula gave {value} where only a whole number makes sense")
        return value

    def atom(self, atom: Atom) -> int:
        if isinstance(atom, Variable):
            if atom.name not in self.values:
                raise UsageError(f"the formula needs a value for {atom.name}")
            value = self.values[atom.name]
        elif isinstance(atom, Floor):
            divisor = self.exact(atom.divisor)
            if not divisor:
                raise UsageError("a formula divides by 0 here")
            value = int(self.exact(atom.numerator) // divisor)
        else:
            value = int(max(self.exact(part) for part in atom.parts))
        self.seen[atom] = value
        return value


def evaluated(formulas: Mapping[str, Polynomial], values: Mapping[str, int]) -> dict[str, int]:
    """Several formulas at one point, floors shared between them worked out once."""
    evaluation = _Evaluation(values)
    return {name: evaluation.whole(formula) for name, formula in formulas.items()}
