"""Tensors side by side along a new axis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..dim import equal
from ..shape import Shape, spell
from .base import Check, Cost, Op, axis_index, no_axis
from .spelling import Spelling, same_names


@dataclass(frozen=True, eq=False)
class Stack(Op):
    """Tensors of one shape along a new axis, which is `axis` of the output.

    >>> Stack(1).apply(Shape(8, 64), Shape(8, 64), Shape(8, 64)).output
    Shape(8, 3, 64)
    """

    axis: int = 0

    arity: ClassVar[int | None] = None
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("", same_names("axis"), also=("ops.Stack",))}

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


def _disagreement(*shapes: Shape) -> str:
    return f"cannot stack {' and '.join(map(spell, shapes[:4]))}: all axes must agree."
