"""What zero padding and cropping share: numbers before and after each side, put on or cut off."""

from __future__ import annotations

from typing import ClassVar

from ..dim import Dim
from ..reach import Reach, Reaches, over_sides
from ..shape import Shape
from ..window import amounts
from .base import Cost, Op, arranged, channels, sides
from .gradient import of_moves


class _Edges(Op):
    """The only padding among the fields tells how much: a number, one for each axis, or (before, after) for each."""

    kind = "shape"
    storage = "own"
    gradient = of_moves
    pad_words: ClassVar[tuple[str, ...]] = ()
    grows: ClassVar[int] = 1  # −1 where it is cut off

    def edges(self) -> tuple[tuple[Dim, Dim], ...]:
        """Before and after each side."""
        return amounts(self.__dict__[self.pads[0]], self.spatial_axes)

    def resized(self, shape: Shape) -> Shape:
        """The map with its sides longer, or shorter."""
        layout, grows = self.__dict__["data_format"], self.grows
        pairs = zip(sides(shape, layout), self.edges(), strict=True)
        lengths = [length + grows * before + grows * after for length, (before, after) in pairs]
        return arranged(shape[0], lengths, channels(shape, layout), layout)

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """Places moved by what is put on or cut off before them."""
        moved = [-self.grows * before for before, _after in self.edges()]
        return (over_sides([Reach(0, 1, by, by) for by in moved], self.__dict__["data_format"], Reach(0)),)
