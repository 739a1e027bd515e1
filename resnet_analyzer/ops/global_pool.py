"""Global pooling: one number per channel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from ..reach import EVERYTHING, Reach, Reaches, over_sides
from ..shape import Shape
from .base import (
    CHANNELS_LAST,
    OPS,
    Cost,
    Op,
    Operations,
    Work,
    arranged,
    channels,
)
from .gradient import of_largest, of_mean
from .spelling import Call, Reads, Spelling, same_names

FIELDS = same_names("keepdims", "data_format")


def _read_onnx(call: Call) -> Reads | None:
    """GlobalAveragePool and GlobalMaxPool keep sides of 1."""
    kind = f"{call.kind}{call.rank - 2}d"
    return call.reading(OPS[kind](keepdims=True, data_format="channels_first"))  # type: ignore[call-arg]


class _GlobalPool(Op):
    """Every channel pooled to one number; `keepdims` keeps a map of 1×1."""

    keepdims: bool = False
    data_format: str = CHANNELS_LAST

    kind = "pooling"
    storage = "own"
    word: ClassVar[str] = "global pool"

    def phrase(self, strided: bool) -> tuple[str, ...]:
        """As people say it."""
        return (self.word,)

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """All places of each channel."""
        found = over_sides([EVERYTHING] * self.spatial_axes, self.data_format, Reach(0))
        if self.keepdims:
            return (found,)
        return (tuple([Reach(each.axis and 1) if type(each) is Reach else each for each in found]),)

    def pooled(self, shape: Shape) -> Shape:
        """The shape that comes out."""
        count = channels(shape, self.data_format)
        kept = arranged(shape[0], (1,) * self.spatial_axes, count, self.data_format)
        return kept if self.keepdims else Shape(shape[0], count)


class _GlobalAveragePool(_GlobalPool):
    """The mean of every channel: an addition per number but the first, and a division (Lin et al. 2014, sec. 3.2)."""

    word: ClassVar[str] = "global average pool"
    gradient = of_mean

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """A vector (or 1×1 map) of as many channels."""
        output = self.pooled(shape)
        return Cost(output, work=Work(adds=shape.elements - output.elements, divisions=output.elements))

    def as_tensorflow(self, inputs: tuple[Shape, ...], cost: Cost) -> Operations | None:
        """A mean."""
        return [("Mean", inputs[0].elements)]


class _GlobalMaxPool(_GlobalPool):
    """The largest number of every channel: a compare per number but the first."""

    word: ClassVar[str] = "global max pool"
    gradient = of_largest

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """A vector (or 1×1 map) of as many channels."""
        output = self.pooled(shape)
        return Cost(output, work=Work(compares=shape.elements - output.elements))

    def as_tensorflow(self, inputs: tuple[Shape, ...], cost: Cost) -> Operations | None:
        """A maximum."""
        return [("Max", cost.output.elements)]  # type: ignore[union-attr]


class GlobalAveragePool1d(_GlobalAveragePool):
    """The mean of every channel of a sequence.

    >>> GlobalAveragePool1d().apply(Shape(1, 10, 64)).work.adds   # 9 · 64
    576
    """

    spatial_axes: ClassVar[int] = 1
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("GlobalAveragePooling1D", FIELDS)}


class GlobalAveragePool2d(_GlobalAveragePool):
    """The mean of every channel of an image.

    >>> GlobalAveragePool2d().apply(Shape(1, 7, 7, 2048)).output
    Shape(1, 2048)
    """

    spatial_axes: ClassVar[int] = 2
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("GlobalAveragePool", also=("GlobalMaxPool",), read=_read_onnx),
        "keras": Spelling("GlobalAveragePooling2D", FIELDS),
    }


class GlobalAveragePool3d(_GlobalAveragePool):
    """The mean of every channel of a volume.

    >>> GlobalAveragePool3d(keepdims=True).apply(Shape(2, 4, 7, 7, 8)).output
    Shape(2, 1, 1, 1, 8)
    """

    spatial_axes: ClassVar[int] = 3
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("GlobalAveragePooling3D", FIELDS)}


class GlobalMaxPool1d(_GlobalMaxPool):
    """The largest number of every channel of a sequence.

    >>> GlobalMaxPool1d().apply(Shape(1, 10, 64)).output
    Shape(1, 64)
    """

    spatial_axes: ClassVar[int] = 1
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("GlobalMaxPooling1D", FIELDS)}


class GlobalMaxPool2d(_GlobalMaxPool):
    """The largest number of every channel of an image.

    >>> GlobalMaxPool2d(keepdims=True).apply(Shape(1, 7, 7, 8)).work.compares
    384
    """

    spatial_axes: ClassVar[int] = 2
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("GlobalMaxPooling2D", FIELDS)}


class GlobalMaxPool3d(_GlobalMaxPool):
    """The largest number of every channel of a volume.

    >>> GlobalMaxPool3d().apply(Shape(1, 2, 2, 2, 3)).work.compares   # 7 · 3
    21
    """

    spatial_axes: ClassVar[int] = 3
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("GlobalMaxPooling3D", FIELDS)}
