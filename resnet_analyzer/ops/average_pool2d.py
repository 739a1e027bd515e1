"""Average pooling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..dim import Dim, product
from ._pool import _Pool2d
from .base import Spelling, Work, same_names


@dataclass(frozen=True, eq=False)
class AveragePool2d(_Pool2d):
    """The mean of every window: taps − 1 additions and a division per output.

    `count_include_pad` tells whether zeros of the padding count in the divisor (PyTorch); it changes
    the numbers that come out, not their shape, and every window is counted whole either way.

    >>> from resnet_analyzer.shape import FeatureMap
    >>> AveragePool2d(2).apply(FeatureMap(7, 7, 512)).output
    FeatureMap(height=3, width=3, channels=512)
    """

    count_include_pad: bool = True

    word: ClassVar[str] = "average pool"
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "keras": Spelling("AveragePooling2D", same_names("pool_size", "strides", "padding"))
    }

    def window_work(self, outputs: Dim, taps: Dim) -> Work:
        """taps − 1 additions and one division per output."""
        return Work(adds=product(outputs, taps - 1), divisions=outputs)
