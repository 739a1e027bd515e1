"""Where a closed form holds: conditions on its variables, each decidable at whole numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import ceil, gcd
from typing import NamedTuple

from .terms import Atom, Floor, Polynomial, Variable, polynomial, variable


class Condition(NamedTuple):
    """left ≥ right (`least`), left = right (`equal`), left ≠ right (`differ`), or left | right (`divides`).

    >>> from .terms import variable
    >>> Condition("least", variable("n"), polynomial(32)).holds({"n": 31})
    False
    """

    kind: str
    left: Polynomial
    right: Polynomial

    def holds(self, values: Mapping[str, int]) -> bool:
        """Whether it holds at these whole numbers."""
        left, right = self.left.at(values), self.right.at(values)
        if self.kind == "divides":
            return bool(left) and right % left == 0
        return left >= right if self.kind == "least" else (left == right) == (self.kind == "equal")

    def replaced(self, values: Mapping[str, Polynomial | int | Fraction]) -> Condition:
        """The condition with other formulas in place of variables."""
        return Condition(self.kind, self.left.replaced(values), self.right.replaced(values))

    @property
    def bound(self) -> tuple[str, int] | None:
        """(variable, least value) where it says no more than that; a floor is opened: ⌊x⌋ ≥ k exactly when x ≥ k."""
        return _bound(self.left - self.right) if self.kind == "least" else None

    @property
    def exception(self) -> tuple[str, int] | None:
        """(variable, value) where it says only that a variable is not that value."""
        difference = self.left - self.right
        constant = dict(difference.terms).get((), 0)
        rest = difference - constant
        if self.kind != "differ" or len(rest.terms) != 1:
            return None
        ((monomial, coefficient),) = rest.terms
        value = Fraction(-constant) / coefficient
        plain = len(monomial) == 1 and isinstance(monomial[0][0], Variable) and value.denominator == 1
        return (monomial[0][0].name, int(value)) if plain and monomial[0][1] == 1 else None  # type: ignore[union-attr]

    @property
    def certain(self) -> bool:
        """Whether it holds whatever the variables are (as far as can be seen: plain numbers)."""
        return not (self.left.variables | self.right.variables) and self.holds({})


def _bound(difference: Polynomial) -> tuple[str, int] | None:
    constant = dict(difference.terms).get((), 0)
    rest = difference - constant
    if len(rest.terms) != 1:
        return None
    ((monomial, coefficient),) = rest.terms
    if coefficient <= 0 or len(monomial) != 1 or monomial[0][1] != 1:
        return None
    atom, least = monomial[0][0], ceil(Fraction(-constant) / coefficient)
    if isinstance(atom, Variable):
        return atom.name, max(least, 1)
    if isinstance(atom, Floor) and atom.divisor.constant is not None:
        return _bound(atom.numerator - least * atom.divisor)
    return None


def _idle(condition: Condition) -> bool:
    """Whether no whole numbers ≥ 1 break a condition, as far as can be seen: 4·w ≠ 6, w ≥ ⌊w/2⌋."""
    difference = condition.left - condition.right
    if condition.kind == "least":
        return _never_negative(difference)
    constant = dict(difference.terms).get((), 0)
    rest = difference - constant
    whole = gcd(*[int(c) for _, c in rest.terms if type(c) is int]) or 1
    apart = type(constant) is int and constant % whole != 0
    return condition.kind == "differ" and (apart or _never_negative(difference - 1) or _never_negative(-difference - 1))


def _never_negative(formula: Polynomial) -> bool:
    """Whether a sum of variables and floors of them stays ≥ 0: (x + b − d + 1)/d ≤ ⌊(x + b)/d⌋ ≤ (x + b)/d."""
    slopes: dict[str, Fraction] = {}
    rest = Fraction(0)
    for monomial, coefficient in formula.terms:
        if not monomial:
            rest += coefficient
            continue
        linear = _linear(monomial[0][0], coefficient < 0) if [power for _, power in monomial] == [1] else None
        if linear is None:
            return False
        name, slope, shift = linear
        slopes[name] = slopes.get(name, Fraction(0)) + coefficient * slope
        rest += coefficient * shift
    return all(slope >= 0 for slope in slopes.values()) and rest + sum(slopes.values()) > -1  # the sum is whole


def _linear(atom: Atom, upper: bool) -> tuple[str, Fraction, Fraction] | None:
    """(variable, slope, shift) of a line that an atom never passes from below, or if `upper` from above."""
    if isinstance(atom, Variable):
        return atom.name, Fraction(1), Fraction(0)
    if not isinstance(atom, Floor) or atom.divisor.constant is None:
        return None
    divisor = int(atom.divisor.constant)
    constant = dict(atom.numerator.terms).get((), 0)
    rest = atom.numerator - constant
    if len(rest.terms) != 1:
        return None
    (monomial, coefficient) = rest.terms[0]
    if coefficient < 0 or len(monomial) != 1 or monomial[0][1] != 1 or not isinstance(monomial[0][0], Variable):
        return None
    shift = constant if upper else constant - divisor + 1
    return monomial[0][0].name, Fraction(coefficient) / divisor, Fraction(shift) / divisor


def reduced(conditions: Sequence[Condition], names: Sequence[str]) -> tuple[dict[str, int], tuple[Condition, ...]]:
    """The least value of every variable (at least 1), and the conditions that say more than that.

    >>> from .terms import variable
    >>> n = variable("n")
    >>> reduced([Condition("least", n, polynomial(k)) for k in (2, 32, 8)], ["n"])
    ({'n': 32}, ())
    """
    least = dict.fromkeys(names, 1)
    others: dict[Condition, None] = {}
    shared: dict[Polynomial, int] = {}
    for condition in conditions:
        bound = condition.bound
        if bound is not None and bound[0] in least:
            least[bound[0]] = max(least[bound[0]], bound[1])
        elif condition.kind == "divides" and condition.right.constant is not None and not condition.certain:
            shared[condition.left] = gcd(shared.get(condition.left, 0), int(condition.right.constant))
        elif condition.exception is not None:
            name, value = condition.exception
            if value > 0:
                others[Condition("differ", variable(name), polynomial(value))] = None
        elif not condition.certain and not _idle(condition):
            others[condition] = None
    for left, number in shared.items():  # what divides several numbers divides their greatest common divisor
        others[Condition("divides", left, polynomial(number))] = None
    return least, tuple(others)
