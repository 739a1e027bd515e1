"""Layer scale: a trained factor per channel."""

from __future__ import annotations

from dataclasses import dataclass

from ..shape import Shape
from .base import Cost, Op, Weight, Work


@dataclass(frozen=True, eq=False)
class LayerScale(Op):
    """γ·x with one trained γ per channel (Touvron et al. 2021, CaiT, eq. 6; ConvNeXt).

    >>> from resnet_analyzer.shape import FeatureMap
    >>> LayerScale().apply(FeatureMap(7, 7, 768)).weights[0].params
    768
    """

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The same shape; one multiply per element."""
        return Cost(shape, (Weight("gamma", (shape.channels,)),), Work(multiplies=shape.elements))
