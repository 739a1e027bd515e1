"""The input: a shape and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..shape import FeatureMap, Shape
from .base import Cost, Op, require_whole


@dataclass(frozen=True, eq=False)
class Input(Op):
    """The shape of one image that enters the graph.

    >>> from resnet_analyzer.shape import FeatureMap
    >>> Input(FeatureMap(224, 224, 3)).apply().output
    FeatureMap(height=224, width=224, channels=3)
    """

    shape: Shape = FeatureMap(224, 224, 3)  # noqa: RUF009 (immutable)

    arity: ClassVar[int | None] = 0

    def __post_init__(self) -> None:
        self.__dict__["shape"] = require_whole("Input", "shape", self.shape, least=1)

    def rule(self) -> Cost:  # type: ignore[override]
        """The shape itself: no weights, no work."""
        return Cost(self.shape)
