"""What Keras has no layer for, written with what it has; each says so.

A layer of ours becomes one or more steps, one of which is the layer proper: it carries the weights
and the name. Explicit padding becomes a layer of zeros (for max pooling: of the smallest number)
before a valid window; the clipped last window of ceil mode is padding behind.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from ..errors import AnalyzerError
from ..measure import Row
from ..ops.adaptive_average_pool2d import AdaptiveAveragePool2d
from ..ops.average_pool2d import AveragePool2d
from ..ops.base import Op
from ..ops.conv2d import Conv2d
from ..ops.depthwise_conv2d import DepthwiseConv2d
from ..ops.dropout import StochasticDepth
from ..ops.local_response_norm import LocalResponseNorm
from ..ops.max_pool2d import MaxPool2d
from ..ops.separable_conv2d import SeparableConv2d
from ..ops.transposed_conv2d import TransposedConv2d
from ..ops.zero_padding2d import ChannelPadding
from ..window import Window, amounts


class Step(NamedTuple):
    """One step: a function of Keras tensors (a layer, or operations), and what to say of it."""

    call: Callable[..., Any]
    remark: str = ""


class Lowered(NamedTuple):
    """An op in Keras: steps before the layer proper, the layer (None: operations only), steps behind."""

    before: tuple[Step, ...]
    layer: Any
    after: tuple[Step, ...] = ()

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was written otherwise than in our graph."""
        return tuple(step.remark for step in (*self.before, *self.after) if step.remark)

    def __call__(self, inputs: Sequence[Any]) -> Any:
        x: Any = list(inputs) if len(inputs) != 1 else inputs[0]
        for step in self.before:
            x = step.call(x)
        if self.layer is not None:
            x = self.layer(x)
        for step in self.after:
            x = step.call(x)
        return x


class NoSuchLayer(AnalyzerError):
    """Keras has nothing for that op, and nothing to make it of."""


def lower(keras: Any, row: Row, name: str) -> Lowered:
    """The Keras steps for a measured node; NoSuchLayer where there are none."""
    op = row.node.op
    special = _SPECIAL.get(type(op))
    if special is not None:
        lowered: Lowered | None = special(keras, op, row, name)
        if lowered is not None:
            return lowered
    if "keras" not in op.spellings:
        raise NoSuchLayer(f"{row.name}: Keras has no layer for {row.op}")
    return Lowered((), layer(keras, op, name))


def layer(keras: Any, op: Op, name: str) -> Any:
    """The Keras layer that an op's spelling names."""
    spelling = op.spellings["keras"]
    return getattr(keras.layers, spelling.layer)(name=name, **spelling.arguments(op))


def _padded_window(keras: Any, op: Any, row: Row, name: str) -> Lowered | None:
    """A convolution with explicit padding: zeros in a layer of their own, then a valid window."""
    if isinstance(op.padding, str):
        return None
    pads = amounts(op.padding)
    zeros = keras.layers.ZeroPadding2D(pads, name=f"{name}.pad")
    before = (Step(zeros, "explicit padding as a ZeroPadding2D layer"),) if pads != ((0, 0), (0, 0)) else ()
    return Lowered(before, layer(keras, replace(op, padding="valid"), name))


def _window_pads(row: Row) -> tuple[tuple[int, int], tuple[int, int]]:
    """Padding of both windows as slid: ceil mode's hanging last window is padding behind.

    Where the last window would begin in that padding it is dropped: less is needed then.
    """
    return tuple(map(_reached, row.cost.windows))  # type: ignore[return-value]


def _reached(window: Window) -> tuple[int, int]:
    needed = (window.output - 1) * window.stride + window.span - window.length - window.before
    return window.before, max(0, needed)


def _plain_pool(keras: Any, op: Any, row: Row, name: str) -> tuple[Any, tuple[tuple[int, int], tuple[int, int]]]:
    """The valid pooling layer, and the padding that must stand before it; NoSuchLayer for a dilated one."""
    if any(window.dilation != 1 for window in row.cost.windows):
        raise NoSuchLayer(f"{row.name}: Keras has no dilated pooling")
    if op.padding == "same":
        return layer(keras, op, name), _NO_PADS
    return layer(keras, replace(op, padding="valid"), name), _window_pads(row)


_NO_PADS = ((0, 0), (0, 0))


def _max_pool(keras: Any, op: MaxPool2d, row: Row, name: str) -> Lowered:
    plain, pads = _plain_pool(keras, op, row, name)
    if pads == _NO_PADS:
        return Lowered((), plain)
    remark = "padding by the smallest number" + (", and ceil mode as more of it behind" if op.ceil_mode else "")
    return Lowered((Step(_pad(keras, pads, -3.4e38), remark),), plain)


def _average_pool(keras: Any, op: AveragePool2d, row: Row, name: str) -> Lowered:
    plain, pads = _plain_pool(keras, op, row, name)
    if pads == _NO_PADS:
        return Lowered((), plain)
    counted = amounts(op.padding) if op.count_include_pad and op.padding != "valid" else _NO_PADS
    factor = _correction(row, counted)
    pad = Step(_pad(keras, pads, 0.0), "padding by zeros")
    return Lowered((pad,), plain, (Step(lambda x: x * factor, "divided by the pixels that count"),))


def _correction(row: Row, counted: tuple[tuple[int, int], tuple[int, int]]) -> Any:
    """Window size over the pixels that count, for every output position (1, height, width, 1)."""
    import numpy

    factors = []
    for window, (before, after) in zip(row.cost.windows, counted):
        starts = numpy.arange(window.output) * window.stride - window.before
        inside = numpy.minimum(starts + window.size, window.length + after) - numpy.maximum(starts, -before)
        factors.append(window.size / inside)
    return numpy.outer(*factors)[None, :, :, None].astype("float32")


def _pad(keras: Any, pads: tuple[tuple[int, int], tuple[int, int]], value: float) -> Callable[[Any], Any]:
    return lambda x: keras.ops.pad(x, ((0, 0), *pads, (0, 0)), constant_values=value)


def _transposed(keras: Any, op: TransposedConv2d, row: Row, name: str) -> Lowered | None:
    if op.groups != 1:
        raise NoSuchLayer(f"{row.name}: Keras has no grouped transposed convolution")
    if isinstance(op.padding, str):
        return None
    (top, bottom), (left, right) = amounts(op.padding)
    extra = op.output_padding if isinstance(op.output_padding, tuple) else (op.output_padding or 0,) * 2
    whole = layer(keras, replace(op, padding="valid", output_padding=0), name)
    behind = ((top, bottom - extra[0]), (left, right - extra[1]))
    crop = keras.layers.Cropping2D(tuple((a, max(b, 0)) for a, b in behind))
    more = keras.layers.ZeroPadding2D(tuple((0, max(-b, 0)) for _, b in behind))
    return Lowered((), whole, (Step(crop, "padding as cropping"), Step(more)))


def _channel_padding(keras: Any, op: ChannelPadding, row: Row, name: str) -> Lowered:
    rank = len(row.inputs[0])
    widths = ((0, 0),) * rank + ((op.before, op.after),)
    return Lowered((Step(lambda x: keras.ops.pad(x, widths), "channels of zeros by keras.ops.pad"),), None)


def _stochastic_depth(keras: Any, op: StochasticDepth, row: Row, name: str) -> Lowered:
    shape = (None, *(1,) * len(row.inputs[0]))
    return Lowered((), keras.layers.Dropout(op.rate, noise_shape=shape, name=name))


def _response_norm(keras: Any, op: LocalResponseNorm, row: Row, name: str) -> Lowered:
    """a / (k + α·Σ a²)^β with the paper's k = 2, α = 1e-4, β = 0.75 (Krizhevsky et al. 2012, sec. 3.3)."""
    size, channels = op.size, row.inputs[0].channels

    def normalise(x: Any) -> Any:
        squares = keras.ops.pad(x * x, ((0, 0), (0, 0), (0, 0), (size // 2, (size - 1) // 2)))
        around = squares[..., :channels]
        for shift in range(1, size):
            around = around + squares[..., shift : shift + channels]
        return x / keras.ops.power(2.0 + 1e-4 * around, 0.75)

    return Lowered((Step(normalise, "local response normalisation by keras.ops"),), None)


def _adaptive(keras: Any, op: AdaptiveAveragePool2d, row: Row, name: str) -> Lowered | None:
    if hasattr(keras.layers, "AdaptiveAveragePooling2D"):
        return None
    raise NoSuchLayer(f"{row.name}: this Keras has no adaptive pooling: use Keras 3.13 or newer")


_SPECIAL: dict[type[Op], Callable[..., Lowered | None]] = {
    Conv2d: _padded_window,
    DepthwiseConv2d: _padded_window,
    SeparableConv2d: _padded_window,
    MaxPool2d: _max_pool,
    AveragePool2d: _average_pool,
    TransposedConv2d: _transposed,
    ChannelPadding: _channel_padding,
    StochasticDepth: _stochastic_depth,
    LocalResponseNorm: _response_norm,
    AdaptiveAveragePool2d: _adaptive,
}
