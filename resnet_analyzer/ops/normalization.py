"""Normalisation by stored statistics of the data: Keras' preprocessing layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..shape import Shape
from .base import Cost, Op, Spelling, Weight, Work


@dataclass(frozen=True, eq=False)
class Normalization(Op):
    """(x − mean)/max(√variance, ε) with statistics of the data set, per channel, and a count of the data.

    The statistics are weights that nobody trains, or constants (`stored` False): Keras'
    keras/src/layers/preprocessing/normalization.py. Per element a subtraction and a division; per
    channel, once per batch, a square root and a compare.

    >>> from resnet_analyzer.shape import FeatureMap
    >>> sum(weight.params for weight in Normalization().apply(FeatureMap(224, 224, 3)).weights)
    7
    """

    stored: bool = True

    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("Normalization")}

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The same shape; `mean`, `variance` and a scalar `count`, none of them trained."""
        size = (shape.channels,)
        weights = (Weight("mean", size, False), Weight("variance", size, False), Weight("count", (), False))
        once = Work(compares=shape.channels, square_roots=shape.channels)
        work = Work(adds=shape.elements, divisions=shape.elements)
        return Cost(shape, weights if self.stored is True else (), work, once)
