"""Adaptive average pooling: an output size is given, the windows follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..dim import Dim, ceil_div, floor_div, is_number, product, total
from ..errors import UsageError
from ..shape import FeatureMap
from ..window import by, pair
from .base import Cost, Op, Spelling, Work, leaves, same_names


@dataclass(frozen=True, eq=False)
class AdaptiveAveragePool2d(Op):
    """Output i averages pixels ⌊i·n/o⌋ up to ⌈(i + 1)·n/o⌉ (PyTorch, aten/src/ATen/native/AdaptivePooling.h).

    `output_size` o is a plain number (or two); windows overlap where o does not divide n, and an input
    smaller than o is repeated. One addition per pixel but the first of every window, and one division.

    >>> cost = AdaptiveAveragePool2d(7).apply(FeatureMap(7, 7, 512))
    >>> cost.output, cost.work.adds, cost.work.divisions
    (FeatureMap(height=7, width=7, channels=512), 0, 25088)
    """

    output_size: int | tuple[int, int] = 1

    maps_only: ClassVar[bool] = True
    pairs: ClassVar[tuple[str, ...]] = ("output_size",)
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "keras": Spelling("AdaptiveAveragePooling2D", same_names("output_size"))
    }

    def __post_init__(self) -> None:
        super().__post_init__()
        if not all(map(is_number, leaves(self.output_size))):
            raise UsageError(f"AdaptiveAveragePool2d: output_size must be plain numbers, not {self.output_size!r}")

    def phrase(self, strided: bool) -> tuple[str, ...]:
        """As `average pool to 7×7`."""
        return (f"average pool to {by(self.output_size)}",)

    def rule(self, shape: FeatureMap) -> Cost:  # type: ignore[override]
        """The given size, whatever comes in."""
        height, width = pair(self.output_size)
        output = FeatureMap(height, width, shape.channels)
        taps = product(_taps(shape.height, height), _taps(shape.width, width), shape.channels)
        return Cost(output, work=Work(adds=taps - output.elements, divisions=output.elements))


def _taps(length: Dim, output: int) -> Dim:
    """Pixels that the windows along one axis read, overlaps counted again.

    >>> _taps(8, 4), _taps(5, 2)   # 0–2 and 2–4: the middle one twice
    (8, 6)
    """
    ends = total(ceil_div((i + 1) * length, output) for i in range(output))
    return ends - total(floor_div(i * length, output) for i in range(output))
