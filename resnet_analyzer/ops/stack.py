"""Tensors side by side along a new axis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..dim import equal
from ..reach import Reach, Reaches
from ..shape import Shape, spell
from .base import Check, Cost, Op, axis_index, no_axis
from .gradient import of_moves
from .spelling import Call, Spelling, same_names

if TYPE_CHECKING:
    from .keras_steps import Steps


def _read_torch(call: Call) -> list[Op]:
    return [Stack(call.argument("dim", default=0))]


class Stack(Op):
    """Tensors of one shape along a new axis, which is `axis` of the output.

    >>> Stack(1).apply(Shape(8, 64), Shape(8, 64), Shape(8, 64)).output
    Shape(8, 3, 64)
    """

    axis: int = 0

    kind = "shape"
    storage = "own"
    gradient = of_moves
    arity: ClassVar[int | None] = None
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "keras": Spelling("", same_names("axis"), also=("ops.Stack",)),
        "torch": Spelling("aten.stack", read=_read_torch),
    }

    def rule(self, *shapes: Shape) -> Cost:
        """One axis more; all shapes must agree."""
        first = shapes[0]
        axis = axis_index(self.axis, len(first) + 1)
        if axis is None:
            return no_axis(self.axis, Shape(*first, len(shapes)))
        if any(len(shape) != len(first) for shape in shapes):
            return Cost(None, checks=(Check(False, _disagreement, shapes),))
        checks = tuple(
            Check(equal(size, other), _disagreement, shapes)
            for shape in shapes[1:]
            for size, other in zip(shape, first, strict=True)
        )
        return Cost(Shape(*first[:axis], len(shapes), *first[axis:]), checks=checks)

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """The same places of every tensor, at its own place along the new axis."""
        rank = len(inputs[0]) + 1
        axis = axis_index(self.axis, rank)
        return (tuple([Reach(place) for place in range(rank) if place != axis]),) * len(inputs)

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """By keras.ops."""
        from .keras_steps import by_ops

        return by_ops(lambda xs: keras.ops.stack(xs, self.axis))


def _disagreement(*shapes: Shape) -> str:
    return f"cannot stack {' and '.join(map(spell, shapes[:4]))}: all axes must agree."
