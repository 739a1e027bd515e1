"""Max pooling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..dim import Dim, product
from ._pool import FIELDS, _Pool
from .base import Spelling, Work


@dataclass(frozen=True, eq=False)
class _MaxPool(_Pool):
    """The largest number of every window: taps − 1 compares per output.

    With `ceil_mode` the last window may hang over the end (PyTorch).
    """

    word: ClassVar[str] = "max pool"

    def window_work(self, outputs: Dim, taps: Dim) -> Work:
        """taps − 1 compares per output."""
        return Work(compares=product(outputs, taps - 1))


@dataclass(frozen=True, eq=False)
class MaxPool1d(_MaxPool):
    """Max pooling over sequences.

    >>> from resnet_analyzer.shape import Shape
    >>> MaxPool1d(2).apply(Shape(1, 9, 4)).output
    Shape(1, 4, 4)
    """

    spatial_axes: ClassVar[int] = 1
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("MaxPooling1D", FIELDS)}


@dataclass(frozen=True, eq=False)
class MaxPool2d(_MaxPool):
    """Max pooling over images.

    >>> from resnet_analyzer.shape import Shape
    >>> cost = MaxPool2d(3, strides=2, padding=1).apply(Shape(1, 112, 112, 64))
    >>> cost.output, cost.work.compares
    (Shape(1, 56, 56, 64), 1605632)
    """

    spatial_axes: ClassVar[int] = 2
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("MaxPooling2D", FIELDS, also=("ops.MaxPool",))}


@dataclass(frozen=True, eq=False)
class MaxPool3d(_MaxPool):
    """Max pooling over volumes.

    >>> from resnet_analyzer.shape import Shape
    >>> MaxPool3d((1, 2, 2)).apply(Shape(1, 5, 8, 8, 3)).output
    Shape(1, 5, 4, 4, 3)
    """

    spatial_axes: ClassVar[int] = 3
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("MaxPooling3D", FIELDS)}
