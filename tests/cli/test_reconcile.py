"""The commands `conventions`, `reconcile` and `diff`."""

from __future__ import annotations

import json
import re

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
    assert "fvcore 0.1.5 (flops): 49 ReLU, 16 Add, 1 3×3 max pool, /2" in run("conventions", "resnet50@torchvision").out


@pytest.mark.parametrize("columns", [80, 100])
def test_conventions_fit_and_cut_nothing(run, columns):
    for items in ([], ["--items"]):
        out = run("conventions", "resnet50@torchvision", *items, columns=columns).out
        assert max(map(len, out.splitlines())) <= columns
        assert "…" not in out.partition("misses")[0]
    assert re.search(r"^What each is the sum of\n\ntool ", out, re.MULTILINE)  # the title above its header
    assert "multiply-accumulates" in out  # no word is cut


def test_misses_say_of_which_figure(run):
    """fvcore prints flops and activations, and misses other layers in each."""
    out = run("conventions", "resnet50@torchvision", columns=300).out
    lines = out.partition("\nmisses")[2].splitlines()
    heads = [line.strip().partition(": ")[0] for line in lines]
    assert len([head for head in heads if head.startswith("fvcore")]) == 2
    told = [head for head in heads if head.endswith(")")]
    assert len(set(told)) == len(told)


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
    assert "| stage3/block1/conv1 |        3 | strides 2 → 1 |        0 | +231,211,008" in out
    assert "was" not in out  # nothing was renamed


def test_diff_cuts_no_name_and_no_setting(run):
    """At 80 columns conv1 and conv2 were both `stage3/block1/c…`, and `activation – → relu` lost its end."""
    out = run("diff", "resnet50@paper", "resnet50@torchvision").out
    assert "stage3/block1/conv1" in out
    assert "stage3/block1/conv2" in out
    renamed = run("diff", "resnet50@paper", "resnet50@keras").out
    assert "activation – → softmax" in renamed
    assert "stage1/conv" in renamed
    for text in (out, renamed, run("diff", "resnet18", "resnet50", columns=60).out):
        assert "…" not in text
        assert max(map(len, text.splitlines())) <= 80
    lines = [line.split() for line in out.splitlines() if line.startswith("changed")]
    assert sum(int(line[2]) for line in lines) == 6  # as the title says


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
