"""The layer that we can't cost: named, never silently zero."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from ..reach import Reaches, same_place
from ..shape import Shape, carried
from .base import UNTOLD, Cost, Op, Weight, require_whole
from .spelling import Call, Outputs, Reads, Spelling

# operations of keras.ops that work number by number, and of which no primitive of ours tells the work
NUMBER_BY_NUMBER = (
    "ops.Arccos", "ops.Arccosh", "ops.Arcsin", "ops.Arcsinh", "ops.Arctan", "ops.Arctanh", "ops.Ceil", "ops.Cosh",
    "ops.Erfinv", "ops.Floor", "ops.Isfinite", "ops.Isinf", "ops.Isnan", "ops.Log10", "ops.Log2", "ops.Round",
    "ops.Sinh", "ops.Sparsemax", "ops.Tan",
)  # fmt: skip


def _read_keras(call: Call) -> list[Op] | None:
    """A function of each number that no other op knows: how much work it is, is not known, but its shape is."""
    if call.kind != "Activation":
        one = len(call.shapes) == 1
        return [Opaque(f"a Keras {call.kind.removeprefix('ops.')}", elementwise=True)] if one else None
    function = call.settings.get("activation")
    name = getattr(function, "kind", function)
    return [Opaque(f"the activation {name if isinstance(name, str) else 'of a lambda'}", elementwise=True)]


# operators of ONNX whose output has the shape of their first input, and of which no primitive of ours tells the work
LIKE_THE_FIRST = (
    "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "BitShift", "BitwiseAnd", "BitwiseNot", "BitwiseOr",
    "BitwiseXor", "Ceil", "Cosh", "CumProd", "Floor", "Hardmax", "IsInf", "IsNaN", "Mod",
    "ReverseSequence", "RotaryEmbedding", "Round", "Sinh", "Tan", "Bernoulli", "RandomNormalLike",
    "RandomUniformLike", "LpNormalization", "MeanVarianceNormalization",
)  # fmt: skip


def _read_onnx(call: Call) -> Reads | Outputs | None:
    """An operator of which at least the shape is known."""
    reason = f"an ONNX {call.kind}"
    if call.kind == "TopK":
        return _largest(call, reason)
    if call.kind == "GridSample":
        grid = call.shape(1)
        sizes = None if grid is None else (*call.shapes[0][:2], *grid[1:-1])
        return None if sizes is None else call.reading(Opaque(reason, Shape(*sizes)), places=(0, 1))
    return call.reading(Opaque(reason, elementwise=True))


def _largest(call: Call, reason: str) -> Outputs | None:
    """TopK: so many along an axis, and their places."""
    count = call.settings.get("k") or (call.numbers(1) or (None,))[0]
    (axis,) = call.axes(call.settings.get("axis", -1))
    if count is None:
        return None
    op = Opaque(reason, call.shapes[0].with_size(axis, count))
    return Outputs((op, op)[: call.settings["outputs"]], (0,))


class Opaque(Op):
    """A layer whose work is unknown: its row says so, and totals become lower bounds.

    `output` is its output shape if that at least is known, `weights` what weights were seen, `reason`
    a sentence for people. `elementwise` tells that it works number by number: it keeps its input's shape.
    `seen` are the inputs at which that output was seen (None: of no known shape): it says nothing of inputs of
    other sizes, but of another batch. Without them the output is the same whatever comes in. `ask`, if there is
    one, gives the output for input shapes, or None: then what was seen holds. `all_weights` False tells that it may
    have others than `weights`.

    >>> Opaque("a custom layer").apply().unknown
    ('work',)
    >>> Opaque("mish", elementwise=True).apply(Shape(1, 8)).output
    Shape(1, 8)
    """

    reason: str = "its cost is not known"
    output: Shape | None = None
    weights: tuple[Weight, ...] = ()
    elementwise: bool = False
    seen: tuple[Shape | None, ...] = ()
    ask: Callable[[tuple[Shape, ...]], Shape | None] | None = None
    all_weights: bool = True

    kind = "unknown"
    arity: ClassVar[int | None] = None
    of_importers: ClassVar[tuple[str, ...]] = ("seen", "ask")
    tells_shape_alone: ClassVar[bool] = True
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("", also=(*LIKE_THE_FIRST, "TopK", "GridSample"), read=_read_onnx, fallback=True),
        "keras": Spelling("Activation", also=NUMBER_BY_NUMBER, read=_read_keras, fallback=True),
    }

    def __post_init__(self) -> None:
        if self.output is not None:
            self.__dict__["output"] = require_whole("Opaque", "output", Shape(*self.output), least=1)

    @property
    def gaps(self) -> tuple[str, ...]:
        """What is unknown of it: its work, whether it has more weights, what part those have in training."""
        untold = any(weight.role == UNTOLD for weight in self.weights)
        return ("work", *(() if self.all_weights else ("weights",)), *(("roles",) if untold else ()))

    def phrase(self, strided: bool) -> tuple[str, ...]:
        """Named, so that nobody overlooks it."""
        return ("unknown layer",)

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...] | None:
        """Known of what works number by number."""
        return tuple([same_place(len(shape)) for shape in inputs]) if self.elementwise else None

    def rule(self, *shapes: Shape) -> Cost:
        """The declared output; how much work it is, nobody knows."""
        asked = None if self.ask is None else self.ask(shapes)
        output = carried(self.output, self.seen, shapes) if asked is None else asked
        if output is None and self.elementwise and len(shapes):
            output = shapes[0]
        return Cost(output, self.weights, unknown=self.gaps)
