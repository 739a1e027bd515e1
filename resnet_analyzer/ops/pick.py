"""Numbers picked from a tensor, or put into one, by places that another tensor says: copies, no arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..dim import Dim
from ..shape import Shape, spell
from ._broadcast import broadcast
from .base import Check, Cost, Op, Spelling, axis_index, no_axis
from .gradient import of_nothing
from .spelling import Call, Reads

if TYPE_CHECKING:
    from .keras_steps import Steps


def _read_all(call: Call) -> Reads:
    return call.reading(Scatter(), places=tuple(range(len(call.places))))


def _read_along(call: Call) -> list[Op] | None:
    """keras.ops.take_along_axis along an axis; without one it flattens first, and is not read."""
    (axis,) = call.axes(call.argument("axis", 2))
    return [GatherElements(axis, broadcasts=True)]


class Scatter(Op):
    """The first input with numbers of the last one put at the places that the second says.

    ONNX ScatterElements, ScatterND; PyTorch scatter.

    >>> Scatter().apply(Shape(1, 10, 4), Shape(3, 1), Shape(3, 4)).output
    Shape(1, 10, 4)
    """

    kind = "shape"
    word = "scatter"
    storage = "own"
    arity: ClassVar[int | None] = None
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("ScatterElements", also=("ScatterND", "Scatter", "TensorScatter"), read=_read_all)
    }

    def rule(self, *shapes: Shape) -> Cost:
        """The first shape."""
        return Cost(shapes[0])


class GatherElements(Op):
    """For each number of the second input one of the first: the same axes, another length along `axis` at most.

    With `broadcasts` 1 fits any length along the other axes, as in numpy.take_along_axis.

    >>> GatherElements().apply(Shape(1, 10, 4), Shape(1, 3, 4)).output
    Shape(1, 3, 4)
    >>> GatherElements(1, broadcasts=True).apply(Shape(1, 10, 4), Shape(1, 3, 1)).output
    Shape(1, 3, 4)
    """

    axis: int = 0
    broadcasts: bool = False

    kind = "shape"
    word = "gather"
    storage = "own"
    arity: ClassVar[int | None] = 2
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling(
            "GatherElements",
            read=lambda call: call.reading(GatherElements(call.settings.get("axis", 0)), places=(0, 1)),
        ),
        "keras": Spelling("", also=("ops.TakeAlongAxis",), read=_read_along),
    }

    def rule(self, data: Shape, picked: Shape) -> Cost:  # type: ignore[override]
        """The second shape; where it broadcasts, the common one."""
        sentence = "places {} need as many axes as {}."
        same = Check(len(data) == len(picked), sentence, (spell(picked), spell(data)))
        axis = axis_index(self.axis, len(picked))
        if not self.broadcasts or axis is None or len(data) != len(picked):
            return Cost(picked, checks=(same,))
        output, checks = broadcast("pick from", (data.with_size(axis, picked[axis]), picked))
        return Cost(output, checks=(same, *checks))

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """By keras.ops."""
        from .keras_steps import by_ops

        return by_ops(lambda xs: keras.ops.take_along_axis(xs[0], keras.ops.cast(xs[1], "int32"), self.axis))


class GatherND(Op):
    """Slices of the first input at the places that the last axis of the second says, behind `batch_axes` common ones.

    >>> GatherND().apply(Shape(5, 6, 7), Shape(3, 2)).output   # three rows of 7
    Shape(3, 7)
    """

    batch_axes: int = 0

    kind = "shape"
    word = "gather"
    storage = "own"
    arity: ClassVar[int | None] = 2
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling(
            "GatherND",
            read=lambda call: call.reading(GatherND(call.settings.get("batch_dims", 0)), places=(0, 1)),
        )
    }

    def rule(self, data: Shape, picked: Shape) -> Cost:  # type: ignore[override]
        """The places, and the axes that they leave."""
        depth = picked[-1] if len(picked) else None
        sentence = "the last axis of the places {} must be a number of axes of {}."
        if type(depth) is not int or self.batch_axes + depth not in range(len(data) + 1):
            return Cost(None, checks=(Check(False, sentence, (spell(picked), spell(data))),))
        return Cost(Shape(*picked[:-1], *data[self.batch_axes + depth :]))


class Triangle(Op):
    """The last two axes with what is above (or below) a diagonal set to 0: no arithmetic (ONNX Trilu, numpy.tril).

    >>> Triangle().apply(Shape(4, 4)).output
    Shape(4, 4)
    """

    kind = "shape"
    word = "triangle"
    keeps_places = True
    storage = "own"
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("Trilu", read=lambda call: call.reading(Triangle())),
        "keras": Spelling("", also=("ops.Tril", "ops.Triu")),
    }

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The same shape."""
        return Cost(shape)

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """By keras.ops; the other triangle has the same shape."""
        from .keras_steps import by_ops

        return by_ops(lambda x: keras.ops.tril(x))


def _read_one_hot(call: Call) -> list[Op] | None:
    """keras.ops.one_hot; a sparse one is not read."""
    axis = call.settings.get("axis", -1)
    return [OneHot(call.settings["num_classes"], axis)] if not call.settings.get("sparse") else None


class OneHot(Op):
    """Each number as a vector of zeros with a one at its place, along a new axis: no arithmetic.

    >>> OneHot(10).apply(Shape(1, 5)).output
    Shape(1, 5, 10)
    """

    classes: Dim
    axis: int = -1

    kind = "shape"
    word = "one-hot"
    storage = "own"
    gradient = of_nothing
    counts: ClassVar[tuple[str, ...]] = ("classes",)
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("", also=("ops.OneHot",), read=_read_one_hot)}

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """One axis more."""
        axis = axis_index(self.axis, len(shape) + 1)
        if axis is None:
            return no_axis(self.axis, shape)
        return Cost(Shape(*shape[:axis], self.classes, *shape[axis:]))

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """By keras.ops."""
        from .keras_steps import by_ops

        return by_ops(lambda x: keras.ops.one_hot(keras.ops.cast(x, "int32"), self.classes, axis=self.axis))
