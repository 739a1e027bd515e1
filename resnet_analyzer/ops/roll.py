"""Positions shifted round."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ..shape import Shape
from ._axes import places, require_axes
from .base import Cost, Op, no_axis
from .spelling import Spelling


@dataclass(frozen=True, eq=False)
class Roll(Op):
    """Positions moved by `shift` along `axes`; those that leave come in at the other end (Liu et al. 2021, Swin).

    >>> Roll((-3, -3), (1, 2)).apply(Shape(1, 56, 56, 96)).output
    Shape(1, 56, 56, 96)
    """

    shift: Any = 1
    axes: tuple[int, ...] | None = None
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "keras": Spelling("", {"shift": "shift", "axes": "axis"}, also=("ops.Roll",))
    }

    def __post_init__(self) -> None:
        self.__dict__["axes"] = require_axes("Roll", "axes", self.axes)

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The same shape; copies are no arithmetic."""
        return no_axis(self.axes, shape) if places(self.axes, len(shape)) is None else Cost(shape)
