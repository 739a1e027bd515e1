"""What maximum and average pooling share: the window, and that padding never fills a window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..dim import Dim, at_least, product
from ..reach import Reach, Reaches, of_window, over_sides
from ..shape import Shape
from ..window import Padding, Window, amounts, by, slide, spread, stride_phrase
from .base import (
    CHANNELS_LAST,
    Check,
    Cost,
    Op,
    Work,
    arranged,
    channels,
    fit_checks,
    require_data_format,
    same_names,
    sides,
)

FIELDS = same_names("pool_size", "strides", "padding", "data_format")


@dataclass(frozen=True, eq=False)
class _Pool(Op):
    """A window of `pool_size`, `strides` apart (default: side by side), over every channel."""

    pool_size: Dim | tuple[Dim, ...] = 2
    strides: Dim | tuple[Dim, ...] | None = None
    padding: Padding = "valid"
    dilation_rate: Dim | tuple[Dim, ...] = 1
    ceil_mode: bool = False
    data_format: str = CHANNELS_LAST

    kind = "pooling"
    storage = "own"
    per_axis: ClassVar[tuple[str, ...]] = ("pool_size", "strides", "dilation_rate")
    pads: ClassVar[tuple[str, ...]] = ("padding",)
    word: ClassVar[str] = "pool"

    def __post_init__(self) -> None:
        if self.strides is None:
            self.__dict__["strides"] = self.pool_size
        super().__post_init__()
        require_data_format(type(self).__name__, self.data_format)

    def phrase(self, strided: bool) -> tuple[str, ...]:
        """As `3×3 max pool`."""
        strides = self.pool_size if self.strides is None else self.strides
        return (f"{by(self.pool_size, self.spatial_axes)} {self.word}", *stride_phrase(strides, strided))

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """Output size by the window formula, work by the taps of every window, counted whole."""
        layout = self.data_format
        windows = slide(
            sides(shape, layout), self.pool_size, self.strides, self.padding, self.dilation_rate, self.ceil_mode
        )
        output = arranged(shape[0], [window.output for window in windows], channels(shape, layout), layout)
        work = self.window_work(output.elements, product(*spread(self.pool_size, self.spatial_axes)))
        checks = fit_checks(windows) + self._padding_checks(windows)
        return Cost(output, work=work, checks=checks, windows=windows)

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """Windows over the sides, every channel by itself."""
        return (over_sides(map(of_window, cost.windows), self.data_format, Reach(0)),)

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
