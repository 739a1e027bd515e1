"""Dot product along chosen axes: Keras' Dot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from ..dim import equal, floor_div, product
from ..errors import UsageError
from ..reach import EVERYTHING, Along, Reach, Reaches
from ..shape import Shape, spell
from .base import Check, Cost, Op, Spelling, Work, axis_index, same_names
from .gradient import of_contraction


class Dot(Op):
    """The products of two tensors summed along an axis of each, the batch of both going together.

    `axes` are one number for both or two, counted from the batch; `normalize` makes the vectors along them
    of length 1 before (cosine similarity). What is left of the first comes before what is left of the second;
    of two vectors one number for each image (keras/src/layers/merging/dot.py).

    >>> cost = Dot((2, 1)).apply(Shape(4, 10, 64), Shape(4, 64, 12))
    >>> cost.output, cost.work.multiply_accumulates   # 4·10·12·64
    (Shape(4, 10, 12), 30720)
    """

    axes: int | tuple[int, int] = -1
    normalize: bool = False

    kind = "dense"
    word = "dot product"
    storage = "own"
    gradient = of_contraction
    arity: ClassVar[int | None] = 2
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("Dot", same_names("axes", "normalize"))}

    def __post_init__(self) -> None:
        axes = (self.axes, self.axes) if type(self.axes) is int else self.axes
        if not isinstance(axes, (tuple, list)) or len(axes) != 2 or not all(type(axis) is int for axis in axes):
            raise UsageError(f"Dot: axes must be a number or two, not {self.axes!r}")
        self.__dict__["axes"] = tuple(axes)

    def rule(self, left: Shape, right: Shape) -> Cost:  # type: ignore[override]
        """The other axes of both."""
        left_axis, right_axis = (
            axis_index(axis, len(shape))
            for axis, shape in zip(self.axes, (left, right), strict=True)  # type: ignore[arg-type]
        )
        if left_axis in (None, 0) or right_axis in (None, 0):
            sentence = "there are no axes {} and {} behind the batch in {} and {}."
            return Cost(None, checks=(Check(False, sentence, (*self.axes, spell(left), spell(right))),))  # type: ignore[misc]
        inner, other = left[left_axis], right[right_axis]  # type: ignore[index]
        kept = [size for place, size in enumerate(left) if place not in (0, left_axis)]
        kept += [size for place, size in enumerate(right) if place not in (0, right_axis)]
        output = Shape(left[0], *kept) if len(kept) else Shape(left[0], 1)
        work = Work(product(output.elements, inner), output.elements)
        if self.normalize:
            work += _normalised(left, inner) + _normalised(right, other)
        sentence = "cannot take the dot product of {} and {} along axes {} and {}: their sizes (and batch) must agree."
        values = (spell(left), spell(right), *self.axes)  # type: ignore[misc]
        checks = (Check(equal(inner, other), sentence, values), Check(equal(left[0], right[0]), sentence, values))
        return Cost(output, work=work, checks=checks)

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...] | None:
        """Everything along the axes that are summed; the same place along the others."""
        if cost.output is None:
            return None
        found, place = [], 1
        for shape, summed in zip(inputs, self.axes, strict=True):  # type: ignore[arg-type]
            along: list[Along] = [Reach(0)]
            for axis in range(1, len(shape)):
                is_summed = axis == summed % len(shape)
                along.append(EVERYTHING if is_summed else Reach(place))
                place += not is_summed
            found.append(tuple(along))
        return tuple(found)


def _normalised(shape: Shape, inner: object) -> Work:
    """x·1/√Σ x² bounded by a compare: as the op UnitNorm."""
    elements = shape.elements
    vectors = floor_div(elements, inner)
    return Work(
        adds=elements - vectors, multiplies=2 * elements, compares=vectors, divisions=vectors, square_roots=vectors
    )
