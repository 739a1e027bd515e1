"""Simple arithmetic in design files: whole numbers, fractions, names, + - * / // and parentheses; nothing else.

A parser of its own (precedence climbing), so that no text is ever evaluated as code. Exact: 0.5 is one half.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from fractions import Fraction
from typing import Any

from ..dim import is_array, is_symbol
from ..errors import UsageError
from ._ratio import Ratio, Value, applied

MAX_LENGTH = 200
MAX_NESTING = 20
LIMIT = 10**18

_TOKEN = re.compile(r"\s*(?:([0-9]+\.[0-9]+|[0-9]+|\.[0-9]+)|\{\s*([A-Za-z_]\w*)\s*\}|([A-Za-z_]\w*)|(//|[-+*/()]))")
_BINDS = {"+": 1, "-": 1, "*": 2, "/": 2, "//": 2}


class ExpressionError(UsageError):
    """A text that is no expression, or one whose value cannot be."""


def evaluate(text: str, names: Mapping[str, Any]) -> Value:
    """The exact value of an expression over `names`, which may stand in braces; ExpressionError if it has none.

    Symbols among the names give a `Ratio`.

    >>> evaluate("{width}*2 + 1", {"width": 64}), evaluate("0.5*width", {"width": 64})
    (Fraction(129, 1), Fraction(32, 1))
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"an expression of {len(text)} characters; the most is {MAX_LENGTH}")
    parser = _Parser(_tokens(text), names)
    value = parser.sum(0)
    if parser.tokens:
        raise ExpressionError(f"{parser.tokens[-1]!r} is not expected there")
    return value


def _tokens(text: str) -> list[str]:
    """The tokens, last one first."""
    tokens, index, text = [], 0, text.rstrip()
    while index < len(text):
        match = _TOKEN.match(text, index)
        if match is None:
            rest = text[index:].lstrip()
            raise ExpressionError(f"{rest[:12]!r} is not part of an expression: numbers, names, + - * / // ( )")
        tokens.append(next(group for group in match.groups() if group is not None))
        index = match.end()
    return tokens[::-1]


class _Parser:
    def __init__(self, tokens: list[str], names: Mapping[str, Any]) -> None:
        self.tokens, self.names, self.depth = tokens, names, 0

    def sum(self, least: int) -> Value:
        """A value and what operators that bind at least so tightly add to it."""
        left = self._value()
        while self.tokens and _BINDS.get(self.tokens[-1], -1) > least:
            operator = self.tokens.pop()
            left = _apply(operator, left, self.sum(_BINDS[operator]))
        return left

    def _value(self) -> Value:
        if not self.tokens:
            raise ExpressionError("the expression ends too early")
        token = self.tokens.pop()
        if token in ("-", "+"):
            value = self._nested(lambda: self.sum(2))
            return _apply("*", Fraction(-1), value) if token == "-" else value
        if token == "(":
            value = self._nested(lambda: self.sum(0))
            if not self.tokens or self.tokens.pop() != ")":
                raise ExpressionError("a parenthesis is not closed")
            return value
        if token[0].isdigit() or token[0] == ".":
            return _bounded(Fraction(token))
        return self._named(token)

    def _nested(self, parse) -> Value:  # type: ignore[no-untyped-def]
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise ExpressionError(f"nested deeper than {MAX_NESTING}")
        value: Value = parse()
        self.depth -= 1
        return value

    def _named(self, token: str) -> Value:
        if token in self.names:
            return _known(token, self.names[token])
        if token in _BINDS or token == ")":
            raise ExpressionError(f"{token!r} is not expected there")
        near = get_close_matches(token, list(self.names), n=1)
        known = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(self.names) or 'none'}."
        raise ExpressionError(f"unknown variable {token!r:.60}. {known}")


def _known(name: str, value: Any) -> Value:
    """The value of a name."""
    if isinstance(value, Ratio):
        return value
    if is_array(value):
        raise ExpressionError(f"{name} is a grid of numbers: an expression takes a number or a symbol")
    return Ratio(value) if is_symbol(value) else Fraction(value)


def _apply(operator: str, left: Value, right: Value) -> Value:
    if operator in ("/", "//") and right == 0:
        raise ExpressionError("a division by zero")
    if isinstance(left, Ratio) or isinstance(right, Ratio):
        return applied(operator, left, right)
    value = {
        "+": lambda: left + right,
        "-": lambda: left - right,
        "*": lambda: left * right,
        "/": lambda: left / right,
        "//": lambda: Fraction(left // right),
    }[operator]()
    return _bounded(value)


def _bounded(value: Fraction) -> Fraction:
    if abs(value) >= LIMIT or value.denominator >= LIMIT:
        raise ExpressionError("a value beyond 10**18")
    return value
