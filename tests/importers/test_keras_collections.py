"""Models of public Keras collections: what was read of the live models with Keras 3.15.1, beside Keras' own numbers.

`keras_macs` are those of the traced TensorFlow graph; `status`, `macs` and `params` are what this package found
on 2026-11-25. Collections are no part of a test run: the data tell which of them are right, and in what way.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

DATA = Path(__file__).parents[1] / "data" / "keras_collections.csv"
ROWS = list(csv.DictReader(DATA.read_text("utf-8").splitlines()))
# TensorFlow pads what a dilated convolution reads to a multiple of the dilation, and counts the padding
PADDED = {"u2net_2d": 1_769_472}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["collection"] + " " + row["model"])
def test_what_was_read_is_exact_or_a_lower_bound(row):
    assert row["params"] == row["keras_params"]
    if row["counted"] != "traced TensorFlow graph":
        return
    missing = int(row["keras_macs"]) - int(row["macs"])
    assert missing == PADDED.get(row["model"], 0) if row["status"] == "complete" else missing >= 0


def test_most_are_complete():
    assert sum(row["status"] == "complete" for row in ROWS) >= 70
