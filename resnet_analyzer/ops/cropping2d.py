"""Cropping."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..dim import at_least
from ..shape import FeatureMap
from ..window import Padding, amounts
from .base import Check, Cost, Op, Spelling, require_padding, same_names


@dataclass(frozen=True, eq=False)
class Cropping2d(Op):
    """Rows and columns cut off: a number, (vertical, horizontal) or ((top, bottom), (left, right)).

    >>> Cropping2d(((0, 1), (0, 1))).apply(FeatureMap(8, 8, 3)).output
    FeatureMap(height=7, width=7, channels=3)
    """

    cropping: Padding = 0

    maps_only: ClassVar[bool] = True
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("Cropping2D", same_names("cropping"))}

    def __post_init__(self) -> None:
        self.__dict__["cropping"] = require_padding("Cropping2d", "cropping", self.cropping, words=())

    def rule(self, shape: FeatureMap) -> Cost:  # type: ignore[override]
        """The map, smaller by the cropping; at least one pixel must remain."""
        (top, bottom), (left, right) = amounts(self.cropping)
        output = FeatureMap(shape.height - top - bottom, shape.width - left - right, shape.channels)
        sentence = "cropping leaves {}×{} of {}×{} pixels. Crop less, or use a larger input."
        values = (*output[:2], *shape[:2])
        return Cost(output, checks=tuple(Check(at_least(size, 1), sentence, values) for size in output[:2]))
