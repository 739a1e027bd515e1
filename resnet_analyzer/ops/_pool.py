"""What maximum and average pooling share: the window, and that padding never fills a window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..dim import Dim, at_least, product
from ..shape import FeatureMap
from ..window import Padding, Window, amounts, by, pair, slide, stride_phrase
from .base import Check, Cost, Op, Work, fit_checks


@dataclass(frozen=True, eq=False)
class _Pool2d(Op):
    """A window of `pool_size`, `strides` apart (default: side by side), over every channel."""

    pool_size: Dim | tuple[Dim, Dim] = 2
    strides: Dim | tuple[Dim, Dim] | None = None
    padding: Padding = "valid"
    dilation_rate: Dim | tuple[Dim, Dim] = 1
    ceil_mode: bool = False

    maps_only: ClassVar[bool] = True
    pairs: ClassVar[tuple[str, ...]] = ("pool_size", "strides", "dilation_rate")
    pads: ClassVar[tuple[str, ...]] = ("padding",)

    def __post_init__(self) -> None:
        if self.strides is None:
            self.__dict__["strides"] = self.pool_size
        super().__post_init__()

    word: ClassVar[str] = "pool"

    def phrase(self, strided: bool) -> tuple[str, ...]:
        """As `3×3 max pool`."""
        strides = self.pool_size if self.strides is None else self.strides
        return (f"{by(self.pool_size)} {self.word}", *stride_phrase(strides, strided))

    def rule(self, shape: FeatureMap) -> Cost:  # type: ignore[override]
        """Output size by the window formula, work by the taps of every window, counted whole."""
        lengths = (shape.height, shape.width)
        windows = slide(lengths, self.pool_size, self.strides, self.padding, self.dilation_rate, self.ceil_mode)
        output = FeatureMap(windows[0].output, windows[1].output, shape.channels)
        work = self.window_work(output.elements, product(*pair(self.pool_size)))
        checks = fit_checks(windows) + self._padding_checks(windows)
        return Cost(output, work=work, checks=checks, windows=windows)

    def _padding_checks(self, windows: tuple[Window, Window]) -> tuple[Check, ...]:
        """PyTorch's rule (aten/src/ATen/native/Pool.h): padding at most half the window."""
        if isinstance(self.padding, str):
            return ()
        sentence = "a padding of {} is more than half the pooling window of {}. Use less padding."
        return tuple(
            Check(at_least(window.span, 2 * pad), sentence, (pad, window.span))
            for window, pads in zip(windows, amounts(self.padding), strict=True)
            for pad in pads
        )

    def window_work(self, outputs: Dim, taps: Dim) -> Work:
        """The work of `outputs` windows of `taps` numbers each."""
        raise NotImplementedError
