"""Exact polynomials: against brute force over whole numbers, and against sympy, which shares no code with them."""

import pickle
from fractions import Fraction

import numpy
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from resnet_analyzer.dim.bounds import lowest
from resnet_analyzer.dim.polynomial import Polynomial, floor_of, largest_of, polynomial, variable
from resnet_analyzer.dim.spelling import PYTHON, TEXT
from resnet_analyzer.errors import DimensionOverflow, UsageError

from .expressions import EXPRESSIONS, THEIRS, M, N

POINTS = [(1, 1), (1, 2), (2, 1), (3, 7), (7, 3), (12, 5), (31, 32), (97, 4)]


@given(EXPRESSIONS)
@settings(deadline=None, max_examples=300)
def test_any_polynomial_is_what_plain_python_says(expression):
    formula = polynomial(expression.ours)
    for n, m in POINTS:
        assert formula.at(n=n, m=m) == expression.plain(n, m)
        inserted = polynomial(formula.replaced({"n": 3 * M + 1}))
        assert inserted.at(m=m) == expression.plain(3 * m + 1, m)


@given(EXPRESSIONS)
@settings(deadline=None, max_examples=80)
def test_any_polynomial_is_what_sympy_says(expression):
    formula, theirs = polynomial(expression.ours), sympy.sympify(expression.theirs)
    for n, m in POINTS[::2]:
        assert formula.at(n=n, m=m) == theirs.subs({THEIRS["n"]: n, THEIRS["m"]: m})


@given(EXPRESSIONS)
@settings(deadline=None, max_examples=100)
def test_arrays_hold_the_numbers(expression):
    formula = polynomial(expression.ours)
    n, m = (numpy.array(column) for column in zip(*POINTS, strict=True))
    found = numpy.broadcast_to(formula.at(n=n, m=m), n.shape)
    assert found.tolist() == [expression.plain(*point) for point in POINTS]


@given(EXPRESSIONS)
@settings(deadline=None, max_examples=100)
def test_what_is_written_as_python_computes_the_same(expression):
    formula = polynomial(expression.ours)
    for n, m in POINTS:
        assert eval(PYTHON.formula(formula), {"n": n, "m": m, "max": max, "min": min}) == expression.plain(n, m)


@given(EXPRESSIONS, EXPRESSIONS)
@settings(deadline=None, max_examples=100)
def test_equal_formulas_are_equal_values(one, other):
    if polynomial(one.ours) == polynomial(other.ours):
        assert hash(polynomial(one.ours)) == hash(polynomial(other.ours))
        assert all(one.plain(*point) == other.plain(*point) for point in POINTS)
    assert polynomial((one.ours + other.ours) * 2) == polynomial(2 * other.ours + one.ours + one.ours)


@given(EXPRESSIONS)
@settings(deadline=None, max_examples=150)
def test_nothing_falls_below_its_lowest_value(expression):
    low = lowest(polynomial(expression.ours).terms)
    if low is not None:
        assert all(expression.plain(*point) >= low for point in POINTS)


@given(EXPRESSIONS)
@settings(deadline=None, max_examples=50)
def test_a_polynomial_survives_being_pickled(expression):
    formula = polynomial(expression.ours)
    again = pickle.loads(pickle.dumps(formula))
    assert (again, hash(again), str(again)) == (formula, hash(formula), str(formula))
    assert again.variables == formula.variables


def test_equal_sizes_have_one_spelling():
    assert floor_of(floor_of(N + 1, 2) + 1, 2) == floor_of(N + 3, 4)
    assert floor_of(2 * N + 1, 4) == floor_of(N, 2)
    assert floor_of(6 * N + 13, 6) == N + 2
    assert floor_of(floor_of(floor_of(N - 1, 2), 2), 2) + 1 == floor_of(N + 7, 8)
    assert floor_of(floor_of(N, 2) + M, 3) == floor_of(N + 2 * M, 6)
    assert floor_of(-N, 2) == -floor_of(N, 2) - N % 2
    assert floor_of(-N, 7) == -floor_of(N + 6, 7)
    assert 7 * floor_of(N + 6, 7) == N + (-N) % 7  # padded to a multiple
    assert floor_of(-floor_of(N, 3) + M, 4) == floor_of(M - N // 3, 4)
    assert floor_of(-floor_of(N, 3), 4) == -floor_of(N + 9, 12)
    assert (N + M) ** 2 == N * N + 2 * N * M + M * M
    assert N - N == 0


def test_what_is_a_number_is_a_plain_number():
    for value in (
        N - N + 7,
        (N + 1) - N,
        floor_of(4 * N + 3, 4) - N,
        N // N,
        (N * M) // (M * N),
        largest_of(3, 5),
        0 * N,
    ):
        assert type(value) is int
    assert polynomial(7) == 7
    assert N != 7


def test_exact_division_comes_first():
    b, h, w, c = map(variable, "bhwc")
    assert (b * h * w * c) // (b * c) == h * w
    assert ((N + 1) * (M + 2) * N) // ((N + 1) * N) == M + 2
    assert (N * N - 1) // (N - 1) == N + 1
    assert (N * M + 3) // M == N + 3 // M
    assert (2 * N * b) // (2 * M * b) == N // M
    assert str((N * N + 1) // (N + 1)) == "⌊(n²+1)/(n+1)⌋"
    assert (4 * (N // 2) * c) // (c * (N // 2)) == 4


@given(st.lists(st.integers(-4, 4), min_size=1, max_size=4), st.lists(st.integers(-4, 4), min_size=1, max_size=4))
@settings(deadline=None)
def test_what_was_multiplied_divides_again(one, other):
    left = sum((c * N**i * M ** (i % 2) for i, c in enumerate(one)), 0 * N)
    right = sum((c * N**i * M ** (i % 3) for i, c in enumerate(other)), 0 * N)
    if polynomial(right).terms:
        assert left * right // right == left


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
    assert triangle.at(n=numpy.arange(6)).tolist() == [0, 0, 1, 3, 6, 10]
    with pytest.raises(UsageError, match="1/2 where a whole number"):
        (N * Fraction(1, 2)).at(n=1)


def test_a_missing_value_and_a_division_by_zero_are_named():
    with pytest.raises(UsageError, match="needs a value for m"):
        (N + M).at(n=1)
    with pytest.raises(UsageError, match="divides by 0"):
        floor_of(N, M).at(n=1, m=0)


def test_a_grid_that_would_wrap_is_refused():
    sizes = numpy.array([3, 2**32])
    with pytest.raises(DimensionOverflow, match=r"exceeds 2\*\*63"):
        (N * N).at(n=sizes)
    assert (N**2 * M // 7).at(n=sizes, m=1).tolist() == [1, 2**64 // 7]  # though a step on the way passes 2**63
    assert (N * N).at(n=2**40) == 2**80


def test_grids_of_any_shape():
    rows, columns = numpy.arange(1, 4).reshape(3, 1), numpy.arange(1, 6)
    assert ((N + 1) // 2 * M).at(n=rows, m=columns).tolist() == [
        [(n + 1) // 2 * m for m in range(1, 6)] for n in range(1, 4)
    ]
    assert (N + 0).at(n=numpy.array([]).astype(int), m=3).size == 0


def test_a_grid_and_a_symbol_do_not_mix():
    for operation in (
        lambda a: a + N,
        lambda a: N + a,
        lambda a: a * N,
        lambda a: N * a,
        lambda a: a // N,
        lambda a: N - a,
    ):
        with pytest.raises(UsageError, match="cannot be measured together"):
            operation(numpy.array([1, 2]))
    assert numpy.int64(3) * N == N * numpy.int64(3) == 3 * N


@pytest.mark.parametrize("value", [1.5, "7", None, (1, 2)])
def test_only_whole_numbers_go_with_a_symbol(value):
    with pytest.raises(TypeError):
        N + value
    with pytest.raises(TypeError):
        assert value > N


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (floor_of(N + 3, 4), "⌈n/4⌉"),
        (floor_of(N + 1, 4), "⌊(n+1)/4⌋"),
        (9408 * floor_of(N + 1, 2) ** 2 + 2048000, "9,408·⌈n/2⌉² + 2,048,000"),
        (3 - 2 * N, "−2·n + 3"),
        (N // M, "⌊n/m⌋"),
        (N // (M + 1), "⌊n/(m+1)⌋"),
        (largest_of(N - 7, 0), "max(n − 7, 0)"),
        (-largest_of(-N, -5), "min(n, 5)"),
        (M - 2 * largest_of(-N, -5) ** 3, "2·min(n, 5)³ + m"),
        (variable("the batch") * 2, "2·the batch"),
        (N * (N + 1) * Fraction(1, 2), "n·(n + 1)/2"),
        (N * M + N, "n·(m + 1)"),
    ],
)
def test_how_it_reads(formula, text):
    assert str(formula) == TEXT.formula(formula) == f"{formula}" == text


def test_names_that_look_like_formulas_are_no_formulas():
    assert variable("n + 1") != N + 1
    assert floor_of(variable("n/2"), 2) != floor_of(floor_of(N, 2), 2)
    assert variable("⌊n/2⌋") != N // 2
    assert variable("'n'").variables == {"'n'"}
    assert variable("n", least=0) != N


def test_many_terms_stay_exact():
    total = sum((variable(f"x{i}") * (i + 1) for i in range(200)), polynomial(0))
    assert isinstance(total, Polynomial)
    assert total.at({f"x{i}": 1 for i in range(200)}) == 200 * 201 // 2
