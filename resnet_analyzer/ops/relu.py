"""Rectified linear units with a slope, a threshold and a largest value of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from ..shape import Shape
from .base import Cost, Op, Spelling, Work, same_names
from .gradient import of_activation


class ReLU(Op):
    """x from θ = `threshold` up, at most `max_value`; below θ slope·(x − θ) (Keras' layer; Nair & Hinton 2010).

    A compare per element; one more for a largest value; with a slope a multiply, and a subtraction if θ is not 0.

    >>> from resnet_analyzer.shape import Shape
    >>> ReLU(max_value=6, negative_slope=0.1).apply(Shape(1, 10)).work[2:5]   # adds, multiplies, compares
    (0, 10, 20)
    """

    max_value: float | None = None
    negative_slope: float = 0
    threshold: float = 0

    kind = "activation"
    keeps_places = True
    storage = "overwrites"
    gradient = of_activation
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "keras": Spelling("ReLU", same_names("max_value", "negative_slope", "threshold"))
    }

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The same shape."""
        each = Work(
            compares=1 if self.max_value is None else 2,
            multiplies=1 if self.negative_slope else 0,
            adds=1 if self.negative_slope and self.threshold else 0,
        )
        return Cost(shape, work=each.times(shape.elements))

    def label(self) -> str:
        """As people say it."""
        return "ReLU"
