"""Cropping."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..dim import at_least
from ..shape import Shape
from ..window import Padding
from ._edges import _Edges
from .base import CHANNELS_LAST, Check, Cost, Spelling, same_names, sides

if TYPE_CHECKING:
    from .keras_steps import Steps

FIELDS = same_names("cropping", "data_format")


class _Cropping(_Edges):
    """Both ends of each side cut off."""

    cropping: Padding = 0
    data_format: str = CHANNELS_LAST

    word = "cropping"
    grows = -1
    pads: ClassVar[tuple[str, ...]] = ("cropping",)

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The map, smaller by the cropping; at least one pixel must remain."""
        output = self.resized(shape)
        before, left = sides(shape, self.data_format), sides(output, self.data_format)
        checks = tuple([Check(at_least(size, 1), _nothing_left, (left, before)) for size in left])
        return Cost(output, checks=checks)


def _nothing_left(left: tuple[object, ...], before: tuple[object, ...]) -> str:
    sizes = ["×".join(map(str, each)) for each in (left, before)]
    return f"cropping leaves {sizes[0]} of {sizes[1]} pixels. Crop less, or use a larger input."


class Cropping1d(_Cropping):
    """Both ends of a sequence cut off.

    >>> Cropping1d(((1, 2),)).apply(Shape(1, 10, 3)).output
    Shape(1, 7, 3)
    """

    spatial_axes: ClassVar[int] = 1
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("Cropping1D", FIELDS)}

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """Keras' word is a pair; it has no layer for channels first."""
        from .keras_steps import Steps, operations

        first, last = self.edges()[0]
        if self.data_format == CHANNELS_LAST:
            return Steps(keras.layers.Cropping1D((first, last), name=name))
        end = cost.output[2] + first  # type: ignore[index]
        return operations(lambda x: x[:, :, first:end], "cropping by a slice")


class Cropping2d(_Cropping):
    """Rows and columns cut off: a number, (vertical, horizontal) or ((top, bottom), (left, right)).

    >>> Cropping2d(((0, 1), (0, 1))).apply(Shape(1, 8, 8, 3)).output
    Shape(1, 7, 7, 3)
    """

    spatial_axes: ClassVar[int] = 2
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("Cropping2D", FIELDS)}


class Cropping3d(_Cropping):
    """All sides of a volume cut off.

    >>> Cropping3d(1).apply(Shape(1, 5, 6, 7, 2)).output
    Shape(1, 3, 4, 5, 2)
    """

    spatial_axes: ClassVar[int] = 3
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("Cropping3D", FIELDS)}
