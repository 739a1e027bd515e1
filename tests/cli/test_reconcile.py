"""The commands `conventions`, `reconcile` and `diff`."""

from __future__ import annotations

import json

import jsonschema
import pytest

from resnet_analyzer.report.schemas import schema_of


def documents():
    yield "conventions", ("conventions", "resnet18@torchvision", "--items")
    yield "reconciliation", ("reconcile", "resnet50", "3.8G", "4.11G", "25.6M", "9.9G")
    yield "reconciliation", ("reconcile", "714.19M", "61.1M")
    yield "difference", ("diff", "resnet18", "resnet34")


@pytest.mark.parametrize(("kind", "arguments"), list(documents()))
def test_json(run, kind, arguments):
    data = json.loads(run(*arguments, "--format", "json").out)
    jsonschema.validate(data, schema_of(kind))


def test_conventions(run):
    out = run("conventions", "resnet50@torchvision", "--format", "csv").out
    assert "4111512576" in out
    assert "4133742592" in out
    assert "fvcore 0.1.5: 49 ReLU, 16 Add, 1 3×3 max pool, /2" in run("conventions", "resnet50@torchvision").out


def test_reconcile(run):
    out = run("reconcile", "resnet50", "3.8G", "4.11G").out
    for text in ("+231,211,008", "3 × 77,070,336", "+22,227,968", "+100,352", "= 4,111,512,576"):
        assert text in out
    assert "stage4/block1/conv1" in run("reconcile", "resnet50", "3.8G", "4.11G", "--by", "layer").out
    assert "1,677,076,200 remain" in run("reconcile", "resnet50", "9.9G").out


def test_diff(run):
    out = run("diff", "resnet50@paper", "resnet50@torchvision", "--format", "markdown", "--by", "layer").out
    assert out.count("77,070,336") == 3
    assert "+231,211,008 (+6.0 %)" in out
    out = run("diff", "resnet50@paper", "resnet50@torchvision", "--format", "markdown").out
    assert "stage3/block1/conv1 and 2 more | stage3/block1/conv1 | strides 2 → 1 |        0 | +231,211,008" in out


def test_diff_fails_where_it_grows(run, complain):
    assert run("diff", "resnet50@paper", "resnet50@torchvision", "--fail-over", "10%").status == 0
    assert run("diff", "resnet50@paper", "resnet50@torchvision", "--fail-over", "1%").status == 1
    assert "expected a percentage" in complain("diff", "resnet18", "resnet18", "--fail-over", "much")


def test_reconcile_needs_numbers(complain):
    assert "give the numbers to explain" in complain("reconcile", "resnet50")
    assert "expected a number as tools print it" in complain("reconcile", "resnet50", "much")


def test_a_number_alone_is_held_against_ours(run):
    """What a lone number counts more than our MACs: 2 per normalised element, and the average pool's 7·7·2,048."""
    out = run("reconcile", "resnet50@torchvision", "4.11G").out
    for text in ("1 number reconciled", "From 4,089,184,256 to 4,111,512,576", "+22,227,968", "+100,352"):
        assert text in out
    assert "From" not in run("reconcile", "resnet50@torchvision", "4.09G").out


def test_styles_that_give_the_same_share_a_line(run):
    """Where the stride stands changes no parameter: both styles have 25,557,032."""
    data = json.loads(run("reconcile", "resnet50", "25,557,032", "--format", "json").out)
    (alike,) = data["numbers"][0]["alike"]
    assert alike["networks"] == ["resnet50@paper", "resnet50@torchvision"]
    assert alike["numbers"] == [{"number": 25_557_032, "conventions": ["params"]}]
    assert "resnet50@paper (= @torchvision)" in run("reconcile", "resnet50", "25,557,032").out
