"""What maximum and average pooling share: the window, and that padding never fills a window."""

from __future__ import annotations

from typing import ClassVar

from ..dim import Dim, at_least, product
from ..reach import Along, Reach
from ..shape import Shape
from ..window import Padding, Window, amounts, by, dilation_phrase, stride_phrase
from ._windowed import _Unweighted
from .base import CHANNELS_LAST, Check, Cost, Work, arranged, channels, fit_checks, same_names

FIELDS = same_names("pool_size", "strides", "padding", "data_format")


class _Pool(_Unweighted):
    """A window of `pool_size`, `strides` apart (default: side by side), over every channel."""

    pool_size: Dim | tuple[Dim, ...] = 2
    strides: Dim | tuple[Dim, ...] | None = None
    padding: Padding = "valid"
    dilation_rate: Dim | tuple[Dim, ...] = 1
    ceil_mode: bool = False
    data_format: str = CHANNELS_LAST

    kind = "pooling"
    kernel = "pool_size"
    per_axis: ClassVar[tuple[str, ...]] = ("pool_size", "strides", "dilation_rate")
    word: ClassVar[str] = "pool"

    def phrase(self, strided: bool) -> tuple[str, ...]:
        """As `3×3 max pool`."""
        strides = self.pool_size if self.strides is None else self.strides
        words = f"{by(self.pool_size, self.spatial_axes)} {self.word}"
        return (words, *dilation_phrase(self.dilation_rate), *stride_phrase(strides, strided))

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """Output size by the window formula, work by the taps of every window, counted whole."""
        windows, layout = self.slid(shape), self.data_format
        output = arranged(shape[0], [window.output for window in windows], channels(shape, layout), layout)
        work = self.window_work(output.elements, product(*self.taps()))
        checks = fit_checks(windows) + self._padding_checks(windows)
        return Cost(output, work=work, checks=checks, windows=windows)

    def mixes(self) -> Along:
        """Every channel by itself."""
        return Reach(0)

    def _padding_checks(self, windows: tuple[Window, ...]) -> tuple[Check, ...]:
        """PyTorch's rule (aten/src/ATen/native/Pool.h): padding at most half the window."""
        if isinstance(self.padding, str):
            return ()
        sentence = "a padding of {} is more than half the pooling window of {}. Use less padding."
        return tuple(
            Check(at_least(window.span, 2 * pad), sentence, (pad, window.span))
            for window, pads in zip(windows, amounts(self.padding, self.spatial_axes), strict=True)
            for pad in pads
        )

    def window_work(self, outputs: Dim, taps: Dim) -> Work:
        """The work of `outputs` windows of `taps` numbers each."""
        raise NotImplementedError
