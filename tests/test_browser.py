"""The face that the page calls, without a browser: needs nothing that a browser's Python has not, says what ra says."""

import json
import subprocess
import sys

import pytest

import resnet_analyzer as ra
from resnet_analyzer.browser import Page

ABSENT = ("numpy", "matplotlib", "networkx", "click", "mmap")
KINDS = ("table", "drawing", "cost", "memory", "receptive", "conventions", "formula")


@pytest.fixture
def ask():
    page = Page()
    return lambda **question: json.loads(page.answer(json.dumps(question)))


def test_nothing_is_needed_that_a_browser_does_not_have():
    code = (
        f"import json, sys; sys.modules.update(dict.fromkeys({ABSENT})); from resnet_analyzer.browser import Page\n"
        "page = Page(); network = {'target': 'resnet50', 'sizes': {'h': 225}, 'batch': 2, 'options': {'width': '96'}}\n"
        f"for kind in {KINDS}:\n"
        "    wish = {'ask': 'show', 'network': network, 'view': {'kind': kind}}\n"
        "    answer = json.loads(page.answer(json.dumps(wish)))\n"
        "    assert 'error' not in answer, answer\n"
        "for name in ('html', 'markdown', 'latex', 'csv', 'json', 'svg'):\n"
        "    wish = {'ask': 'save', 'network': network, 'view': {'kind': 'table'}, 'format': name}\n"
        "    answer = json.loads(page.answer(json.dumps(wish)))\n"
        "    assert len(answer['text']) > 500, answer\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize(
    ("network", "asked"),
    [
        ({"target": "resnet50"}, {}),
        ({"target": "resnet50", "sizes": {"h": 97, "w": 131}, "batch": 3}, {"input": (97, 131), "batch": 3}),
        ({"target": "resnet50@torchvision", "classes": 7}, {"classes": 7}),
        ({"target": "resnet50", "style": "keras", "options": {"width": "17"}}, {"style": "keras", "width": 17}),
        ({"target": "resnet50", "options": {"blocks": "2,3,4,5"}}, {"blocks": (2, 3, 4, 5)}),
    ],
)
def test_totals_are_those_of_the_library(ask, network, asked):
    shown = ask(ask="show", network=network, view={})
    told = {each["name"]: each["exact"] for each in shown["summary"]["figures"]}
    totals = ra.measure(network["target"], **asked).totals
    assert told == {name: f"{getattr(totals, name):,}" for name in told}
    assert {"params", "macs", "flops", "activations"} <= set(told)


def test_controls_say_what_may_change(ask):
    controls = ask(ask="show", network={"target": "resnet50"}, view={})["summary"]["controls"]
    values = {each["name"]: each["value"] for each in controls if each["group"] != "options"}
    assert values == {"h": 224, "w": 224, "batch": 1, "classes": 1000, "style": "paper"}
    options = {each["name"]: each["value"] for each in controls if each["group"] == "options"}
    assert options["blocks"] == "3,4,6,3"
    assert options["width"] == "64"


@pytest.mark.parametrize(
    ("network", "says"),
    [
        ({"target": "resnet5x"}, "resnet5x"),
        ({"target": "resnet50", "sizes": {"h": 0}}, "at least 1"),
        ({"target": "resnet50", "options": {"colour": "red"}}, "colour"),
        ({"target": "resnet50", "options": {"width": "wide"}}, "whole number"),
        ({"target": "no.onnx"}, "no.onnx: there is no such file"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(ask, network, says):
    error = ask(ask="show", network=network, view={})["error"]
    assert says in error
    assert "\n" not in error


def test_too_large_is_said_so(ask, monkeypatch):
    def measure(graph):
        raise MemoryError

    monkeypatch.setattr("resnet_analyzer.browser.measure", measure)
    assert "too large" in ask(ask="show", network={"target": "resnet50"}, view={})["error"]


def test_a_repair_brings_the_whole_text(ask):
    text = "input: 8\nlayers:\n- conv2d: {filters: 8, kernel_size: 9}\n- dense: 10\n"
    answer = ask(ask="verify", text=text)
    assert answer["findings"][0]["line"] == 3
    mended = answer["findings"][0]["repairs"][0]["text"]
    assert ask(ask="verify", text=mended)["valid"]


def test_words_in_chinese(ask):
    view = ask(ask="show", network={"target": "resnet50"}, view={}, language="zh")["view"]
    assert "参数" in view["html"]


def test_the_command_that_says_the_same(ask):
    network = {"target": "resnet50", "sizes": {"h": 225, "w": 224}, "batch": 2, "options": {"width": "96"}}
    view = ask(ask="show", network=network, view={"kind": "table", "by": "layer"})["view"]
    assert view["command"] == "resnet-analyze show resnet50 --input 225x224 --batch 2 --set width=96 --by layer"
