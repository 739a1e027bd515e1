"""Dimensions: one meaning for ints, numpy arrays and symbols."""

from __future__ import annotations

from fractions import Fraction
from itertools import product as every
from threading import Thread

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resnet_analyzer import dim
from resnet_analyzer.dim.arrays import INT64_LIMIT, PRODUCT_LIMIT
from resnet_analyzer.dim.conditions import Condition
from resnet_analyzer.dim.polynomial import Polynomial, polynomial
from resnet_analyzer.errors import DimensionOverflow, Undecided, UsageError

N, M = dim.symbol("n"), dim.symbol("m")


def at(expression: object, n: int, m: int = 1) -> object:
    """The value of a number, polynomial or condition, as a plain int or bool."""
    if isinstance(expression, Polynomial):
        return expression.at(n=n, m=m)
    return bool(expression.holds({"n": n, "m": m})) if isinstance(expression, Condition) else expression


def floors(expression: object) -> int:
    return sum(atom.kind == "floor" for atom in polynomial(expression).atoms)


class TestFloorDiv:
    def test_floors_merge_exactly(self):
        """((n + a)//s + b)//t = (n + a + b·s)//(s·t), for every integer, negative ones included."""
        for n, a, b in every(range(-40, 41, 3), range(-7, 8), range(-4, 5)):
            for s, t in every(range(1, 6), range(1, 6)):
                assert ((n + a) // s + b) // t == (n + a + b * s) // (s * t)

    def test_a_merged_formula_is_the_nested_number(self):
        for a, b, s, t in every(range(-4, 5), range(-3, 4), range(1, 5), range(1, 4)):
            formula = dim.floor_div(dim.floor_div(N + a, s) + b, t)
            assert floors(formula) <= 1
            for n in (1, 2, 5, 12, 13):
                assert at(formula, n) == ((n + a) // s + b) // t, (a, b, s, t, n)

    @given(
        steps=st.lists(st.tuples(st.integers(-20, 20), st.integers(1, 7)), min_size=1, max_size=8),
        n=st.integers(1, 10**6),
    )
    @settings(deadline=None, max_examples=60)
    def test_any_chain_is_one_floor(self, steps, n):
        number, formula, array = n, N, numpy.array([n])
        for added, stride in steps:
            number = (number + added) // stride
            formula = dim.floor_div(formula + added, stride)
            array = dim.floor_div(array + added, stride)
        assert at(formula, n) == number == array[0]
        assert floors(formula) <= 1

    def test_equal_sizes_are_equal_formulas(self):
        """ResNet's five halvings by 7×7/2 p3, 3×3/2 p1, 1×1/2 and by ⌈n/2⌉: one spelling."""
        halve = {
            "7×7": lambda n: dim.floor_div(n + 6 - 7, 2) + 1,
            "3×3": lambda n: dim.floor_div(n + 2 - 3, 2) + 1,
            "1×1": lambda n: dim.floor_div(n - 1, 2) + 1,
            "ceil": lambda n: dim.ceil_div(n, 2),
        }
        for first, second in every(halve.values(), repeat=2):
            assert first(second(N)) == dim.ceil_div(N, 4)
        assert dim.ceil_div(dim.ceil_div(dim.ceil_div(N, 2), 4), 4) == dim.ceil_div(N, 32)
        assert dim.floor_div(2 * N, 2) == N
        assert dim.floor_div(4 * N + 3, 2) == 2 * N + 1

    @given(a=st.integers(-50, 50), s=st.integers(1, 9), n=st.integers(1, 1000), m=st.integers(1, 50))
    @settings(deadline=None, max_examples=60)
    def test_two_symbols_and_a_symbol_as_divisor(self, a, s, n, m):
        assert at(dim.floor_div(3 * N + M + a, s), n, m) == (3 * n + m + a) // s
        assert at(dim.floor_div(N + a, M), n, m) == (n + a) // m
        assert at(dim.floor_div(a, M), n, m) == a // m
        assert at(dim.floor_div(dim.floor_div(N, M) + a, s), n, m) == (n // m + a) // s

    @given(number=st.integers(-100, 100), divisor=st.integers(1, 12))
    def test_ceil_div(self, number, divisor):
        exact = -((-number) // divisor)
        assert dim.ceil_div(number, divisor) == exact
        assert dim.ceil_div(numpy.array([number]), divisor).tolist() == [exact]
        if number > 0:
            assert at(dim.ceil_div(N, divisor), number) == exact


class TestConditions:
    @given(left=st.integers(1, 30), right=st.integers(1, 30))
    @settings(deadline=None)
    def test_all_kinds_agree(self, left, right):
        cells = (numpy.array([left]), numpy.array([right]))
        for condition, truth in (
            (dim.at_least, left >= right),
            (dim.equal, left == right),
            (dim.divides, right % left == 0),
        ):
            assert condition(left, right) is truth
            assert condition(*cells).tolist() == [truth]
            assert at(condition(N, M), left, right) is truth
            assert at(condition(N, right), left) is truth
            assert at(condition(left, N), right) is truth

    @given(a=st.integers(-9, 9), s=st.integers(1, 5), k=st.integers(-3, 9), n=st.integers(1, 60))
    @settings(deadline=None)
    def test_a_floor_is_opened_to_a_bound_on_the_symbol(self, a, s, k, n):
        condition = dim.at_least(dim.floor_div(N + a, s), k)
        assert at(condition, n) is ((n + a) // s >= k)
        assert condition is True or condition is False or condition.left == N

    def test_what_is_certain_of_a_positive_number_is_settled(self):
        assert dim.at_least(N, 1) is True
        assert dim.at_least(N * M, 1) is True
        assert dim.at_least(0, N) is False
        assert str(dim.at_least(N, 2)) == "n ≥ 2"
        assert dim.equal(N, 0) is False
        assert dim.equal(2 * (N + 1), 2 * N + 2) is True
        assert str(dim.equal(N, 7)) == "n = 7"
        assert dim.divides(3, 6 * N) is True

    def test_certain(self):
        assert dim.certain(numpy.array([True, True])) is True
        assert dim.certain(numpy.array([False, False])) is False
        assert dim.certain(numpy.bool_(True)) is True
        with pytest.raises(Undecided, match="differs between the cells"):
            dim.certain(numpy.array([True, False]))
        with pytest.raises(Undecided, match=r"cannot decide whether n = 3: give a number"):
            dim.certain(dim.equal(N, 3))

    def test_what_is_supposed_holds_in_one_thread_alone(self):
        asked = []

        def ask():
            try:
                asked.append(dim.certain(dim.equal(N, 3)))
            except Undecided:
                asked.append("undecided")

        with dim.supposing() as outer:
            other = Thread(target=ask)
            other.start()
            other.join()
            with dim.supposing() as inner:
                ask()
            assert dim.suppose(dim.at_least(N, 5))
        assert asked == ["undecided", False]
        assert (list(map(str, outer)), list(map(str, inner))) == (["n ≥ 5"], ["n ≠ 3"])
        ask()
        assert asked[-1] == "undecided"

    def test_equations_that_say_that_sizes_divide_are_supposed_not_to_hold_too(self):
        parts = 49 * dim.floor_div(N, 7) * dim.floor_div(M, 7)
        with dim.supposing() as supposed:
            assert not dim.certain(dim.equal(parts, N * M))
            assert not dim.certain(dim.equal(2 * dim.floor_div(N, 2), N))
            with pytest.raises(Undecided, match="n ≥ 2"):
                dim.certain(dim.at_least(N, 2))
        (first, second) = supposed
        for n, m in every(range(1, 30), repeat=2):
            assert at(first, n, m) == (n % 7 != 0 or m % 7 != 0)
            assert at(second, n) == (n % 2 != 0)

    def test_holds(self):
        assert dim.holds(numpy.array([True])) is True
        assert dim.holds(numpy.bool_(False)) is False
        mixed = numpy.array([True, False])
        assert dim.holds(mixed) is mixed
        none = numpy.array([False, False])
        assert dim.holds(none) is none  # cells are masked, never an error
        assert dim.holds(dim.at_least(N, 2)) == dim.at_least(N, 2)

    @given(left=st.integers(-9, 9), right=st.integers(-9, 9), n=st.integers(1, 9))
    @settings(deadline=None)
    def test_maximum_minimum_where(self, left, right, n):
        cells = numpy.array([left])
        assert dim.maximum(left, right) == max(left, right) == dim.maximum(cells, right)[0]
        assert dim.minimum(left, right) == min(left, right) == dim.minimum(right, cells)[0]
        assert at(dim.maximum(N, right), n) == max(n, right)
        assert at(dim.minimum(right, N), n) == min(n, right)
        assert dim.where(left > right, 1, 2) == (1 if left > right else 2)
        assert dim.where(cells > right, 1, cells).tolist() == [1 if left > right else left]
        assert at(dim.where(dim.at_least(N, 5), N, -N), n) == (n if n >= 5 else -n)


class TestOverflow:
    def test_a_product_that_would_wrap(self):
        side = numpy.array([10, 2**31])
        with pytest.raises(DimensionOverflow, match="exceeds 2\\*\\*59"):
            dim.product(side, side, 4)
        assert (side * side * 4)[1] == 0  # what numpy would have said
        assert dim.product(2**31, 2**31, 4) == 2**64  # plain numbers have no end

    def test_large_maxima_that_never_meet(self):
        left, right = numpy.array([1, 2**40]), numpy.array([2**40, 1])
        assert dim.product(left, right).tolist() == [2**40, 2**40]

    @pytest.mark.parametrize("factors", [(2**40, 2**40), (2**70,), (2**58, 2)])
    def test_large_plain_factors(self, factors):
        cells = numpy.array([0, 1])
        for order in ((*factors, cells), (cells, *factors)):
            with pytest.raises(DimensionOverflow, match="exceeds"):
                dim.product(*order)
        assert dim.product(*factors, numpy.array([0, 0])).tolist() == [0, 0]

    def test_negative_figures_are_guarded_too(self):
        with pytest.raises(DimensionOverflow, match="exceeds"):
            dim.product(numpy.array([-(2**40)]), 2**30)

    def test_the_room_left_covers_a_layers_whole_work(self):
        """Two per multiply-accumulate and seven other primitives, all just under the limit: no wrap."""
        assert 2 * PRODUCT_LIMIT + 7 * PRODUCT_LIMIT < INT64_LIMIT

    def test_a_sum_that_would_wrap(self):
        big = numpy.array([1, 2**61])
        with pytest.raises(DimensionOverflow, match="exceeds 2\\*\\*63"):
            dim.total([big] * 4)
        assert dim.total([numpy.array([1, 2**62]), numpy.array([2**62, 1])]).tolist() == [2**62 + 1] * 2
        assert dim.total([]) == 0
        assert dim.product() == 1

    def test_a_grid_and_a_symbol_do_not_mix(self):
        with pytest.raises(UsageError, match="the symbol n cannot be measured together"):
            dim.product(numpy.array([1, 2]), N)

    @given(st.lists(st.integers(-(2**20), 2**20), min_size=1, max_size=5), st.integers(0, 2**20))
    def test_what_is_not_refused_is_exact(self, numbers, factor):
        cells = numpy.array(numbers)
        try:
            found = dim.product(cells, factor, cells).tolist()
        except DimensionOverflow:
            assert max(number * number * factor for number in numbers) >= 2**59 - 2**10
        else:
            assert found == [number * number * factor for number in numbers]


class TestDimension:
    @pytest.mark.parametrize("value", [numpy.int64(7), numpy.int32(7), numpy.uint8(7), numpy.array(7), 7])
    def test_numbers_become_plain_ints(self, value):
        assert type(dim.dimension(value)) is int
        assert dim.dimension(value) == 7

    def test_arrays_become_int64(self):
        assert dim.dimension(numpy.array([1, 2], dtype="int16")).dtype == numpy.int64
        with pytest.raises(UsageError, match="the stride must hold whole numbers, not float64"):
            dim.dimension(numpy.array([1.0]), "the stride")

    @pytest.mark.parametrize("value", [True, 1.0, "1", None, Fraction(1), numpy.float64(1), numpy.bool_(True)])
    def test_anything_else_is_refused(self, value):
        with pytest.raises(UsageError, match="the width must be a whole number, not"):
            dim.dimension(value, "the width")

    def test_symbols_stay(self):
        assert dim.dimension(N) is N
        assert dim.at_least(N, 1) is True

    def test_kinds(self):
        assert dim.is_symbol(N)
        assert dim.is_symbol(dim.at_least(N, 3))
        assert not dim.is_symbol(3)
        assert dim.is_array(numpy.arange(2))
        assert not dim.is_array(numpy.int64(2))
        assert not dim.is_number(True)
        assert dim.is_exactly(1, 1)
        assert not dim.is_exactly(numpy.array([1]), 1)
        assert not dim.is_exactly(True, 1)


def test_over_cells_keeps_the_rest():
    array = numpy.arange(3)
    value = dim.over_cells(lambda cells: cells[:1], (1, (array, "same"), None))
    assert value[0] == 1
    assert value[1][0].tolist() == [0]
    assert value[1][1:] == ("same",)
    assert value[2] is None
