"""What real Keras layers put out, and the weights that they hold: `keras_answers.json`, asked of Keras 3.15.1.

Each row holds a Keras layer with its arguments, our op with its own, the shapes read, and Keras' answer; no output
where Keras refuses. Where Keras is installed, it is asked again. Left out: an output padding from the stride up to the
dilation, which PyTorch allows (and so do we) and Keras does not.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from resnet_analyzer.dim import holds
from resnet_analyzer.ops.base import OPS

ROWS = json.loads(Path(__file__).with_name("keras_answers.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['keras'][0]}-{row['inputs']}")
def test_the_op_agrees(row):
    name, arguments = row["op"]
    cost = OPS[name](**arguments).apply(*[shape_of(*shape) for shape in row["inputs"]])
    fine = all(holds(check.condition) for check in cost.checks)
    assert fine == (row["output"] is not None)
    if fine:
        assert list(cost.output) == row["output"]
        assert sorted(list(weight.shape) for weight in cost.weights if weight.trainable) == sorted(row["trainable"])
        assert sorted(list(weight.shape) for weight in cost.weights if not weight.trainable) == sorted(row["fixed"])


def test_enough_was_asked():
    assert len(ROWS) > 200
    assert sum(row["output"] is None for row in ROWS) > 10
    assert len({row["op"][0] for row in ROWS}) > 20


@pytest.mark.slow
def test_keras_still_says_so():
    keras = pytest.importorskip("keras")
    for row in ROWS:
        name, arguments = row["keras"]
        try:
            layer = getattr(keras.layers, name)(**arguments)
            images = [keras.Input(tuple(shape)) for shape in row["inputs"]]
            answer = list(layer(images if len(images) > 1 else images[0]).shape[1:])
        except Exception:
            answer = None
        assert answer == row["output"], row
