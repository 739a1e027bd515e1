"""Every format says the same numbers: each is read back and compared with `measure`."""

import csv
import json
from html.parser import HTMLParser

import pytest

from resnet_analyzer import architecture, measure
from resnet_analyzer.measurement import WRITERS

NETWORKS = ["resnet50", "lecture50", "googlenet", "resnext50_32x4d"]


@pytest.fixture(scope="module", params=NETWORKS)
def measured(request):
    return measure(architecture(request.param))


def truth(measured):
    """Of each layer: name, parameters, MACs, FLOPs, in exact numbers."""
    return [(row.name, row.trainable_params, row.macs, row.flops) for row in measured.rows]


def name(measured):
    return measured.graph.name


def cells_of_markdown(text):
    rows = [line[2:-2].split(" | ") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip().replace("\\", "") for cell in row] for row in rows if not row[0].startswith("--")]


def cells_of_latex(text):
    rows = [line.removesuffix(r" \\").split(" & ") for line in text.splitlines() if line.endswith(r" \\")]
    signs = {r"$\times$": "×", "--": "–", "\\_": "_", "\\%": "%"}
    return [[_replaced(cell.strip(), signs) for cell in row] for row in rows]


def _replaced(text, signs):
    for sign, plain in signs.items():
        text = text.replace(sign, plain)
    return text


class _Cells(HTMLParser):
    def __init__(self):
        super().__init__()
        self.rows, self.inside = [], False

    def handle_starttag(self, tag, attributes):
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self.inside = True

    def handle_endtag(self, tag):
        self.inside = self.inside and tag not in ("td", "th")

    def handle_data(self, data):
        if self.inside:
            self.rows[-1][-1] += data


def cells_of_html(text):
    reader = _Cells()
    reader.feed(text)
    return [row for row in reader.rows if len(row) == len(reader.rows[0])]  # the others head a group


def exact(text):
    return 0 if text == "–" else int(text.replace(",", ""))


def test_json_is_the_measurement(run, measured):
    assert json.loads(run(name(measured), "--format", "json").out) == measured.to_dict()


def test_csv_holds_exact_numbers(run, measured):
    rows = list(csv.DictReader(run(name(measured), "--by", "layer", "--format", "csv").out.splitlines()))
    read = [(row["layer"], *[int(row[key] or 0) for key in ("params", "MACs", "FLOPs")]) for row in rows]
    assert read == truth(measured)


@pytest.mark.parametrize("by", ["stage", "block"])
def test_csv_sums_to_the_totals(run, measured, by):
    rows = list(csv.DictReader(run(name(measured), "--by", by, "--format", "csv").out.splitlines()))
    totals = measured.totals
    sums = {key: sum(int(row[key] or 0) for row in rows) for key in ("params", "MACs", "FLOPs", "activations")}
    assert tuple(sums.values()) == (totals.trainable_params, totals.macs, totals.flops, totals.activations)
    assert sum(float(row["share"] or 0) for row in rows) == pytest.approx(1, abs=1e-4)
    assert all(row[by] for row in rows)


@pytest.mark.parametrize(
    ("format_name", "read"), [("markdown", cells_of_markdown), ("latex", cells_of_latex), ("html", cells_of_html)]
)
def test_spelled_numbers_are_the_measured_ones(run, measured, format_name, read):
    title, *rows = read(run(name(measured), "--by", "layer", "--format", format_name).out)
    if format_name == "latex":  # whose last row sums the others up
        *rows, total = rows
        assert (total[0], exact(total[title.index("params")])) == ("total", measured.totals.params)
    by_title = [dict(zip(title, row, strict=True)) for row in rows]
    assert [row["layer"] for row in by_title] == [row.name for row in measured.rows]
    assert [exact(row["params"]) for row in by_title] == [row.trainable_params for row in measured.rows]
    unit = {"MMACs": 10**6, "kMACs": 10**3, "MACs": 1}
    (key,) = [key for key in title if key in unit]
    for row, (_, _, spent, _) in zip(by_title, truth(measured), strict=True):
        shown = 0 if row[key] == "–" else float(row[key].replace(",", "")) * unit[key]
        assert abs(shown - spent) <= unit[key] / 20 + 1


def test_table_says_what_markdown_says(run, measured):
    rows = [" ".join(row) for row in cells_of_markdown(run(name(measured), "--format", "markdown").out)]
    lines = [" ".join(line.split()) for line in run(name(measured), columns=200).out.splitlines()]
    assert [row.strip() for row in rows] == lines[2 : 2 + len(rows)]


@pytest.mark.parametrize("format_name", ["table", "markdown", "html", "latex"])
def test_the_total_stands_in_every_text(run, format_name):
    text = run("--depth", "50", "--format", format_name).out
    for figure in ("25,557,032 parameters", "3.858 GMACs", "10,588,136 activations", "53,120", "7.754 GFLOPs"):
        assert figure in text


@pytest.mark.parametrize(
    ("ending", "format_name"),
    [("json", "json"), ("csv", "csv"), ("md", "markdown"), ("tex", "latex"), ("html", "html"), ("HTM", "html")],
)
def test_a_files_ending_picks_the_format(run, tmp_path, ending, format_name):
    file = tmp_path / f"out.{ending}"
    assert run("resnet18", "-o", str(file)) == (0, "", f"wrote {file}\n")
    assert file.read_text(encoding="utf-8") == run("resnet18", "--format", format_name).out


def test_every_format_is_here_and_ends_with_a_line_end(run):
    formats = {"table", "markdown", "csv", "json", "latex", "html"}
    assert formats <= set(WRITERS)
    for format_name in formats:
        assert run("resnet18", "--format", format_name).out.endswith("\n")
