"""What Keras 2 wrote otherwise: calls as nested lists, and TensorFlow functions as layers, in Keras 3's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import accumulate
from typing import Any

from ._keras_values import as_history
from .records import Argument, Record, references

# Keras 2 keeps a call of a raw TensorFlow function as a layer: the operation of keras.ops that does the same,
# and that operation's names of the function's arguments.
FUNCTIONS: dict[str, str] = {
    "__operators__.add": "Add", "math.add": "Add", "add": "Add",
    "math.subtract": "Subtract", "subtract": "Subtract", "__operators__.subtract": "Subtract",
    "math.multiply": "Multiply", "multiply": "Multiply", "__operators__.multiply": "Multiply",
    "math.truediv": "TrueDivide", "math.divide": "Divide", "divide": "Divide", "__operators__.truediv": "TrueDivide",
    "math.maximum": "Maximum", "maximum": "Maximum", "math.minimum": "Minimum", "minimum": "Minimum",
    "math.pow": "Power", "pow": "Power", "math.square": "Square", "square": "Square",
    "math.sqrt": "Sqrt", "sqrt": "Sqrt", "math.rsqrt": "Rsqrt", "math.exp": "Exp", "exp": "Exp",
    "math.log": "Log", "math.abs": "Absolute", "abs": "Absolute", "math.negative": "Negative",
    "math.sigmoid": "Sigmoid", "sigmoid": "Sigmoid", "nn.sigmoid": "Sigmoid", "math.tanh": "Tanh", "tanh": "Tanh",
    "nn.tanh": "Tanh", "nn.relu": "Relu", "nn.relu6": "Relu6", "nn.leaky_relu": "LeakyRelu", "nn.elu": "Elu",
    "nn.selu": "Selu", "nn.gelu": "Gelu", "nn.silu": "Silu", "nn.swish": "Silu", "nn.softplus": "Softplus",
    "math.softplus": "Softplus", "nn.softsign": "Softsign", "nn.softmax": "Softmax", "nn.log_softmax": "LogSoftmax",
    "math.reduce_mean": "Mean", "reduce_mean": "Mean", "math.reduce_sum": "Sum", "reduce_sum": "Sum",
    "math.reduce_max": "Max", "reduce_max": "Max", "math.reduce_min": "Min", "math.reduce_prod": "Prod",
    "reshape": "Reshape", "transpose": "Transpose", "expand_dims": "ExpandDims", "squeeze": "Squeeze",
    "concat": "Concatenate", "stack": "Stack", "split": "Split", "tile": "Tile", "cast": "Cast", "identity": "Identity",
    "stop_gradient": "StopGradient", "linalg.matmul": "Matmul", "matmul": "Matmul", "einsum": "Einsum",
    "image.resize": "Resize", "pad": "Pad", "where": "Where", "clip_by_value": "Clip", "gather": "Take",
    "nn.depth_to_space": "DepthToSpace", "nn.space_to_depth": "SpaceToDepth",
    "__operators__.getitem": "GetItem",
}  # fmt: skip
SETTINGS = {
    "dims": "axis", "keep_dims": "keepdims", "shape": "newshape", "perm": "axes", "multiples": "repeats",
    "num_or_size_splits": "indices_or_sections",
}  # fmt: skip
OPERANDS = ("y", "b")  # the second tensor of a function of two: by name here, by place in keras.ops
LAYERS = ("TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer")


def is_legacy(node: Any) -> bool:
    """Whether a call is described as Keras 2 does: as a list, or a dictionary of lists."""
    return isinstance(node, list) or (isinstance(node, dict) and not {"args", "kwargs"} & set(node))


def called(node: Any, layers: Mapping[str, int]) -> dict[str, Any]:
    """The same call as Keras 3 describes it. `layers` are the names in the model: what begins with one is a tensor."""
    named: dict[str, Any] = {}

    def given(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: given(each) for name, each in value.items()}
        if not isinstance(value, list):
            return value
        if value[:1] == ["_CONSTANT_VALUE"] and len(value) > 2:
            named.update(value[3] if len(value) > 3 and isinstance(value[3], dict) else {})
            return value[2]
        if _is_tensor(value, layers):
            named.update(value[3] if len(value) > 3 and isinstance(value[3], dict) else {})
            return _tensor(value)
        return [given(each) for each in value]

    first = given(node)
    if isinstance(first, list) and len(first) == 1:
        first = first[0]
    args = [] if first in ([], {}) else [first]
    return {"args": args, "kwargs": {name: _named(value, layers) for name, value in named.items() if name != "name"}}


def _is_tensor(value: Any, layers: Mapping[str, int]) -> bool:
    found = as_history(value)
    return found is not None and found[0] in layers and len(value) in (3, 4)


def _tensor(value: Any) -> dict[str, Any]:
    return {"class_name": "__keras_tensor__", "config": {"shape": None, "keras_history": value[:3]}}


def _named(value: Any, layers: Mapping[str, int]) -> Any:
    """An argument given by name: tensors in it are lists of three."""
    if isinstance(value, dict):
        return {name: _named(each, layers) for name, each in value.items()}
    if not isinstance(value, list):
        return value
    return _tensor(value) if _is_tensor(value, layers) else [_named(each, layers) for each in value]


def renamed(record: Record) -> Record:
    """A TensorFlow function as the operation of keras.ops that does the same; any other record as it is.

    >>> renamed(Record("sum", "TFOpLambda", "keras.layers", {"function": "math.add"}, (Argument("y", 2),)))
    Record(name='sum', kind='Add', namespace='keras.ops', settings={}, arguments=(Argument(name='', value=2),), \
outputs=(None,), weights=None, scope='', owner='', trainable=True, made_by='')
    """
    if record.kind not in LAYERS or record.namespace != "keras.layers":
        return record
    function = str(record.settings.get("function")).removeprefix("compat.v1.")
    known = FUNCTIONS.get(function)
    if known is None:
        return replace(record, kind=f"tf.{function}", namespace="tf", settings={})
    settings, arguments = {}, []
    for each in record.arguments:
        if not each.name or each.name in OPERANDS:
            arguments.append(Argument("", each.value))
        elif known == "GetItem":
            listed = isinstance(each.value, (list, tuple))
            arguments.append(Argument("", [_slice(part) for part in each.value] if listed else each.value))
        elif any(references(each.value)):
            arguments.append(each)
        else:
            settings[SETTINGS.get(each.name, each.name)] = each.value
    if known == "Split" and isinstance(settings.get("indices_or_sections"), list):  # sizes, and not places
        settings["indices_or_sections"] = list(accumulate(settings["indices_or_sections"]))[:-1]
    return replace(record, kind=known, namespace="keras.ops", settings=settings, arguments=tuple(arguments))


def _slice(part: Any) -> Any:
    """One axis of a `slice_spec`."""
    if not isinstance(part, dict) or "start" not in part:
        return part
    return slice(part["start"], part.get("stop"), part.get("step"))
