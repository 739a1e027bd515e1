"""How numbers are spelled: no digit wrong, however large."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resnet_analyzer.numbers import grouped, printed, share, short
from resnet_analyzer.report.columns import scale_for, spell_column
from resnet_analyzer.report.model import Column


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1.000 k"),
        (7_753_588_328, "7.754 G"),
        (12_345, "12.35 k"),
        (999_999, "1,000 k"),
        (10**16, "10,000 T"),
    ],
)
def test_short(number, text):
    assert short(number) == text


@given(st.integers(0, 10**30))
def test_short_is_right_to_four_digits(number):
    text, _, unit = short(number).partition(" ")
    value = float(text.replace(",", "")) * {"": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}[unit]
    assert value == pytest.approx(number, rel=6e-4)


@given(st.lists(st.none() | st.integers(0, 10**25), min_size=1))
def test_a_scaled_column_is_right_to_its_last_digit(values):
    title, texts = spell_column(Column("MACs", "scaled"), values)
    size, unit = scale_for(values)
    assert title == f"{unit}MACs"
    for value, text in zip(values, texts, strict=True):
        if value is None:
            assert text == "–"
        else:
            shown, places = Fraction(text.replace(",", "")), len(text.partition(".")[2])
            assert abs(shown * size - value) <= Fraction(size, 2 * 10**places if size > 1 else 10**30)


@given(st.integers(0, 10**30))
def test_grouped_loses_nothing(number):
    assert int(grouped(number).replace(",", "")) == number


@pytest.mark.parametrize(
    ("number", "text"), [(3_800_000_000, "3.8 G"), (60_000_000, "60 M"), (650_000, "650 k"), (7, "7")]
)
def test_printed_has_no_digit_more_than_was_printed(number, text):
    assert printed(number) == text


def test_shares_and_ratios():
    assert spell_column(Column("share", "share"), [30_589, 359_584, None, 0]) == ("share", ["3 %", "36 %", "–", "0 %"])
    assert spell_column(Column("ratio", "ratio"), [1_000_000, 16_941_180, 1_234_567_890, 1_004_999]) == (
        "ratio",
        ["1.00×", "16.94×", "1,234.57×", "1.00×"],
    )
    assert share(1, 3) == 333_333
    assert share(1, 0) == 0


def test_large_numbers_are_not_rounded_by_floats():
    values = [123_456_789_012_345_678_901_234_567_890]
    assert spell_column(Column("MACs", "scaled"), values) == ("TMACs", ["123,456,789,012,345,678.9"])
