"""Words are put where there is room."""

from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from resnet_analyzer.numbers import short
from resnet_analyzer.plots._chart import spread
from resnet_analyzer.plots._placing import Spot, place
from resnet_analyzer.plots._ticks import linear, logarithmic
from resnet_analyzer.plots._words import safe

SIDE = 600.0


@given(st.lists(st.floats(0, 300), max_size=12))
def test_labels_are_moved_apart_and_keep_their_order(places):
    moved = spread(places, 14, 300)
    ordered = sorted(zip(places, moved, strict=True))
    assert all(low[1] + 14 <= high[1] + 1e-6 for low, high in pairwise(ordered))
    assert all(-1e-6 <= each <= 300 for each in moved)


@given(st.lists(st.floats(0, 300), max_size=3, unique=True))
def test_labels_that_have_room_stay(places):
    ordered = sorted(places)
    if all(high - low >= 14 for low, high in pairwise(ordered)):
        assert spread(places, 14, 300) == places


@given(st.lists(st.tuples(st.floats(50, SIDE - 50), st.floats(50, SIDE - 50)), max_size=25))
def test_names_of_points_lie_on_no_other_name(points):
    spots = place(points, [(30.0, 12.0)] * len(points), [Spot(0, 0, 40, 40)], SIDE, SIDE)
    assert not any(one.meets(other) for one, other in combinations([Spot(0, 0, 40, 40), *spots], 2))
    assert all(spot.left >= 0 and spot.right <= SIDE and spot.bottom >= 0 and spot.top <= SIDE for spot in spots)


@given(st.floats(0, 1e12))
def test_linear_marks_reach_the_largest_value_in_few_equal_steps(largest):
    marks = linear(largest)
    assert marks[0] == 0
    assert marks[-1] >= largest
    assert 2 <= len(marks) <= 7
    assert len({high - low for low, high in pairwise(marks)}) == 1


@given(st.floats(1, 1e11), st.floats(1, 1e6))
def test_logarithmic_marks_are_few_and_inside(smallest, ratio):
    marks = logarithmic(smallest, smallest * ratio)
    assert len(marks) <= 7
    assert all(smallest <= mark <= smallest * ratio for mark in marks)


@given(st.integers(0, 10**15))
def test_rounded_numbers_are_within_half_a_unit_of_the_last_digit(number):
    text = short(number)
    digits, _, unit = text.partition(" ")
    size = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}[unit]
    decimals = len(digits.partition(".")[2])
    assert abs(float(digits.replace(",", "")) * size - number) <= 0.5 * size / 10**decimals * (1 + 1e-9)


@settings(deadline=None)  # the first call reads the font
@given(st.text())
def test_safe_text_is_drawable(text):
    assert len(safe(text)) <= 44
    assert all(letter.isprintable() or letter == " " or ord(letter) > 0x7F for letter in safe(text))
