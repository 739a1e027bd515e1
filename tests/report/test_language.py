"""Tables and reports in Chinese: whole, aligned, 80 columns wide, with every number and name as in English."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache

import pytest
from click.testing import CliRunner

from resnet_analyzer.architectures.base import ARCHITECTURES
from resnet_analyzer.cli.main import program
from resnet_analyzer.report import language
from resnet_analyzer.report.columns import screen_width
from resnet_analyzer.report.language import language_of
from resnet_analyzer.report.words import FOLDER, template

CATALOGUE = FOLDER / "zh" / "LC_MESSAGES" / "resnet_analyzer.po"
COMMANDS = (
    "--depth 50",
    "--depth 50 --by block",
    "resnet18 --by layer",
    "resnet18 --how",
    "resnet50@torchvision",
    "vgg19",
    "densenet121",
    "lecture50",
    "resnext50_32x4d",
    "list",
    "compare resnet50 resnet101",
    "diff resnet50@paper resnet50@torchvision",
    "diff resnet50@paper resnet50@torchvision --fail-over 10% --fail-over memory=1%",
    "formula resnet50",
    "solve resnet50 --max-macs 5G",
    "memory resnet50",
    "receptive resnet50",
    "training resnet50",
    "paths resnet50",
    "paths plain110 resnet110",
    "paths resnet110",
    "gradients --stored",
    "degradation --stored",
    "compare conv1x1 dense",
    "compare lecture50 resnet50@keras",
    "formula resnet110 --in blocks",
    "formula resnet50 --prove",
    "diff lecture50 resnet50@keras --input 224 --classes 1000",
    "verify resnet50 --max-macs 4G",
    "report resnet18 resnet34 --format table",
    "report resnet18 --since resnet34 --format markdown",
    "report resnet50 --format table",
    "report resnet18 --format markdown",
    "report vgg19 --format table",
    "report lecture50 --format markdown",
    "report lecture101 --format markdown",
    "roofline resnet50 --device t4",
)
ENGLISH = re.compile(r"(?<![-\w/])[a-z]{3,} [a-z]{3,}(?![-\w/])")  # two words in a row
NUMBER = re.compile(r"\d[\d,.]*\d|\d")


def printed(typed, **environment):
    result = CliRunner().invoke(program, typed.split(), env={"COLUMNS": "80", "LC_ALL": "C.UTF-8", **environment})
    assert result.exit_code == 0, result.output
    return result.stdout


def width(text):
    """Columns that a terminal shows, by Unicode's own table."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


@pytest.mark.parametrize("typed", COMMANDS)
def test_no_english_sentence_is_left(typed):
    """But for names: networks' titles, sources, commands."""
    said = printed(f"{typed} --lang zh", COLUMNS="900")
    text = "\n".join(line for line in said.splitlines() if "--by layer" not in line)
    text = text.replace("\\", "").replace("&amp;", "&")
    for name in names():
        text = text.replace(name, "")
    assert ENGLISH.findall(text) == []


@cache
def names():
    """Titles and sources, the longest first."""
    every = [each for _, each in ARCHITECTURES.items()]
    told = {each.title for each in every} | {known.source for each in every for known in each.published}
    return sorted(told | {each.source for each in every}, key=len, reverse=True)


@pytest.mark.parametrize("typed", COMMANDS)
def test_numbers_are_untouched(typed):
    chinese, english = (
        Counter(NUMBER.findall(printed(f"{typed} --lang {name}", COLUMNS="900"))) for name in ("zh", "en")
    )
    words = {"1": "one", "2": "two"}  # a sentence may spell what a template leaves out
    assert {number: count for number, count in (english - chinese).items() if number not in words} == {}
    assert {number: count for number, count in (chinese - english).items() if number not in words} == {}


@pytest.mark.parametrize("typed", [each for each in COMMANDS if "markdown" not in each])
def test_fits_80_columns(typed):
    assert [line for line in printed(f"{typed} --lang zh").splitlines() if width(line) > 80] == []


def test_columns_are_aligned():
    lines = printed("--depth 50 --lang zh").splitlines()[2:10]
    assert {width(line) for line in lines} == {width(lines[0])}
    assert lines[0].split() == ["阶段", "结构", "输出", "参数量", "MMACs", "占比"]
    starts = {width(line[: re.search(r"\S", line[8:]).start() + 8]) for line in lines if line.startswith("stage")}
    assert starts == {width("stage1  ")}


@pytest.mark.parametrize("format_name", ["json", "csv", "raw-csv"])
def test_machines_read_the_same(format_name):
    assert printed(f"resnet18 --format {format_name} --lang zh") == printed(f"resnet18 --format {format_name}")


def test_the_surroundings_are_asked():
    assert "参数量" in printed("resnet18", LC_ALL="", LANG="zh_CN.UTF-8")
    assert "参数量" not in printed("resnet18 --lang en", LC_ALL="", LANG="zh_CN.UTF-8")
    assert "参数量" not in printed("resnet18", LC_ALL="C.UTF-8", LANG="zh_CN.UTF-8")
    assert language_of({}) == language_of({"LANG": "de_DE.UTF-8"}) == "en"


def test_another_language_is_an_error():
    result = CliRunner().invoke(program, ["resnet18", "--lang", "fr"])
    assert result.exit_code == 2
    assert "expected en, zh, not 'fr'" in result.output


def catalogue():
    read_po = pytest.importorskip("babel.messages.pofile").read_po

    with CATALOGUE.open("rb") as file:
        return read_po(file)


def test_the_compiled_catalogue_is_current():
    found = catalogue()
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = pytest.importorskip("babel.messages.mofile").read_mo(file)
    assert {entry.id: entry.string for entry in compiled if entry.id} == {
        entry.id: entry.string for entry in found if entry.id
    }, "compile it: python -m tests.docs.chinese"


def test_every_entry_says_as_much_as_the_english_one():
    for entry in catalogue():
        if entry.id:
            count = entry.id.count("{}")
            numbered = sorted(re.findall(r"\{(\d)\}", entry.string))
            assert entry.string.count("{}") == count or numbered == [str(index) for index in range(count)], entry.id
            assert screen_width(entry.string) == width(entry.string), entry.id


def test_what_is_left_out_of_a_template_can_be_put_back():
    for text in ("3.8 G MACs in He et al. 2015 (arXiv 1512.03385), Table 1; ours 3,857,973,248", "3×3 max pool, /2"):
        pattern, parts = template(text)
        assert pattern.format(*parts) == text


def test_a_layer_keeps_its_name():
    """What is called `stage` or `total` in somebody's model is not translated."""
    from resnet_analyzer import GraphBuilder, Shape, measure
    from resnet_analyzer.ops.relu import ReLU
    from resnet_analyzer.report.measured import measured_report

    build = GraphBuilder("total")
    build.chain(build.input(Shape(1, 8, 8, 3)), ("layers", ReLU()), ("what", ReLU()))
    table = language.translated(measured_report(measure(build.graph()), "layer"), "zh").tables[0]
    assert {"layers", "what"} <= {cell for row in table.rows for cell in row}


def test_a_repair_is_told_part_by_part():
    from resnet_analyzer.report.words import Words

    said = Words("zh").text("without projection: false · in line 10 · +132,096 parameters")
    assert said == "去掉 projection: false · 第 10 行 · 参数量 +132,096"


def test_what_is_left_out_is_told_too():
    """Titles and sources that the catalogue has, how many times, and one title that is two words."""
    from resnet_analyzer.report.words import Words

    words = Words("zh")
    assert words.text("ResNet-50 of the course") == "课程的 ResNet-50"
    assert "16.94 倍" in words.text("resnet34 has 16.94× the weights of resnet18 (1,179,648 : 69,632); resnet34 has 2.00× the MACs of resnet18 (2 : 1)")  # fmt: skip  # noqa: E501
    assert words.text("conv1x1 against dense") == "conv1x1 对 dense"
    assert printed("memory resnet18 --lang zh").splitlines()[2].split()[0] == "项目"
    assert printed("diff resnet34 resnet50 --lang zh").splitlines()[2].split()[0] == "改动"
