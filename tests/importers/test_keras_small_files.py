"""Small Keras files with what is seldom met, read without Keras: its own counts of weights, and work by hand.

`tests/data/keras/small.py` made them; small.csv in the archive is what Keras says of each.
"""

from __future__ import annotations

import csv
import io
import math
import re
import zipfile
from functools import cache
from pathlib import Path

import pytest

import resnet_analyzer as ra

DATA = Path(__file__).parents[1] / "data" / "keras" / "small.zip"
MHA = 3 * 10 * 6 * 6 + 10 * 6 * 6 + 2 * 2 * 10 * 10 * 3
MACS = {  # multiply-accumulates by hand, of all layers or (in BOUNDS) of those that are known
    "own_layers": 12 * 7 + 4 * 2,
    "own_layer_twice": 5 * 2,
    "own_layer_in_nested_models": 12 * 7 + 5 * 2 + 2 * 3,
    "states": 10 * 24 * (4 + 6) + 10 * 24 * (6 + 6) + 10 * 18 * (6 + 6) + 2 * 10 * 12 * (4 + 3),
    "masks": 10 * 24 * (4 + 6) + MHA,
    "mask_of_an_embedding": 32 * 32 * (16 + 8) + 32 * 3 * 8 * 4 + 4 * 2,
    "two_open_inputs": 62 * 62 * 27 * 4 + 5 * 6 + 10 * 3,
    "dictionaries": 36 * 27 * 4 + 149 * (3 + 2) + (3 + 2) * 4,
    "shared": 4 * 64 * 27 * 3 + 2 * 64 * 3 * 4,
    "siamese": 2 * 64,
    "tied": 6 * 8 * 50,
    "functions": 192 * 2,
    "wrapped": 36 * 27 * 4 + 36 * 4 * 5 + 36 * 16 * (5 + 4) + 36 * 9 * (4 + 3),
    "patches": 16 * 192 * 192 + 16 * 192 * 5,  # Keras picks patches by a convolution with a one-hot kernel
    "low_rank": 16 * 8 + 16 * 2 * 8 + 8 * 6 + 8 * 3 * 6,  # Keras multiplies the two small matrices at every call
    "eight_bits": 16 * 8 + 8 * 4,
    "four_bits": 16 * 8 + 8 * 4,
    "normalised": 36 * 27 * 4,
    "frozen": 36 * 27 * 4 + 36 * 4 * 2,
}
BOUNDS = ("own_layers", "own_layer_twice", "own_layer_in_nested_models", "functions")
MORE = {  # an .h5 file does not say what a custom layer in a Sequential gives: what follows it there is unknown, too
    ("own_layer_in_nested_models", "h5"): 12 * 7 + 2 * 3,
}
SIZES = {"two_open_inputs": 64, "mask_of_an_embedding": {"tokens": (1, 32)}}


@cache
def held():
    with zipfile.ZipFile(DATA) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


ROWS = {row["model"]: row for row in csv.DictReader(io.StringIO(held()["small.csv"].decode()))}


@pytest.fixture
def read(tmp_path):
    """The measured file of that name."""

    def read(name, ending, data=None):
        path = tmp_path / f"{name}.{ending}"
        path.write_bytes(held()[path.name] if data is None else data)
        return ra.measure(ra.load(str(path), input=SIZES.get(name)))

    return read


def test_every_model_is_looked_at():
    assert ROWS.keys() >= MACS.keys()
    assert len(MACS) >= 15


@pytest.mark.parametrize("ending", ["keras", "h5"])
@pytest.mark.parametrize("name", MACS)
def test_figures(read, name, ending):
    measured = read(name, ending)
    assert measured.totals.all_params == int(ROWS[name]["all_params"])
    assert measured.totals.macs == MORE.get((name, ending), MACS[name])
    assert measured.status == ("lower_bound" if name in BOUNDS else "complete")
    trained = int(ROWS[name]["trainable_params"])
    if name in BOUNDS and name != "functions":  # which weights of somebody's own layer are trained stands in no file
        assert {"params", "trainable_params", "moving_statistics"} <= set(measured.lower_bounds)
        assert measured.totals.trainable_params <= measured.totals.params < trained
    else:
        assert measured.totals.trainable_params == trained
    if measured.status == "complete" and (told := re.search(r"(\d+) of (\d+) tensor", measured.graph.about["says"])):
        assert told[1] == told[2]


def test_low_rank_additions_are_counted_though_keras_merges_them_when_it_saves(read):
    """A `.keras` file holds the kernel with them in it; the model that it tells of has them anew."""
    rows = {row.name: row for row in read("low_rank", "keras").rows}
    roles = {weight.name: weight.role for weight in rows["dense"].weights}
    assert roles == {
        **dict.fromkeys(("bias", "lora_kernel_a", "lora_kernel_b"), "trainable"), "kernel": "frozen"
    }  # fmt: skip


def test_weights_of_a_layer_that_nobody_knows(read):
    """By name where the file has names; what the layer holds twice is counted once, and told as a bound."""
    rows = {row.name: row for row in read("own_layers", "h5").rows}
    assert {weight.name: weight.shape for weight in rows["first"].weights} == {
        "first/kernel": (7, 5), "first/gate": (7, 5), "first/steps": ()
    }  # fmt: skip
    measured = read("own_layers", "keras")
    nested = next(row for row in measured.rows if row.name == "nested")
    assert sorted(math.prod(weight.shape) for weight in nested.weights) == sorted(
        [5 * 6, 6, 6, 6, 6, 6, 6 * 3, 3, 3 * 4, 3 * 4, 1]
    )
    assert "all_params" in measured.lower_bounds  # the doubled kernel may be another one
    assert "all_params" not in read("own_layer_twice", "keras").lower_bounds


def test_without_its_weights_a_file_says_the_same_but_for_those(read):
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(held()["own_layers.keras"])) as whole, zipfile.ZipFile(made, "w") as archive:
        archive.writestr("config.json", whole.read("config.json"))
    measured = read("own_layers", "keras", made.getvalue())
    assert measured.totals.macs == MACS["own_layers"]
    assert measured.totals.all_params == 12 * 7 + 7 + 4 * 2 + 2
    assert "all_params" in measured.lower_bounds


def test_packed_weights_are_found_too(read):
    made = io.BytesIO()
    whole = zipfile.ZipFile(io.BytesIO(held()["own_layers.keras"]))
    with whole, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in whole.namelist():
            archive.writestr(name, whole.read(name))
    assert read("own_layers", "keras", made.getvalue()).totals.all_params == int(ROWS["own_layers"]["all_params"])


def test_the_weights_are_not_opened_where_they_are_not_needed(read, monkeypatch):
    from resnet_analyzer.importers import _keras_weights

    def opened(*_):
        raise AssertionError("opened")

    monkeypatch.setattr(_keras_weights, "read_tree", opened)
    read("states", "keras")
    with pytest.raises(AssertionError, match="opened"):
        read("own_layers", "keras")


def test_formula_of_two_inputs_and_of_a_sequence(tmp_path):
    """By hand: (h − 2)·(w − 2)·27·4 + 30 + 30; an LSTM of 8 on 16, a convolution of 3·8·4, a dense layer of 8."""
    for name in SIZES:
        (tmp_path / f"{name}.keras").write_bytes(held()[f"{name}.keras"])
    form = ra.formula(tmp_path / "two_open_inputs.keras", "h,w")
    assert form.at(h=64, w=33)["macs"] == 62 * 31 * 27 * 4 + 60
    form = ra.formula(tmp_path / "mask_of_an_embedding.keras", "c")
    assert form.at(c=100)["macs"] == 100 * (32 * (16 + 8) + 3 * 8 * 4) + 8
