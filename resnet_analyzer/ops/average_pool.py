"""Average pooling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..dim import Dim, product
from ._pool import FIELDS, _Pool
from .base import Spelling, Work


@dataclass(frozen=True, eq=False)
class _AveragePool(_Pool):
    """The mean of every window: taps − 1 additions and a division per output.

    `count_include_pad` tells whether zeros of the padding count in the divisor (PyTorch); it changes
    the numbers that come out, not their shape, and every window is counted whole either way.
    """

    count_include_pad: bool = True

    word: ClassVar[str] = "average pool"

    def window_work(self, outputs: Dim, taps: Dim) -> Work:
        """taps − 1 additions and one division per output."""
        return Work(adds=product(outputs, taps - 1), divisions=outputs)


@dataclass(frozen=True, eq=False)
class AveragePool1d(_AveragePool):
    """Average pooling over sequences.

    >>> from resnet_analyzer.shape import Shape
    >>> AveragePool1d(2).apply(Shape(1, 7, 8)).output
    Shape(1, 3, 8)
    """

    spatial_axes: ClassVar[int] = 1
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("AveragePooling1D", FIELDS)}


@dataclass(frozen=True, eq=False)
class AveragePool2d(_AveragePool):
    """Average pooling over images.

    >>> from resnet_analyzer.shape import Shape
    >>> AveragePool2d(2).apply(Shape(1, 7, 7, 512)).output
    Shape(1, 3, 3, 512)
    """

    spatial_axes: ClassVar[int] = 2
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "keras": Spelling("AveragePooling2D", FIELDS, also=("ops.AveragePool",))
    }


@dataclass(frozen=True, eq=False)
class AveragePool3d(_AveragePool):
    """Average pooling over volumes.

    >>> from resnet_analyzer.shape import Shape
    >>> AveragePool3d(2).apply(Shape(1, 4, 7, 7, 8)).output
    Shape(1, 2, 3, 3, 8)
    """

    spatial_axes: ClassVar[int] = 3
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("AveragePooling3D", FIELDS)}
