"""The command `solve`: its screens, formats, and what it refuses."""

import json

import pytest

from resnet_analyzer.cli._quantity import quantity
from resnet_analyzer.errors import UsageError


def test_the_largest_input(run):
    out = run("solve", "resnet50", "--max-macs", "4.1G").out
    assert "n = 224 is the largest n with at most 4,100,000,000 MACs" in out
    assert "n = 225 exceeds the budget by 282,657,728 MACs" in out


def test_a_pareto_set_in_steps(run):
    arguments = ("--max-macs", "4.1G", "--max-params", "30M", "--for", "n=32::32,width=16::16")
    ended = run("solve", "resnet50", *arguments, "--format", "csv")
    assert [line.split(",")[:2] for line in ended.out.splitlines()[1:]] == [
        ["224", "64"], ["288", "48"], ["448", "32"], ["864", "16"],
    ]  # fmt: skip
    data = json.loads(run("solve", "resnet50", *arguments, "--format", "json").out)
    assert data["front"][0]["figures"]["macs"] == 3_857_973_248


@pytest.mark.parametrize("columns", [80, 120])
def test_a_long_set_fits_the_terminal(run, columns):
    out = run("solve", "resnet20", "--max-macs", "200M", "--for", "blocks", columns=columns).out
    assert max(map(len, out.splitlines())) <= columns
    assert "shown: the 24" in " ".join(out.split())


def test_a_match_and_none(run):
    assert "blocks3 = 23" in run("solve", "resnet50", "--match", "44,549,160", "params").out
    ended = run("solve", "resnet50", "--match", "7", "params")
    assert ended.status == 1
    assert "nothing for resnet50 has exactly 7 params" in ended.out


def test_a_budget_that_nothing_meets_ends_with_1(complain):
    assert "the smallest, n = 1, takes" in complain("solve", "resnet50", "--max-macs", "1M", status=1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["resnet50"], "a network and a budget are needed"),
        (["--max-macs", "1G"], "a network and a budget are needed"),
        (["resnet50", "--max-macs", "4.1Q"], "--max-macs '4.1Q': expected a size"),
        (["resnet50", "--max-macs", "1.5"], "is not a whole number"),
        (["resnet50", "--max-macs", "4G", "--for", "n=5:2"], "ends before it begins"),
        (["resnet50", "--max-macs", "4G", "--for", "n,n"], "appears twice"),
        (["resnet50", "--max-macs", "4G", "--for", "n=a"], "expected a name, or a range"),
        (["resnet50", "--max-macs", "4G", "--match", "1", "params"], "give one of them"),
        (["resnet50", "--match", "1", "weights"], "expected params, macs"),
        (["resnet50", "--max-params", "1G"], "do not depend on it"),
    ],
)
def test_what_means_nothing_is_refused(complain, arguments, words):
    assert words in complain("solve", *arguments)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("4.1G", 4_100_000_000),
        ("26M", 26 * 10**6),
        ("300k", 300_000),
        ("25,557,032", 25_557_032),
        (".5k", 500),
        ("7", 7),
    ],
)
def test_sizes(text, number):
    assert quantity(text, "--max-macs") == number


@pytest.mark.parametrize(("text", "number"), [("1MiB", 2**20), ("2.5GB", 2_500_000_000), ("1kb", 1000), ("3", 3)])
def test_sizes_in_bytes(text, number):
    assert quantity(text, "--max-memory", in_bytes=True) == number


@pytest.mark.parametrize("text", ["", "G", "1.2.3G", "-4G", "1e9", "4GB", "1Mi", "٣", "1" * 50])
def test_what_is_no_size(text):
    with pytest.raises(UsageError, match="--max-macs"):
        quantity(text, "--max-macs")


def test_no_million_classes(run):
    """ResNet-18 has 4.12 G MACs with 4,504,763 classes: nobody means that."""
    assert "classes" not in run("solve", "resnet18", "--match", "4.12G", "macs").out
