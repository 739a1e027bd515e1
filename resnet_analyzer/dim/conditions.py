"""Conditions on polynomials: decided where the variables' least values decide them, else kept as they are.

A polynomial is ≥ 0, = 0, ≠ 0, or divisible; two conditions combine with `&` and `|`. Each can be decided at
whole numbers, and is a polynomial itself that is 1 where it holds and 0 elsewhere (`indicator`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from functools import reduce
from itertools import product
from math import gcd, prod
from operator import and_, or_
from typing import Any

from ..errors import Undecided
from .bounds import is_positive, lowest
from .polynomial import (
    Polynomial,
    Symbolic,
    Value,
    floor_of,
    largest_of,
    made,
    of_atom,
    polynomial,
    settled,
    variable,
)
from .terms import Atom, Monomial, Terms, content, denominator, key, quotient, shared_factor, stride

MOST_RESIDUES = 64  # combinations of residues that are looked at before a condition is listed

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
    def is_several(self) -> bool:
        """Whether it is made of conditions."""
        return self.kind in ("both", "either")

    @property
    def is_equation(self) -> bool:
        """Whether it says that sizes are equal, or divide one another, and nothing else."""
        return all(part.is_equation for part in self.parts) if self.is_several else self.kind in ("equal", "divides")

    @property
    def left(self) -> Polynomial:
        """The left-hand side."""
        return self.parts[0]

    @property
    def right(self) -> Polynomial:
        """The right-hand side."""
        return self.parts[1]

    def __and__(self, other: Condition | bool) -> Condition | bool:
        return _combined("both", (self, other))

    def __or__(self, other: Condition | bool) -> Condition | bool:
        return _combined("either", (self, other))

    __rand__, __ror__ = __and__, __or__

    def __invert__(self) -> Condition | bool:
        if self.is_several:
            return _combined("either" if self.kind == "both" else "both", [~part for part in self.parts])
        if self.kind == "least":
            return at_least(self.right, self.left + 1)
        if self.kind == "divides":
            return _listed("differ", self.right % self.left)
        return _compared("equal" if self.kind == "differ" else "differ", self.left - self.right)

    def __bool__(self) -> bool:
        raise Undecided(f"cannot decide whether {self}: give a number")

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
        if self.is_several:
            return reduce(and_ if self.kind == "both" else or_, [part.holds(values) for part in self.parts])
        left, right = self.left.at(values), self.right.at(values)
        if self.kind == "divides":
            return (left != 0) & (right % (left + (left == 0)) == 0)
        return left >= right if self.kind == "least" else left == right if self.kind == "equal" else left != right

    def replaced(self, values: Mapping[str, Value]) -> Condition | bool:
        """The condition with other formulas or numbers in place of some variables."""
        if self.is_several:
            return _combined(self.kind, [part.replaced(values) for part in self.parts])
        left, right = (part.replaced(values) for part in self.parts)
        return divides(left, right) if self.kind == "divides" else _compared(self.kind, left - right)

    @property
    def indicator(self) -> Value:
        """The polynomial that is 1 where the condition holds and 0 elsewhere."""
        if self.kind == "both":
            return prod([part.indicator for part in self.parts])
        if self.kind == "either":
            return 1 - prod([1 - part.indicator for part in self.parts])
        if self.kind == "divides":
            return _zero(self.right % self.left)
        difference = self.left - self.right
        if self.kind == "least":
            return largest_of(difference + 1, 0) - largest_of(difference, 0)
        return _zero(difference) if self.kind == "equal" else 1 - _zero(difference)

    @property
    def comparison(self) -> Condition:
        """The same as one comparison or division of two formulas."""
        return Condition("equal", (polynomial(self.indicator), polynomial(1))) if self.is_several else self

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
    atom = next(iter(value.atoms), None)
    return atom.name if atom is not None and atom.kind == "variable" and value == of_atom(atom) else None


def _zero(value: Value) -> Value:
    """1 where a whole number is 0, else 0: the second difference of its positive part."""
    return largest_of(value + 1, 0) + largest_of(value - 1, 0) - 2 * largest_of(value, 0)


def _combined(kind: str, parts: Iterable[Condition | bool]) -> Condition | bool:
    """All of some conditions (`both`), or one of them (`either`); those that are decided leave."""
    neutral = kind == "both"
    kept: dict[Condition, None] = {}
    for part in parts:
        if isinstance(part, Condition):
            kept |= dict.fromkeys(part.parts if part.kind == kind else [part])
        elif part is not neutral:
            return not neutral
    first, *others = kept or [neutral]
    return Condition(kind, tuple(kept)) if others else first


def at_least(left: Value, right: Value) -> Condition | bool:
    """left ≥ right. Floors are opened, since ⌊x/d⌋ + y ≥ 0 exactly when x + y·d ≥ 0 for whole y and d ≥ 1.

    >>> n, m = variable("n"), variable("m")
    >>> at_least((n - 3) // 2 + 1, 4), at_least(n, n // 2), at_least(n, m), at_least(0, n)
    (n ≥ 9, True, n ≥ m, False)
    """
    difference = settled(left - right)
    return _not_negative(difference) if type(difference) is Polynomial else difference >= 0


def _not_negative(value: Polynomial) -> Condition | bool:
    low = lowest(value.terms)
    if low is not None and low > -1:
        return True
    low = lowest(polynomial(-value).terms)
    if low is not None and low > 0:
        return False
    for monomial, coefficient in value.terms.items():
        atom = _lone(monomial)
        rest = value - made({monomial: coefficient})
        if atom is not None and atom.kind == "largest":
            parts = [at_least(coefficient * part + rest, 0) for part in atom.parts]
            return _combined("either" if coefficient > 0 else "both", parts)
        if atom is not None and atom.kind == "floor" and abs(coefficient) == 1 and is_positive(atom.parts[1].terms):
            above, below = atom.parts
            return at_least(above + rest * below, 0) if coefficient > 0 else at_least((rest + 1) * below, above + 1)
    return _by_residues("least", value) if stride(value.terms) > 1 else _listed("least", value)


def _lone(monomial: Monomial) -> Atom | None:
    """The atom where a monomial is one atom."""
    return monomial[0][0] if len(monomial) == 1 and monomial[0][1] == 1 else None


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
    whole = polynomial(difference * denominator(difference.terms))
    lows = [lowest(side.terms) for side in (whole, polynomial(-whole))]
    if whole.terms.get((), 0) % content(whole.terms) or any(low is not None and low > 0 for low in lows):
        return False
    division = _as_divisions(whole)
    division = _as_division(whole) if division is None else division
    if division is None and stride(whole.terms) > 1:
        return _by_residues("equal", whole)
    return _listed("equal", whole) if division is None else division


def _by_residues(kind: str, value: Polynomial) -> Condition | bool:
    """The condition with every variable as S·k + r, S the stride, where that decides it alike for every r."""
    steps, unknowns = stride(value.terms), sorted(value.unknowns)
    answers: set[Condition | bool] = set()
    if steps ** len(unknowns) <= MOST_RESIDUES:
        for residues in product(range(steps), repeat=len(unknowns)):
            sizes = zip(unknowns, residues, strict=True)
            moved = {each.name: steps * variable(each.name, 0) + ((each.least or 0) + rest) for each, rest in sizes}
            answers.add(_compared(kind, value.replaced(moved)))
            if len(answers) > 1 or not isinstance(next(iter(answers)), bool):
                break
    return answers.pop() if answers in ({True}, {False}) else _listed(kind, value)


def _shared_sizes(one: Terms, two: Terms) -> Terms:
    """What divides every term of both and is at least 1, as one term."""
    ((monomial, number),) = shared_factor(one, two).items()
    return {tuple([(atom, power) for atom, power in monomial if (atom.least or 0) > 0]): number}


def _as_divisions(value: Polynomial) -> Condition | bool | None:
    """x·y = d⌊x/d⌋·e⌊y/e⌋ says that d divides x and e divides y, for x, y ≥ 1; None for another equation."""
    if len(value.terms) != 2:
        return None
    (one, c), (two, k) = value.terms.items()
    for floors, factor, plain, number in ((one, c, two, -k), (two, -k, one, c)):
        sizes = dict(plain)
        found: list[Condition | bool] = []
        for atom, power in floors:
            above, below = atom.parts if atom.kind == "floor" else (of_atom(atom), polynomial(1))
            size = _lone(next(iter(above.terms)))
            if size is None or above != of_atom(size) or below.constant is None or not is_positive(above.terms):
                break
            sizes[size] = sizes.get(size, 0) - power
            number = number * below.constant**power
            found.append(divides(below, above))
        else:
            if number == factor and not any(sizes.values()):
                return _combined("both", found)
    return None


def _as_division(value: Polynomial) -> Condition | bool | None:
    """y − d·⌊y/d⌋ = 0 says that d divides y; None for another equation."""
    shared = gcd(*[int(c) for c in value.terms.values()])
    for monomial, coefficient in value.terms.items():
        atom = _lone(monomial)
        for factor in (shared, -shared) if atom is not None and atom.kind == "floor" else ():
            number = made({other: c // factor for other, c in value.terms.items() if other != monomial})
            divisor = int(-coefficient // factor)
            if divisor > 1 and floor_of(number, divisor) == of_atom(atom):  # type: ignore[arg-type]
                return divides(divisor, number)
    return None


def _listed(kind: str, difference: Polynomial) -> Condition:
    """The condition in one spelling: in lowest terms, without shared sizes, what is subtracted on the right."""
    below = denominator(difference.terms)
    whole: Terms = {monomial: int(c * below) for monomial, c in difference.terms.items()}
    common = content(whole)
    terms: Terms = {monomial: c // common for monomial, c in whole.items() if c // common}
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
    terms: Terms = {monomial: int(c % divisor) for monomial, c in polynomial(number).terms.items() if c % divisor}
    common = gcd(divisor, content(terms))
    if terms.get((), 0) % common:
        return False
    divisor //= common
    units = [
        int(c) // common for monomial, c in sorted(terms.items()) if monomial and gcd(int(c) // common, divisor) == 1
    ]
    inverse = pow(units[0], -1, divisor) if units else 1  # 3 | 2k is spelled 3 | k
    scaled = [(monomial, int(c) // common * inverse % divisor) for monomial, c in terms.items()]
    rest = made({monomial: c for monomial, c in scaled if c})
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
    ({'n': 36}, (6 divides n,))
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
    rest, strides = _independent(list(others))
    for name, by in strides.items():
        if name in least:
            least[name] += -least[name] % by
    return least, rest


def _independent(conditions: list[Condition]) -> tuple[tuple[Condition, ...], dict[str, int]]:
    """What divides a variable as one condition, and those that do not follow from it: where 8 | n, n = 8k is put in."""
    strides: dict[str, int] = {}
    while True:
        multiples = {name: by * variable(name) for name, by in strides.items()}
        conditions = [each for each in conditions if each.replaced(multiples) is not True]
        more = dict(filter(None, [_divisor(each.replaced(multiples)) for each in conditions]))
        if not more:
            divided = [divides(by, variable(name)) for name, by in strides.items()]
            return (*[each for each in divided if isinstance(each, Condition)], *conditions), strides
        name, by = next(iter(more.items()))
        strides[name] = strides.get(name, 1) * by


def _divisor(condition: Condition | bool) -> tuple[str, int] | None:
    """(variable, number) where a condition says only that a number divides a variable."""
    if isinstance(condition, Condition) and condition.kind == "divides" and condition.left.constant is not None:
        name = _name(condition.right)
        return None if name is None else (name, int(condition.left.constant))
    return None
