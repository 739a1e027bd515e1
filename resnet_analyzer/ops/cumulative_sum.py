"""Running sums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..shape import Shape
from .base import Cost, Op, Work, axis_index, no_axis
from .spelling import Spelling, same_names


@dataclass(frozen=True, eq=False)
class CumulativeSum(Op):
    """At every position the sum of all up to it, along `axis`: an addition at each but the first.

    >>> CumulativeSum(1).apply(Shape(1, 10, 4)).work.adds   # 9 · 4
    36
    """

    axis: int = -1
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("", same_names("axis"), also=("ops.Cumsum",))}

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The same shape."""
        axis = axis_index(self.axis, len(shape))
        if axis is None:
            return no_axis(self.axis, shape)
        return Cost(shape, work=Work(adds=shape.elements - shape.with_size(axis, 1).elements))
