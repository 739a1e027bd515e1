"""Parameters and MACs multiplied out: every product is true, and no layer with kernels lacks one."""

from __future__ import annotations

import re

import pytest

from resnet_analyzer.architectures.base import ARCHITECTURES, architecture
from resnet_analyzer.measurement import measure
from resnet_analyzer.report.by_hand import macs_by_hand, params_by_hand

NETS = ["resnet50", "vgg16", "googlenet", "densenet121", "resnext50_32x4d", "seresnet50", "alexnet"]


def worked_out(text):
    """The left side of an equation as Python works it out."""
    return eval(text.split(" = ")[0].replace("·", "*"))


@pytest.mark.parametrize("name", NETS)
def test_every_product_is_true(name):
    for row in measure(ARCHITECTURES[name].graph()).rows:
        for text, figure in ((params_by_hand(row), row.params), (macs_by_hand(row), row.macs)):
            if text:
                assert text.endswith(f" = {figure:,}")
                assert worked_out(text) == figure
        assert bool(params_by_hand(row)) == bool(row.params)
        assert bool(macs_by_hand(row)) == bool(row.macs)


def test_the_issues_own_example():
    """7·7·3·64 + 64 = 9,472: the first convolution of Keras' ResNet50, which has a bias."""
    row = measure(architecture("resnet50", style="keras")).by_name["conv1_conv"]
    assert params_by_hand(row) == "7·7·3·64 + 64 = 9,472"
    assert macs_by_hand(row) == "7·7·3·64 · 112·112 = 118,013,952"


def test_channels_first_and_a_batch(monkeypatch):
    row = measure(architecture("resnet18"), 2).by_name["stage1/conv"]
    assert macs_by_hand(row) == f"7·7·3·64 · 2·112·112 = {2 * 118_013_952:,}"


def test_a_result_is_never_cut(process_text):
    """At 80 columns formulas take several lines; put together, every one is there with its result."""
    text = process_text("--depth", "50", "--how", columns=80)
    assert "…" not in text.split("\ntotal")[0]
    for result in ("118,013,952", "115,605,504", "9,408", "(224 + 2·3"):
        assert result in text


@pytest.fixture
def process_text(capsys, monkeypatch):
    from resnet_analyzer.cli.main import main

    def text(*arguments, columns):
        monkeypatch.setenv("COLUMNS", str(columns))
        with pytest.raises(SystemExit):
            main(list(arguments))
        return capsys.readouterr().out

    return text


def test_layers_say_what_they_read(process_text):
    lines = {line.split()[0]: line.split() for line in process_text("--depth", "18", "--by", "layer", columns=120).splitlines() if line.strip()}  # fmt: skip  # noqa: E501
    assert re.match(r"shortcut/conv$", lines["shortcut/conv"][0])
    assert lines["shortcut/conv"][2] == "stage4/block2/relu"
    assert lines["add"][2:4] == ["bn2,", "shortcut/bn"] or lines["add"][2] == "bn2,"
