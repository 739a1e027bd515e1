"""Local response normalisation, AlexNet's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..dim import Dim, floor_div, product
from ..reach import Reach, Reaches, same_place
from ..shape import Shape
from .base import Cost, Op, Work


@dataclass(frozen=True, eq=False)
class LocalResponseNorm(Op):
    """a / (k + α·Σ a²)^β over `size` neighbouring channels (Krizhevsky et al. 2012, sec. 3.3).

    Per element: a square, size − 1 additions (windows counted whole), α, k, the power (a logarithm and
    an exponential, counted as two exponentials, and a multiply by β) and a division.

    >>> from resnet_analyzer.shape import Shape
    >>> LocalResponseNorm().apply(Shape(1, 1, 1, 10)).work.adds
    50
    """

    size: Dim = 5
    axis: int = -1

    kind = "normalisation"
    word = "LRN"
    storage = "own"
    counts: ClassVar[tuple[str, ...]] = ("size",)

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """Each position by itself, from neighbouring channels."""
        found = list(same_place(len(inputs[0])))
        axis = self.axis % len(found)
        before = floor_div(self.size, 2)
        found[axis] = Reach(axis, 1, -before, self.size - 1 - before)
        return (tuple(found),)

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The same shape; no weights."""
        elements = shape.elements
        work = Work(
            adds=product(elements, self.size),
            multiplies=3 * elements,
            exponentials=2 * elements,
            divisions=elements,
        )
        return Cost(shape, work=work)
