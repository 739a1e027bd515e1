"""Positions for channels, and channels for positions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..dim import Dim, divides, floor_div, product
from ..shape import Shape
from .base import CHANNELS_LAST, Check, Cost, Op, arranged, channels, require_data_format, sides
from .spelling import Spelling


@dataclass(frozen=True, eq=False)
class DepthToSpace(Op):
    """Every block·block·… channels as a block of positions: pixel shuffle (Shi et al. 2016, sec. 3.2), any axes.

    >>> DepthToSpace(2).apply(Shape(1, 7, 7, 64)).output
    Shape(1, 14, 14, 16)
    """

    block: Dim = 2
    data_format: str = CHANNELS_LAST

    counts: ClassVar[tuple[str, ...]] = ("block",)
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "keras": Spelling("", {"block": "block_size", "data_format": "data_format"}, also=("ops.DepthToSpace",))
    }

    def __post_init__(self) -> None:
        super().__post_init__()
        require_data_format("DepthToSpace", self.data_format)

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """Sides multiplied, channels divided; copies are no arithmetic."""
        before, depth = sides(shape, self.data_format), channels(shape, self.data_format)
        cells = product(*[self.block for _side in before])
        output = arranged(
            shape[0], [product(side, self.block) for side in before], floor_div(depth, cells), self.data_format
        )
        sentence = "{} channels are no multiple of a block of {} positions."
        return Cost(output, checks=(Check(divides(cells, depth), sentence, (depth, cells)),))


@dataclass(frozen=True, eq=False)
class SpaceToDepth(Op):
    """Every block of positions as channels: pixel unshuffle, patch merging (Liu et al. 2021, sec. 3.1), any axes.

    >>> SpaceToDepth(2).apply(Shape(1, 14, 14, 16)).output
    Shape(1, 7, 7, 64)
    """

    block: Dim = 2
    data_format: str = CHANNELS_LAST

    counts: ClassVar[tuple[str, ...]] = ("block",)
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "keras": Spelling("", {"block": "block_size", "data_format": "data_format"}, also=("ops.SpaceToDepth",))
    }

    def __post_init__(self) -> None:
        super().__post_init__()
        require_data_format("SpaceToDepth", self.data_format)

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """Sides divided, channels multiplied; copies are no arithmetic."""
        before, depth = sides(shape, self.data_format), channels(shape, self.data_format)
        deeper = product(depth, *[self.block for _side in before])
        output = arranged(shape[0], [floor_div(side, self.block) for side in before], deeper, self.data_format)
        sentence = "a side of {} is no multiple of a block of {}."
        checks = tuple([Check(divides(self.block, side), sentence, (side, self.block)) for side in before])
        return Cost(output, checks=checks)
