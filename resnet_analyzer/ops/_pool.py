"""What maximum and average pooling share: the window, and that padding never fills a window."""

from __future__ import annotations

from typing import ClassVar

from ..dim import Dim, at_least, product
from ..reach import Along, Reach
from ..shape import Shape, identical
from ..window import Padding, Window, amounts, by, dilation_phrase, stride_phrase
from ._aten import spread as aten_spread
from ._aten import window as of_torch
from ._windowed import _Unweighted
from .base import CHANNELS_FIRST, CHANNELS_LAST, OPS, Check, Cost, Work, arranged, channels, fit_checks, same_names
from .spelling import Call, Reads

# by whether both sides have the same padding: the window is at least so many times that, and so much more
PADDING = {
    True: (2, 0, "a padding of {} is more than half the pooling window of {}. Use less padding."),
    False: (1, 1, "a padding of {} is all of the pooling window of {}, or more. Use less padding."),
}
FIELDS = same_names("pool_size", "strides", "padding", "data_format")


def read_onnx(call: Call) -> Reads | None:
    """MaxPool and AveragePool, over as many sides as there are."""
    from ._onnx_windows import window

    kernel = tuple(call.settings["kernel_shape"])
    found = window(call, kernel)
    if found is None or not 3 <= call.rank <= 5:
        return None
    op = OPS[f"{call.kind}{call.rank - 2}d"](  # type: ignore[call-arg]
        kernel, ceil_mode=bool(call.settings.get("ceil_mode")), data_format=CHANNELS_FIRST, **found
    )
    return call.reading(op)


def read_torch(call: Call, word: str) -> Reads | None:
    """aten.…_pool…(self, kernel_size, stride, padding, …, ceil_mode), over as many sides as there are."""
    axes = call.rank - 2
    if not 1 <= axes <= 3:
        return None
    kernel = aten_spread(call.argument("kernel_size"), axes)
    op = OPS[f"{word}{axes}d"](  # type: ignore[call-arg]
        kernel, ceil_mode=bool(call.argument("ceil_mode")), data_format=CHANNELS_FIRST, **of_torch(call, axes)
    )
    return call.reading(op, places=("self",))


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
        """PyTorch's rule (aten/src/ATen/native/Pool.h): padding at most half the window.

        Where the two sides differ, which PyTorch has not, ONNX': less than the window (onnx/docs/Operators.md).
        """
        if isinstance(self.padding, str):
            return ()
        found = []
        for window, pads in zip(windows, amounts(self.padding, self.spatial_axes), strict=True):
            times, more, sentence = PADDING[identical((Shape(pads[0]), Shape(pads[1])))]
            found += [Check(at_least(window.span, times * pad + more), sentence, (pad, window.span)) for pad in pads]
        return tuple(found)

    def window_work(self, outputs: Dim, taps: Dim) -> Work:
        """The work of `outputs` windows of `taps` numbers each."""
        raise NotImplementedError
