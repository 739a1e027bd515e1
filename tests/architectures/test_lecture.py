"""The course's own nets, layer by layer as Keras listed them when it ran the course's code (data/lecture_layers)."""

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from resnet_analyzer import architecture, measure
from resnet_analyzer.errors import CheckFailed

FILES = sorted((Path(__file__).parent.parent / "data" / "lecture_layers").glob("*.json.gz"))
CLASSES = {
    "InputLayer": "Input",
    "ZeroPadding2D": "ZeroPadding2d",
    "Conv2D": "Conv2d",
    "BatchNormalization": "BatchNorm",
    "Activation": "Activation",
    "MaxPooling2D": "MaxPool2d",
    "AveragePooling2D": "AveragePool2d",
    "Add": "Add",
    "Flatten": "Flatten",
    "Dense": "Dense",
}


def _name(file):
    return file.name.removesuffix(".json.gz")


@pytest.fixture(scope="module", params=FILES, ids=_name)
def pair(request):
    """What Keras listed, and our measurement of the same net."""
    with gzip.open(request.param, "rt", encoding="utf-8") as stream:
        theirs = json.load(stream)
    name = theirs["model"].replace("ResNet", "lecture")
    return theirs, measure(architecture(name, tuple(theirs["input_shape"]), theirs["classes"]))


def test_there_are_six():
    assert len(FILES) == 6


def test_layers(pair):
    """Name, class, inputs, output shape, all and trainable parameters, in Keras' order."""
    theirs, ours = pair
    rows = [(r.name, r.op, list(r.node.inputs), list(r.output), r.all_params, r.trainable_params) for r in ours.rows]
    assert rows == [
        (
            layer["name"],
            CLASSES[layer["cls"]],
            layer["inbound"],
            [1, *layer["output_shape"][1:]],
            layer["params"],
            layer["trainable"],
        )
        for layer in theirs["layers"]
    ]


def _pair(value):
    return list(value) if isinstance(value, tuple) else [value, value]


def test_settings(pair):
    """Kernel, stride, padding and bias of every convolution and pool, function of every activation."""
    theirs, ours = pair
    for layer in theirs["layers"]:
        op, cfg = ours.by_name[layer["name"]].node.op, layer["cfg"]
        if layer["cls"] == "Conv2D":
            assert (op.filters, op.groups, op.use_bias) == (cfg["filters"], cfg["groups"], cfg["use_bias"])
            assert (_pair(op.kernel_size), _pair(op.strides)) == (cfg["kernel_size"], cfg["strides"])
            assert (op.padding or "valid") == cfg["padding"]
        elif layer["cls"].endswith("Pooling2D"):
            assert (_pair(op.pool_size), _pair(op.strides or op.pool_size)) == (cfg["pool_size"], cfg["strides"])
            assert op.padding == cfg["padding"]
        elif layer["cls"] == "Activation":
            assert op.function == cfg["activation"]
        elif layer["cls"] == "Dense":
            assert (op.units, op.activation, op.use_bias) == (cfg["units"], cfg["activation"], cfg["use_bias"])


def test_totals(pair):
    theirs, ours = pair
    assert ours.totals.all_params == theirs["total"]
    assert ours.totals.trainable_params == theirs["trainable"]
    assert ours.totals.moving_statistics == theirs["non_trainable"]
    assert ours.totals.macs == theirs["conv_macs"] + theirs["dense_macs"]
    assert ours.totals.layers == theirs["n_layers"]
    kinds = Counter(row.op for row in ours.rows)
    assert (kinds["Conv2d"], kinds["BatchNorm"], kinds["Add"]) == (theirs["n_conv2d"], theirs["n_bn"], theirs["n_add"])


@pytest.mark.parametrize(
    ("size", "maps"),
    [(64, [32, 15, 15, 8, 4, 2, 1]), (224, [112, 55, 55, 28, 14, 7, 3])],
    ids=["64", "224"],
)
def test_maps(size, maps):
    """No zeros around the pool: 224 becomes 112, 55, 28, 14, 7, and the average pool makes 3 of it."""
    rows = measure(architecture("lecture50", size)).by_name
    stages = ["res2a_branch2c", "res3a_branch2c", "res4a_branch2c", "res5a_branch2c"]
    assert [rows[name].output[1] for name in ["conv1", "max_pooling2d", *stages, "avg_pool"]] == maps


def test_odd_things_of_the_course():
    names = [node.name for node in architecture("lecture50")]
    assert names[:5] == ["input_layer", "zero_padding2d", "conv1", "bn_conv1", "max_pooling2d"]  # no ReLU
    assert names[-4:] == ["activation_47", "avg_pool", "flatten", "fc6"]
    assert architecture("lecture50", classes=10).outputs[0].name == "fc10"
    blocks = {name for name in (node.name for node in architecture("lecture152")) if name.startswith("res4")}
    assert len({name.split("_")[0] for name in blocks}) == 36


def test_tiny_filters_have_a_remark():
    """The course prints its ResNet-101 with [4, 4, 16] … [32, 32, 128]; the paper has [64, 64, 256] …"""
    graph = architecture("lecture101")
    assert "[4, 4, 16]" in graph.about["remark"]
    rows = measure(graph).by_name
    assert [rows[f"res{stage}a_branch2c"].output[-1] for stage in (2, 3, 4, 5)] == [16, 32, 64, 128]
    assert measure(architecture("lecture101", width=64)).by_name["res5a_branch2c"].output[-1] == 2048


def test_smallest_input():
    """The 2×2 average pool needs two pixels of the last stage: 37 → 19 → 9 → 5 → 3 → 2, and 36 → … → 1."""
    assert measure(architecture("lecture50", 37)).by_name["avg_pool"].output == (1, 1, 1, 2048)
    with pytest.raises(CheckFailed, match="avg_pool"):
        measure(architecture("lecture50", 36))
