"""Upsampling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from ..dim import Dim, product
from ..errors import UsageError
from ..shape import FeatureMap
from ..window import pair
from .base import Cost, Op, Spelling, Work, same_names


@dataclass(frozen=True, eq=False)
class Upsampling2d(Op):
    """Every pixel `size` times along each axis, copied (`nearest`) or interpolated (`bilinear`).

    Bilinear is three interpolations a + t·(b − a) per output: three multiplies, six additions.

    >>> Upsampling2d(2).apply(FeatureMap(7, 7, 64)).output
    FeatureMap(height=14, width=14, channels=64)
    """

    size: Dim | tuple[Dim, Dim] = 2
    interpolation: Literal["nearest", "bilinear"] = "nearest"

    maps_only: ClassVar[bool] = True
    pairs: ClassVar[tuple[str, ...]] = ("size",)
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "keras": Spelling("UpSampling2D", same_names("size", "interpolation"))
    }

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.interpolation not in ("nearest", "bilinear"):
            raise UsageError(f"Upsampling2d: interpolation must be nearest or bilinear, not {self.interpolation!r}")

    def rule(self, shape: FeatureMap) -> Cost:  # type: ignore[override]
        """The map, larger by the factors."""
        vertical, horizontal = pair(self.size)
        output = FeatureMap(product(shape.height, vertical), product(shape.width, horizontal), shape.channels)
        if self.interpolation == "nearest":
            return Cost(output)
        return Cost(output, work=Work(adds=6, multiplies=3).times(output.elements))
