"""Exact formulas: against brute force over whole numbers, and against sympy, which shares no code with them."""

import random
from fractions import Fraction

import pytest
import sympy

from resnet_analyzer.analyses.formula.conditions import Condition, reduced
from resnet_analyzer.analyses.formula.terms import floor_of, largest_of, polynomial, variable
from resnet_analyzer.errors import UsageError

N, M = variable("n"), variable("m")


def random_formula(chance, depth=3):
    """A formula and the same thing as a Python function."""
    kind = chance.choice("nnmc" if depth == 0 else "nmc+*-/>")
    if kind in "nm":
        return (N, lambda n, m: n) if kind == "n" else (M, lambda n, m: m)
    if kind == "c":
        number = chance.randrange(-9, 10)
        return polynomial(number), lambda n, m: number
    (left, f), (right, g) = random_formula(chance, depth - 1), random_formula(chance, depth - 1)
    if kind == "/":
        divisor = chance.randrange(1, 9)
        return floor_of(left, divisor), lambda n, m: f(n, m) // divisor
    if kind == ">":
        return largest_of(left, right), lambda n, m: max(f(n, m), g(n, m))
    if kind == "+":
        return left + right, lambda n, m: f(n, m) + g(n, m)
    if kind == "-":
        return left - right, lambda n, m: f(n, m) - g(n, m)
    return left * right, lambda n, m: f(n, m) * g(n, m)


@pytest.mark.parametrize("seed", range(200))
def test_any_formula_is_what_plain_python_says(seed):
    chance = random.Random(seed)
    formula, function = random_formula(chance)
    for _ in range(20):
        n, m = chance.randrange(-50, 50), chance.randrange(-50, 50)
        assert formula.at(n=n, m=m) == function(n, m)
        inserted = formula.replaced({"n": 3 * M + 1})
        assert inserted.at(m=m) == function(3 * m + 1, m)


def test_equal_formulas_have_one_spelling():
    assert floor_of(floor_of(N + 1, 2) + 1, 2) == floor_of(N + 3, 4)
    assert floor_of(2 * N + 1, 4) == floor_of(N, 2)
    assert floor_of(6 * N + 13, 6) == N + 2
    assert floor_of(floor_of(floor_of(N - 1, 2), 2), 2) + 1 == floor_of(N + 7, 8)
    assert (N + M) ** 2 == N * N + 2 * N * M + M * M
    assert floor_of(64 * N * M, N) == 64 * M
    assert polynomial(0) == N - N


@pytest.mark.parametrize("shift", range(-7, 8))
@pytest.mark.parametrize("stride", [2, 3, 4])
def test_merged_floors_are_those_of_sympy(shift, stride):
    n = sympy.Symbol("n", integer=True)
    formula = floor_of(2 * floor_of(N + shift, stride) + 3, 5)
    theirs = sympy.floor((2 * sympy.floor((n + shift) / stride) + 3) / 5)
    assert [formula.at(n=k) for k in range(40)] == [theirs.subs(n, k) for k in range(40)]


def test_fractions_that_add_up_to_whole_numbers():
    triangle = N * (N - 1) * Fraction(1, 2)
    assert [triangle.at(n=k) for k in range(6)] == [0, 0, 1, 3, 6, 10]
    with pytest.raises(UsageError, match="1/2 where only a whole number"):
        (N * Fraction(1, 2)).at(n=1)


def test_a_missing_value_and_a_division_by_zero_are_named():
    with pytest.raises(UsageError, match="needs a value for m"):
        (N + M).at(n=1)
    with pytest.raises(UsageError, match="divides by 0"):
        floor_of(N, M).at(n=1, m=0)


def test_conditions_reduce_to_least_values():
    window = Condition("least", floor_of(floor_of(N - 3, 2) + 1, 2), polynomial(3))  # ⌊(n − 1)/4⌋ ≥ 3
    least, rest = reduced([window, Condition("least", N, polynomial(5))], ["n"])
    assert (least, rest) == ({"n": 13}, ())
    assert [k for k in range(1, 30) if window.holds({"n": k})] == list(range(13, 30))


def test_what_divides_several_numbers_divides_their_greatest_divisor():
    conditions = [Condition("divides", N, polynomial(number)) for number in (64, 96, 256)]
    assert reduced(conditions, ["n"]) == ({"n": 1}, (Condition("divides", N, polynomial(32)),))
    assert [k for k in range(1, 99) if conditions[1].holds({"n": k})] == [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 96]


@pytest.mark.parametrize("seed", range(60))
def test_conditions_are_dropped_only_where_nothing_breaks_them(seed):
    chance = random.Random(seed)
    floors = [floor_of(N + chance.randrange(5), chance.randrange(2, 5)) for _ in range(2)]
    left = sum((chance.randrange(-2, 4) * each for each in (N, *floors)), polynomial(chance.randrange(-3, 4)))
    condition = Condition(chance.choice(["least", "differ"]), left, polynomial(chance.randrange(3)))
    least, kept = reduced([condition], ["n"])
    for n in range(1, 60):
        reads = n >= least["n"] and all(each.holds({"n": n}) for each in kept)
        assert reads == condition.holds({"n": n})


def test_what_nothing_breaks_is_dropped():
    half = floor_of(N, 2)
    for condition in (
        Condition("least", N, half),
        Condition("least", N - half, polynomial(1)),
        Condition("differ", 4 * N, polynomial(6)),
        Condition("differ", 4 * N, N),
    ):
        assert reduced([condition], ["n"]) == ({"n": 1}, ())
