"""Positions picked by number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..reach import Mixed, Reach, Reaches
from ..shape import Shape
from .base import Cost, Op, axis_index, no_axis
from .gradient import of_scattered
from .spelling import Call, Reads, Spelling


def _read_keras(call: Call) -> list[Op] | None:
    """keras.ops.take along an axis; without one it flattens first, and is not read."""
    return [Gather(*call.axes(call.argument("axis", 2)))] if len(call.shapes) == 2 else None


if TYPE_CHECKING:
    from .keras_steps import Steps


def _read_onnx(call: Call) -> Reads | None:
    """Gather along an axis by numbers."""
    return call.reading(Gather(*call.axes(call.settings.get("axis", 0))), places=(0, 1))


def _read_torch(call: Call) -> Reads | None:
    """index_select, and indexing by one tensor."""
    if call.kind == "aten.index_select":
        return call.reading(Gather(*call.axes(call.argument("dim"))), places=("self", "index"))
    picked = [(axis, each) for axis, each in enumerate(call.argument("indices")) if each is not None]
    source = call.tensor("self")
    if len(picked) != 1 or source is None:
        return None
    ((axis, index),) = picked
    return Reads((source, index.number), [Gather(axis)])


class Gather(Op):
    """Positions along `axis` of the first input, picked by the numbers in the second (ONNX Gather, numpy.take).

    >>> Gather(1).apply(Shape(1, 49, 96), Shape(7)).output
    Shape(1, 7, 96)
    """

    axis: int = 0

    kind = "shape"
    storage = "own"
    gradient = of_scattered
    arity: ClassVar[int | None] = 2
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("Gather", read=_read_onnx),
        "torch": Spelling("aten.index", also=("aten.index_select",), read=_read_torch),
        "keras": Spelling("", also=("ops.Take",), read=_read_keras),
    }

    def rule(self, data: Shape, picked: Shape) -> Cost:  # type: ignore[override]
        """The axes of the numbers for that axis; copies are no arithmetic."""
        axis = axis_index(self.axis, len(data))
        if axis is None:
            return no_axis(self.axis, data)
        return Cost(Shape(*data[:axis], *picked, *data[axis + 1 :]))

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """The same places; along the axis one that depends on those of the numbers."""
        axis = axis_index(self.axis, len(inputs[0])) or 0
        picked = range(axis, axis + len(inputs[1]))
        behind = [Reach(place + len(inputs[1]) - 1) for place in range(axis + 1, len(inputs[0]))]
        return ((*map(Reach, range(axis)), Mixed(tuple(picked)), *behind), tuple(map(Reach, picked)))

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """By keras.ops."""
        from .keras_steps import by_ops

        return by_ops(lambda xs: keras.ops.take(xs[0], keras.ops.cast(xs[1], "int32"), self.axis))
