"""Max pooling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..dim import Dim, product
from ._pool import _Pool2d
from .base import Spelling, Work, same_names


@dataclass(frozen=True, eq=False)
class MaxPool2d(_Pool2d):
    """The largest number of every window: taps − 1 compares per output.

    With `ceil_mode` the last window may hang over the end (PyTorch).

    >>> from resnet_analyzer.shape import FeatureMap
    >>> cost = MaxPool2d(3, strides=2, padding=1).apply(FeatureMap(112, 112, 64))
    >>> cost.output, cost.work.compares
    (FeatureMap(height=56, width=56, channels=64), 1605632)
    """

    word: ClassVar[str] = "max pool"
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "keras": Spelling("MaxPooling2D", same_names("pool_size", "strides", "padding"))
    }

    def window_work(self, outputs: Dim, taps: Dim) -> Work:
        """taps − 1 compares per output."""
        return Work(compares=product(outputs, taps - 1))
