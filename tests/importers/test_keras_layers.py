"""Keras layers as neutral data, read without Keras."""

from __future__ import annotations

import pytest

from resnet_analyzer.importers._keras_layers import Foreign, activation_name, read_layer, read_operation

CONV = {"filters": 8, "kernel_size": [3, 3], "strides": [2, 2], "padding": "same", "use_bias": False, "name": "conv"}

CONV_OURS = {"filters": 8, "kernel_size": (3, 3), "strides": (2, 2), "padding": "same", "use_bias": False}


def told(ops):
    return None if ops is None else [(type(op).__name__, op.settings()) for op in ops]


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (
            Foreign("Conv2D", {**CONV, "activation": "relu"}),
            {**CONV_OURS, "activation": "relu"},
        ),
        (Foreign("Conv2D", {**CONV, "activation": "mish"}), None),
        (Foreign("Conv2D", {**CONV, "padding": "causal"}), None),
        (Foreign("Conv2D", {**CONV, "activation": "softmax"}, channels_axis=0), None),
        (Foreign("Conv3D", CONV), None),
        (Foreign("BatchNormalization", {"axis": -1, "scale": True, "center": False}), {"center": False}),
        (Foreign("BatchNormalization", {"axis": 1, "scale": True, "center": True}), None),
        (Foreign("BatchNormalization", {"axis": 1, "scale": True, "center": True}, channels_axis=0), {}),
        (Foreign("LayerNormalization", {"axis": [1, 2, 3], "scale": True, "center": True}), {"axes": "all"}),
        (Foreign("LayerNormalization", {"axis": [2], "scale": True, "center": True}, rank=2), {}),
        (Foreign("GroupNormalization", {"axis": -1, "groups": -1, "scale": True, "center": True}), None),
        (Foreign("PReLU", {"shared_axes": [1, 2]}), {"shared": "positions"}),
        (Foreign("PReLU", {"shared_axes": [1]}), None),
        (Foreign("ReLU", {"max_value": 6.0}), {"function": "relu6"}),
        (Foreign("ReLU", {"max_value": 1.0}), None),
        (Foreign("Concatenate", {"axis": 1}), {"axis": "height"}),
        (Foreign("Concatenate", {"axis": 7}), None),
        (Foreign("Softmax", {"axis": -2}), None),
        (Foreign("Normalization", {"axis": [-1]}), {"stored": False}),
        (Foreign("MultiHeadAttention", {"num_heads": 2, "key_dim": 4, "use_bias": True}), None),
        (Foreign("Dense", {"units": 0}), None),
        (Foreign("NoSuchLayer", {}), None),
    ],
    ids=str,
)  # fmt: skip
def test_a_layer(layer, expected):
    ops = told(read_layer(layer))
    assert ops is None if expected is None else ops[0][1] == expected


def test_a_layer_of_two_ops():
    scaled = Foreign("CustomScaleLayer", {"scale": 0.17})
    assert told(read_layer(scaled, 2)) == [("Rescale", {"scale": 0.17}), ("Add", {})]


def test_a_layer_of_other_inputs_than_our_op_is_none():
    assert read_layer(Foreign("ReLU", {}), tensors=2) is None
    assert read_layer(Foreign("Subtract", {}), tensors=2) is not None


@pytest.mark.parametrize(
    ("operation", "tensors", "expected"),
    [
        (Foreign("Add", {}), 2, [("Add", {})]),
        (Foreign("Add", {}, constants=(3.0,)), 1, [("Rescale", {"offset": 3.0})]),
        (
            Foreign("Subtract", {}, constants=(1.0,), constant_first=True),
            1,
            [("Rescale", {"scale": -1, "offset": 1.0})],
        ),
        (Foreign("Subtract", {}, constants=(1.0,)), 1, [("Rescale", {"offset": -1.0})]),
        (Foreign("TrueDivide", {}, constants=(4,)), 1, [("Rescale", {"scale": 0.25})]),
        (Foreign("TrueDivide", {}, constants=(4,), constant_first=True), 1, None),
        (Foreign("TrueDivide", {}, constants=(0,)), 1, None),
        (Foreign("Multiply", {}, constants=(2, 3)), 1, None),
        (Foreign("Multiply", {}, constants=(True,)), 1, None),
        (Foreign("Mean", {"axis": (1, 2), "keepdims": True}), 1, [("GlobalAveragePool2d", {"keepdims": True})]),
        (Foreign("Mean", {"axis": None}), 1, None),
        (Foreign("Relu", {}), 1, [("Activation", {})]),
        (Foreign("HardSilu", {}), 1, [("Activation", {"function": "hard_silu"})]),
        (Foreign("Reshape", {"newshape": (-1, 7, 8)}), 1, [("Reshape", {"target": (7, 8)})]),
        (Foreign("Matmul", {}), 2, None),
    ],
    ids=str,
)
def test_an_operation(operation, tensors, expected):
    assert told(read_operation(operation, tensors)) == expected


def test_activations():
    assert activation_name(None) == activation_name("linear") == "linear"
    assert activation_name("swish") == "swish"
    assert activation_name({"class_name": "function"}) is None
