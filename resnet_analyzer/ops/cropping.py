"""Cropping."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from ..dim import at_least
from ..reach import Reach, Reaches, over_sides
from ..shape import Shape
from ..window import Padding, amounts
from .base import (
    CHANNELS_LAST,
    Check,
    Cost,
    Op,
    Spelling,
    arranged,
    channels,
    require_data_format,
    require_padding,
    same_names,
    sides,
)
from .gradient import of_moves

if TYPE_CHECKING:
    from .keras_steps import Steps

FIELDS = same_names("cropping", "data_format")


@dataclass(frozen=True, eq=False)
class _Cropping(Op):
    """Both ends of each side cut off: a number, one for each axis, or (before, after) for each."""

    cropping: Padding = 0
    data_format: str = CHANNELS_LAST

    kind = "shape"
    word = "cropping"
    storage = "own"
    gradient = of_moves

    def __post_init__(self) -> None:
        name = type(self).__name__
        self.__dict__["cropping"] = require_padding(name, "cropping", self.cropping, self.spatial_axes, words=())
        require_data_format(name, self.data_format)

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """Places moved by what is cut off before them."""
        before = [cut[0] for cut in amounts(self.cropping, self.spatial_axes)]
        return (over_sides([Reach(0, 1, each, each) for each in before], self.data_format, Reach(0)),)

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The map, smaller by the cropping; at least one pixel must remain."""
        before = sides(shape, self.data_format)
        cuts = amounts(self.cropping, self.spatial_axes)
        left = tuple([length - first - last for length, (first, last) in zip(before, cuts, strict=True)])
        output = arranged(shape[0], left, channels(shape, self.data_format), self.data_format)
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

        first, last = amounts(self.cropping, 1)[0]
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
