"""Models of public Keras collections: what is read of them, live and from files, beside Keras' own numbers.

`tests/data/keras/public.py` made the table, with the collections installed (it names their versions): Keras'
count_params(), and the multiply-accumulates of the graph that TensorFlow traces. Collections are no part of a
test run; the descriptions of those that are read wholly from files are kept, and read here without Keras.
"""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path

import pytest

import resnet_analyzer as ra

DATA = Path(__file__).parents[1] / "data"
ROWS = {
    f"{row['collection']} {row['model']}": row
    for row in csv.DictReader((DATA / "keras_collections.csv").read_text("utf-8").splitlines())
}
BOUNDS = {"keras-unet-collection unet_2d tconv": "GELU×23"}  # a layer whose code calls TensorFlow
with zipfile.ZipFile(DATA / "keras" / "public.zip") as archive:
    KEPT = {name.removesuffix(".json"): archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("name", ROWS)
def test_a_live_model_is_exact(name):
    row = ROWS[name]
    assert row["params"] == row["keras_params"]
    assert row["macs"] == row["keras_macs"]
    assert (row["status"], row["unknown"]) == (("lower_bound", BOUNDS[name]) if name in BOUNDS else ("complete", ""))


@pytest.mark.parametrize("name", ROWS)
def test_a_file_is_exact_or_a_bound(name):
    """Of layers of somebody's own a file tells the shape alone; four models Keras itself cannot save."""
    row = ROWS[name]
    missing = int(row["keras_macs"]) - int(row["file_macs"] or 0)
    assert missing == 0 if row["file_status"] == "complete" else missing >= 0


def test_whole_files_are_kept():
    assert {name for name, row in ROWS.items() if row["file_status"] == "complete"} == set(KEPT)
    assert len(KEPT) >= 40


@pytest.mark.parametrize("name", KEPT)
def test_a_kept_description_says_what_keras_counted(name, tmp_path):
    row = ROWS[name]
    path = tmp_path / "model.json"
    path.write_bytes(KEPT[name])
    given = (each.partition("=") for each in row["inputs"].split())
    shapes = {name: tuple(map(int, shape.split("x"))) for name, _, shape in given}
    measured = ra.measure(ra.load(str(path), input=shapes))
    assert measured.status == "complete"
    assert measured.totals.all_params == int(row["keras_params"])
    assert measured.totals.macs == int(row["keras_macs"])
