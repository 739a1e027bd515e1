"""Zeros around or behind a feature map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..dim import Dim
from ..shape import FeatureMap, Shape
from ..window import Padding, amounts
from .base import Cost, Op, Spelling, require_padding, same_names


@dataclass(frozen=True, eq=False)
class ZeroPadding2d(Op):
    """Rows and columns of zeros: a number, (vertical, horizontal) or ((top, bottom), (left, right)).

    >>> ZeroPadding2d(3).apply(FeatureMap(64, 64, 3)).output
    FeatureMap(height=70, width=70, channels=3)
    """

    padding: Padding = 1

    maps_only: ClassVar[bool] = True
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("ZeroPadding2D", same_names("padding"))}

    def __post_init__(self) -> None:
        self.__dict__["padding"] = require_padding("ZeroPadding2d", "padding", self.padding, words=())

    def rule(self, shape: FeatureMap) -> Cost:  # type: ignore[override]
        """The map, larger by the padding."""
        (top, bottom), (left, right) = amounts(self.padding)
        return Cost(FeatureMap(shape.height + top + bottom, shape.width + left + right, shape.channels))


@dataclass(frozen=True, eq=False)
class ChannelPadding(Op):
    """Channels of zeros before and after: shortcut option A of He et al. 2015, sec. 3.3.

    >>> ChannelPadding(16, 16).apply(FeatureMap(16, 16, 32)).output.channels
    64
    """

    before: Dim = 0
    after: Dim = 0

    sizes: ClassVar[tuple[str, ...]] = ("before", "after")

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The same positions with more channels."""
        return Cost(shape.with_channels(shape.channels + self.before + self.after))
