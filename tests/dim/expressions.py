"""Random expressions three times: as a polynomial, as a Python function of ints, and as sympy has it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import sympy
from hypothesis import strategies as st

from resnet_analyzer.dim.polynomial import floor_of, largest_of, polynomial, variable

N, M = variable("n"), variable("m")
THEIRS = {"n": sympy.Symbol("n", integer=True, positive=True), "m": sympy.Symbol("m", integer=True, positive=True)}


class Expression(NamedTuple):
    """One thing in three spellings, and what people would call it."""

    ours: Any
    plain: Callable[[int, int], int]
    theirs: Any
    text: str

    def __repr__(self) -> str:
        return self.text


LEAVES = st.one_of(
    st.sampled_from([
        Expression(N, lambda n, m: n, THEIRS["n"], "n"),
        Expression(M, lambda n, m: m, THEIRS["m"], "m"),
    ]),
    st.integers(-9, 9).map(lambda k: Expression(polynomial(k), lambda n, m: k, sympy.Integer(k), str(k))),
)  # fmt: skip


def _sum(a: Expression, b: Expression) -> Expression:
    return Expression(a.ours + b.ours, lambda n, m: a.plain(n, m) + b.plain(n, m), a.theirs + b.theirs, f"({a} + {b})")


def _difference(a: Expression, b: Expression) -> Expression:
    return Expression(a.ours - b.ours, lambda n, m: a.plain(n, m) - b.plain(n, m), a.theirs - b.theirs, f"({a} - {b})")


def _product(a: Expression, b: Expression) -> Expression:
    return Expression(a.ours * b.ours, lambda n, m: a.plain(n, m) * b.plain(n, m), a.theirs * b.theirs, f"({a} * {b})")


def _maximum(a: Expression, b: Expression) -> Expression:
    return Expression(
        largest_of(a.ours, b.ours),
        lambda n, m: max(a.plain(n, m), b.plain(n, m)),
        sympy.Max(a.theirs, b.theirs),
        f"max({a}, {b})",
    )


def _floor(a: Expression, by: int) -> Expression:
    return Expression(
        floor_of(a.ours, by), lambda n, m: a.plain(n, m) // by, sympy.floor(a.theirs / by), f"({a} // {by})"
    )


def _floor_by_variable(a: Expression) -> Expression:
    return Expression(
        floor_of(a.ours, M), lambda n, m: a.plain(n, m) // m, sympy.floor(a.theirs / THEIRS["m"]), f"({a} // m)"
    )


def _grow(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    pairs = [st.builds(each, inner, inner) for each in (_sum, _difference, _product, _maximum)]
    return st.one_of(*pairs, st.builds(_floor, inner, st.integers(1, 8)), st.builds(_floor_by_variable, inner))


EXPRESSIONS = st.recursive(LEAVES, _grow, max_leaves=6)
