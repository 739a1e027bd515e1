"""Activations and other functions of one number, without weights: one table, one row per function, one op.

Each row counts the primitives of one element, from the function's own definition, as written beside it;
of a function in pieces the costliest piece. Logarithms, sines, cosines and the error function count as an
exponential each: they are evaluated likewise. Other layers carry an activation of their own by name
(Keras' `activation=`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..dim import Dim, product
from ..errors import UnknownName
from ..reach import EVERYTHING, Reaches, same_place
from ..shape import Shape
from .base import OPS, Cost, Op, Operations, Work, axis_index, no_axis
from .gradient import of_activation
from .spelling import Call, Part, Reads, Spelling

if TYPE_CHECKING:
    from .keras_steps import Steps

PER_ELEMENT: dict[str, Work] = {
    "linear": Work(),  # x
    "relu": Work(compares=1),  # max(x, 0)
    "relu6": Work(compares=2),  # min(max(x, 0), 6): Krizhevsky 2010, Convolutional Deep Belief Networks on CIFAR-10
    "leaky_relu": Work(compares=1, multiplies=1),  # x if x > 0 else a·x: Maas et al. 2013
    "elu": Work(compares=1, exponentials=1, adds=1, multiplies=1),  # a·(eˣ − 1): Clevert et al. 2016, eq. 15
    "selu": Work(compares=1, exponentials=1, adds=1, multiplies=2),  # λ·elu(x): Klambauer et al. 2017, eq. 2
    "sigmoid": Work(exponentials=1, adds=1, divisions=1, multiplies=1),  # 1/(1 + e^(−1·x))
    "tanh": Work(exponentials=1, adds=2, divisions=1, multiplies=1),  # (1 − y)/(1 + y), y = e^(−2x)
    "silu": Work(exponentials=1, adds=1, divisions=1, multiplies=2),  # x·sigmoid(x): Ramachandran et al. 2017
    # 0.5·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))): Hendrycks and Gimpel 2016, eq. 2
    "gelu": Work(exponentials=1, adds=4, divisions=1, multiplies=7),
    "hard_sigmoid": Work(adds=1, compares=2, multiplies=1),  # relu6(x + 3)·(1/6): Howard et al. 2019, sec. 5.2
    "hard_silu": Work(adds=1, compares=2, multiplies=2),  # x·hard_sigmoid(x): the same place
    "hard_tanh": Work(compares=2),  # min(max(x, −1), 1): Collobert 2004
    "celu": Work(compares=1, exponentials=1, adds=1, multiplies=1, divisions=1),  # a·(e^(x/a) − 1): Barron 2017, eq. 2
    "exponential": Work(exponentials=1),  # eˣ
    "gelu_erf": Work(exponentials=1, adds=1, multiplies=3),  # 0.5·x·(1 + erf(x·√½)): Hendrycks and Gimpel 2016, eq. 1
    "hard_shrink": Work(compares=2),  # x if |x| > λ else 0
    "log_sigmoid": Work(exponentials=2, adds=1, multiplies=2),  # −1·log(1 + e^(−1·x))
    # x·tanh(log(1 + eˣ)): Misra 2019, eq. 1
    "mish": Work(exponentials=3, adds=3, divisions=1, multiplies=2),
    "quick_gelu": Work(exponentials=1, adds=1, divisions=1, multiplies=3),  # x·sigmoid(1.702·x): the same, sec. 2
    "soft_shrink": Work(compares=2, adds=1),  # x − λ if x > λ, x + λ if x < −λ, else 0
    "softplus": Work(exponentials=2, adds=1),  # log(1 + eˣ): Dugas et al. 2001, eq. 4
    "softsign": Work(compares=1, adds=1, divisions=1),  # x/(1 + |x|): Bergstra et al. 2009
    "sparse_plus": Work(compares=2, adds=1, multiplies=2),  # ¼·(x + 1)² between −1 and 1
    "sparse_sigmoid": Work(compares=2, adds=1, multiplies=1),  # ½·(x + 1) between −1 and 1
    "squareplus": Work(adds=2, multiplies=2, square_roots=1),  # ½·(x + √(x² + b)): Barron 2021, eq. 1
    "tanh_shrink": Work(exponentials=1, adds=3, divisions=1, multiplies=1),  # x − tanh(x)
    "threshold": Work(compares=1),  # x if x > θ else a value
    "abs": Work(compares=1),  # x if x > 0 else −x
    "clip": Work(compares=2),  # min(max(x, a), b)
    "cos": Work(exponentials=1),
    "erf": Work(exponentials=1),
    "expm1": Work(exponentials=1, adds=1),  # eˣ − 1
    "log": Work(exponentials=1),
    "log1p": Work(exponentials=1, adds=1),  # log(1 + x)
    "logical_not": Work(compares=1),
    "negative": Work(multiplies=1),  # −1·x
    "reciprocal": Work(divisions=1),  # 1/x
    "rsqrt": Work(square_roots=1, divisions=1),  # 1/√x
    "sign": Work(compares=2),  # 1 if x > 0, −1 if x < 0, else 0
    "sin": Work(exponentials=1),
    "sqrt": Work(square_roots=1),
    "square": Work(multiplies=1),  # x·x
}
# As which TensorFlow operations Keras runs them (keras/src/backend/tensorflow/nn.py, tensorflow/python/ops/nn_impl.py)
IN_TENSORFLOW: dict[str, tuple[str, ...]] = {
    "linear": (),
    "relu": ("Relu",),
    "relu6": ("Relu6",),
    "leaky_relu": ("LeakyRelu",),
    "elu": ("Elu",),
    "selu": ("Selu",),
    "sigmoid": ("Sigmoid",),
    "tanh": ("Tanh",),
    "softmax": ("Softmax",),
    "silu": ("Mul", "Sigmoid", "Mul"),  # x·σ(1·x)
    "gelu": ("Mul", "Neg", "Mul", "Erfc", "Mul"),  # 0.5·x·erfc(−x·√½)
    "hard_sigmoid": ("AddV2", "Relu6", "RealDiv"),  # relu6(x + 3)/6
    "hard_silu": ("AddV2", "Relu6", "RealDiv", "Mul"),  # x times that
    "hard_tanh": ("Minimum", "Maximum"),
}
ALIASES = {
    "swish": "silu",
    "hard_swish": "hard_silu",
    "exp": "exponential",
    "gelu_tanh": "gelu",
    "gelu_new": "gelu",
    "neg": "negative",
    "absolute": "abs",
}
ALONG_AXIS = ("softmax", "log_softmax")  # functions of all numbers along an axis


def activation_work(name: str | None, elements: Dim) -> Work:
    """The work of an activation, by name, over `elements` numbers; none for None.

    UnknownName for a function that is not in the table. Softmax and its logarithm work along an axis: see `fused_work`.

    >>> activation_work("relu", 100).compares
    100
    """
    if name == "relu":  # by far the most frequent: without a pass over all primitives
        return Work(compares=elements)
    return Work() if name is None else _row(name).times(elements)


def _row(name: str) -> Work:
    row = PER_ELEMENT.get(ALIASES.get(name, name))
    if row is None:
        raise UnknownName("activation", name, [*PER_ELEMENT, *ALIASES, *ALONG_AXIS])
    return row


def softmax_work(shape: Shape, axis: int = -1) -> Work:
    """Softmax along an axis of c numbers, at every other position: e^(x − max x) / Σ, max and Σ over the c.

    c − 1 compares, c subtractions, c exponentials, c − 1 additions, c divisions at each position.

    >>> from resnet_analyzer.shape import Shape
    >>> softmax_work(Shape(1, 1000))[2:]
    (1999, 0, 999, 1000, 1000, 0)
    """
    elements = shape.elements
    rows = shape.with_size(axis, 1).elements
    return Work(compares=elements - rows, adds=2 * elements - rows, exponentials=elements, divisions=elements)


def log_softmax_work(shape: Shape, axis: int = -1) -> Work:
    """Its logarithm: (x − max x) − log Σ e^(x − max x), along an axis of c numbers.

    c − 1 compares, 2·c subtractions, c exponentials and a logarithm, c − 1 additions at each position.

    >>> from resnet_analyzer.shape import Shape
    >>> log_softmax_work(Shape(1, 1000))[2:]
    (2999, 0, 999, 1001, 0, 0)
    """
    elements = shape.elements
    rows = shape.with_size(axis, 1).elements
    return Work(compares=elements - rows, adds=3 * elements - rows, exponentials=elements + rows)


def fused_work(name: str | None, output: Shape, axis: int = -1) -> Work:
    """The work of an activation that a layer carries; those along an axis run over the last one, or `axis`."""
    if name == "softmax":
        return softmax_work(output, axis)
    return log_softmax_work(output, axis) if name == "log_softmax" else activation_work(name, output.elements)


def with_activation(operations: Operations, name: str | None, elements: Dim) -> Operations | None:
    """TensorFlow operations and behind them those of an activation, by name, over `elements` numbers.

    None where it is not known what Keras runs.
    """
    if name is None:
        return operations
    found = IN_TENSORFLOW.get(ALIASES.get(name, name))
    return None if found is None else [*operations, *[(each, elements) for each in found]]


def require_activation(name: str | None) -> None:
    """UnknownName unless `name` is None or an activation."""
    if name is not None and name not in ALONG_AXIS:
        _row(name)


LAYERS = {"LeakyReLU": "leaky_relu", "ELU": "elu", "Identity": "linear"}
AS_THEY_ARE = ("ops.Identity", "ops.StopGradient", "ops.ConvertToTensor", "ops.Copy", "ops.Cast")
# operations of keras.ops are named after their functions: `ops.HardSilu`
OPERATIONS = (
    "ops.Abs", "ops.Absolute", "ops.Celu", "ops.Clip", "ops.Cos", "ops.Elu", "ops.Erf", "ops.Exp", "ops.Expm1",
    "ops.Gelu", "ops.HardShrink", "ops.HardSigmoid", "ops.HardSilu", "ops.HardTanh", "ops.LeakyRelu", "ops.Log",
    "ops.Log1p", "ops.LogSigmoid", "ops.LogicalNot", "ops.Mish", "ops.Negative", "ops.Reciprocal", "ops.Relu",
    "ops.Relu6", "ops.Rsqrt", "ops.Selu", "ops.Sigmoid", "ops.Sign", "ops.Silu", "ops.Sin", "ops.SoftShrink",
    "ops.Softplus", "ops.Softsign", "ops.SparsePlus", "ops.SparseSigmoid", "ops.Sqrt", "ops.Square",
    "ops.Squareplus", "ops.Tanh", "ops.TanhShrink", "ops.Threshold",
)  # fmt: skip


def _read_keras(call: Call) -> list[Op] | None:
    """A function by name, or one of the layers and operations that are functions; None for one that is not here."""
    kind = call.kind
    if kind == "Activation":
        function = call.settings.get("activation") or "linear"
        if isinstance(function, Part):  # a function, of Keras or of somebody else
            function = function.kind if function.namespace else ""
        return [Activation(function)] if function in (*PER_ELEMENT, *ALIASES, *ALONG_AXIS) else None
    if kind in ("Softmax", "ops.Softmax", "ops.LogSoftmax"):
        return _read_softmax(call)
    if kind == "ReLU":
        return _read_relu(call)
    if kind in LAYERS or kind in AS_THEY_ARE:
        return [Activation(LAYERS.get(kind, "linear"))]
    if kind == "ops.Gelu" and call.settings.get("approximate") is False:
        return [Activation("gelu_erf")]
    words = {name.replace("_", ""): name for name in (*PER_ELEMENT, *ALIASES)}
    return [Activation(words[kind.removeprefix("ops.").lower()])]


def _read_softmax(call: Call) -> list[Op] | None:
    """Softmax along one axis; Keras' layer puts a number far below zero where a mask says so."""
    axis = call.settings.get("axis", -1)
    if isinstance(axis, (list, tuple)) and len(axis) == 1:
        (axis,) = axis
    if type(axis) is not int or len(call.shapes) > (1 if call.kind.startswith("ops.") else 2):
        return None
    masked = [OPS["Where"](1)] if len(call.shapes) == 2 else []  # type: ignore[call-arg]
    return [*masked, Activation("log_softmax" if call.kind == "ops.LogSoftmax" else "softmax", axis)]


def _read_relu(call: Call) -> list[Op] | None:
    """ReLU(max_value, negative_slope, threshold): relu, relu6 or leaky_relu."""
    most, slope = call.settings.get("max_value"), call.settings.get("negative_slope") or 0
    if call.settings.get("threshold"):
        return None
    if most is None:
        return [Activation("leaky_relu" if slope else "relu")]
    return [Activation("relu6")] if most == 6 and not slope else None


# operators of ONNX, by the function that they are
IN_ONNX = {
    "Relu": "relu", "LeakyRelu": "leaky_relu", "Elu": "elu", "Selu": "selu", "Celu": "celu", "Sigmoid": "sigmoid",
    "Tanh": "tanh", "HardSigmoid": "hard_sigmoid", "HardSwish": "hard_silu", "Softplus": "softplus",
    "Softsign": "softsign", "Mish": "mish", "ThresholdedRelu": "threshold", "Shrink": "soft_shrink",
    "Exp": "exponential", "Log": "log", "Sqrt": "sqrt", "Abs": "abs", "Neg": "negative",
    "Reciprocal": "reciprocal", "Erf": "erf", "Sin": "sin", "Cos": "cos", "Sign": "sign",
    "Not": "logical_not", "Clip": "clip", "Identity": "linear", "Cast": "linear",
    "CastLike": "linear", "BitCast": "linear",
    "Swish": "silu",
}  # fmt: skip


def _read_onnx(call: Call) -> Reads | None:
    """A function of each number; softmax along an axis, before opset 13 along all from `axis` on."""
    settings = call.settings
    if call.kind == "Gelu":
        return call.reading(Activation("gelu" if settings.get("approximate") == "tanh" else "gelu_erf"))
    if call.kind not in ("Softmax", "LogSoftmax"):
        return call.reading(Activation(IN_ONNX[call.kind]))
    old = settings["opset"] < 13
    (axis,) = call.axes(settings.get("axis", 1 if old else -1))
    if old and axis != call.rank - 1:  # over all axes from there on: as one
        shape = call.shapes[0]
        together = OPS["Reshape"]((product(*shape[:axis]), product(*shape[axis:])))  # type: ignore[call-arg]
        op = Activation("softmax" if call.kind == "Softmax" else "log_softmax", 1)
        return call.reading(together, op, OPS["Reshape"](tuple(shape)))  # type: ignore[call-arg]
    return call.reading(Activation("softmax" if call.kind == "Softmax" else "log_softmax", axis))


# operators of ATen, by the function that they are
IN_TORCH = {
    "aten.relu": "relu", "aten.relu6": "relu6", "aten.leaky_relu": "leaky_relu", "aten.elu": "elu",
    "aten.selu": "selu", "aten.celu": "celu", "aten.sigmoid": "sigmoid", "aten.tanh": "tanh", "aten.silu": "silu",
    "aten.hardsigmoid": "hard_sigmoid", "aten.hardswish": "hard_silu", "aten.softplus": "softplus",
    "aten.mish": "mish", "aten.threshold": "threshold", "aten.hardshrink": "hard_shrink",
    "aten.softshrink": "soft_shrink", "aten.log_sigmoid": "log_sigmoid", "aten.exp": "exponential",
    "aten.expm1": "expm1", "aten.log": "log", "aten.log1p": "log1p", "aten.log2": "log", "aten.log10": "log",
    "aten.sqrt": "sqrt", "aten.rsqrt": "rsqrt", "aten.square": "square", "aten.abs": "abs", "aten.neg": "negative",
    "aten.reciprocal": "reciprocal", "aten.erf": "erf", "aten.sin": "sin", "aten.cos": "cos", "aten.sign": "sign",
    "aten.logical_not": "logical_not", "aten.bitwise_not": "logical_not", "aten.clamp": "clip",
    "aten.clamp_min": "threshold", "aten.clamp_max": "threshold", "aten.clip": "clip", "aten.softsign": "softsign",
    "aten.contiguous": "linear", "aten.clone": "linear", "aten.detach": "linear", "aten.alias": "linear",
    "aten.to": "linear", "aten._to_copy": "linear", "aten.type_as": "linear", "aten.lift_fresh_copy": "linear",
    "aten.float": "linear", "aten.positive": "linear", "aten.lift_fresh": "linear", "aten.real": "linear",
}  # fmt: skip


def _read_torch(call: Call) -> Reads | None:
    """A function of each number; softmax along an axis. hardtanh between 0 and 6 is relu6."""
    kind, where = call.kind, "input" if call.tensor("self") is None else "self"
    if kind == "aten.gelu":
        name = "gelu" if call.argument("approximate") == "tanh" else "gelu_erf"
    elif kind == "aten.hardtanh":
        limits = call.argument("min_val", default=-1), call.argument("max_val", default=1)
        name = "relu6" if limits == (0, 6) else "hard_tanh"
    elif kind in IN_TORCH:
        name = IN_TORCH[kind]
    else:
        (axis,) = call.axes(call.argument("dim"))
        name = "log_softmax" if "log" in kind else "softmax"
        return call.reading(Activation(name, axis), places=(where,))
    return call.reading(Activation(name), places=(where,))


class Activation(Op):
    """An activation function on every element, by its name in the table (`softmax`, `log_softmax`: along `axis`).

    >>> from resnet_analyzer.shape import Shape
    >>> Activation("hard_swish").apply(Shape(1, 10)).work.compares
    20
    """

    function: str = "relu"
    axis: int = -1

    kind = "activation"
    storage = "overwrites"
    gradient = of_activation
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("Gelu", also=("Softmax", "LogSoftmax", *IN_ONNX), read=_read_onnx),
        "torch": Spelling(
            "aten.gelu",
            also=(
                *("aten.hardtanh", "aten.softmax", "aten._softmax", "aten.log_softmax", "aten._log_softmax"),
                *IN_TORCH,
            ),
            read=_read_torch,
        ),
        "keras": Spelling(
            "Activation",
            {"function": "activation"},
            also=("ReLU", "Softmax", "ops.Softmax", "ops.LogSoftmax", *LAYERS, *AS_THEY_ARE, *OPERATIONS),
            read=_read_keras,
        ),
    }

    def __post_init__(self) -> None:
        require_activation(self.function)

    @property
    def fused(self) -> str:
        """Its name; a layer carries no softmax along another axis than the last."""
        return self.function if self.axis == -1 or self.function not in ALONG_AXIS else ""

    def label(self) -> str:
        """As `ReLU`."""
        return "ReLU" if self.function == "relu" else self.function

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The same shape; work per element from the table, or along the axis."""
        if self.function in ALONG_AXIS and axis_index(self.axis, len(shape)) is None:
            return no_axis(self.axis, shape)
        return Cost(shape, work=fused_work(self.function, shape, self.axis))

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """The same place; of softmax and its like everything along its axis."""
        rank = len(inputs[0])
        along = self.axis % rank if self.function in ALONG_AXIS else None
        return (tuple([EVERYTHING if each.axis == along else each for each in same_place(rank)]),)

    def as_tensorflow(self, inputs: tuple[Shape, ...], cost: Cost) -> Operations | None:
        """As the table says; along another axis than the last Keras transposes, which has figures of its own."""
        if self.function in ALONG_AXIS and self.axis not in (-1, len(inputs[0]) - 1):
            return None
        return with_activation((), self.function, inputs[0].elements)

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """Keras' layer where it knows the function (and its axis), else keras.ops."""
        from .keras_steps import Steps, by_ops, layer

        if self.function in ALONG_AXIS and self.axis not in (-1, len(inputs[0]) - 1):
            along = getattr(keras.ops, self.function)
            return by_ops(lambda x: along(x, axis=self.axis))
        function = ALIASES.get(self.function, self.function)
        if function in _NOT_IN_KERAS:
            return by_ops(lambda x: _NOT_IN_KERAS[function](keras.ops, x))
        if hasattr(keras.activations, function):
            return Steps(layer(keras, self, name, activation=function))
        plain = getattr(keras.ops, function)
        return by_ops(lambda x: plain(x))


_NOT_IN_KERAS: dict[str, Callable[[Any, Any], Any]] = {
    "clip": lambda ops, x: ops.clip(x, -1.0, 1.0),
    "gelu_erf": lambda ops, x: ops.gelu(x, approximate=False),
    "logical_not": lambda ops, x: ops.logical_not(ops.cast(x, "bool")),
    "threshold": lambda ops, x: ops.threshold(x, 0.0, 0.0),
    "quick_gelu": lambda ops, x: x * ops.sigmoid(1.702 * x),
}
