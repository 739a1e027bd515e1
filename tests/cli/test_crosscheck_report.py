"""The committed report of `crosscheck --all`: every network that is registered stands in it, and agrees.

Made by `resnet-analyze crosscheck --all --output reports/crosscheck.md`; a quarter of an hour on two cores.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import resnet_analyzer as ra
from resnet_analyzer.architectures.base import ARCHITECTURES

REPORT = Path(__file__).parents[2].joinpath("reports/crosscheck.md")


@pytest.fixture(scope="module")
def report():
    if not REPORT.exists():
        pytest.skip("reports are not part of an installed package")
    return REPORT.read_text(encoding="utf-8").replace("\\_", "_")


@pytest.fixture(scope="module")
def rows(report):
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in report.splitlines() if line[:2] == "| "]
    return {row[0]: row[1:] for row in cells[1:]}


def test_every_network_in_every_style(rows):
    every = [
        name if style == "paper" else f"{name} ({style})"
        for name, each in ARCHITECTURES.items()
        for style in each.styles
    ]
    assert sorted(rows) == sorted(every)


def test_nothing_disagrees(report, rows):
    assert {row[0] for row in rows.values()} == {"agrees"}
    assert f"layers of {len(rows)} models: " in report
    assert "; no disagreement" in report
    assert "DISAGREES" not in report
    for kind in ("shapes", "weights", "FLOPs"):
        agree, seen = re.search(rf"{kind} ([\d,]+)/([\d,]+),", report.partition("**result**")[2]).groups()
        assert agree == seen != "0"


def test_it_says_what_it_ran_on(report):
    assert re.search(r"\*\*device\*\*: (CPU|GPU) \(.+\) · back end \w+ · keras 3\.[\d.]+, \w+ [\d.]+", report)


@pytest.mark.parametrize("name", ["resnet50", "vgg16", "densenet121", "googlenet", "resnext50_32x4d", "lecture50"])
def test_the_networks_have_as_many_layers_as_then(rows, name):
    for style in ARCHITECTURES[name].styles:
        row = rows[name if style == "paper" else f"{name} ({style})"]
        assert int(row[2].replace(",", "")) == len(ra.architecture(name, style=style))
