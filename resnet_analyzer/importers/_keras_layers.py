"""Keras layers and operations in our words.

Most layers are read through their op's spelling, field by field. Here stand only those that say the
same thing in another way: activations that are layers, axes that are numbers, layers of several ops.
A reader gets the layer's settings and returns our ops in order, each reading the one before; None
means that we have no word for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple

from ..errors import AnalyzerError
from ..ops.activation import ALIASES, PER_ELEMENT, Activation
from ..ops.base import OPS, Op, Spelling
from ..ops.batch_norm import BatchNorm
from ..ops.concatenate import Concatenate
from ..ops.dropout import Dropout, StochasticDepth
from ..ops.elementwise import Add
from ..ops.global_pool import GlobalAveragePool2d, GlobalMaxPool2d
from ..ops.group_norm import GroupNorm
from ..ops.layer_norm import LayerNorm
from ..ops.layer_scale import LayerScale
from ..ops.multi_head_attention import MultiHeadAttention
from ..ops.normalization import Normalization
from ..ops.prelu import PReLU
from ..ops.rescale import Rescale
from ..ops.reshape import Flatten, Permute, Reshape


class Foreign(NamedTuple):
    """A Keras layer or operation as neutral data.

    `kind` is the class, `settings` its configuration, `rank` the axes of its input, `constants` the numbers that it
    takes beside tensors, `weights` the names and shapes of its weights, `constant_first` whether the
    number stands before the tensor, `roles` the names under which it takes tensors (`""`: by place).
    """

    kind: str
    settings: Mapping[str, Any]
    rank: int = 4
    constants: tuple[Any, ...] = ()
    weights: tuple[tuple[str, tuple[int, ...]], ...] = ()
    constant_first: bool = False
    roles: tuple[str, ...] = ()

    def axes(self, value: Any) -> tuple[int, ...]:
        """One or several axes as Keras counts them, from the batch or from the end, as places."""
        given = value if isinstance(value, (list, tuple)) else [value]
        return tuple(axis % self.rank for axis in given)


Reader = Callable[[Foreign], "list[Op] | None"]


def read_layer(layer: Foreign, tensors: int = 1) -> list[Op] | None:
    """Our ops for a layer of Keras' own that takes so many tensors, in order; None if we have no word for it."""
    reader = _READERS.get(layer.kind)
    try:
        found = reader(layer) if reader is not None else _spelled(layer)
    except (AnalyzerError, KeyError, TypeError, ValueError):
        return None  # settings that our op does not have: better no word than a wrong one
    return found if found and _takes(found[-1], tensors) else None


def _takes(op: Op, tensors: int) -> bool:
    return op.arity in (None, tensors)


@cache
def _by_keras_name() -> dict[str, tuple[type[Op], Spelling]]:
    """Ops by the name of their Keras layer."""
    spelled = [(op, op.spellings["keras"]) for _, op in OPS.items() if "keras" in op.spellings]
    return {spelling.layer: (op, spelling) for op, spelling in spelled}


def _spelled(layer: Foreign) -> list[Op] | None:
    """Read a layer by its op's spelling."""
    op, spelling = _by_keras_name().get(layer.kind, (None, None))
    settings = spelling.settings(layer.settings) if spelling is not None else None
    if op is None or settings is None:
        return None
    if "activation" in settings:
        name = activation_name(settings.pop("activation"))
        if name is None:
            return None
        if name != "linear":
            settings["activation"] = name
    return [op(**settings)]


def activation_name(function: Any) -> str | None:
    """Our name of an activation by Keras' name; `linear` for none; None if we have no word for it.

    >>> activation_name("relu"), activation_name(None), activation_name("mish")
    ('relu', 'linear', None)
    """
    if function is None:
        return "linear"
    known = isinstance(function, str) and (function in PER_ELEMENT or function in ALIASES or function == "softmax")
    return function if known else None


def _activation(layer: Foreign) -> list[Op] | None:
    name = activation_name(layer.settings.get("activation"))
    return None if name is None else [Activation(name)]


def _relu(layer: Foreign) -> list[Op] | None:
    """ReLU(max_value, negative_slope, threshold): relu, relu6 or leaky_relu."""
    settings = layer.settings
    most, slope = settings.get("max_value"), settings.get("negative_slope") or 0
    if settings.get("threshold"):
        return None
    if most is None:
        return [Activation("leaky_relu" if slope else "relu")]
    return [Activation("relu6")] if most == 6 and not slope else None


def _softmax(layer: Foreign) -> list[Op] | None:
    axis = layer.settings.get("axis", -1)
    return [Activation("softmax", axis)] if type(axis) is int else None


def _batch_norm(layer: Foreign) -> list[Op] | None:
    settings = layer.settings
    (axis,) = layer.axes(settings["axis"])
    return [BatchNorm(settings["scale"], settings["center"], axis)]


def _layer_norm(layer: Foreign) -> list[Op] | None:
    settings = layer.settings
    if settings.get("rms_scaling"):
        return None
    return [LayerNorm(layer.axes(settings["axis"]), settings["scale"], settings["center"])]


def _group_norm(layer: Foreign) -> list[Op] | None:
    settings = layer.settings
    groups = settings["groups"]
    return [GroupNorm(groups, settings["scale"], settings["center"], settings["axis"])] if groups > 0 else None


def _prelu(layer: Foreign) -> list[Op] | None:
    return [PReLU(layer.axes(layer.settings.get("shared_axes") or []))]


def _concatenate(layer: Foreign) -> list[Op] | None:
    return [Concatenate(layer.settings.get("axis", -1))]


def _nothing_at_inference(layer: Foreign) -> list[Op] | None:
    return [Dropout(float(layer.settings.get("rate") or 0))]


def _identity(layer: Foreign) -> list[Op] | None:
    return [Activation("linear")]


def _rescaling(layer: Foreign) -> list[Op] | None:
    return [Rescale(_plain(layer.settings["scale"]), _plain(layer.settings["offset"]))]


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, (list, tuple)) else value


def _normalization(layer: Foreign) -> list[Op] | None:
    axes = layer.axes(layer.settings.get("axis", -1))
    return [Normalization(bool(layer.weights), axes)]


def _layer_scale(layer: Foreign) -> list[Op] | None:
    return [LayerScale()]


def _stochastic_depth(layer: Foreign) -> list[Op] | None:
    return [StochasticDepth(float(layer.settings.get("drop_path_rate", 0)))]


def _custom_scale(layer: Foreign) -> list[Op] | None:
    """Inception-ResNet's x₀ + scale·x₁ (keras/src/applications/inception_resnet_v2.py): two ops."""
    return [Rescale(layer.settings["scale"]), Add()]


def _attention(layer: Foreign) -> list[Op] | None:
    settings = layer.settings
    by_name = set(layer.roles) - {"", "query", "value", "key"}  # a mask is no sequence
    if layer.rank != 3 or by_name or settings.get("attention_axes") not in (None, [1], (1,)):
        return None
    units = settings.get("output_shape")
    units = units[0] if isinstance(units, (list, tuple)) and len(units) == 1 else units
    value = settings.get("value_dim") or 0
    return [MultiHeadAttention(settings["num_heads"], settings["key_dim"], value, units or 0, settings["use_bias"])]


def _flatten(layer: Foreign) -> list[Op] | None:
    return [Flatten()] if layer.settings.get("data_format") != "channels_first" or layer.rank < 4 else None


def _reshape_layer(layer: Foreign) -> list[Op] | None:
    """Its target leaves the batch out, which stays."""
    return [Reshape((0, *layer.settings["target_shape"]))]


def _permute(layer: Foreign) -> list[Op] | None:
    """Its axes are counted from 1, the batch stays."""
    return [Permute((0, *layer.settings["dims"]))]


_READERS: dict[str, Reader] = {
    "Activation": _activation,
    "ReLU": _relu,
    "LeakyReLU": lambda layer: [Activation("leaky_relu")],
    "ELU": lambda layer: [Activation("elu")],
    "Softmax": _softmax,
    "BatchNormalization": _batch_norm,
    "LayerNormalization": _layer_norm,
    "GroupNormalization": _group_norm,
    "PReLU": _prelu,
    "Concatenate": _concatenate,
    "Rescaling": _rescaling,
    "Normalization": _normalization,
    "LayerScale": _layer_scale,
    "StochasticDepth": _stochastic_depth,
    "CustomScaleLayer": _custom_scale,
    "MultiHeadAttention": _attention,
    "Flatten": _flatten,
    "Reshape": _reshape_layer,
    "Permute": _permute,
    "Identity": _identity,
    **dict.fromkeys(
        (
            "Dropout", "SpatialDropout1D", "SpatialDropout2D", "AlphaDropout", "GaussianDropout", "GaussianNoise",
            "ActivityRegularization", "RandomFlip", "RandomRotation", "RandomZoom", "RandomContrast",
            "RandomBrightness", "RandomTranslation",
        ),
        _nothing_at_inference,
    ),
}  # fmt: skip

ELEMENTWISE = {"Add": "Add", "Subtract": "Subtract", "Multiply": "Multiply"}


def read_operation(operation: Foreign, tensors: int) -> list[Op] | None:
    """Our ops for a call of keras.ops or an operator (`x + y`), in order; None if we have no word for it."""
    if operation.kind in ELEMENTWISE and tensors == 2:
        return [OPS[operation.kind]()]
    reader = _OPERATIONS.get(operation.kind)
    try:
        found = reader(operation) if reader is not None else _activation_operation(operation.kind)
    except (AnalyzerError, KeyError, TypeError, ValueError):
        return None
    return found if found and _takes(found[-1], tensors) else None


def _activation_operation(kind: str) -> list[Op] | None:
    """`Relu6` is relu6, `HardSwish` hard_swish: operations are named after the functions."""
    names = {name.replace("_", ""): name for name in (*PER_ELEMENT, *ALIASES)}
    name = names.get(kind.lower())
    return None if name is None or name == "linear" else [Activation(name)]


def _constant(operation: Foreign) -> float | None:
    """The one number that an operation takes beside its tensor."""
    numbers = [each for each in operation.constants if isinstance(each, (int, float)) and not isinstance(each, bool)]
    return numbers[0] if len(numbers) == 1 and len(operation.constants) == 1 else None


def _plus(sign: int) -> Reader:
    def read(operation: Foreign) -> list[Op] | None:
        number = _constant(operation)
        if number is None:
            return None
        return [Rescale(-1, number)] if sign < 0 and operation.constant_first else [Rescale(1, sign * number)]

    return read


def _times(operation: Foreign) -> list[Op] | None:
    number = _constant(operation)
    return None if number is None else [Rescale(number, 0)]


def _divided(operation: Foreign) -> list[Op] | None:
    number = _constant(operation)
    return [Rescale(1 / number, 0)] if number and not operation.constant_first else None


def _reduced(op: type[Op]) -> Reader:
    """A mean or maximum over all pixels is global pooling."""

    def read(operation: Foreign) -> list[Op] | None:
        axis = operation.settings.get("axis")
        axes = axis if isinstance(axis, (list, tuple)) else [axis]
        if None in axes or operation.rank != 4:
            return None
        layouts = {(1, 2): "channels_last", (2, 3): "channels_first"}
        layout = layouts.get(tuple(sorted(operation.axes(axes))))  # type: ignore[arg-type]
        return [op(bool(operation.settings.get("keepdims")), layout)] if layout else None  # type: ignore[call-arg]

    return read


def _reshaped(operation: Foreign) -> list[Op] | None:
    target = tuple(operation.settings.get("newshape") or ())[1:]  # the batch stands in front
    return [Reshape((0, *target))] if target and None not in target else None


_OPERATIONS: dict[str, Reader] = {
    "Add": _plus(1),
    "Subtract": _plus(-1),
    "Multiply": _times,
    "Divide": _divided,
    "TrueDivide": _divided,
    "Mean": _reduced(GlobalAveragePool2d),
    "Max": _reduced(GlobalMaxPool2d),
    "Amax": _reduced(GlobalMaxPool2d),
    "Reshape": _reshaped,
    "Concatenate": _concatenate,
    "Identity": _identity,
    "StopGradient": _identity,
    "Softmax": _softmax,
}
