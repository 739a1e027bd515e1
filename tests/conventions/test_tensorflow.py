"""What TensorFlow's profiler counts, without TensorFlow: hand formulas, and its own totals of whole models."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import resnet_analyzer as ra
from resnet_analyzer.architectures.base import ARCHITECTURES
from resnet_analyzer.conventions.tensorflow import tensorflow_float_ops
from resnet_analyzer.graph import Node
from resnet_analyzer.measurement import Row
from resnet_analyzer.ops.activation import Activation
from resnet_analyzer.ops.adaptive_pool import AdaptiveAveragePool2d
from resnet_analyzer.ops.average_pool import AveragePool2d
from resnet_analyzer.ops.batch_norm import BatchNorm
from resnet_analyzer.ops.conv import Conv2d
from resnet_analyzer.ops.dense import Dense
from resnet_analyzer.ops.depthwise_conv import DepthwiseConv2d
from resnet_analyzer.ops.dropout import Dropout
from resnet_analyzer.ops.elementwise import Add, Multiply
from resnet_analyzer.ops.global_pool import GlobalAveragePool2d, GlobalMaxPool2d
from resnet_analyzer.ops.group_norm import GroupNorm
from resnet_analyzer.ops.layer_norm import LayerNorm
from resnet_analyzer.ops.max_pool import MaxPool2d
from resnet_analyzer.ops.normalization import Normalization
from resnet_analyzer.ops.prelu import PReLU
from resnet_analyzer.ops.transposed_conv import TransposedConv2d
from resnet_analyzer.shape import Shape

TRUTH = list(
    csv.DictReader(Path(__file__).parents[1].joinpath("data/keras_models.csv").read_text("utf-8").splitlines())
)
OURS = [row for row in TRUTH if row["model"].lower() in ARCHITECTURES]
MAP, N = Shape(1, 8, 6, 4), 8 * 6 * 4


def count(op, *inputs):
    return tensorflow_float_ops(Row(Node("it", op, ("x",) * len(inputs)), inputs, op.apply(*inputs)))


@pytest.mark.parametrize(
    ("op", "expected"),
    [
        (Conv2d(5, 3, padding=1), 2 * 48 * 5 * 36 + 48 * 5),
        (Conv2d(5, 3, padding=1, use_bias=False, activation="softmax"), 2 * 48 * 5 * 36 + 5 * 48 * 5),
        (Conv2d(4, 3, groups=2), None),
        (Conv2d(5, 3, strides=2, dilation_rate=2), None),
        (DepthwiseConv2d(3, padding="same", use_bias=False), 2 * N * 9),
        (DepthwiseConv2d(3, (1, 2)), None),
        (TransposedConv2d(5, 2, 2, use_bias=False), 2 * 48 * 4 * 5 * 4),
        (TransposedConv2d(5, 2, 2, padding=1), None),
        (BatchNorm(), 2 * N + 6 * 4),
        (BatchNorm(scale=False), 2 * N + 5 * 4),
        (LayerNorm(), 9 * N + 4 * 48),
        (LayerNorm("all", scale=False, center=False), 6 * N + 5),
        (GroupNorm(2), 6 * N + 4 * 2 + 3 * 4),
        (Normalization(), 2 * N + 4),
        (MaxPool2d(2), 4 * 3 * 4 * 4),
        (MaxPool2d(2, dilation_rate=2), None),
        (AveragePool2d(2), 4 * 3 * 4 * 4),
        (AveragePool2d(2, padding=1), None),
        (AdaptiveAveragePool2d(1), N),
        (AdaptiveAveragePool2d((1, 2)), None),
        (AdaptiveAveragePool2d(2), 24 * (5 * 4 + 4 * 5) + 8 * (4 * 3 + 3 * 4) + 36),
        (GlobalAveragePool2d(), N),
        (GlobalMaxPool2d(), None),
        (Activation("relu"), None),
        (Activation("swish"), 2 * N),
        (Activation("softmax"), 5 * N),
        (PReLU("positions"), 3 * N + 4),
        (Dropout(0.5), None),
    ],
    ids=str,
)
def test_one_layer(op, expected):
    assert count(op, MAP) == expected


def test_layers_of_several_inputs():
    assert count(Add(), MAP, MAP, MAP) == 2 * N
    assert count(Multiply(), Shape(1, 8, 1, 1), Shape(1, 1, 6, 1), MAP) == 48 + N
    assert count(Dense(10, activation="softmax"), Shape(1, 7)) == 2 * 70 + 10 + 50


@pytest.mark.parametrize("row", OURS, ids=lambda row: f"{row['model']}-{row['tag']}")
def test_whole_models(row):
    """ReLU, flattening and padding count 0 with it: all the rest adds up to what it prints."""
    size, classes = (int(row["height"]), int(row["width"])), int(row["classes"])
    graph = ra.architecture(row["model"].lower(), (*size, 3), classes=classes, style="keras")
    rows = ra.measure(graph).rows
    assert sum(tensorflow_float_ops(each) or 0 for each in rows) == int(row["tf_float_ops"])


def test_there_are_whole_models():
    assert len(OURS) > 20
