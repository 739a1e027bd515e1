"""Keras layers and operations as the ops' own spellings read them: without Keras, and a new op with no second file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import pytest

import resnet_analyzer as ra
from resnet_analyzer.importers._keras_config import read_description
from resnet_analyzer.importers.assemble import assemble
from resnet_analyzer.ops.base import OPS, Cost, Op, Weight, Work
from resnet_analyzer.ops.lookup import spelled
from resnet_analyzer.ops.spelling import Call, Outputs, Spelling
from resnet_analyzer.shape import Shape


def layer(kind, settings, shape=(None, 8, 8, 3)):
    """The nodes of one layer behind an input."""
    entries = [("InputLayer", {"batch_shape": list(shape)}), (kind, settings)]
    described = [{"class_name": name, "module": "keras.layers", "config": own} for name, own in entries]
    config = {"name": "net", "layers": described}
    records = read_description({"class_name": "Sequential", "module": "keras", "config": config})
    return assemble(records).nodes[1:]


def told(nodes):
    return [(type(node.op).__name__, node.op.settings()) for node in nodes]


def tensor(shape=(None, 8, 8, 3)):
    return {"class_name": "__keras_tensor__", "config": {"shape": list(shape), "keras_history": ["x", 0, 0]}}


def given(place):
    """A call's argument: `x` is the input."""
    if isinstance(place, list):
        return [given(each) for each in place]
    return tensor() if place == "x" else place


def operation(kind, settings, *places, **named):
    """The nodes of one operation of keras.ops on the input `x`."""
    config = {"batch_shape": [None, 8, 8, 3]}
    start = {"class_name": "InputLayer", "module": "keras.layers", "config": config, "name": "x", "inbound_nodes": []}
    call = {"args": [given(place) for place in places], "kwargs": named}
    made = {
        "class_name": kind,
        "module": "keras.src.ops.numpy",
        "config": settings,
        "name": "y",
        "inbound_nodes": [call],
    }
    config = {"name": "f", "layers": [start, made], "input_layers": [["x", 0, 0]], "output_layers": [["y", 0, 0]]}
    model = {"class_name": "Functional", "module": "keras.src.models.functional", "config": config}
    return [
        node for node in assemble(read_description(model)).nodes if type(node.op).__name__ not in ("Input", "Constant")
    ]


CONV = {"filters": 8, "kernel_size": [3, 3], "strides": [2, 2], "padding": "same", "use_bias": False, "name": "conv"}
CONV_OURS = {"filters": 8, "kernel_size": (3, 3), "strides": (2, 2), "padding": "same", "use_bias": False}
NORM = {"scale": True, "center": True}
UNKNOWN = "Opaque"


@pytest.mark.parametrize(
    ("kind", "settings", "expected"),
    [
        ("Conv2D", {**CONV, "activation": "relu"}, ("Conv2d", {**CONV_OURS, "activation": "relu"})),
        ("Conv2D", {**CONV, "padding": "causal"}, UNKNOWN),
        ("Conv3D", CONV, UNKNOWN),
        ("BatchNormalization", {**NORM, "axis": -1, "center": False}, ("BatchNorm", {"center": False, "axis": 3})),
        ("BatchNormalization", {"axis": 1, **NORM}, ("BatchNorm", {"axis": 1})),
        ("BatchNormalization", {"axis": [3], **NORM}, ("BatchNorm", {"axis": 3})),
        ("BatchNormalization", {"axis": 7, **NORM}, UNKNOWN),
        ("LayerNormalization", {"axis": [1, 2, 3], **NORM}, ("LayerNorm", {"axes": (1, 2, 3)})),
        ("LayerNormalization", {"axis": -1, "rms_scaling": True, **NORM}, UNKNOWN),
        ("GroupNormalization", {"axis": -1, "groups": -1, **NORM}, UNKNOWN),
        ("PReLU", {"shared_axes": [1, 2]}, ("PReLU", {"shared": (1, 2)})),
        ("ReLU", {"max_value": 6.0}, ("Activation", {"function": "relu6"})),
        ("ReLU", {"max_value": 1.0}, ("ReLU", {"max_value": 1.0})),
        ("ReLU", {"threshold": 1.0}, ("ReLU", {"threshold": 1.0})),
        ("Concatenate", {"axis": 1}, ("Concatenate", {"axis": 1})),
        ("Concatenate", {"axis": 7}, UNKNOWN),
        ("Softmax", {"axis": -2}, ("Activation", {"function": "softmax", "axis": -2})),
        ("Normalization", {"axis": [-1]}, ("Normalization", {"axis": 3})),
        ("Normalization", {"axis": [-1], "mean": [0.0] * 3}, ("Normalization", {"stored": False, "axis": 3})),
        ("MultiHeadAttention", {"num_heads": 2, "key_dim": 4, "use_bias": True}, UNKNOWN),
        ("Dense", {"units": 0}, UNKNOWN),
        ("NoSuchLayer", {}, UNKNOWN),
        ("Subtract", {}, UNKNOWN),
    ],
    ids=str,
)  # fmt: skip
def test_a_layer(kind, settings, expected):
    (found,) = told(layer(kind, settings))
    assert found[0] == expected if expected == UNKNOWN else found == expected


@pytest.mark.parametrize("function", ["nobodys", {"class_name": "function", "module": "my", "config": "relu"}], ids=str)
def test_an_unknown_activation_leaves_its_layer_known(function):
    """The convolution counts; what its activation costs is not known, and it keeps the shape."""
    conv, activation = layer("Conv2D", {**CONV, "activation": function})
    assert (conv.name, conv.op.settings()) == ("conv", CONV_OURS)
    assert (activation.name, activation.inputs) == ("conv:2", ("conv",))
    assert activation.op.apply(Shape(1, 9, 5, 8)).output == Shape(1, 9, 5, 8)


def test_an_activation_that_is_a_layer_is_read_as_one():
    leaky = {"class_name": "LeakyReLU", "module": "keras.layers", "config": {"negative_slope": 0.1}}
    (conv,) = layer("Conv2D", {**CONV, "activation": leaky})
    assert conv.op.activation == "leaky_relu"


@pytest.mark.parametrize(
    ("kind", "settings", "places", "expected"),
    [
        ("Add", {}, ("x", "x"), ("Add", {})),
        ("Add", {}, ("x", 3.0), ("Rescale", {"offset": 3.0})),
        ("Subtract", {}, (1.0, "x"), ("Rescale", {"scale": -1, "offset": 1.0})),
        ("Subtract", {}, ("x", 1.0), ("Rescale", {"offset": -1.0})),
        ("TrueDivide", {}, ("x", 4), ("Divide", {"constants": 1})),
        ("TrueDivide", {}, (4, "x"), ("Divide", {"constants": 1})),
        ("TrueDivide", {}, ("x", 0), ("Divide", {"constants": 1})),
        ("TrueDivide", {}, ("x", True), UNKNOWN),
        ("Multiply", {}, ("x", True), UNKNOWN),
        ("Multiply", {}, ("x", {"class_name": "__numpy__", "config": {"value": [1.0] * 3}}), ("Multiply", {})),
        ("Multiply", {}, ("x", {"class_name": "__numpy__", "config": {"value": [1.0] * 5}}), UNKNOWN),
        ("Mean", {"axis": [1, 2], "keepdims": True}, ("x",), ("Mean", {"axes": (1, 2), "keepdims": True})),
        ("Mean", {"axis": [2, -1]}, ("x",), ("Mean", {"axes": (2, 3)})),
        ("Mean", {"axis": None}, ("x",), ("Mean", {})),
        ("Mean", {"axis": 9}, ("x",), UNKNOWN),
        ("Max", {"axis": 1, "initial": 3.0}, ("x",), UNKNOWN),
        ("Var", {"axis": -1}, ("x",), ("Variance", {"axes": (3,)})),
        ("Norm", {"axis": -1, "ord": 2}, ("x",), ("Norm", {"axes": (3,)})),
        ("Norm", {"axis": [1, 2], "ord": 2}, ("x",), UNKNOWN),
        ("Maximum", {}, ("x", 0.0), ("Maximum", {"constants": 1})),
        ("Greater", {}, ("x", 0.0), ("Compare", {"constants": 1, "relation": "greater"})),
        ("Where", {}, ("x", 1.0, 0.0), ("Where", {"constants": 2})),
        ("Power", {}, ("x", 2), ("Power", {"exponent": 2.0})),
        ("Power", {}, (2, "x"), ("Power", {"base": 2.0})),
        ("GetItem", {}, ("x", [{"class_name": "__ellipsis__", "config": {}}, 0]), ("Slice", {"index": ("...", 0)})),
        ("GetItem", {}, ("x", "x"), UNKNOWN),
        (
            "Flip",
            {"axis": 1},
            ("x",),
            ("Slice", {"index": ((None, None), (None, None, -1), (None, None), (None, None))}),
        ),
        (
            "Pad",
            {"pad_width": [[0, 0], [1, 2], [0, 0], [0, 0]], "mode": "reflect"},
            ("x",),
            ("Pad", {"amounts": ((0, 0), (1, 2), (0, 0), (0, 0)), "mode": "reflect"}),
        ),
        ("Squeeze", {"axis": 1}, ("x",), UNKNOWN),
        ("ExpandDims", {"axis": 1}, ("x",), ("ExpandDims", {"axes": (1,)})),
        ("Stack", {"axis": 1}, (["x", "x"],), ("Stack", {"axis": 1})),
        ("Take", {"axis": 1}, ("x", {"class_name": "__numpy__", "config": {"value": [0, 2]}}), ("Gather", {"axis": 1})),
        ("Take", {"axis": None}, ("x", {"class_name": "__numpy__", "config": {"value": [0, 2]}}), UNKNOWN),
        ("Tile", {"repeats": [1, 2, 1, 1]}, ("x",), ("Tile", {"times": (1, 2, 1, 1)})),
        ("Repeat", {"repeats": 2, "axis": 1}, ("x",), ("Repeat", {"times": 2, "axis": 1})),
        ("Roll", {"shift": 1, "axis": 1}, ("x",), ("Roll", {"axes": (1,)})),
        ("DepthToSpace", {"block_size": 2, "data_format": "channels_last"}, ("x",), UNKNOWN),
        ("SpaceToDepth", {"block_size": 2, "data_format": "channels_last"}, ("x",), ("SpaceToDepth", {})),
        (
            "ExtractPatches",
            {"size": [4, 4], "strides": None, "dilation_rate": 1, "padding": "valid", "data_format": "channels_last"},
            ("x",),
            ("ExtractPatches2d", {"size": (4, 4), "strides": (4, 4), "one_hot": True}),
        ),
        ("Swapaxes", {"axis1": 1, "axis2": -1}, ("x",), ("Permute", {"axes": (0, 3, 2, 1)})),
        ("Moveaxis", {"source": 1, "destination": -1}, ("x",), ("Permute", {"axes": (0, 2, 3, 1)})),
        ("Ravel", {}, ("x",), ("Reshape", {"target": (-1,)})),
        ("Normalize", {"axis": -1, "order": 2}, ("x",), ("UnitNorm", {"axes": (3,)})),
        ("Gelu", {"approximate": False}, ("x",), ("Activation", {"function": "gelu_erf"})),
        ("LogSoftmax", {"axis": 1}, ("x",), ("Activation", {"function": "log_softmax", "axis": 1})),
        ("Relu", {}, ("x",), ("Activation", {})),
        ("HardSilu", {}, ("x",), ("Activation", {"function": "hard_silu"})),
        ("Erf", {}, ("x",), ("Activation", {"function": "erf"})),
        ("Arctan", {}, ("x",), UNKNOWN),
        ("Reshape", {"newshape": [-1, 4, 48]}, ("x",), ("Reshape", {"target": (-1, 4, 48)})),
        ("Reshape", {"newshape": [None, 4, 48]}, ("x",), ("Reshape", {"target": (-1, 4, 48)})),
        ("Transpose", {"axes": [0, 3, 1, 2]}, ("x",), ("Permute", {})),
        ("Matmul", {}, ("x", "x"), UNKNOWN),
    ],
    ids=str,
)
def test_an_operation(kind, settings, places, expected):
    (found,) = told(operation(kind, settings, *places))
    assert found[0] == expected if expected == UNKNOWN else found == expected


def test_every_spelling_reads_what_it_writes():
    """Of every op that a builder can write, the layer's arguments are read as the same op."""
    for _, op in OPS.items():
        spelling = op.spellings.get("keras")
        if isinstance(spelling, Spelling) and spelling.fields and spelling.read is None:
            assert (op, spelling) in spelled("keras", spelling.layer), op


@pytest.fixture
def toy():
    """An op that nothing in the package knows, made here."""

    def read(call: Call):
        if call.kind == "ToyHalves":
            return Outputs((Toy(call.settings["width"]), Toy(call.settings["width"])))
        return [Toy(call.settings["width"])]

    @dataclass(frozen=True, eq=False)
    class Toy(Op):
        width: int

        spellings: ClassVar[Mapping[str, Spelling]] = {
            "keras": Spelling("ToyLayer", {"width": "width"}, also=("ToyHalves",), read=read)
        }

        def rule(self, shape):
            """A weight and a product per number."""
            output = shape.with_size(-1, self.width)
            return Cost(output, (Weight("toy", (self.width,)),), Work(multiply_accumulates=output.elements))

    yield Toy
    OPS.remove("Toy")


def test_a_toy_op_is_read_from_keras_with_no_second_file(toy):
    (node,) = layer("ToyLayer", {"width": 5})
    assert type(node.op) is toy
    assert ra.measure(ra_graph("ToyLayer")).totals.macs == 8 * 8 * 5


def ra_graph(kind):
    entries = [("InputLayer", {"batch_shape": [None, 8, 8, 3]}), (kind, {"width": 5})]
    described = [{"class_name": name, "module": "keras.layers", "config": own} for name, own in entries]
    model = {"class_name": "Sequential", "module": "keras", "config": {"name": "net", "layers": described}}
    return assemble(read_description(model))


def test_an_op_of_several_outputs_is_a_node_for_each(toy):
    assert [node.name for node in layer("ToyHalves", {"width": 5})] == ["ToyHalves", "ToyHalves:2"]
