"""A constant tensor that a model holds: numbers that nobody trains and no weight stores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..shape import Shape
from .base import Cost, Op, require_whole


@dataclass(frozen=True, eq=False)
class Constant(Op):
    """An array written into a model (`x * numpy.array(…)`), of that shape; there is no batch in it.

    >>> Constant((3,)).apply().output
    Shape(3)
    """

    shape: tuple[int, ...] = ()

    arity: ClassVar[int | None] = 0

    def __post_init__(self) -> None:
        self.__dict__["shape"] = require_whole("Constant", "shape", tuple(self.shape), least=0)

    def rule(self) -> Cost:  # type: ignore[override]
        """The shape itself: no weights, no work."""
        return Cost(Shape(*self.shape))
