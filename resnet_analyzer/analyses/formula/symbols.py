"""From what `measure` found over symbols to exact formulas: the only analysis that knows sympy."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING, Any

from ...dim import Dim, is_symbol
from ...errors import Undecided
from .conditions import Condition
from .terms import Polynomial, collected, floor_of, largest_of, polynomial, variable

if TYPE_CHECKING:
    import sympy


class Converter:
    """Turns dimensions and conditions into formulas; equal parts are converted once."""

    def __init__(self) -> None:
        self._seen: dict[Any, Polynomial] = {}

    def formula(self, value: Dim) -> Polynomial:
        """A number or symbolic expression as a formula; Undecided for what a formula cannot say."""
        if not is_symbol(value):
            return polynomial(int(value))
        if value not in self._seen:
            self._seen[value] = self._converted(value)
        return self._seen[value]

    def _converted(self, value: Any) -> Polynomial:
        import sympy

        if value.is_Rational:
            return polynomial(Fraction(int(value.p), int(value.q)))
        kinds: tuple[tuple[Any, Callable[[Any], Polynomial]], ...] = (
            (sympy.Symbol, lambda each: variable(each.name)),
            (sympy.Add, self._sum),
            (sympy.Mul, self._product),
            (sympy.Pow, self._power),
            (sympy.floor, lambda each: self._floor(each.args[0])),
            (sympy.Max, lambda each: largest_of(*map(self.formula, each.args))),
            (sympy.Min, lambda each: -largest_of(*[-self.formula(part) for part in each.args])),
            (sympy.Mod, self._remainder),
        )
        for kind, convert in kinds:
            if isinstance(value, kind):
                return convert(value)
        raise Undecided(f"there is no one formula: {value} depends on the case; give a number")

    def _sum(self, value: Any) -> Polynomial:
        return collected(term for part in value.args for term in self.formula(part).terms)

    def _product(self, value: Any) -> Polynomial:
        result = polynomial(1)
        for part in value.args:
            result = result * self.formula(part)
        return result

    def _power(self, value: Any) -> Polynomial:
        base, exponent = value.args
        if not (exponent.is_Integer and exponent.is_positive):
            raise Undecided(f"there is no polynomial for {value}; give a number")
        return self.formula(base) ** int(exponent)

    def _floor(self, inside: Any) -> Polynomial:
        import sympy

        above, below = sympy.fraction(sympy.together(inside))
        return floor_of(self.formula(sympy.expand(above)), self.formula(below))

    def _remainder(self, value: Any) -> Polynomial:
        number, divisor = map(self.formula, value.args)
        return number - divisor * floor_of(number, divisor)

    def condition(self, value: Any) -> Condition:
        """An open condition of a measurement."""
        import sympy

        if isinstance(value, sympy.Eq):
            return self._equation(*value.args)
        if isinstance(value, sympy.Ne):
            return Condition("differ", *map(self.formula, value.args))
        if isinstance(value, (sympy.Ge, sympy.Gt, sympy.Le, sympy.Lt)):
            difference = self.formula(value.gts) - self.formula(value.lts)
            return _least(difference if isinstance(value, (sympy.Ge, sympy.Le)) else difference - 1)
        raise Undecided(f"no formula can state when {value} holds; give a number")

    def _equation(self, left: sympy.Expr, right: sympy.Expr) -> Condition:
        import sympy

        _, part = left.as_coeff_Mul()
        if right == 0 and isinstance(part, sympy.Mod):
            number, divisor = part.args
            return Condition("divides", self.formula(divisor), self.formula(number))
        return Condition("equal", self.formula(left), self.formula(right))


def _least(difference: Polynomial) -> Condition:
    """difference ≥ 0 in whole numbers, with what is subtracted on the right."""
    below = lcm(*[Fraction(coefficient).denominator for _, coefficient in difference.terms])
    terms = [(monomial, coefficient * below) for monomial, coefficient in difference.terms]
    left = collected(term for term in terms if term[1] > 0)
    return Condition("least", left, -collected(term for term in terms if term[1] < 0))
