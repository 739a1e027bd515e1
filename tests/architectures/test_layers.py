"""Layer by layer against what Keras and torchvision themselves listed (data/keras_layers, data/torchvision_layers)."""

import gzip
import json
from pathlib import Path

import pytest

from resnet_analyzer import architecture, measure

DATA = Path(__file__).parent.parent / "data"
KERAS = sorted((DATA / "keras_layers").glob("*.json.gz"))
TORCHVISION = sorted((DATA / "torchvision_layers").glob("*.json.gz"))

CLASSES = {
    "InputLayer": "Input",
    "Conv2D": "Conv2d",
    "MaxPooling2D": "MaxPool2d",
    "AveragePooling2D": "AveragePool2d",
    "GlobalAveragePooling2D": "GlobalAveragePool2d",
    "BatchNormalization": "BatchNorm",
    "ZeroPadding2D": "ZeroPadding2d",
}


def _load(file):
    with gzip.open(file, "rt", encoding="utf-8") as stream:
        return json.load(stream)


def _name(file):
    return file.name.removesuffix(".json.gz")


@pytest.mark.parametrize("file", KERAS, ids=map(_name, KERAS))
def test_keras_layers(file):
    """Name, class, inputs, output shape, weights, and the order are Keras'."""
    theirs = _load(file)
    height, width, channels = theirs["input_shape"][-3:]
    classes = theirs["layers"][-1]["output_shape"][-1]
    rows = measure(architecture(theirs["model"], (height, width, channels), classes, "keras")).rows
    ours = [(r.name, r.op, list(r.node.inputs), list(r.output), r.all_params, r.trainable_params) for r in rows]
    assert ours == [
        (
            layer["name"],
            CLASSES.get(layer["cls"], layer["cls"]),
            layer["inbound"],
            [1, *layer["output_shape"][1:]],
            layer["params"],
            layer["trainable"],
        )
        for layer in theirs["layers"]
    ]


@pytest.mark.parametrize("file", TORCHVISION, ids=map(_name, TORCHVISION))
def test_torchvision_layers(file):
    """Every layer with weights, in the order of execution: its parameters and its output."""
    theirs = _load(file)
    name, size = _name(file).split("__")
    rows = measure(architecture(name, int(size), style="torchvision")).rows
    ours = [(row.trainable_params, *row.output[1:]) for row in rows if row.params]
    assert ours == [
        (layer["params"], *layer["out_shape"][2:], layer["out_shape"][1])
        for layer in theirs["layers"]
        if layer["params"]
    ]
