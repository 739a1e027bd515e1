"""Positions picked by number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..shape import Shape
from .base import Cost, Op, axis_index, no_axis


@dataclass(frozen=True, eq=False)
class Gather(Op):
    """Positions along `axis` of the first input, picked by the numbers in the second (ONNX Gather, numpy.take).

    >>> Gather(1).apply(Shape(1, 49, 96), Shape(7)).output
    Shape(1, 7, 96)
    """

    axis: int = 0

    arity: ClassVar[int | None] = 2

    def rule(self, data: Shape, picked: Shape) -> Cost:  # type: ignore[override]
        """The axes of the numbers for that axis; copies are no arithmetic."""
        axis = axis_index(self.axis, len(data))
        if axis is None:
            return no_axis(self.axis, data)
        return Cost(Shape(*data[:axis], *picked, *data[axis + 1 :]))
