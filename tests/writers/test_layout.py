"""The table: no line wider than the terminal, columns that stand under each other, nothing said twice."""

import itertools
import re

import pytest

from resnet_analyzer.architectures.base import ARCHITECTURES
from resnet_analyzer.measurement import measure
from resnet_analyzer.report.listing import detail, listing
from resnet_analyzer.report.measured import measured_report
from resnet_analyzer.report.model import Column, Report, Table
from resnet_analyzer.report.published import notes_for
from resnet_analyzer.writers.table import render, wrapped

VIEWS = [("stage", False), ("block", False), ("layer", False), ("layer", True)]
WIDTHS = (80, 100, 120)
LONG = 1500  # layers: of such nets the views that show every layer are all alike


@pytest.mark.parametrize("name", list(ARCHITECTURES))
def test_every_network_in_every_view_at_every_width(name):
    each = ARCHITECTURES[name]
    measured = measure(each.graph())
    notes = notes_for(each, measured.totals, each.styles[0], True)
    for by, how in VIEWS if len(measured.rows) < LONG else VIEWS[:1]:
        report = measured_report(measured, by, how, notes)
        for width in WIDTHS:
            lines = render(report, width).splitlines()
            assert max(map(len, lines)) <= width
            check_columns(lines[lines.index("") + 1 :])
            assert not [line for line in lines if line != line.rstrip()]


def check_columns(lines):
    """Every row's numbers end where their title ends; nothing but blanks stands in the gaps."""
    header, *rows = itertools.takewhile(bool, lines)
    titles = re.split(r"  +", header)
    ends = [header.index(title) + len(title) for title in titles]
    first_number = titles.index("output") if "output" in titles else len(titles)
    last_number = titles.index("how") if "how" in titles else len(titles)
    for row in rows:
        if (len(row.split()) == 1 and not row.startswith(" ")) or row.startswith("   "):
            continue  # a heading, or the next line of a row
        for place in range(first_number, last_number):
            end = ends[place]
            assert row[end - 1 : end].strip(), row
            assert not row[end : end + 1].strip(), row


@pytest.mark.parametrize("name", ["resnet1202", "densenet264", "resnet1001"])
def test_the_longest_layer_by_layer(name):
    lines = render(measured_report(measure(ARCHITECTURES[name].graph()), "layer", True), 80).splitlines()
    assert max(map(len, lines)) <= 80
    check_columns(lines[lines.index("") + 1 :])


@pytest.mark.parametrize("width", [40, 60, *WIDTHS])
def test_lists_and_details(width):
    reports = [
        listing(each for _, each in ARCHITECTURES.items()),
        *map(detail, map(ARCHITECTURES.__getitem__, ("resnet50", "alexnet", "vgg16"))),
    ]
    for report in reports[0 if width >= 80 else 1 :]:
        assert max(map(len, render(report, width).splitlines())) <= width


@pytest.mark.parametrize("width", range(40, 130, 5))
def test_any_width(width):
    for name in ("resnext50_32x4d", "alexnet", "resnet18"):
        assert max(map(len, render(measured_report(measure(ARCHITECTURES[name].graph())), width).splitlines())) <= width


def test_no_text_is_cut_at_80_columns_in_the_networks_of_the_story():
    for name in (
        "alexnet",
        "googlenet",
        "vgg19",
        "resnet152",
        "lecture50",
        "resnet1202",
        "resnext50_32x4d",
        "seresnet50",
        "densenet264",
    ):
        text = render(measured_report(measure(ARCHITECTURES[name].graph())), 80)
        assert "…" not in text, name


@pytest.mark.parametrize("form", ["a", "b", "c"])
def test_the_three_forms_of_resnext_fit(form):
    graph = ARCHITECTURES["resnext50_32x4d"].graph(form=form)
    text = render(measured_report(measure(graph)), 80)
    assert "…" not in text
    assert {
        "a": "(32×(1×1 4, 3×3 4, 1×1 256)) ×3",
        "b": "(32×(1×1 4, 3×3 4), 1×1 256) ×3",
        "c": "(1×1 128, 3×3 128 g=32, 1×1 256) ×3",
    }[form] in text


COLUMNS = (
    Column("name"),
    Column("what", flexible=True),
    Column("count", "count", drop=1),
    Column("extra", "count", drop=4),
)


def table(*rows, title=""):
    return Table(COLUMNS, rows, title)


def report(*tables, title="Title", notes=()):
    return Report(title, tables, notes, dict)


def test_columns_of_higher_drop_go_first_and_are_named():
    wide = report(table(("a", "w" * 30, 1234, 5)))
    assert "extra" in render(wide, 60).splitlines()[2]
    narrow = render(wide, 45)
    assert "extra" not in narrow.splitlines()[2]
    assert "1,234" in narrow
    assert "columns  not shown: extra; use a wider\n" in narrow


def test_text_beyond_a_fair_share_is_cut_before_any_column_goes():
    lines = render(report(table(("a", "w" * 90, 1234, 5))), 80).splitlines()
    assert lines[2].split() == ["name", "what", "count", "extra"]
    assert len(lines[3]) == 80
    assert "…" in lines[3]


def test_text_is_cut_only_where_no_column_can_go():
    lines = render(report(table(("a", "w" * 30, 1234, 5))), 30).splitlines()
    assert lines[3] == "a     " + "w" * 16 + "…  1,234"


def test_tables_of_the_same_columns_share_header_and_widths():
    text = render(report(table(("a", "b", 1, 2)), table(("long name", "b", 1_000_000, 2), title="Second")))
    lines = text.splitlines()
    assert sum("count" in line for line in lines) == 1
    first, second = (next(line for line in lines if line.startswith(name)) for name in ("a ", "long name"))
    assert first.index("b") == second.index("b")
    assert lines[lines.index("Second") - 1] == ""


def test_tables_of_other_columns_have_their_own_header():
    other = Table((Column("else"), Column("n", "count")), (("x", 3),))
    assert render(report(table(("a", "b", 1, 2)), other)).count("count") == 1
    assert "else  n\nx     3" in render(report(table(("a", "b", 1, 2)), other))


def test_a_table_without_rows_is_its_header():
    assert render(report(table())) == "Title\n\nname  what  count  extra\n"


def test_headings_are_told_once_and_not_repeated_in_names():
    columns = (Column("block", "heading"), Column("layer"), Column("n", "count"))
    rows = (("", "input", 1), ("s1", "s1/conv", 2), ("s1", "s1/bn", 3), ("s2", "other", 4), ("s1", "s1/again", 5))
    text = render(report(Table(columns, rows)))
    assert text.splitlines()[3:] == [
        "input    1",
        "s1",
        "  conv   2",
        "  bn     3",
        "s2",
        "  other  4",
        "s1",
        "  again  5",
    ]


def test_a_label_that_repeats_is_not_told_again():
    text = render(report(notes=(("same", "one"), ("same", "two"), ("other", "three"))))
    assert text.splitlines()[2:] == ["same   one", "       two", "other  three"]


@pytest.mark.parametrize(
    "text", ["", "a", "one two", "a · b · c", "x" * 200, "a b " * 50, "long word " + "y" * 90, " · ", "a  ·  b"]
)
@pytest.mark.parametrize("width", [20, 40, 80])
def test_wrapping_loses_no_word_and_keeps_the_width(text, width):
    lines = wrapped(text, width)
    assert max(map(len, lines)) <= width
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_a_line_is_as_full_as_it_can_be():
    text = "x" * 38 + " · " + "y" * 39
    assert wrapped(text, 80) == [text]
    assert wrapped(text, 79) == ["x" * 38 + " ·", "y" * 39]
