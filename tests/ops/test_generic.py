"""Every op means the same with numbers, with numpy arrays, and with symbols."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resnet_analyzer.dim import holds, symbol
from resnet_analyzer.dim.conditions import Condition
from resnet_analyzer.dim.polynomial import Polynomial
from resnet_analyzer.ops.base import OPS

from .case import SIZES, Case
from .cases import CASES

ALL = [
    pytest.param(case, id=f"{name}-{number}")
    for name, cases in sorted(CASES.items())
    for number, case in enumerate(cases)
]
SYMBOLS = {name: symbol(name) for name in SIZES}
CELLS = st.fixed_dictionaries({name: st.integers(1, largest) for name, largest in SIZES.items()})


def test_every_op_has_cases():
    missing = sorted(set(OPS) - set(CASES))
    assert not missing, f"{missing} would go untested: give an example of each in tests/ops/cases.py, CASES"
    assert not set(CASES) - set(OPS), "cases of ops that do not exist"


@pytest.mark.parametrize("name", sorted(CASES))
def test_cases_are_of_their_op(name: str):
    assert {type(case.make(SIZES)).__name__ for case in CASES[name]} == {name}


class Flat(NamedTuple):
    """A cost as a flat row of figures, and whether every check holds."""

    output: tuple[Any, ...]
    weights: tuple[Any, ...]
    params: tuple[Any, ...]
    work: tuple[Any, ...]
    kinds: tuple[Any, ...]
    fine: list[Any]


def flat(case: Case, sizes: dict[str, Any]) -> Flat:
    cost = case.make(sizes).apply(*case.inputs(sizes))
    return Flat(
        () if cost.output is None else tuple(cost.output),
        tuple(size for weight in cost.weights for size in weight.shape),
        tuple(weight.params for weight in cost.weights),
        tuple(cost.work),
        (
            type(cost.output),
            cost.unknown,
            [(weight.name, weight.role, len(weight.shape)) for weight in cost.weights],
        ),
        [holds(check.condition) for check in cost.checks],
    )


def value_at(expression: Any, sizes: dict[str, int]) -> int | bool:
    """A symbolic figure or condition at given sizes, as a plain int or bool."""
    if isinstance(expression, Polynomial):
        return expression.at(sizes)
    return bool(expression.holds(sizes)) if isinstance(expression, Condition) else expression


@pytest.mark.parametrize("case", ALL)
@given(cells=st.lists(CELLS, min_size=1, max_size=8))
@settings(max_examples=12, deadline=None)
def test_an_array_holds_the_numbers(case: Case, cells: list[dict[str, int]]):
    arrays = {name: numpy.array([cell[name] for cell in cells]) for name in SIZES}
    grid = flat(case, arrays)
    assert_ints_only(grid)
    for position, cell in enumerate(cells):
        plain = flat(case, cell)
        at = partial(cell_of, position=position)
        fine = all(at(condition) for condition in grid.fine)
        assert fine == all(plain.fine), (cell, grid.fine, plain.fine)
        if fine:
            for mine, expected in zip(grid[:4], plain[:4], strict=True):
                assert tuple(map(at, mine)) == expected, cell
            assert grid.kinds == plain.kinds


def cell_of(value: Any, position: int) -> Any:
    return value[position] if isinstance(value, numpy.ndarray) else value


def assert_ints_only(figures: Flat) -> None:
    """No figure is a float, and no array is narrower than int64."""
    for part in figures[:4]:
        for value in part:
            assert type(value) is int or value.dtype == numpy.int64


@pytest.mark.parametrize("case", ALL)
def test_a_formula_gives_the_numbers(case: Case):
    formulas = flat(case, SYMBOLS)
    for cell in SPREAD:
        plain = flat(case, cell)
        assert all(type(value) is int for part in plain[:4] for value in part), "numbers must stay plain ints"
        fine = all(value_at(condition, cell) for condition in formulas.fine)
        assert fine == all(plain.fine), (cell, formulas.fine, plain.fine)
        if fine:
            for mine, expected in zip(formulas[:4], plain[:4], strict=True):
                assert tuple(value_at(formula, cell) for formula in mine) == expected, cell
            assert formulas.kinds == plain.kinds


# Sizes that fall on both sides of every kernel, stride and group of the cases.
SPREAD = [
    {"b": 1, "d": 1, "h": 1, "w": 2, "c": 4, "m": 2, "n": 1},
    {"b": 2, "d": 3, "h": 2, "w": 1, "c": 3, "m": 9, "n": 2},
    {"b": 1, "d": 2, "h": 3, "w": 5, "c": 12, "m": 4, "n": 2},
    {"b": 3, "d": 4, "h": 4, "w": 7, "c": 6, "m": 3, "n": 3},
    {"b": 2, "d": 5, "h": 7, "w": 4, "c": 12, "m": 4, "n": 4},
    {"b": 1, "d": 6, "h": 9, "w": 9, "c": 8, "m": 9, "n": 5},
    {"b": 3, "d": 6, "h": 14, "w": 13, "c": 12, "m": 5, "n": 6},
]
