"""Sizes that PyTorch writes as expressions: parsed, never evaluated as code.

torch writes sympy's own notation, `Mul(Integer(2), Symbol('s77', positive=True, integer=True))`, or its
shorter one, `2*s77`; functions are those of torch/utils/_sympy/functions.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import reduce
from typing import Any

from ..dim import maximum, minimum
from ..errors import UsageError
from . import _values as v

MOST_LETTERS = 20_000
MOST_NESTING = 50
LIMIT = 10**30
_TOKEN = re.compile(r"\s*(?:(\d+\.\d+|\d+)|([A-Za-z_]\w*)|'([^']{0,200})'|(\*\*|//|[-+*/%(),=]))", re.ASCII)
_BINDS = {"+": 1, "-": 1, "*": 2, "/": 2, "//": 2, "%": 2, "**": 4}


class NoValue(UsageError):
    """An expression that is none of ours: what it says is not known."""


def evaluate(text: str, names: Mapping[str, Any]) -> Any:
    """The exact value of a size's expression, over numbers and symbols; NoValue where there is none.

    >>> evaluate("Mul(Integer(2), Symbol('s7', integer=True))", {"s7": 5}), evaluate("(s7 - 1)//2 + 1", {"s7": 5})
    (10, 3)
    """
    if len(text) > MOST_LETTERS:
        raise NoValue(f"an expression of {len(text)} characters")
    parser = _Parser(_tokens(text), names)
    value = parser.sum(0)
    if parser.tokens:
        raise NoValue(f"{text[:60]!r} is no expression")
    if value is None or isinstance(value, (v.Quotient, Fraction)):
        raise NoValue(f"{text[:60]!r} is no whole number")
    return value


def _tokens(text: str) -> list[tuple[str, str]]:
    """Tokens with their kinds, the last one first."""
    found, index = [], 0
    text = text.rstrip()
    while index < len(text):
        match = _TOKEN.match(text, index)
        if match is None:
            raise NoValue(f"{text[:60]!r} is no expression")
        kind = ("number", "name", "text", "sign")[match.lastindex - 1]  # type: ignore[operator]
        found.append((kind, match[match.lastindex]))  # type: ignore[index]
        index = match.end()
    return found[::-1]


def _power(left: Any, right: Any) -> Any:
    if right == -1:
        return v.divide(1, left)
    return v.power(left, right)


def _several(function: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    return lambda *parts: reduce(function, parts)


# torch/utils/_sympy/functions.py: sizes are not negative, so that divisions towards zero are floors
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "Add": _several(v.add),
    "Mul": _several(v.multiply),
    "Pow": _power,
    "PowByNatural": _power,
    "Integer": lambda number: number,
    "Rational": v.divide,
    "Symbol": lambda size: size,
    "FloorDiv": lambda a, b: v.floor(v.divide(a, b)) if type(b) is int else v.whole_divide(a, b),
    "CleanDiv": lambda a, b: v.floor(v.divide(a, b)) if type(b) is int else v.whole_divide(a, b),
    "CeilDiv": lambda a, b: v.ceiling(v.divide(a, b)),
    "Mod": v.modulo,
    "PythonMod": v.modulo,
    "Max": _several(maximum),
    "Min": _several(minimum),
    "floor": v.floor,
    "ceiling": v.ceiling,
    "FloorToInt": v.floor,
    "CeilToInt": v.ceiling,
    "TruncToInt": v.truncated,
    "TruncToFloat": v.truncated,
    "RoundToInt": lambda number: v.floor(v.add(number, Fraction(1, 2))),
    "ToFloat": lambda number: number,
    "IntTrueDiv": v.divide,
    "FloatTrueDiv": v.divide,
    "Identity": lambda number: number,
}
_SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "+": v.add,
    "-": v.subtract,
    "*": v.multiply,
    "/": v.divide,
    "//": FUNCTIONS["FloorDiv"],
    "%": v.modulo,
    "**": _power,
}


def _applied(function: Callable[..., Any], parts: list[Any]) -> Any:
    """A function's value; NoValue where an operand has none, or they do not go together."""
    if None in parts:
        raise NoValue("an expression without a value")
    try:
        found = function(*parts)
        if isinstance(found, int) and abs(found) > LIMIT:
            raise NoValue("a number beyond all sizes")
        return found
    except (TypeError, ValueError, ArithmeticError, UsageError) as error:
        raise NoValue("an expression without a value") from error


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]], names: Mapping[str, Any]) -> None:
        self.tokens, self.names, self.depth = tokens, names, 0

    def sum(self, least: int) -> Any:
        """A value, and what operators that bind tighter than `least` add to it."""
        self.depth += 1
        if self.depth > MOST_NESTING:
            raise NoValue(f"an expression nested deeper than {MOST_NESTING}")
        left = self._value()
        while self.tokens and _BINDS.get(self.tokens[-1][1], -1) > least and self.tokens[-1][0] == "sign":
            sign = self.tokens.pop()[1]
            right = self.sum(_BINDS[sign] - (sign == "**"))
            left = _applied(_SIGNS[sign], [left, right])
        self.depth -= 1
        return left

    def _next(self) -> tuple[str, str]:
        if not self.tokens:
            raise NoValue("an expression that ends too early")
        return self.tokens.pop()

    def _value(self) -> Any:
        kind, token = self._next()
        if kind == "number":
            return v.exact(float(token)) if "." in token else int(token[:400])
        if kind == "name":
            return self._named(token)
        if token == "-":
            return _applied(v.multiply, [self.sum(3), -1])
        if token == "(":
            value = self.sum(0)
            self._close()
            return value
        raise NoValue(f"{token[:20]!r} is not expected there")

    def _close(self) -> None:
        if self._next()[1] != ")":
            raise NoValue("a parenthesis that is not closed")

    def _named(self, name: str) -> Any:
        """A symbol by its bare name, or a function's value."""
        if not self.tokens or self.tokens[-1] != ("sign", "("):
            if name not in self.names:
                raise NoValue(f"nothing tells what {name[:40]} is")
            return self.names[name]
        self._next()
        parts: list[Any] = []
        while self.tokens and self.tokens[-1][1] != ")":
            parts += self._part()
            if self.tokens and self.tokens[-1][1] == ",":
                self._next()
        self._close()
        if name not in FUNCTIONS or not parts:
            raise NoValue(f"{name[:40]} is no function of sizes")
        return _applied(FUNCTIONS[name], parts)

    def _part(self) -> list[Any]:
        """An argument: a value; the name of a symbol as that symbol's; an assumption (`integer=True`) as nothing."""
        kind, token = self.tokens[-1]
        if kind == "text":
            self._next()
            if token not in self.names:
                raise NoValue(f"nothing tells what {token[:40]} is")
            return [self.names[token]]
        if kind == "name" and len(self.tokens) > 2 and self.tokens[-2] == ("sign", "="):
            del self.tokens[-3:]
            return []
        return [self.sum(0)]
