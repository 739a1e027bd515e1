"""Exact polynomials over variables, floors and maxima: what a dimension is before it has a number.

    9,408·⌈n/2⌉² + 2,048,000        terms {((⌊(n + 1)/2⌋, 2),): 9408, (): 2048000}

One spelling per formula, so that equal sizes compare equal: what divides without remainder is taken out of a
floor, and nested floors are merged by ⌊(⌊x/s⌋ + y)/t⌋ = ⌊(x + y·s)/(s·t)⌋ for whole y and s, t ≥ 1 (Graham,
Knuth, Patashnik, Concrete Mathematics, eq. 3.11). What turns out to be a number is a plain number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, gcd, lcm, prod
from operator import index
from typing import Any, TypeAlias

from ..errors import UsageError
from .arrays import any_array
from .bounds import is_positive, lowest
from .terms import (
    Atom,
    Number,
    Terms,
    constant,
    denominator,
    divided,
    joined,
    key,
    multiplied,
    plain,
    quotient,
    shared_factor,
    summed,
)

Value: TypeAlias = Any  # a number, or a Polynomial that is none


class Symbolic:
    """What is known by its symbols alone: a polynomial, or a condition on one."""

    __slots__ = ()


class Polynomial(Symbolic):
    """A sum of monomials with their coefficients; compared, hashed and printed by what it says.

    >>> n = variable("n")
    >>> (n + 1) * (n - 1) == n * n - 1, (n + 1) - n
    (True, 1)
    >>> ((n - 1) // 2 + 2) // 2, ((n + 1) * (n - 1)).at(n=5)
    (⌈n/4⌉, 24)
    """

    __slots__ = ("_hash", "terms")
    __array_ufunc__ = None  # numpy leaves sums and products with an array to us

    terms: Terms  # not to be changed

    def __init__(self, terms: Terms) -> None:
        self.terms = terms

    def __reduce__(self) -> tuple[Any, ...]:
        return Polynomial, (self.terms,)

    def __eq__(self, other: object) -> bool:
        if type(other) is Polynomial:
            return self.terms == other.terms
        return self.constant == other if isinstance(other, int) else False

    def __hash__(self) -> int:
        try:
            return self._hash
        except AttributeError:
            number = self.constant
            self._hash: int = hash(frozenset(self.terms.items()) if number is None else number)
            return self._hash

    def __add__(self, other: Value) -> Value:
        if type(other) is int:
            if not other:
                return self
            terms = dict(self.terms)
            number = terms.pop((), 0) + other
            if number:
                terms[()] = number
            return made(terms)
        return made(summed([*self.terms.items(), *polynomial(other).terms.items()]))

    __radd__ = __add__

    def __neg__(self) -> Value:
        return Polynomial({monomial: -coefficient for monomial, coefficient in self.terms.items()})

    def __sub__(self, other: Value) -> Value:
        return self + -other

    def __rsub__(self, other: Value) -> Value:
        return -self + other

    def __mul__(self, other: Value) -> Value:
        if type(other) is int:
            if other == 1:
                return self
            times = {m: c * other if type(c) is int else plain(c * other) for m, c in self.terms.items()}
            return made(times) if other else 0
        factors = polynomial(other).terms.items()
        if len(factors) == len(self.terms) == 1:
            ((one, c),), ((two, d),) = self.terms.items(), factors
            return made({joined(one, two): c * d})
        return made(multiplied(self.terms, polynomial(other).terms))

    __rmul__ = __mul__

    def __pow__(self, power: int) -> Value:
        result: Value = 1
        for _ in range(power):
            result = self * result
        return result

    def __floordiv__(self, divisor: Value) -> Value:
        if type(divisor) is int and divisor == 1 and all(type(c) is int for c in self.terms.values()):
            return self
        return floor_of(self, operand(divisor))

    def __rfloordiv__(self, number: Value) -> Value:
        return floor_of(operand(number), self)

    def __mod__(self, divisor: Value) -> Value:
        return self - divisor * (self // divisor)

    def __rmod__(self, number: Value) -> Value:
        return number - self * (number // self)

    def __str__(self) -> str:
        from .spelling import shown

        return shown(self)

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return str(self) if spec == "," else format(str(self), spec)

    @property
    def constant(self) -> Number | None:
        """The number that it is; None if it is not a plain number."""
        return constant(self.terms)

    @property
    def atoms(self) -> tuple[Atom, ...]:
        """Its variables, floors and maxima, each once, in a fixed order."""
        return tuple(sorted({atom for monomial in self.terms for atom, _ in monomial}, key=_rank))

    @property
    def unknowns(self) -> frozenset[Atom]:
        """All variables, inside floors too."""
        own = {atom for atom in self.atoms if atom.kind == "variable"}
        return frozenset(own).union(*[part.unknowns for atom in self.atoms for part in atom.parts])

    @property
    def variables(self) -> frozenset[str]:
        """The names of all variables."""
        return frozenset(atom.name for atom in self.unknowns)

    def at(self, values: Mapping[str, Any] | None = None, **more: Any) -> Any:
        """The exact value at whole numbers, or cell by cell at arrays of them; UsageError for a variable without one.

        DimensionOverflow where an array would not hold the result.
        """
        given = {**(values or {}), **more}
        return _at_arrays(self, given) if any_array(given.values()) else Evaluation(given).whole(self)

    def replaced(self, values: Mapping[str, Value]) -> Value:
        """The formula with other formulas or numbers in place of some variables."""
        return Evaluation(values, partial=True).of(self)


def operand(value: Any) -> Value:
    """A number as int or Fraction, a polynomial as it is; UsageError for an array, TypeError for anything else."""
    if type(value) is int or type(value) is Polynomial:
        return value
    if any_array((value,)):
        raise UsageError("a grid of numbers and a symbol cannot be measured together: give one or the other")
    return value if hasattr(value, "denominator") and hasattr(value, "limit_denominator") else index(value)


def made(terms: Terms) -> Value:
    """The polynomial with these terms, none of them 0, or the number that it is."""
    if len(terms) > 1:
        return Polynomial(terms)
    if () in terms:
        number = terms[()]
        return number if type(number) is int else plain(number)
    return Polynomial(terms) if terms else 0


def _rank(atom: Atom) -> tuple[bool, str]:
    """Variables before floors and maxima."""
    return atom.kind != "variable", atom


def polynomial(value: Value) -> Polynomial:
    """A number as a formula; a formula as it is."""
    if type(value) is Polynomial:
        return value
    number = operand(value)
    return Polynomial({(): plain(number)} if number else {})


def settled(value: Value) -> Value:
    """A formula, or the number that it is."""
    return made(value.terms) if type(value) is Polynomial else value


def sum_of(values: Sequence[Value]) -> Value:
    """The sum of numbers and formulas, their terms collected once."""
    formulas = [value for value in values if type(value) is Polynomial]
    number = sum([value for value in values if type(value) is not Polynomial])
    return made(summed([term for each in formulas for term in each.terms.items()])) + number if formulas else number


def variable(name: str, least: int = 1) -> Polynomial:
    """The formula that is one variable; a name that is none in Python is kept in quotes, so that it means one thing."""
    spelled = name if name.isidentifier() else repr(name)
    return of_atom(Atom(spelled if least == 1 else f"{spelled}≥{least}", "variable", (), least, name))


def of_atom(atom: Atom) -> Polynomial:
    """The formula that is one atom."""
    return Polynomial({((atom, 1),): 1})


def floor_atom(numerator: Polynomial, divisor: Polynomial) -> Polynomial:
    """⌊numerator / divisor⌋ as it stands; `floor_of` brings it into its one spelling first."""
    least, by = lowest(numerator.terms), divisor.constant
    if least is not None:
        least = ceil(least) // int(by) if by is not None else 0 if least >= 0 and is_positive(divisor.terms) else None
    return of_atom(Atom(f"⌊{key(numerator.terms)}/{key(divisor.terms)}⌋", "floor", (numerator, divisor), least))


def floor_of(numerator: Value, divisor: Value = 1) -> Value:
    """⌊numerator / divisor⌋ in its one spelling; coefficients may be fractions. A divisor may not become 0.

    >>> n, m = variable("n"), variable("m")
    >>> floor_of(floor_of(n + 1, 2) + 1, 2) == floor_of(n + 3, 4), floor_of(4 * n + 7, 4)
    (True, n + 1)
    >>> floor_of(64 * n * m, n), floor_of(n * n - 1, n + 1), floor_of(n, m)
    (64·m, n − 1, ⌊n/m⌋)
    """
    above, below = polynomial(numerator), polynomial(divisor)
    scale = lcm(denominator(above.terms), denominator(below.terms))
    if scale != 1:
        above, below = polynomial(above * scale), polynomial(below * scale)
    by = below.constant
    if by is None:
        return _floor_by_polynomial(above, below)
    if by < 0:
        return _floor_by_number(polynomial(-above).terms, -int(by))
    return _floor_by_number(above.terms, int(by))


def _floor_by_number(terms: Terms, divisor: int) -> Value:
    whole: Terms = {}
    rest: Terms = {}
    common = divisor
    for monomial, coefficient in terms.items():
        quotient, remainder = divmod(coefficient, divisor)
        if quotient:
            whole[monomial] = quotient
        if remainder:
            rest[monomial] = remainder
            if monomial:
                common = gcd(common, remainder)  # type: ignore[arg-type]
    if not rest or (len(rest) == 1 and () in rest):
        return made(whole)
    if common > 1:  # the constant loses what cannot matter: ⌊(2n + 1)/4⌋ = ⌊n/2⌋
        rest = {monomial: c // common for monomial, c in rest.items() if c // common}
    part = _merged(Polynomial(rest), polynomial(divisor // common))
    return part + made(whole) if whole else part


def _turned(numerator: Polynomial, divisor: Polynomial) -> Value:
    """⌊x/d⌋ or −⌈−x/d⌉, as one of them has smaller numbers: ⌊−n/7⌋ and ⌊6n/7⌋ − n are −⌈n/7⌉."""
    number = divisor.constant
    if number is not None and 2 * min([(m, c) for m, c in numerator.terms.items() if m])[1] > number:
        return -_floor_by_number(polynomial(number - 1 - numerator).terms, int(number))
    return floor_atom(numerator, divisor)


def _merged(numerator: Polynomial, divisor: Polynomial) -> Value:
    """A floor of which one part may be a floor itself, by a divisor that is never negative."""
    for monomial, coefficient in numerator.terms.items():
        if coefficient == 1 and len(monomial) == 1 and monomial[0][1] == 1 and monomial[0][0].kind == "floor":
            above, below = monomial[0][0].parts
            if is_positive(below.terms):
                rest = {other: c for other, c in numerator.terms.items() if other != monomial}
                return floor_of(above + made(rest) * below, below * divisor)
    return _turned(numerator, divisor)


def _floor_by_polynomial(numerator: Polynomial, divisor: Polynomial) -> Value:
    exact = quotient(numerator.terms, divisor.terms)
    if exact is not None:
        return made(exact) if denominator(exact) == 1 else floor_of(made(exact))
    shared = shared_factor(numerator.terms, divisor.terms)
    if shared != {(): 1}:
        return floor_of(*[made(quotient(each.terms, shared) or {}) for each in (numerator, divisor)])
    if len(divisor.terms) == 1:  # whole multiples leave: ⌊(n·m + 3)/m⌋ = n + ⌊3/m⌋
        ((below, scale),) = divisor.terms.items()
        ratios = [(divided(monomial, below), c // scale) for monomial, c in numerator.terms.items()]
        whole = made({left: c for left, c in ratios if left is not None and c})
        if whole:
            return whole + floor_of(numerator - divisor * whole, divisor)
    return _merged(numerator, divisor) if is_positive(divisor.terms) else floor_atom(numerator, divisor)


def largest_of(*parts: Value) -> Value:
    """The largest of some formulas, without those that another one is never below.

    >>> n = variable("n")
    >>> largest_of(n, 0), largest_of(n, n + 2), largest_of(n, 7)
    (n, n + 2, max(n, 7))
    """
    kept: list[Value] = []
    for part in parts:
        if any(_never_below(other, part) for other in kept):
            continue
        kept = [other for other in kept if not _never_below(part, other)] + [part]
    if len(kept) == 1:
        return kept[0]
    ordered = tuple(sorted(map(polynomial, kept), key=lambda part: key(part.terms)))
    least = max([ceil(low) for part in ordered if (low := lowest(part.terms)) is not None], default=None)
    return of_atom(Atom(f"max({','.join([key(part.terms) for part in ordered])})", "largest", ordered, least))


def _never_below(one: Value, other: Value) -> bool:
    low = lowest(polynomial(one - other).terms)
    return low is not None and low > -1


def _at_arrays(formula: Polynomial, given: Mapping[str, Any]) -> Any:
    import numpy

    from .program import compiled

    columns = dict(zip(given, numpy.broadcast_arrays(*given.values()), strict=True))
    (result,) = compiled([formula], list(columns)).run(columns, next(iter(columns.values())).shape)
    return result


class Evaluation:
    """One evaluation: every atom is worked out once. With `partial`, a variable without a value stands for itself."""

    def __init__(self, values: Mapping[str, Any], partial: bool = False, seen: Mapping[Atom, Any] | None = None):
        self.values, self.partial = values, partial
        self.seen: dict[Atom, Any] = dict(seen or {})

    def of(self, formula: Polynomial) -> Any:
        """The value of a formula; a Fraction where it is not a whole number."""
        values = [
            prod([self.atom(atom) for atom, power in monomial for _ in range(power)], start=coefficient)
            for monomial, coefficient in formula.terms.items()
        ]
        result = sum(values)
        return result if type(result) is int or type(result) is Polynomial else plain(result)

    def whole(self, formula: Polynomial) -> Any:
        """The value of a formula, which must be a whole number (or hold whole numbers); UsageError otherwise."""
        below = denominator(formula.terms)
        if below == 1:
            return self.of(formula)
        result = self.of(polynomial(formula * below))
        if result % below:
            raise UsageError(f"a formula gave {result}/{below} where a whole number is needed")
        return result // below

    def atom(self, atom: Atom) -> Any:
        """The value of a variable, floor or maximum."""
        if atom not in self.seen:
            self.seen[atom] = self._atom(atom)
        return self.seen[atom]

    def _atom(self, atom: Atom) -> Any:
        if atom.kind == "variable":
            if atom.name in self.values:
                return self.values[atom.name]
            if self.partial:
                return of_atom(atom)
            raise UsageError(f"the formula needs a value for {atom.name}")
        parts = [self.of(part) for part in atom.parts]
        if atom.kind == "largest":
            return largest_of(*parts)
        above, below = parts
        if type(below) is int and not below:
            raise UsageError("a formula divides by 0 here")
        return above // below
