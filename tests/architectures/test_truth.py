"""Every row of data/truth_*.csv: numbers that other libraries and closed forms gave, none of them by our code."""

import csv
import json
from pathlib import Path

import pytest

from resnet_analyzer import architecture, measure

DATA = Path(__file__).parent.parent / "data"
FIGURES = ("all_params", "trainable_params", "macs", "activations")
FILES = sorted(DATA.glob("truth_*.csv"))
ROWS = [row for file in FILES for row in csv.DictReader(file.read_text(encoding="utf-8").splitlines())]


def _name(row):
    return f"{row['architecture']}-{row['style']}-{row['height']}x{row['width']}-{row['source']}"


def test_there_are_rows():
    assert len(ROWS) >= 79


@pytest.mark.parametrize("row", ROWS, ids=map(_name, ROWS))
def test_row(row):
    wanted = {figure: int(row[figure]) for figure in FIGURES if row[figure]}
    assert wanted, "a row without a number tests nothing"
    graph = architecture(
        row["architecture"],
        input=(int(row["height"]), int(row["width"])),
        classes=int(row["classes"]),
        style=row["style"] or None,
        **json.loads(row["options"] or "{}"),
    )
    totals = measure(graph).totals
    assert {figure: getattr(totals, figure) for figure in wanted} == wanted
