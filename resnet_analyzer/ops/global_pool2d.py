"""Global pooling: one number per channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..shape import FeatureMap, Vector
from .base import Cost, Op, Spelling, Work, same_names


@dataclass(frozen=True, eq=False)
class GlobalAveragePool2d(Op):
    """The mean of every channel: h·w − 1 additions and a division each (Lin et al. 2014, sec. 3.2).

    `keepdims` keeps a feature map of 1×1.

    >>> GlobalAveragePool2d().apply(FeatureMap(7, 7, 2048)).output
    Vector(channels=2048)
    """

    keepdims: bool = False

    maps_only: ClassVar[bool] = True
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("GlobalAveragePooling2D", same_names("keepdims"))}

    def phrase(self, strided: bool) -> tuple[str, ...]:
        """As people say it."""
        return ("global average pool",)

    def rule(self, shape: FeatureMap) -> Cost:  # type: ignore[override]
        """A vector (or 1×1 map) of as many channels."""
        work = Work(adds=shape.elements - shape.channels, divisions=shape.channels)
        return Cost(_pooled(shape, self.keepdims), work=work)


@dataclass(frozen=True, eq=False)
class GlobalMaxPool2d(Op):
    """The largest number of every channel: h·w − 1 compares each.

    >>> GlobalMaxPool2d(keepdims=True).apply(FeatureMap(7, 7, 8)).work.compares
    384
    """

    keepdims: bool = False

    maps_only: ClassVar[bool] = True
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("GlobalMaxPooling2D", same_names("keepdims"))}

    def phrase(self, strided: bool) -> tuple[str, ...]:
        """As people say it."""
        return ("global max pool",)

    def rule(self, shape: FeatureMap) -> Cost:  # type: ignore[override]
        """A vector (or 1×1 map) of as many channels."""
        return Cost(_pooled(shape, self.keepdims), work=Work(compares=shape.elements - shape.channels))


def _pooled(shape: FeatureMap, keepdims: bool) -> FeatureMap | Vector:
    return FeatureMap(1, 1, shape.channels) if keepdims else Vector(shape.channels)
