"""Names that mean something to a format: markup, separators, and what LaTeX takes for commands."""

import csv
import json
import re
from html.parser import HTMLParser

import pytest

from resnet_analyzer.files import spreadsheet_cell
from resnet_analyzer.graph import GraphBuilder
from resnet_analyzer.measurement import WRITERS, measure
from resnet_analyzer.ops.conv import Conv2d
from resnet_analyzer.report.measured import measured_report
from resnet_analyzer.shape import Shape

NASTY = [
    '<script>alert("1")</script>',
    "a|b",
    "a,b",
    'say "so"',
    "a&b;&lt;",
    "100% #1 $x$ {y} ~z^ \\end{tabular}",
    "*bold* _it_ `code` [x](y)",
    "new\nline",
    "tab\there",
    "ünï ☃",
    "a\\|b",
    "=1+1",
    "\x1b[31mred\x07",
]


@pytest.fixture
def written():
    """A network of nasty names, by layer, in a format."""

    def written(format_name):
        build = GraphBuilder("<b>net|&", title="<b>net|&", source="A & B <i> 2020 | 100%")
        x = build.input(Shape(1, 8, 8, 3))
        for name in NASTY:
            x = build.add(name, Conv2d(4, 3, padding=1), x)
        report = measured_report(measure(build.graph()), "layer", notes=[("<note>", "a|b\n% <c>")])
        return WRITERS[format_name].render(report, 120, False)

    return written


class _Page(HTMLParser):
    """The elements of a page, and the text of its rows' headers."""

    def __init__(self):
        super().__init__()
        self.elements, self.heads, self.inside = set(), [], False

    def handle_starttag(self, tag, attributes):
        self.elements.add(tag)
        self.inside = (tag == "th" and ("scope", "row") in attributes) or (self.inside and tag == "span")
        if tag == "th" and self.inside:
            self.heads.append("")

    def handle_endtag(self, tag):
        self.inside = self.inside and tag != "th"

    def handle_data(self, data):
        if self.inside:
            self.heads[-1] += data


def test_html(written):
    page = _Page()
    page.feed(written("html"))
    assert page.heads == ["input", *NASTY]
    known = "html head meta title link style body a header h1 span button main div label input output table thead tr th"
    assert page.elements <= {*known.split(), "tbody", "td", "dl", "dt", "dd", "script"}


def test_markdown(written):
    text = written("markdown")
    assert "<" not in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len(rows) == 3 + len(NASTY)
    unescaped = [len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) for row in rows]
    assert set(unescaped) == {unescaped[0]}
    assert not re.search(r"(?<!\\)[*`\[]", "".join(rows))


def test_latex(written):
    text = written("latex")
    body = [line for line in text.splitlines() if not line.startswith("%")]
    rows = [line for line in body if line.endswith(r" \\")]
    assert len(rows) == 3 + len(NASTY)  # the header, the input, the total
    assert {len(re.findall(r"(?<!\\)&", row)) for row in rows} == {9}
    assert text.count(r"\end{tabular}") == 1
    commands = set(re.findall(r"\\([a-z]+)", "\n".join(body)))
    assert commands <= {
        "begin",
        "end",
        "toprule",
        "midrule",
        "bottomrule",
        "times",
        "textbackslash",
        "textasciitilde",
        "textasciicircum",
        "textless",
        "textgreater",
        "textbar",
        "ensuremath",
    }
    assert not re.search(r"(?<!\\)[%#]", "\n".join(rows))
    assert text.startswith("% <b>net|&")
    assert all(line.startswith(("%", "\\")) or line.endswith(r"\\") for line in text.splitlines())


def test_csv(written):
    rows = list(csv.DictReader(written("csv").splitlines(keepends=True)))
    assert [row["layer"] for row in rows] == ["input", *map(spreadsheet_cell, NASTY)]
    rows = list(csv.DictReader(written("raw-csv").splitlines(keepends=True)))
    assert [row["layer"] for row in rows] == ["input", *NASTY]


def test_json(written):
    assert [layer["name"] for layer in json.loads(written("json"))["layers"]] == ["input", *NASTY]


def test_table(written):
    lines = written("table").splitlines()
    assert len([line for line in lines if "Conv2d" in line]) == len(NASTY)
    assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize("format_name", ["html", "markdown", "latex", "csv", "json", "table"])
def test_an_unknown_cost_is_marked_in_every_format(format_name):
    from resnet_analyzer.ops.opaque import Opaque

    build = GraphBuilder("net")
    build.add("mystery", Opaque("Lambda"), build.input(Shape(1, 8, 8, 3)))
    text = WRITERS[format_name].render(measured_report(measure(build.graph()), "layer"), 80, False)
    assert "Opaque ?" in text or "lower_bound" in text
    if format_name in ("html", "markdown", "table"):
        assert "≥" in text


def test_a_heading_is_told_once_in_markdown_and_on_every_row_of_csv():
    from resnet_analyzer import architecture

    report = measured_report(measure(architecture("resnet18")), "layer")
    assert WRITERS["markdown"].render(report, 80, False).count("| stage2/block1 |") == 1
    assert WRITERS["csv"].render(report, 80, False).count("\nstage2/block1,") == 7
