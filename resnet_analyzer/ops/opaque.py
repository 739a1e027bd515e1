"""The layer that we can't cost: named, never silently zero."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..shape import Shape
from .base import Cost, Op, Weight, require_whole


@dataclass(frozen=True, eq=False)
class Opaque(Op):
    """A layer whose work is unknown: its row says so, and totals become lower bounds.

    `output` is its output shape if that at least is known, `weights` what weights were seen, `reason`
    a sentence for people. `elementwise` tells that it works number by number: it keeps its input's shape.

    >>> Opaque("a custom layer").apply().unknown
    ('work',)
    >>> Opaque("mish", elementwise=True).apply(Shape(1, 8)).output
    Shape(1, 8)
    """

    reason: str = "its cost is not known"
    output: Shape | None = None
    weights: tuple[Weight, ...] = ()
    elementwise: bool = False

    arity: ClassVar[int | None] = None

    def __post_init__(self) -> None:
        if self.output is not None:
            self.__dict__["output"] = require_whole("Opaque", "output", Shape(*self.output), least=1)

    def phrase(self, strided: bool) -> tuple[str, ...]:
        """Named, so that nobody overlooks it."""
        return ("unknown layer",)

    def rule(self, *shapes: Shape) -> Cost:
        """The declared output; how much work it is, nobody knows."""
        output = self.output
        if output is None and self.elementwise and shapes:
            output = shapes[0]
        return Cost(output, self.weights, unknown=("work",))
