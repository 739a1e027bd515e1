"""A constant factor and summand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..shape import Shape
from .base import Cost, Op, Spelling, Work, same_names


@dataclass(frozen=True, eq=False)
class Rescale(Op):
    """scale·x + offset with constants: a scaled shortcut (He et al. 2016, sec. 3.1), 1 − g, Keras' Rescaling.

    >>> from resnet_analyzer.shape import Shape
    >>> Rescale(0.5).apply(Shape(1, 8)).work.multiplies
    8
    """

    scale: float = 1
    offset: float = 0

    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("Rescaling", same_names("scale", "offset"))}

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """One multiply per element unless the factor is 1, one addition unless the summand is 0."""
        elements = shape.elements
        adds = elements if self.offset else 0
        return Cost(shape, work=Work(adds=adds, multiplies=0 if self.scale == 1 else elements))
