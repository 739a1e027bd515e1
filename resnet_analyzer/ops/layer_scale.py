"""Layer scale: a trained factor per channel."""

from __future__ import annotations

from dataclasses import dataclass

from ..shape import Shape
from .base import Cost, Op, Weight, Work, axis_index, no_axis


@dataclass(frozen=True, eq=False)
class LayerScale(Op):
    """γ·x with one trained γ per channel, along `axis` (Touvron et al. 2021, CaiT, eq. 6; ConvNeXt).

    >>> from resnet_analyzer.shape import Shape
    >>> LayerScale().apply(Shape(1, 7, 7, 768)).weights[0].params
    768
    """

    axis: int = -1

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The same shape; one multiply per element."""
        axis = axis_index(self.axis, len(shape))
        if axis is None:
            return no_axis(self.axis, shape)
        return Cost(shape, (Weight("gamma", (shape[axis],)),), Work(multiplies=shape.elements))
