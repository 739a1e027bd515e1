"""The input: a shape and nothing else."""

from __future__ import annotations

from typing import ClassVar

from ..errors import UsageError
from ..shape import Shape
from .base import Cost, Op, require_whole
from .gradient import of_moves


class Input(Op):
    """The shape of what enters the graph, batch first.

    >>> Input(Shape(1, 224, 224, 3)).apply().output
    Shape(1, 224, 224, 3)
    """

    shape: Shape = Shape(1, 224, 224, 3)

    kind = "input"
    storage = "own"
    gradient = of_moves
    arity: ClassVar[int | None] = 0

    def __post_init__(self) -> None:
        if not isinstance(self.shape, (tuple, list)):
            raise UsageError(f"Input: shape must be sizes, the batch first, as (1, 224, 224, 3); not {self.shape!r}")
        self.__dict__["shape"] = require_whole("Input", "shape", Shape(*self.shape), least=1)

    def rule(self) -> Cost:  # type: ignore[override]
        """The shape itself: no weights, no work."""
        return Cost(self.shape)
