"""What an expression over symbols comes to: a formula over a whole number, with what must hold for it to be whole."""

from __future__ import annotations

from fractions import Fraction

from ..dim import Dim, divides, floor_div, is_number
from ..dim.polynomial import polynomial
from ..errors import NeedsNumbers
from ..frozen import NamedTuple


class Ratio(NamedTuple):
    """`top`, a formula in symbols, over `bottom`, a whole number of at least 1."""

    top: Dim
    bottom: int = 1

    @property
    def variables(self) -> frozenset[str]:
        """The symbols in it."""
        return polynomial(self.top).variables


Value = Fraction | Ratio


def applied(operator: str, left: Value, right: Value) -> Value:
    """`left operator right`, of which at least one has symbols; NeedsNumbers for a division that is no formula.

    >>> from resnet_analyzer.dim import symbol
    >>> width = Ratio(symbol("width"))
    >>> applied("//", applied("*", Fraction(2), width), Fraction(8)), applied("/", width, Fraction(4))
    (Ratio(top=⌊width/4⌋, bottom=1), Ratio(top=width, bottom=4))
    """
    (a, b), (c, d) = _parts(left), _parts(right)
    if operator == "+":
        return _made(a * d + c * b, b * d)
    if operator == "-":
        return _made(a * d - c * b, b * d)
    if operator == "*":
        return _made(a * c, b * d)
    if not is_number(c):
        assert isinstance(right, Ratio)
        raise NeedsNumbers(f"a division by {right.top} is no formula", right.variables)
    sign = 1 if c > 0 else -1
    if operator == "/":
        return _made(sign * a * d, sign * b * c)
    return _made(floor_div(sign * a * d, sign * b * c), 1)


def _parts(value: Value) -> tuple[Dim, Dim]:
    return (value.top, value.bottom) if isinstance(value, Ratio) else (value.numerator, value.denominator)


def _made(top: Dim, bottom: int) -> Value:
    if is_number(top):
        return Fraction(top, bottom)
    return Ratio(floor_div(top, bottom)) if divides(bottom, top) is True else Ratio(top, bottom)
