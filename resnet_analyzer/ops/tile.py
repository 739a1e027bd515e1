"""The same numbers several times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..dim import Dim, product
from ..shape import Shape
from .base import Cost, Op, axis_index, no_axis, require_whole
from .spelling import Call, Spelling


def _read_tile(call: Call) -> list[Op] | None:
    times = call.argument("repeats", 1)
    return [Tile(tuple(times) if isinstance(times, list) else (times,))]


def _read_repeat(call: Call) -> list[Op] | None:
    return [Repeat(call.argument("repeats", 1), *call.axes(call.argument("axis", 2)))]


@dataclass(frozen=True, eq=False)
class Tile(Op):
    """The whole tensor so many times along each axis; as numpy.tile, aligned at the last axis.

    >>> Tile((1, 2, 3)).apply(Shape(4, 5, 6)).output, Tile((2, 1)).apply(Shape(4, 5, 6)).output
    (Shape(4, 10, 18), Shape(4, 10, 6))
    """

    times: tuple[Dim, ...] = (1,)
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("", also=("ops.Tile",), read=_read_tile)}

    def __post_init__(self) -> None:
        times = (self.times,) if not isinstance(self.times, (tuple, list)) else tuple(self.times)
        self.__dict__["times"] = require_whole("Tile", "times", times, least=1)

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The sizes multiplied; copies are no arithmetic."""
        rank = max(len(part) for part in (shape, self.times))
        sizes = (1,) * (rank - len(shape)) + tuple(shape)
        times = (1,) * (rank - len(self.times)) + self.times
        return Cost(Shape(*[product(size, count) for size, count in zip(sizes, times, strict=True)]))


@dataclass(frozen=True, eq=False)
class Repeat(Op):
    """Every position along `axis` so many `times` in a row.

    >>> Repeat(2, 1).apply(Shape(1, 7, 64)).output
    Shape(1, 14, 64)
    """

    times: Dim = 1
    axis: int = -1

    counts: ClassVar[tuple[str, ...]] = ("times",)
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("", also=("ops.Repeat",), read=_read_repeat)}

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The size multiplied; copies are no arithmetic."""
        axis = axis_index(self.axis, len(shape))
        if axis is None:
            return no_axis(self.axis, shape)
        return Cost(shape.with_size(axis, product(shape[axis], self.times)))


@dataclass(frozen=True, eq=False)
class RepeatVector(Op):
    """Every vector of a batch `times` times, along a new axis behind the batch (Keras' RepeatVector).

    >>> RepeatVector(7).apply(Shape(1, 64)).output
    Shape(1, 7, 64)
    """

    times: Dim = 1

    counts: ClassVar[tuple[str, ...]] = ("times",)
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("RepeatVector", {"times": "n"})}

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """A new axis behind the batch; copies are no arithmetic."""
        return Cost(Shape(shape[0], self.times, *shape[1:]))
