"""What flows between layers: named axes, one image, no NHWC or NCHW inside.

Every dimension is a `dim.Dim`. `channels` is the axis that layers mix (the last one of Keras, the
first one of torch); `positions` are all the others.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from .dim import Dim, product


class FeatureMap(NamedTuple):
    """A picture or a stack of feature maps.

    >>> FeatureMap(56, 56, 256).elements
    802816
    """

    height: Dim
    width: Dim
    channels: Dim

    @property
    def elements(self) -> Dim:
        """Numbers in it."""
        return product(self.height, self.width, self.channels)

    @property
    def positions(self) -> Dim:
        """Pixels: height × width."""
        return product(self.height, self.width)

    def with_channels(self, channels: Dim) -> FeatureMap:
        """The same pixels with other channels."""
        return FeatureMap(self.height, self.width, channels)


class Sequence(NamedTuple):
    """A row of feature vectors, as between attention layers.

    >>> Sequence(10, 3).elements
    30
    """

    length: Dim
    channels: Dim

    @property
    def elements(self) -> Dim:
        """Numbers in it."""
        return product(self.length, self.channels)

    @property
    def positions(self) -> Dim:
        """Vectors in the row."""
        return self.length

    def with_channels(self, channels: Dim) -> Sequence:
        """As many vectors of another length."""
        return Sequence(self.length, channels)


class Vector(NamedTuple):
    """A flat vector.

    >>> Vector(2048).elements
    2048
    """

    channels: Dim

    @property
    def elements(self) -> Dim:
        """Numbers in it."""
        return self.channels

    @property
    def positions(self) -> Dim:
        """One."""
        return 1

    def with_channels(self, channels: Dim) -> Vector:
        """A vector of another length."""
        return Vector(channels)


Shape: TypeAlias = FeatureMap | Sequence | Vector


def shape_of(*dimensions: Dim) -> Shape:
    """The shape with these dimensions, channels last: 1, 2 or 3 of them.

    >>> shape_of(7, 7, 512)
    FeatureMap(height=7, width=7, channels=512)
    """
    return {1: Vector, 2: Sequence, 3: FeatureMap}[len(dimensions)](*dimensions)


def identical(shapes: tuple[Shape, ...]) -> bool:
    """Whether all shapes are the same plain numbers: like `dim.is_exactly`, a rule may branch on it.

    >>> identical((Vector(8), Vector(8))), identical((Vector(8), Vector(9)))
    (True, False)
    """
    first = shapes[0]
    plain = all(type(size) is int for shape in shapes for size in shape)
    return plain and all(shape == first for shape in shapes[1:])


def spell(shape: tuple[Dim, ...] | None) -> str:
    """A shape as people write it; `?` for an unknown one.

    >>> spell(FeatureMap(56, 56, 256)), spell(None)
    ('56×56×256', '?')
    """
    return "?" if shape is None else "×".join(str(size) for size in shape)
