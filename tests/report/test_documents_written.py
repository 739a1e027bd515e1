"""Long reports: nothing typed by hand, every format says the same, the same bytes every time."""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import resnet_analyzer.report.lessons as lessons
from resnet_analyzer.analyses.formula.recipe import recipe_of
from resnet_analyzer.architectures.base import architecture, find
from resnet_analyzer.measurement import WRITERS, measure
from resnet_analyzer.report.document import loose
from resnet_analyzer.report.lessons.base import LESSONS
from resnet_analyzer.report.network import network_report
from resnet_analyzer.report.several import several_report
from resnet_analyzer.report.standard import crosscheck_findings
from resnet_analyzer.shape import Shape

ROOT = Path(__file__).parents[2]
RESULT = re.compile(r"\d{1,3}(?:,\d{3})+|\d+\.\d+")
PLACE = re.compile(r"arXiv [\d.]+|sec\. [\d.]+")
TEXTS = ("markdown", "html", "latex", "table")


@pytest.fixture(scope="module")
def report():
    known = find("resnet18")
    return network_report(measure(known.graph()), "resnet18", known, recipe_of(known))


@pytest.fixture(scope="module")
def beside():
    return several_report([measure(architecture(name)) for name in ("alexnet", "resnet18")], "two", [find("alexnet")])


@pytest.mark.parametrize("file", sorted(Path(lessons.__file__).parent.glob("*.py")), ids=lambda path: path.stem)
def test_no_result_is_typed_by_hand(file):
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and ">>>" not in node.value:
            assert not RESULT.search(PLACE.sub("", node.value)), node.value


@pytest.mark.parametrize("format_name", TEXTS)
def test_every_format_says_every_sentence(report, format_name):
    text = WRITERS[format_name].render(loose(report), 1000, False)
    said = " ".join(re.sub(r"\\(.)", r"\1", text).split())
    sentences = [*report.lead, *(each for section in report.sections for each in (*section.paragraphs, *section.see))]
    for sentence in sentences:
        words = re.findall(r"[A-Za-z0-9,.]{4,}", sentence)
        assert words
        assert all(word in said for word in words), sentence


def numbers(text):
    return set(re.findall(r"\d{1,3}(?:,\d{3})+", text))


def test_every_format_says_the_same_numbers(report):
    """What one format groups, all group; what CSV and JSON hold are the very integers."""
    told = {name: WRITERS[name].render(loose(report), 1000, False) for name in TEXTS}
    tables = [table for section in report.sections for table in section.tables]
    rows = [(table.columns, row) for table in tables for row in table.rows]
    cells = [(column.kind, value) for columns, row in rows for column, value in zip(columns, row, strict=True)]
    raw = {value for _, value in cells if type(value) is int}
    counts = {abs(value) for kind, value in cells if type(value) is int and kind != "share"}
    grouped = numbers(told["markdown"])
    assert len(grouped) > 30
    assert numbers(told["latex"]) == numbers(told["table"]) == grouped <= numbers(told["html"])
    csv = set(re.findall(r"\d+", WRITERS["csv"].render(report, 80, False)))
    assert {str(value) for value in counts} <= csv
    data = json.loads(WRITERS["json"].render(report, 80, False))
    held = {value for section in data["sections"] for table in section["tables"] for row in table["rows"]
            for value in row if type(value) is int}  # fmt: skip
    assert held == raw
    assert data["totals"] == measure(architecture("resnet18")).to_dict()["totals"]


def test_json_of_several_holds_each(beside):
    data = json.loads(WRITERS["json"].render(beside, 80, False))
    assert [each["model"] for each in data["models"]] == ["alexnet", "resnet18"]
    assert data["sections"][0]["title"] == "At a glance"


def test_several_in_every_format(beside):
    for name in ("markdown", "html", "latex", "table", "csv"):
        text = WRITERS[name].render(loose(beside), 120, False)
        assert "alexnet" in text
        assert "resnet18" in text


def test_pictures_are_told_in_words_where_there_is_no_folder(report):
    assert "*Picture: Architecture drawing" in WRITERS["markdown"].render(loose(report), 80, False)
    assert "![Architecture drawing" in WRITERS["markdown"].render(report, 80, False)
    assert "pictures/resnet18-architecture.svg)" in WRITERS["markdown"].render(report, 80, False)
    assert r"\includegraphics[width=\linewidth]{pictures/resnet18-architecture.png}" in WRITERS["latex"].render(
        report, 80, False
    )


def test_html_and_fragment(report):
    page, part = WRITERS["html"].render(report, 80, False), report._repr_html_()
    assert page.startswith("<!doctype html>")
    assert "<script" not in part
    assert "<html" not in part
    assert part.count("data:image/svg+xml;base64,") == len(report.figures)
    assert not re.search(r'(?:src|href)="(?!#|data:)', page)
    assert not re.search(r"https?://(?!www\.w3\.org/)", page)


def test_a_page_that_cannot_be_varied_has_no_panel():
    page = WRITERS["html"].render(network_report(measure(architecture("basic")), "basic"), 80, False)
    assert 'id="panel"' not in page
    assert 'id="live"' not in page


def test_unknown_costs_are_told():
    from resnet_analyzer.graph import GraphBuilder
    from resnet_analyzer.ops.conv import Conv2d
    from resnet_analyzer.ops.opaque import Opaque

    build = GraphBuilder("net")
    build.add("mystery", Opaque("Lambda"), build.chain(build.input(Shape(1, 8, 8, 3)), ("conv", Conv2d(4, 3))))
    text = WRITERS["markdown"].render(loose(network_report(measure(build.graph()), "net")), 80, False)
    assert "at least" in text
    assert "cost of 1 layer" in text


@pytest.mark.parametrize("name", LESSONS)
def test_lessons_have_pictures_sections_and_a_source(name):
    made = LESSONS[name].make(())
    assert made.figures
    assert len(made.sections) >= 2
    assert dict(made.notes)["source"]
    assert all(each.paragraphs for each in made.sections)
    assert all(figure.drawing.alt and figure.file.startswith(f"pictures/{name}") for figure in made.figures)


def test_the_cross_check_that_is_there_is_quoted(tmp_path):
    assert crosscheck_findings(str(tmp_path)) == ()
    line = "conv1x1 and dense, same weights: the same numbers (largest relative difference 1.2e-07)"
    (tmp_path / "crosscheck.md").write_text(f"# Crosscheck\n\n- **arithmetic**: {line}\n- **device**: CPU\n")
    assert crosscheck_findings(str(tmp_path)) == (line,)
    text = WRITERS["markdown"].render(LESSONS["conv1x1"].make(crosscheck_findings(str(tmp_path))), 80, False)
    assert line in text


@pytest.mark.parametrize("name", ["resnet_table1"])
def test_the_same_bytes_in_every_process(name):
    code = (
        "import sys; from resnet_analyzer.report.lessons.base import LESSONS;"
        "from resnet_analyzer.measurement import WRITERS;"
        "from resnet_analyzer.report.files import files_of; import hashlib;"
        "files = files_of(LESSONS[sys.argv[1]].make(()), 'x', WRITERS['markdown']);"
        "print(hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest())"
    )
    seen = set()
    for seed, zone, language in (("0", "UTC", "C"), ("4711", "Asia/Tokyo", "C.UTF-8")):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": language, "PYTHONPATH": str(ROOT)}
        ended = subprocess.run([sys.executable, "-c", code, name], env=environment, capture_output=True, check=True)
        seen.add(ended.stdout)
    assert len(seen) == 1


def test_no_machine_and_no_day_in_the_committed_reports():
    for file in sorted((ROOT / "reports").rglob("*")):
        if file.suffix in (".md", ".svg") and file.stem != "crosscheck":
            text = file.read_text(encoding="utf-8")
            assert "/work" not in text
            assert "/home/" not in text
            assert not re.search(r"\b20\d\d-\d\d-\d\d\b", text)


@pytest.mark.slow
def test_the_committed_reports_are_current():
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "resnet_analyzer", "report", "--standard", "--check"]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=90, check=False)
    assert ended.returncode == 0, ended.stderr.decode()


def test_pictures_of_another_matplotlib_are_compared_by_what_they_say(tmp_path):
    from resnet_analyzer.report.files import DRAWN_BY, drawn_elsewhere, stale

    here = {
        DRAWN_BY: b"matplotlib 3.11.2\n",
        "pictures/a.svg": b"<svg 1><title>t</title><desc>5</desc>...",
        "a.md": b"x",
    }
    assert stale(str(tmp_path), here) == list(here)
    for name, content in here.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    assert stale(str(tmp_path), here) == []
    moved = here | {"pictures/a.svg": b"<svg 2><title>t</title><desc>5</desc>..."}
    assert stale(str(tmp_path), moved) == ["pictures/a.svg"]
    (tmp_path / DRAWN_BY).write_bytes(b"matplotlib 3.10.0\n")
    assert drawn_elsewhere(str(tmp_path), here) == "matplotlib 3.10.0"
    assert stale(str(tmp_path), moved) == []
    assert stale(str(tmp_path), moved | {"a.md": b"y"}) == ["a.md"]
    assert stale(str(tmp_path), here | {"pictures/a.svg": b"<svg 1><title>t</title><desc>6</desc>"}) == [
        "pictures/a.svg"
    ]
