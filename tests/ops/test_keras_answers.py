"""What real Keras layers put out, and the weights that they hold: `keras_answers.json`, asked of Keras 3.15.1.

Each row holds a Keras layer with its arguments, our op with its own, the whole shapes read (batch first), and Keras'
answer; no output where Keras refuses. Where Keras is installed, it is asked again. Left out: an output padding from the
stride up to the dilation, which PyTorch allows (and so do we) and Keras does not.
"""

from __future__ import annotations

import json
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest

from resnet_analyzer.dim import holds
from resnet_analyzer.ops.base import OPS, Op, leaves
from resnet_analyzer.shape import Shape

SEVERAL = ("MultiHeadAttention", "GroupQueryAttention")  # take their inputs one by one, not as a list
RUN = ("EinsumDense",)  # what Keras says beforehand is unknown, or even other than what comes out
ROWS = json.loads(Path(__file__).with_name("keras_answers.json").read_text(encoding="utf-8"))


def op_of(name: str, arguments: dict[str, Any]) -> Op:
    """An op; one that holds another, as Bidirectional, names it with its own arguments."""
    held = {key: op_of(*arguments[key]) for key in ("layer", "backward") if key in arguments}
    return OPS[name](**{**arguments, **held})


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['keras'][0]}-{row['inputs']}")
def test_the_op_agrees(row):
    cost = op_of(*row["op"]).apply(*[Shape(*shape) for shape in row["inputs"]])
    fine = all(holds(check.condition) for check in cost.checks)
    assert fine == (row["output"] is not None)
    if fine:
        assert list(cost.output) == row["output"]
        assert sorted(list(weight.shape) for weight in cost.weights if weight.trainable) == sorted(row["trainable"])
        assert sorted(list(weight.shape) for weight in cost.weights if not weight.trainable) == sorted(row["fixed"])


def test_enough_was_asked():
    assert len(ROWS) > 700
    assert sum(row["output"] is None for row in ROWS) > 20
    assert len({row["op"][0] for row in ROWS}) > 100
    assert {len(row["inputs"][0]) for row in ROWS} >= {2, 3, 4, 5}
    assert all(type(size) is int for row in ROWS for size in leaves(row["inputs"]))


def asked(keras: Any, row: dict[str, Any]) -> dict[str, Any]:
    """The row with Keras' answer of today."""
    name, arguments = row["keras"]
    try:
        if name.startswith("ops."):
            function = attrgetter(name)(keras)
            images = [keras.KerasTensor(tuple(shape)) for shape in row["inputs"]]
            output = function(*images, **arguments)
            weights: tuple[list[Any], list[Any]] = ([], [])
        else:
            layer = layer_of(keras, name, arguments)
            tensor = keras.ops.zeros if name in RUN else lambda shape: keras.Input(batch_shape=tuple(shape))
            images = [tensor(shape) for shape in row["inputs"]]
            output = layer(*images) if name in SEVERAL or len(images) == 1 else layer(images)
            weights = (layer.trainable_weights, layer.non_trainable_weights)
        output = output[0] if isinstance(output, (list, tuple)) else output
    except Exception:
        return {**row, "output": None, "trainable": [], "fixed": []}
    trainable, fixed = [[list(weight.shape) for weight in group] for group in weights]
    return {**row, "output": list(output.shape), "trainable": trainable, "fixed": fixed}


def layer_of(keras: Any, name: str, arguments: dict[str, Any]) -> Any:
    """A layer; one that wraps another, as Bidirectional, names it with its own arguments."""
    held = {key: layer_of(keras, *arguments[key]) for key in ("layer", "backward_layer") if key in arguments}
    arguments = {**arguments, **held}
    return getattr(keras.layers, name)(**arguments)


@pytest.mark.slow
def test_keras_still_says_so():
    keras = pytest.importorskip("keras")
    for row in ROWS:
        assert asked(keras, row) == row
