"""Zeros around or behind a map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from ..dim import Dim
from ..reach import Reach, Reaches, over_sides, same_place
from ..shape import Shape
from ..window import Padding, amounts
from .base import (
    CHANNELS_LAST,
    Cost,
    Op,
    Spelling,
    arranged,
    axis_index,
    channels,
    no_axis,
    require_data_format,
    require_padding,
    same_names,
    sides,
)
from .gradient import of_moves

if TYPE_CHECKING:
    from .keras_steps import Steps

FIELDS = same_names("padding", "data_format")


@dataclass(frozen=True, eq=False)
class _ZeroPadding(Op):
    """Zeros before and after each side: a number, one for each axis, or (before, after) for each."""

    padding: Padding = 1
    data_format: str = CHANNELS_LAST

    kind = "shape"
    word = "zero padding"
    storage = "own"
    gradient = of_moves

    def __post_init__(self) -> None:
        name = type(self).__name__
        self.__dict__["padding"] = require_padding(name, "padding", self.padding, self.spatial_axes, words=())
        require_data_format(name, self.data_format)

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """Places moved by the zeros before them."""
        before = [pads[0] for pads in amounts(self.padding, self.spatial_axes)]
        return (over_sides([Reach(0, 1, -each, -each) for each in before], self.data_format, Reach(0)),)

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The map, larger by the padding."""
        zeros = amounts(self.padding, self.spatial_axes)
        larger = [
            length + before + after
            for length, (before, after) in zip(sides(shape, self.data_format), zeros, strict=True)
        ]
        return Cost(arranged(shape[0], larger, channels(shape, self.data_format), self.data_format))


class ZeroPadding1d(_ZeroPadding):
    """Zeros at both ends of a sequence.

    >>> ZeroPadding1d(((2, 0),)).apply(Shape(1, 10, 3)).output
    Shape(1, 12, 3)
    """

    spatial_axes: ClassVar[int] = 1
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("ZeroPadding1D", FIELDS)}

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """Keras' word is a pair."""
        from .keras_steps import Steps, layer

        return Steps(layer(keras, self, name, padding=amounts(self.padding, 1)[0]))


class ZeroPadding2d(_ZeroPadding):
    """Rows and columns of zeros: a number, (vertical, horizontal) or ((top, bottom), (left, right)).

    >>> ZeroPadding2d(3).apply(Shape(1, 64, 64, 3)).output
    Shape(1, 70, 70, 3)
    """

    spatial_axes: ClassVar[int] = 2
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("ZeroPadding2D", FIELDS)}


class ZeroPadding3d(_ZeroPadding):
    """Zeros on all sides of a volume.

    >>> ZeroPadding3d((0, 1, 2)).apply(Shape(1, 5, 6, 7, 2)).output
    Shape(1, 5, 8, 11, 2)
    """

    spatial_axes: ClassVar[int] = 3
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("ZeroPadding3D", FIELDS)}


@dataclass(frozen=True, eq=False)
class ChannelPadding(Op):
    """Channels of zeros before and after: shortcut option A of He et al. 2015, sec. 3.3.

    >>> ChannelPadding(16, 16).apply(Shape(1, 16, 16, 32)).output
    Shape(1, 16, 16, 64)
    """

    before: Dim = 0
    after: Dim = 0
    axis: int = -1

    kind = "shape"
    word = "zero channels"
    storage = "own"
    gradient = of_moves
    sizes: ClassVar[tuple[str, ...]] = ("before", "after")

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The same positions with more channels."""
        axis = axis_index(self.axis, len(shape))
        if axis is None:
            return no_axis(self.axis, shape)
        return Cost(shape.with_size(axis, shape[axis] + self.before + self.after))

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """Channels moved by the zeros before them."""
        found = list(same_place(len(inputs[0])))
        axis = self.axis % len(found)
        found[axis] = Reach(axis, 1, -self.before, -self.before)
        return (tuple(found),)

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """By keras.ops.pad."""
        from .keras_steps import operations

        rank = len(inputs[0])
        widths = [(0, 0)] * rank
        widths[self.axis % rank] = (self.before, self.after)
        return operations(lambda x: keras.ops.pad(x, widths), "channels of zeros by keras.ops.pad")
