"""Conditions on polynomials: decided where the variables' least values decide them, else kept as they are.

A polynomial is ≥ 0, = 0, ≠ 0, or divisible; two conditions combine with `&` and `|`. Each can be decided at
whole numbers, and is a polynomial itself that is 1 where it holds and 0 elsewhere (`indicator`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from math import gcd
from typing import Any

from ..errors import Undecided
from .polynomial import (
    Floor,
    Largest,
    Polynomial,
    Symbolic,
    Value,
    Variable,
    floor_of,
    largest_of,
    lowest,
    made,
    of_atom,
    polynomial,
    settled,
    variable,
)
from .terms import Terms, content, denominator, key, quotient, shared_factor

SUPPOSED: ContextVar[list[Any] | None] = ContextVar("supposed", default=None)  # by `dim.supposing`, per thread or task


@dataclass(frozen=True)
class Condition(Symbolic):
    """left ≥ right (`least`), left = right (`equal`), left ≠ right (`differ`), left | right (`divides`), or several.

    >>> from .polynomial import variable
    >>> at_least(variable("n"), 32), at_least(variable("n"), 32).holds({"n": 31})
    (n ≥ 32, False)
    """

    kind: str
    parts: tuple[Any, ...]  # two polynomials; of `both` and `either` conditions

    @property
    def left(self) -> Polynomial:
        """The left-hand side."""
        return self.parts[0]

    @property
    def right(self) -> Polynomial:
        """The right-hand side."""
        return self.parts[1]

    def __and__(self, other: Condition | bool) -> Condition | bool:
        return _combined("both", (self, other), neutral=True)

    def __or__(self, other: Condition | bool) -> Condition | bool:
        return _combined("either", (self, other), neutral=False)

    __rand__, __ror__ = __and__, __or__

    def __invert__(self) -> Condition | bool:
        if self.kind in ("both", "either"):
            turned = [~part for part in self.parts]
            return _combined("either" if self.kind == "both" else "both", turned, neutral=self.kind != "both")
        if self.kind == "least":
            return at_least(self.right, self.left + 1)
        if self.kind == "divides":
            return _listed("differ", self.right % self.left)
        return _compared("equal" if self.kind == "differ" else "differ", self.left - self.right)

    def __bool__(self) -> bool:
        raise Undecided(f"whether {self} is not known: give a number")

    def __str__(self) -> str:
        from .spelling import TEXT

        return TEXT.condition(self)

    __repr__ = __str__

    @property
    def variables(self) -> frozenset[str]:
        """The names of everything that it depends on."""
        return frozenset().union(*[part.variables for part in self.parts])

    def holds(self, values: Mapping[str, Any]) -> Any:
        """Whether it holds at whole numbers, or cell by cell at arrays of them."""
        if self.kind in ("both", "either"):
            found = [part.holds(values) for part in self.parts]
            result = found[0]
            for each in found[1:]:
                result = result & each if self.kind == "both" else result | each
            return result
        left, right = self.left.at(values), self.right.at(values)
        if self.kind == "divides":
            return (left != 0) & (right % (left + (left == 0)) == 0)
        return left >= right if self.kind == "least" else left == right if self.kind == "equal" else left != right

    def replaced(self, values: Mapping[str, Value]) -> Condition | bool:
        """The condition with other formulas or numbers in place of some variables."""
        if self.kind in ("both", "either"):
            parts = [part.replaced(values) for part in self.parts]
            return _combined(self.kind, parts, neutral=self.kind == "both")
        left, right = (part.replaced(values) for part in self.parts)
        return divides(left, right) if self.kind == "divides" else _compared(self.kind, left - right)

    @property
    def indicator(self) -> Value:
        """The polynomial that is 1 where the condition holds and 0 elsewhere."""
        if self.kind in ("both", "either"):
            one = self.kind == "both"
            result: Value = 1
            for part in self.parts:
                result = result * (part.indicator if one else 1 - part.indicator)
            return result if one else 1 - result
        if self.kind == "divides":
            return _zero(self.right % self.left)
        difference = self.left - self.right
        if self.kind == "least":
            return largest_of(difference + 1, 0) - largest_of(difference, 0)
        return _zero(difference) if self.kind == "equal" else 1 - _zero(difference)

    @property
    def comparison(self) -> Condition:
        """The same as one comparison or division of two formulas."""
        if self.kind not in ("both", "either"):
            return self
        return Condition("equal", (polynomial(self.indicator), polynomial(1)))

    @property
    def bound(self) -> tuple[str, int] | None:
        """(variable, least value) where it says no more than that."""
        name = _name(self.left) if self.kind == "least" else None
        return None if name is None or self.right.constant is None else (name, int(self.right.constant))

    @property
    def exception(self) -> tuple[str, int] | None:
        """(variable, value) where it says only that a variable is not that value."""
        return Condition("least", self.parts).bound if self.kind == "differ" else None


def _name(value: Polynomial) -> str | None:
    """The variable's name where a formula is one variable."""
    (atom, *others) = value.atoms or ("",)
    return atom.name if type(atom) is Variable and not others and value == of_atom(atom) else None


def _zero(value: Value) -> Value:
    """1 where a whole number is 0, else 0: the second difference of its positive part."""
    return largest_of(value + 1, 0) + largest_of(value - 1, 0) - 2 * largest_of(value, 0)


def _combined(kind: str, parts: Iterable[Condition | bool], neutral: bool) -> Condition | bool:
    """All of some conditions (`both`), or one of them (`either`); those that are decided leave."""
    kept: dict[Condition, None] = {}
    for part in parts:
        if isinstance(part, Condition):
            kept |= dict.fromkeys(part.parts if part.kind == kind else [part])
        elif part is not neutral:
            return not neutral
    if not kept:
        return neutral
    return next(iter(kept)) if len(kept) == 1 else Condition(kind, tuple(kept))


def at_least(left: Value, right: Value) -> Condition | bool:
    """left ≥ right. Floors are opened, since ⌊x/d⌋ + y ≥ 0 exactly when x + y·d ≥ 0 for whole y and d ≥ 1.

    >>> n, m = variable("n"), variable("m")
    >>> at_least((n - 3) // 2 + 1, 4), at_least(n, n // 2), at_least(n, m), at_least(0, n)
    (n ≥ 9, True, n ≥ m, False)
    """
    difference = settled(left - right)
    return _not_negative(difference) if type(difference) is Polynomial else difference >= 0


def _not_negative(value: Polynomial) -> Condition | bool:
    low = lowest(value)
    if low is not None and low > -1:
        return True
    high = lowest(polynomial(-value))
    if high is not None and high > 0:
        return False
    for monomial, coefficient in value.terms.items():
        if len(monomial) == 1 and monomial[0][1] == 1 and (type(monomial[0][0]) is Largest or abs(coefficient) == 1):
            atom, rest = monomial[0][0], value - made({monomial: coefficient})
            if type(atom) is Largest:
                parts = [at_least(coefficient * part + rest, 0) for part in atom.parts]
                return _combined("either", parts, False) if coefficient > 0 else _combined("both", parts, True)
            if type(atom) is Floor and (atom.parts[1].constant or 0) > 0:
                above, below = atom.parts
                return at_least(above + rest * below if coefficient == 1 else (rest + 1) * below - above, int(coefficient != 1))  # fmt: skip  # noqa: E501
    return _listed("least", value)


def equal(left: Value, right: Value) -> Condition | bool:
    """left = right.

    >>> n, m = variable("n"), variable("m")
    >>> equal(n * m, 7), equal(n, 3), equal(2 * n, 5), equal(2 * (n // 2), n)
    (m·n = 7, n = 3, False, 2 divides n)
    """
    return _compared("equal", left - right)


def _compared(kind: str, difference: Value) -> Condition | bool:
    """difference ≥ 0, = 0 or ≠ 0."""
    if kind == "least":
        return at_least(difference, 0)
    difference = settled(difference)
    if type(difference) is not Polynomial:
        return (difference == 0) is (kind == "equal")
    if kind == "differ":
        found = _compared("equal", difference)
        return not found if type(found) is bool else _listed(kind, difference) if found.kind == "equal" else ~found
    whole = _whole(difference)
    common = content(whole.terms)
    if whole.terms.get((), 0) % common:
        return False
    for side in (whole, polynomial(-whole)):
        low = lowest(side)
        if low is not None and low > 0:
            return False
    for recognised in (_as_divisions(whole), _as_division(whole)):
        if recognised is not None:
            return recognised
    return _listed("equal", whole)


def _shared_sizes(one: Terms, two: Terms) -> Terms:
    """What divides every term of both and is at least 1, as one term."""
    ((monomial, number),) = shared_factor(one, two).items()
    return {tuple([pair for pair in monomial if (pair[0].least or 0) > 0]): number}  # type: ignore[attr-defined]


def _whole(value: Polynomial) -> Polynomial:
    """The same up to a positive factor, with whole coefficients."""
    return polynomial(value * denominator(value.terms))


def _as_divisions(value: Polynomial) -> Condition | bool | None:
    """x·y = d⌊x/d⌋·e⌊y/e⌋ says that d divides x and e divides y, for x, y ≥ 1; None for another equation."""
    if len(value.terms) != 2:
        return None
    (one, c), (two, k) = value.terms.items()
    for floors, factor, plain, number in ((one, c, two, -k), (two, -k, one, c)):
        left, found = dict(plain), []
        for atom, power in floors:
            inside = atom.parts[0] if type(atom) is Floor else of_atom(atom)  # type: ignore[arg-type]
            by = atom.parts[1].constant if type(atom) is Floor else 1
            name = next(iter(inside.atoms), None)
            if name is None or inside != of_atom(name) or not by or (name.least or 0) < 1 or left.get(name, 0) < power:
                break
            left[name] -= power
            number = number * by**power
            found.append(divides(by, inside))
        else:
            if number == factor and not any(left.values()):
                return _combined("both", found, neutral=True)
    return None


def _as_division(value: Polynomial) -> Condition | bool | None:
    """y − d·⌊y/d⌋ = 0 says that d divides y; None for another equation."""
    for monomial, coefficient in value.terms.items():
        if len(monomial) == 1 and monomial[0][1] == 1 and type(monomial[0][0]) is Floor:
            shared = gcd(*[int(c) for c in value.terms.values()])
            for factor in (shared, -shared):
                number = made({other: c // factor for other, c in value.terms.items() if other != monomial})
                divisor = int(-coefficient // factor)
                if divisor > 1 and floor_of(number, divisor) == of_atom(monomial[0][0]):
                    return divides(divisor, number)
    return None


def _listed(kind: str, difference: Polynomial) -> Condition:
    """The condition in one spelling: in lowest terms, without shared sizes, what is subtracted on the right."""
    whole = _whole(difference)
    common = content(whole.terms)
    terms = {monomial: c // common for monomial, c in whole.terms.items() if c // common}
    terms = quotient(terms, _shared_sizes(terms, terms)) or terms
    left = polynomial(made({monomial: c for monomial, c in terms.items() if c > 0}))
    right = polynomial(made({monomial: -c for monomial, c in terms.items() if c < 0}))
    if kind != "least":
        left, right = sorted((left, right), key=lambda side: (side.constant is not None, key(side.terms)))
    return Condition(kind, (left, right))


def divides(divisor: Value, number: Value) -> Condition | bool:
    """divisor | number.

    >>> n = variable("n")
    >>> divides(2, 4 * n), divides(2, 4 * n + 1), divides(4, 6 * n), divides(n, 64), divides(n, n * n)
    (True, False, 2 divides n, n divides 64, True)
    """
    divisor = settled(divisor)
    if type(divisor) is not Polynomial:
        return _divides_by_number(abs(divisor), number)
    exact = quotient(polynomial(number).terms, divisor.terms)
    if exact is not None and denominator(exact) == 1:
        return True
    shared = _shared_sizes(polynomial(number).terms, divisor.terms)
    if shared != {(): 1}:
        return divides(*[made(quotient(each.terms, shared) or {}) for each in (divisor, polynomial(number))])
    return Condition("divides", (divisor, polynomial(number)))


def _divides_by_number(divisor: int, number: Value) -> Condition | bool:
    terms = {monomial: int(c % divisor) for monomial, c in polynomial(number).terms.items() if c % divisor}
    common = gcd(divisor, content(terms))
    if terms.get((), 0) % common:
        return False
    divisor //= common
    factor = next((c // common for m, c in sorted(terms.items()) if m and gcd(c // common, divisor) == 1), 1)
    rest = made(
        {monomial: k for monomial, c in terms.items() if (k := c // common * pow(factor, -1, divisor) % divisor)}
    )
    return Condition("divides", (polynomial(divisor), polynomial(rest))) if rest else True


def where(condition: Condition, then: Value, otherwise: Value) -> Value:
    """`then` where the condition holds, else `otherwise`, as one polynomial.

    >>> n = variable("n")
    >>> [where(at_least(n, 5), n, 1).at(n=size) for size in (4, 5, 6)]
    [1, 5, 6]
    """
    return otherwise + condition.indicator * (then - otherwise)


def reduced(conditions: Sequence[Condition], names: Sequence[str]) -> tuple[dict[str, int], tuple[Condition, ...]]:
    """The least value of every variable (at least 1), and the conditions that say more than that.

    >>> n = variable("n")
    >>> reduced([at_least(n, 32), at_least(n // 8, 2), divides(2, n), divides(6, n)], ["n"])
    ({'n': 32}, (6 divides n,))
    """
    least = dict.fromkeys(names, 1)
    others: dict[Condition, None] = {}
    shared: dict[Polynomial, int] = {}
    for condition in [part for each in conditions for part in (each.parts if each.kind == "both" else [each])]:
        bound = condition.bound
        if bound is not None and bound[0] in least:
            least[bound[0]] = max(least[bound[0]], bound[1])
        elif condition.kind == "divides" and condition.right.constant is not None:
            shared[condition.left] = gcd(shared.get(condition.left, 0), int(condition.right.constant))
        else:
            others[condition] = None
    for left, number in shared.items():  # what divides several numbers divides their greatest common divisor
        others |= dict.fromkeys([found] if isinstance(found := divides(left, number), Condition) else [])
    return least, _independent(list(others))


def _independent(conditions: Sequence[Condition]) -> tuple[Condition, ...]:
    """What divides a variable in one condition, and the others that do not follow from it: where 8 | n, n = 8k."""
    strides: dict[str, int] = {}
    names = {name for condition in conditions for name in condition.variables}
    rest = list(conditions)
    while True:
        multiples = {name: strides[name] * variable(name) for name in names if name in strides}
        rest = [each for each in rest if each.replaced(multiples) is not True]
        for condition in rest:
            found = condition.replaced(multiples)
            name = _name(found.right) if isinstance(found, Condition) and found.kind == "divides" else None
            if name is not None and found.left.constant is not None:
                strides[name] = strides.get(name, 1) * int(found.left.constant)
                break
        else:
            divided = [divides(stride, variable(name)) for name, stride in strides.items()]
            return (*divided, *rest)
