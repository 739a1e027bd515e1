"""Keras models as sources on the command line: files and factories, quietly, in processes of their own."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("keras")

# TensorFlow's own bytecode, which takes a minute to make again; none of ours is written
COMPILED = {"PYTHONPYCACHEPREFIX": "", "PYTHONDONTWRITEBYTECODE": "1"}
MODELS = """
import keras, sys

class Own(keras.layers.Layer):
    def call(self, x):
        return keras.ops.erfinv(x)

def unknown():
    print("building", file=sys.stderr)
    return keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3), Own(name="own")])

def two():
    one, two = keras.Input((8, 8, 3)), keras.Input((5,))
    joined = keras.layers.Concatenate()([keras.layers.Flatten()(one), two])
    return keras.Model([one, two], keras.layers.Dense(7)(joined), name="two")
"""


@pytest.fixture
def show(process, tmp_path):
    """Run the program beside a module of models; its status and what it wrote."""
    (tmp_path / "my_models.py").write_text(MODELS, encoding="utf-8")

    def show(*arguments):
        ended = process(*arguments, env=COMPILED, cwd=tmp_path, text=True, timeout=180)
        return ended.returncode, ended.stdout, ended.stderr

    return show


def test_an_unknown_layer_is_a_lower_bound_and_strict_fails(show):
    status, out, err = show("my_models:unknown", "--strict")
    assert status == 1
    assert "total    112 parameters · ≥ 3.888 kMACs" in out  # its weights are known, its work is not
    assert "own" in out
    assert err == "building\n"  # the user's own words are heard, TensorFlow's are not


def test_crosscheck_does_not_take_it_for_agreement(show):
    status, out, err = show("crosscheck", "my_models:unknown")
    assert (status, out) == (2, "")
    assert err.endswith("resnet-analyze: own/erfinv: its cost is not known, so no Keras layer can stand for it\n")


def test_two_inputs_in_json(show):
    status, out, err = show("my_models:two", "--format", "json")
    data = json.loads(out)
    assert (status, err) == (0, "")
    assert [each["shape"] for each in data["inputs"]] == [[1, 8, 8, 3], [1, 5]]
    assert data["classes"] == 7
    assert data["totals"]["macs"] == (8 * 8 * 3 + 5) * 7
