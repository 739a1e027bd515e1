"""Layer scale: a trained factor per channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..shape import Shape
from .base import Cost, Op, Weight, Work, axis_index, no_axis
from .spelling import Call, Spelling


def _read_keras(call: Call) -> list[Op] | None:
    """That of keras.applications' ConvNeXt."""
    return [LayerScale()]


@dataclass(frozen=True, eq=False)
class LayerScale(Op):
    """γ·x with one trained γ per channel, along `axis` (Touvron et al. 2021, CaiT, eq. 6; ConvNeXt).

    >>> from resnet_analyzer.shape import Shape
    >>> LayerScale().apply(Shape(1, 7, 7, 768)).weights[0].params
    768
    """

    axis: int = -1

    word = "scale"
    keeps_places = True
    storage = "own"
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("LayerScale", read=_read_keras)}

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The same shape; one multiply per element."""
        axis = axis_index(self.axis, len(shape))
        if axis is None:
            return no_axis(self.axis, shape)
        return Cost(shape, (Weight("gamma", (shape[axis],)),), Work(multiplies=shape.elements))
