"""Windows that Keras' layers do not slide: explicit padding, ceil mode, dilated pooling, uneven strides.

Explicit padding becomes a layer of zeros (for max pooling: of the smallest number) before a valid
window; the clipped last window of ceil mode is padding behind; a stride that a layer refuses becomes a
stride of 1 and a choice of pixels.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import reduce
from typing import Any

from ..measurement import Row
from ..ops.average_pool import AveragePool2d
from ..ops.conv import Conv2d
from ..ops.depthwise_conv import DepthwiseConv2d
from ..ops.max_pool import MaxPool2d
from ..ops.separable_conv import SeparableConv2d
from ..window import Window, amounts
from .steps import Lowered, Step, layer

Pads = tuple[tuple[int, int], ...]
Convolution = Conv2d | DepthwiseConv2d | SeparableConv2d

NO_PADS: Pads = ((0, 0), (0, 0))
SMALLEST = -3.4e38  # nearly the smallest float32


def convolution(keras: Any, op: Convolution, row: Row, name: str) -> Lowered:
    """A convolution; with explicit padding: zeros in a layer of their own, then a valid window."""
    if _refused(op, row):
        return _every_pixel(keras, op, row, name)
    if isinstance(op.padding, str):
        return Lowered((), layer(keras, op, name))
    return Lowered(_zeros(keras, amounts(op.padding), name), layer(keras, replace(op, padding="valid"), name))


def _refused(op: Convolution, row: Row) -> bool:
    """Keras has no strides together with dilation, and TensorFlow no uneven strides of depthwise layers."""
    strides = {window.stride for window in row.cost.windows}
    dilated = any(window.dilation != 1 for window in row.cost.windows)
    return (dilated and strides != {1}) or (len(strides) > 1 and not isinstance(op, Conv2d))


def _every_pixel(keras: Any, op: Convolution, row: Row, name: str) -> Lowered:
    pads: Pads = tuple(window.pads for window in row.cost.windows)  # type: ignore[assignment]
    vertical, horizontal = (window.stride for window in row.cost.windows)
    chosen = Step(lambda x: x[:, ::vertical, ::horizontal], "a stride as every pixel and a choice of them")
    plain = layer(keras, replace(op, strides=1, padding="valid"), name)
    return Lowered(_zeros(keras, pads, name), plain, (chosen,))


def _zeros(keras: Any, pads: Pads, name: str) -> tuple[Step, ...]:
    if pads == NO_PADS:
        return ()
    zeros = keras.layers.ZeroPadding2D(pads, name=f"{name}-pad")
    return (Step(zeros, "explicit padding as a ZeroPadding2D layer"),)


def max_pool(keras: Any, op: MaxPool2d, row: Row, name: str) -> Lowered:
    """Maximum pooling, padded with the smallest number."""
    pads = _reached_pads(op, row)
    behind = ", and ceil mode as more of it behind" if op.ceil_mode else ""
    before = _padded(keras, pads, SMALLEST, f"padding by the smallest number{behind}")
    if _is_dilated(row):
        return Lowered((*before, Step(_taps(keras, row, keras.ops.maximum), "dilated pooling by keras.ops")), None)
    return Lowered(before, _plain_pool(keras, op, name))


def average_pool(keras: Any, op: AveragePool2d, row: Row, name: str) -> Lowered:
    """Average pooling, padded with zeros; then each mean is corrected to the pixels that count in it."""
    pads = _reached_pads(op, row)
    before = _padded(keras, pads, 0.0, "padding by zeros")
    counted = amounts(op.padding) if op.count_include_pad and op.padding != "valid" else NO_PADS
    if _is_dilated(row):
        factor = 1 / _counted_pixels(row, counted)
        total = Step(_taps(keras, row, keras.ops.add), "dilated pooling by keras.ops")
        return Lowered((*before, total, Step(lambda x: x * factor)), None)
    if pads == NO_PADS:
        return Lowered((), _plain_pool(keras, op, name))
    taps = row.cost.windows[0].size * row.cost.windows[1].size
    factor = (taps / _counted_pixels(row, counted)).astype("float32")
    return Lowered(
        before, _plain_pool(keras, op, name), (Step(lambda x: x * factor, "divided by the pixels that count"),)
    )


def _plain_pool(keras: Any, op: Any, name: str) -> Any:
    return layer(keras, op if op.padding == "same" else replace(op, padding="valid"), name)


def _is_dilated(row: Row) -> bool:
    return any(window.dilation != 1 for window in row.cost.windows)


def _reached_pads(op: Any, row: Row) -> Pads:
    """Padding of both windows as slid: ceil mode's hanging last window is padding behind.

    No more than the windows reach: where none hangs over, nothing is written otherwise. What Keras
    pads by itself (`same`) is none of ours.
    """
    if op.padding == "same" and not _is_dilated(row):
        return NO_PADS
    return tuple(map(_reached, row.cost.windows))  # type: ignore[return-value]


def _reached(window: Window) -> tuple[int, int]:
    before = window.pads[0]
    needed = (window.output - 1) * window.stride + window.span - window.length - before
    return before, max(0, needed)


def _padded(keras: Any, pads: Pads, value: float, remark: str) -> tuple[Step, ...]:
    if pads == NO_PADS:
        return ()
    return (Step(lambda x: keras.ops.pad(x, ((0, 0), *pads, (0, 0)), constant_values=value), remark),)


def _taps(keras: Any, row: Row, join: Callable[[Any, Any], Any]) -> Callable[[Any], Any]:
    """All taps of a dilated window, each as a slice of the map, joined one by one."""
    ranges = [
        [slice(tap * w.dilation, tap * w.dilation + (w.output - 1) * w.stride + 1, w.stride) for tap in range(w.size)]
        for w in row.cost.windows
    ]
    return lambda x: reduce(join, [x[:, rows, columns] for rows in ranges[0] for columns in ranges[1]])


def _counted_pixels(row: Row, counted: Pads) -> Any:
    """How many pixels of each window count, for every output position (1, height, width, 1)."""
    import numpy

    along = []
    for window, (before, after) in zip(row.cost.windows, counted, strict=True):
        starts = numpy.arange(window.output) * window.stride - window.pads[0]
        taps = starts[:, None] + numpy.arange(window.size) * window.dilation
        along.append(((taps >= -before) & (taps < window.length + after)).sum(axis=1))
    return numpy.outer(*along)[None, :, :, None].astype("float32")


def averages(length: int, outputs: int) -> Any:
    """The matrix of adaptive averaging along an axis: output i is the mean of pixels ⌊i·n/o⌋ up to ⌈(i + 1)·n/o⌉."""
    import numpy

    matrix = numpy.zeros((outputs, length), dtype="float32")
    for i in range(outputs):
        first, end = i * length // outputs, -(-(i + 1) * length // outputs)
        matrix[i, first:end] = 1 / (end - first)
    return matrix
