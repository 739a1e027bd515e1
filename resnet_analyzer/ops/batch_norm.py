"""Batch normalisation, as inference runs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..shape import Shape
from .base import Cost, Op, Spelling, Weight, Work, same_names


@dataclass(frozen=True, eq=False)
class BatchNorm(Op):
    """γ·(x − μ)/√(σ² + ε) + β with stored μ and σ², as one factor and one summand per channel.

    Per element one multiply and one addition. The factor γ/√(σ² + ε) and the summand β − μ·factor take,
    per channel and once per batch, two additions, a square root, a division and two multiplies (one
    without γ): TensorFlow, tensorflow/python/ops/nn_impl.py, batch_normalization (Ioffe & Szegedy 2015, alg. 2).

    >>> from resnet_analyzer.shape import FeatureMap
    >>> cost = BatchNorm().apply(FeatureMap(56, 56, 64))
    >>> [weight.name for weight in cost.weights if weight.trainable], cost.work.multiplies
    (['gamma', 'beta'], 200704)
    """

    scale: bool = True
    center: bool = True

    spellings: ClassVar[Mapping[str, Spelling]] = {
        "keras": Spelling("BatchNormalization", same_names("scale", "center"))
    }

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The same shape; `gamma` and `beta` are trained, the moving statistics are not."""
        channels, elements = shape.channels, shape.elements
        size = (channels,)
        weights: tuple[Weight, ...] = (Weight("moving_mean", size, False), Weight("moving_variance", size, False))
        if self.center:
            weights = (Weight("beta", size), *weights)
        if self.scale:
            weights = (Weight("gamma", size), *weights)
        once = Work(
            adds=2 * channels,
            multiplies=2 * channels if self.scale else channels,
            divisions=channels,
            square_roots=channels,
        )
        return Cost(shape, weights, Work(adds=elements, multiplies=elements), once)
