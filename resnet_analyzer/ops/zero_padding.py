"""Zeros around or behind a map."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..dim import Dim
from ..reach import Reach, Reaches, same_place
from ..shape import Shape
from ..window import Padding
from ._edges import _Edges
from .base import CHANNELS_LAST, Cost, Op, Spelling, axis_index, no_axis, same_names
from .gradient import of_moves

if TYPE_CHECKING:
    from .keras_steps import Steps

FIELDS = same_names("padding", "data_format")


class _ZeroPadding(_Edges):
    """Zeros before and after each side."""

    padding: Padding = 1
    data_format: str = CHANNELS_LAST

    word = "zero padding"
    pads: ClassVar[tuple[str, ...]] = ("padding",)

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The map, larger by the padding."""
        return Cost(self.resized(shape))


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

        return Steps(layer(keras, self, name, padding=self.edges()[0]))


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
