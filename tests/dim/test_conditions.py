"""Conditions on polynomials: never decided against what numbers say, and listed in one spelling."""

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resnet_analyzer.dim.conditions import Condition, at_least, divides, equal, reduced, where
from resnet_analyzer.dim.polynomial import floor_of, largest_of, polynomial
from resnet_analyzer.errors import Undecided

from .expressions import EXPRESSIONS, M, N

POINTS = [(n, m) for n in (1, 2, 3, 4, 7, 12, 31, 96) for m in (1, 2, 3, 5, 8)]


def truth(condition, n, m):
    return condition if isinstance(condition, bool) else bool(condition.holds({"n": n, "m": m}))


def agree(condition, plain):
    for point in POINTS:
        assert truth(condition, *point) == plain(*point), (condition, point)


def inverse(condition):
    return (not condition) if isinstance(condition, bool) else ~condition


@given(EXPRESSIONS, EXPRESSIONS)
@settings(deadline=None, max_examples=80)
def test_conditions_say_what_numbers_say(one, other):
    for condition, plain in (
        (at_least(one.ours, other.ours), lambda n, m: one.plain(n, m) >= other.plain(n, m)),
        (equal(one.ours, other.ours), lambda n, m: one.plain(n, m) == other.plain(n, m)),
        (divides(7, one.ours), lambda n, m: one.plain(n, m) % 7 == 0),
        (divides(M, one.ours), lambda n, m: one.plain(n, m) % m == 0),
    ):
        agree(condition, plain)
        agree(inverse(condition), lambda n, m, plain=plain: not plain(n, m))
        agree(
            condition if isinstance(condition, bool) else condition.replaced({"n": 2 * M + 1}),
            lambda n, m, plain=plain: plain(2 * m + 1, m),
        )
        if isinstance(condition, Condition):
            cells = {name: numpy.array(column) for name, column in zip("nm", zip(*POINTS, strict=True), strict=True)}
            assert numpy.broadcast_to(condition.holds(cells), len(POINTS)).tolist() == [plain(*p) for p in POINTS]
            assert [polynomial(condition.indicator).at(n=n, m=m) for n, m in POINTS] == [plain(*p) for p in POINTS]


@given(EXPRESSIONS, EXPRESSIONS)
@settings(deadline=None, max_examples=100)
def test_a_choice_is_what_was_chosen(one, other):
    condition = at_least(N, M)
    chosen = polynomial(where(condition, one.ours, other.ours))
    both = at_least(N, M) & divides(2, N)
    either = equal(N, M) | divides(3, N)
    for n, m in POINTS:
        assert chosen.at(n=n, m=m) == (one if n >= m else other).plain(n, m)
        assert truth(both, n, m) == (n >= m and n % 2 == 0)
        assert truth(~both, n, m) == (not (n >= m and n % 2 == 0))
        assert truth(either, n, m) == (n == m or n % 3 == 0)


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (equal(2 * (N // 2), N), "2 divides n"),
        (equal(N, 2 * (N // 2)), "2 divides n"),
        (equal(4 * (N // 8), N // 2), "4 divides ⌊n/2⌋"),
        (equal(49 * (N // 7) * (M // 7), N * M), "7 divides m and 7 divides n"),
        (equal(4 * (N // 2) ** 2 * M, N**2 * M), "2 divides n"),
        (equal(N * ((N + M) // 2), N), "⌊(m+n)/2⌋ = 1"),
        (at_least(N * M, N * 7), "m ≥ 7"),
        (equal(6 * ((N + 1) // 3), 2 * N + 2), "3 divides n + 1"),
        (at_least((N - 3) // 2 + 1, 4), "n ≥ 9"),
        (at_least(floor_of(N, 3) * -1, -4), "14 ≥ n"),
        (at_least(N, M), "n ≥ m"),
        (at_least(3 * N, 7), "n ≥ 3"),
        (equal(N, 3), "n = 3"),
        (equal(3, N), "n = 3"),
        (equal(M, N), "m = n"),
        (inverse(equal(N, 16)), "n ≠ 16"),
        (divides(4, 6 * N), "2 divides n"),
        (divides(M, 64), "m divides 64"),
        (at_least(largest_of(N, M), 5), "m ≥ 5 or n ≥ 5"),
        (at_least(-largest_of(-N, -M), 5), "m ≥ 5 and n ≥ 5"),
        (at_least(N, M) & (equal(N, 1) | equal(M, 1)), "n ≥ m and (n = 1 or m = 1)"),
    ],
)
def test_how_a_condition_reads(condition, text):
    assert str(condition) == text


def test_what_the_least_values_decide_is_decided():
    for certain in (
        at_least(N, 1),
        at_least(N * M, 1),
        at_least(N * N, N),
        at_least(N, N // 2),
        at_least(N - N // 2, 1) | True,
        at_least(N, 2 * (N // 2)),
        at_least((N + 1) // 2 * ((N + 1) // 2), (N + 1) // 2),
        equal(2 * (N + 1), 2 * N + 2),
        divides(3, 6 * N),
        divides(N, N * M),
        equal(N // 2 + (N + 1) // 2, N),  # identities of floors, residue by residue
        equal(N % 3 + 3 * (N // 3), N),
        equal(N + N % 2, 2 * ((N + 1) // 2)),
        at_least(((N + 1) // 2) * 3, N + N // 2),
    ):
        assert certain is True
    for impossible in (
        equal(N // 2 + (N + 1) // 2, N + 1),
        at_least(0, N),
        equal(N, 0),
        equal(4 * N, 6),
        equal(N + M, 1),
        divides(2, 4 * N + 1),
    ):
        assert impossible is False


def test_what_is_open_is_neither_true_nor_false():
    with pytest.raises(Undecided, match="cannot decide whether n ≥ 2: give a number"):
        bool(at_least(N, 2))
    with pytest.raises(Undecided):
        assert not equal(N, 2)


def test_decided_conditions_leave_a_combination():
    two = at_least(N, 2)
    assert (two & True) is two
    assert (True & two) is two
    assert (two | False) is two
    assert (two & False) is False
    assert (two | True) is True
    assert (two & two) is two


def test_conditions_reduce_to_least_values():
    window = at_least(floor_of(floor_of(N - 3, 2) + 1, 2), 3)  # ⌊(n − 1)/4⌋ ≥ 3
    least, rest = reduced([window, at_least(N, 5)], ["n"])
    assert (least, rest) == ({"n": 13}, ())
    assert [k for k in range(1, 30) if window.holds({"n": k})] == list(range(13, 30))


def test_what_divides_several_numbers_divides_their_greatest_divisor():
    conditions = [divides(N, number) for number in (64, 96, 256)]
    assert reduced(conditions, ["n"]) == ({"n": 1}, (divides(N, 32),))
    assert [k for k in range(1, 99) if conditions[1].holds({"n": k})] == [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 96]


def test_what_several_numbers_divide_their_least_multiple_divides():
    levels = [equal(2 * (N // 2), N), equal(2 * (N // 4), N // 2), equal(2 * (N // 8), N // 4)]
    assert list(map(str, levels)) == ["2 divides n", "2 divides ⌊n/2⌋", "2 divides ⌊n/4⌋"]
    assert reduced(levels, ["n"]) == ({"n": 8}, (divides(8, N),))
    assert reduced([divides(4, N), divides(6, N)], ["n"]) == ({"n": 12}, (divides(12, N),))
    assert reduced([divides(4, N), equal(N, M)], ["n", "m"])[1] == (divides(4, N), equal(N, M))


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(2, 4), st.integers(-2, 3)), min_size=1, max_size=3),
    st.integers(-3, 3),
    st.sampled_from(["least", "equal", "differ", "divides"]),
)
@settings(deadline=None, max_examples=200)
def test_reducing_changes_no_domain(floors, right, kind):
    left = sum((factor * floor_of(N + shift, by) for shift, by, factor in floors), N + 0)
    found = {
        "least": lambda: at_least(left, right),
        "equal": lambda: equal(left, right),
        "differ": lambda: inverse(equal(left, right)),
        "divides": lambda: divides(6, left + right) & divides(2, N),
    }[kind]()
    least, kept = (
        ({"n": 1}, ()) if found is True else reduced([found], ["n"]) if found is not False else ({"n": 99}, ())
    )
    for n in range(1, 60):
        assert (n >= least["n"] and all(each.holds({"n": n}) for each in kept)) == truth(found, n, 1)
