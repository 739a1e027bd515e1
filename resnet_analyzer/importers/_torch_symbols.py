"""Sizes that a traced module reckons with: plain numbers that carry along what they are made of.

Code that sees one computes with it as with any int; a comparison is decided by the number, and noted.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from ..dim import is_symbol
from . import _values as v

CONDITIONS: ContextVar[list[str] | None] = ContextVar("conditions", default=None)  # what was decided, while one traces


class Size(int):
    """A number and the expression that it is the value of."""

    expression: Any

    def __new__(cls, value: int, expression: Any) -> Size:
        """The number, with its expression beside it."""
        made = super().__new__(cls, value)
        made.expression = expression
        return made

    def __hash__(self) -> int:
        return int.__hash__(self)

    def __floor__(self) -> int:
        return self

    def __ceil__(self) -> int:
        return self

    def __round__(self, ndigits: Any = None) -> int:
        return self

    def __int__(self) -> int:
        return self

    def __index__(self) -> int:
        return int.__index__(self)

    def __pos__(self) -> int:
        return self


class Real(float):
    """A quotient and its expression: `h / 2`, which `math.floor` and `math.ceil` make a `Size` again."""

    expression: Any

    def __new__(cls, value: float, expression: Any) -> Real:
        """The number, with its expression beside it."""
        made = super().__new__(cls, value)
        made.expression = expression
        return made

    def __hash__(self) -> int:
        return float.__hash__(self)

    def __floor__(self) -> int:
        return sized(float.__floor__(self), v.floor(self.expression))

    def __ceil__(self) -> int:
        return sized(float.__ceil__(self), v.ceiling(self.expression))

    def __trunc__(self) -> int:
        return sized(float.__trunc__(self), v.floor(self.expression))


def sized(value: Any, expression: Any) -> Any:
    """A number with its expression, where that is one of symbols."""
    if isinstance(value, bool) or expression is None:
        return value
    symbolic = is_symbol(expression) or isinstance(expression, v.Quotient)
    if not symbolic:
        return value
    if isinstance(value, int):
        return Size(value, expression) if is_symbol(expression) else value
    return Real(value, expression) if isinstance(value, float) else value


def expression_of(value: Any) -> Any:
    """What a number is made of; a plain one is itself."""
    if isinstance(value, (Size, Real)):
        return value.expression
    return v.exact(float(value)) if isinstance(value, float) else value


def _arithmetic(name: str, reckoned: Callable[[Any, Any], Any], swapped: bool = False) -> Callable[[Any, Any], Any]:
    def function(self: Any, other: Any) -> Any:
        base = int if isinstance(self, int) else float
        value = getattr(base, name)(base(self) if base is float else int.__index__(self), other)
        if value is NotImplemented and base is int and isinstance(other, float):
            value = getattr(float, name)(float(self), other)
        if value is NotImplemented or not isinstance(other, (int, float)):
            return value
        left, right = expression_of(self), expression_of(other)
        try:
            found = reckoned(right, left) if swapped else reckoned(left, right)
        except (TypeError, ValueError, ArithmeticError):
            found = None
        return sized(value, found)

    return function


def _floor_divide(left: Any, right: Any) -> Any:
    if is_symbol(right):
        return v.whole_divide(left, right)
    return v.floor(v.divide(left, right))


def _compared(name: str, sign: str) -> Callable[[Any, Any], Any]:
    def function(self: Any, other: Any) -> Any:
        base = int if isinstance(self, int) else float
        answer = getattr(base, name)(self, other)
        noted = CONDITIONS.get()
        if noted is not None and isinstance(answer, bool) and isinstance(other, (int, float)):
            text = f"{expression_of(self)} {sign} {expression_of(other)}"
            noted.append(text if answer else f"not {text}")
        return answer

    return function


_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "add": v.add, "sub": v.subtract, "mul": v.multiply, "truediv": v.divide, "floordiv": _floor_divide,
    "mod": v.modulo,
}  # fmt: skip
for _word, _function in _ARITHMETIC.items():
    for _class in (Size, Real):
        setattr(_class, f"__{_word}__", _arithmetic(f"__{_word}__", _function))
        setattr(_class, f"__r{_word}__", _arithmetic(f"__r{_word}__", _function, swapped=True))
for _class in (Size, Real):
    _class.__pow__ = _arithmetic("__pow__", v.power)  # type: ignore[method-assign,assignment]
    _class.__neg__ = lambda self: self * -1  # type: ignore[method-assign,attr-defined]
    for _word, _sign in (("eq", "="), ("ne", "≠"), ("lt", "<"), ("le", "≤"), ("gt", ">"), ("ge", "≥")):
        setattr(_class, f"__{_word}__", _compared(f"__{_word}__", _sign))
