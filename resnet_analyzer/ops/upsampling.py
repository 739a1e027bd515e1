"""Upsampling by whole factors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from ..dim import Dim, product
from ..errors import UsageError
from ..reach import Reach, Reaches, over_sides
from ..shape import Shape
from ..window import spread
from .base import (
    CHANNELS_LAST,
    Cost,
    Op,
    Spelling,
    Work,
    arranged,
    channels,
    same_names,
    sides,
)
from .gradient import of_copies


class _Upsampling(Op):
    """Every position `size` times along each axis, copied."""

    size: Dim | tuple[Dim, ...] = 2
    data_format: str = CHANNELS_LAST

    kind = "shape"
    storage = "own"
    gradient = of_copies
    per_axis: ClassVar[tuple[str, ...]] = ("size",)

    def phrase(self, strided: bool) -> tuple[str, ...]:
        """As people say it."""
        return ("upsampling",)

    def enlarged(self, shape: Shape) -> Shape:
        """The map, larger by the factors."""
        lengths = map(product, sides(shape, self.data_format), spread(self.size, self.spatial_axes))
        return arranged(shape[0], lengths, channels(shape, self.data_format), self.data_format)

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """Place o reads ⌊o/size⌋."""
        found = [Reach(0, low=1 - size, divisor=size) for size in spread(self.size, self.spatial_axes)]
        return (over_sides(found, self.data_format, Reach(0)),)

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The map, larger by the factors; copies are no arithmetic."""
        return Cost(self.enlarged(shape))


class Upsampling1d(_Upsampling):
    """Every step of a sequence `size` times.

    >>> Upsampling1d(3).apply(Shape(1, 7, 64)).output
    Shape(1, 21, 64)
    """

    spatial_axes: ClassVar[int] = 1
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("UpSampling1D", same_names("size"))}


class Upsampling2d(_Upsampling):
    """Every pixel `size` times along each axis, copied (`nearest`) or interpolated (`bilinear`).

    Bilinear is three interpolations a + t·(b − a) per output: three multiplies, six additions.

    >>> Upsampling2d(2).apply(Shape(1, 7, 7, 64)).output
    Shape(1, 14, 14, 64)
    """

    interpolation: Literal["nearest", "bilinear"] = "nearest"

    spatial_axes: ClassVar[int] = 2
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "keras": Spelling("UpSampling2D", same_names("size", "interpolation", "data_format"))
    }

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.interpolation not in ("nearest", "bilinear"):
            raise UsageError(f"Upsampling2d: interpolation must be nearest or bilinear, not {self.interpolation!r}")

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The map, larger by the factors."""
        output = self.enlarged(shape)
        if self.interpolation == "nearest":
            return Cost(output)
        return Cost(output, work=Work(adds=6, multiplies=3).times(output.elements))

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """Bilinear: the places less than 1 from (o + ½)/size − ½, with pixels as areas (TensorFlow 2, PyTorch)."""
        if self.interpolation == "nearest":
            return super().reach(inputs, cost)
        sizes = spread(self.size, self.spatial_axes)
        found = [Reach(0, 2, 2 - 3 * size, size, 2 * size) for size in sizes]
        return (over_sides(found, self.data_format, Reach(0)),)


class Upsampling3d(_Upsampling):
    """Every position of a volume `size` times along each axis.

    >>> Upsampling3d((1, 2, 2)).apply(Shape(1, 4, 5, 6, 8)).output
    Shape(1, 4, 10, 12, 8)
    """

    spatial_axes: ClassVar[int] = 3
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("UpSampling3D", same_names("size", "data_format"))}
