"""Windows that Keras' layers do not slide: explicit padding, ceil mode, dilated pooling, uneven strides.

Explicit padding becomes a layer of zeros (for max pooling: of the smallest number) before a valid
window; the clipped last window of ceil mode is padding behind; a stride that a layer refuses becomes a
stride of 1 and a choice of pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from itertools import product
from typing import Any

from ..dim import equal, is_exactly
from ..frozen import replace
from ..window import Window, amounts, spread
from .base import CHANNELS_FIRST
from .keras_steps import Step, Steps, layer, operations

Pads = tuple[tuple[int, int], ...]

SMALLEST = -3.4e38  # nearly the smallest float32


def first_side(op: Any) -> int:
    """The axis of the first side in a batch of maps."""
    return 2 if op.data_format == CHANNELS_FIRST else 1


def widths(op: Any, pads: Pads) -> Pads:
    """The padding of every axis of a batch of maps."""
    channels = ((0, 0),)
    return ((0, 0), *channels, *pads) if op.data_format == CHANNELS_FIRST else ((0, 0), *pads, *channels)


def chosen(op: Any, sides: Iterable[slice]) -> tuple[slice, ...]:
    """What indexes a batch of maps by its sides."""
    return (*(slice(None),) * first_side(op), *sides)


def refused(windows: Sequence[Window], uneven: bool) -> bool:
    """Keras has no strides together with dilation, and (if not `uneven`) no strides that differ between axes."""
    strided = any(not is_exactly(window.stride, 1) for window in windows)
    dilated = any(not is_exactly(window.dilation, 1) for window in windows)
    differ = any(equal(window.stride, windows[0].stride) is not True for window in windows)
    return (dilated and strided) or (differ and not uneven)


def convolution(keras: Any, op: Any, name: str, windows: Sequence[Window], uneven: bool = False) -> Steps:
    """A convolution; with explicit padding: zeros in a layer of their own, then a valid window.

    `uneven` tells that it is Keras' plain convolution, which takes uneven strides, and causal padding.
    """
    if refused(windows, uneven):
        return _every_pixel(keras, op, name, windows)
    if op.padding in ("valid", "same") or (op.padding == "causal" and uneven):
        return Steps(layer(keras, op, name))
    pads: Pads = tuple(window.pads for window in windows)
    return Steps(layer(keras, replace(op, padding="valid"), name), _zeros(keras, op, pads, name))


def _every_pixel(keras: Any, op: Any, name: str, windows: Sequence[Window]) -> Steps:
    pads: Pads = tuple(window.pads for window in windows)
    index = chosen(op, [slice(None, None, window.stride) for window in windows])
    some = Step(lambda x: x[index], "a stride as every pixel and a choice of them")
    plain = layer(keras, replace(op, strides=1, padding="valid"), name)
    return Steps(plain, _zeros(keras, op, pads, name), (some,))


def _zeros(keras: Any, op: Any, pads: Pads, name: str) -> tuple[Step, ...]:
    if not any(map(any, pads)):
        return ()
    if len(pads) != 2:
        return (Step(lambda x: keras.ops.pad(x, widths(op, pads)), "explicit padding by keras.ops.pad"),)
    zeros = keras.layers.ZeroPadding2D(pads, data_format=op.data_format, name=f"{name}-pad")
    return (Step(zeros, "explicit padding as a ZeroPadding2D layer"),)


def max_pool(keras: Any, op: Any, name: str, windows: Sequence[Window]) -> Steps:
    """Maximum pooling, padded with the smallest number."""
    pads = _reached_pads(op, windows)
    behind = ", and ceil mode as more of it behind" if op.ceil_mode else ""
    before = _padded(keras, op, pads, SMALLEST, f"padding by the smallest number{behind}")
    if is_dilated(windows):
        taps = _taps(op, windows, keras.ops.maximum)
        return Steps(before=(*before, Step(taps, "dilated pooling by keras.ops")))
    return Steps(_plain_pool(keras, op, name), before)


def average_pool(keras: Any, op: Any, name: str, windows: Sequence[Window]) -> Steps:
    """Average pooling, padded with zeros; then each mean is corrected to the pixels that count in it."""
    pads = _reached_pads(op, windows)
    before = _padded(keras, op, pads, 0.0, "padding by zeros")
    counted = amounts(op.padding, len(windows)) if op.count_include_pad and not isinstance(op.padding, str) else None
    if is_dilated(windows):
        factor = _over_counted(keras, op, windows, counted, 1)
        total = Step(_taps(op, windows, keras.ops.add), "dilated pooling by keras.ops")
        return Steps(before=(*before, total, Step(lambda x: x * factor)))
    if not any(map(any, pads)):
        return Steps(_plain_pool(keras, op, name))
    factor = _over_counted(keras, op, windows, counted, reduce(lambda a, b: a * b, [each.size for each in windows]))
    return Steps(
        _plain_pool(keras, op, name), before, (Step(lambda x: x * factor, "divided by the pixels that count"),)
    )


def _plain_pool(keras: Any, op: Any, name: str) -> Any:
    return layer(keras, op if op.padding == "same" else replace(op, padding="valid"), name)


def is_dilated(windows: Sequence[Window]) -> bool:
    """Whether a window has gaps."""
    return any(not is_exactly(window.dilation, 1) for window in windows)


def _reached_pads(op: Any, windows: Sequence[Window]) -> Pads:
    """Padding of the windows as slid: ceil mode's hanging last window is padding behind.

    No more than the windows reach: where none hangs over, nothing is written otherwise. What Keras
    pads by itself (`same`) is none of ours.
    """
    if op.padding == "same" and not is_dilated(windows):
        return ((0, 0),) * len(windows)
    return tuple(map(_reached, windows))


def _reached(window: Window) -> tuple[int, int]:
    before = window.pads[0]
    needed = (window.output - 1) * window.stride + window.span - window.length - before
    return before, max(0, needed)


def _padded(keras: Any, op: Any, pads: Pads, value: float, remark: str) -> tuple[Step, ...]:
    if not any(map(any, pads)):
        return ()
    return (Step(lambda x: keras.ops.pad(x, widths(op, pads), constant_values=value), remark),)


def _taps(op: Any, windows: Sequence[Window], join: Callable[[Any, Any], Any]) -> Callable[[Any], Any]:
    """All taps of a dilated window, each as a slice of the map, joined one by one."""
    ranges = [
        [slice(tap * w.dilation, tap * w.dilation + (w.output - 1) * w.stride + 1, w.stride) for tap in range(w.size)]
        for w in windows
    ]
    return lambda x: reduce(join, [x[chosen(op, sides)] for sides in product(*ranges)])


def _over_counted(keras: Any, op: Any, windows: Sequence[Window], counted: Pads | None, taps: int) -> Any:
    """`taps` over the pixels of each window that count, for every output position."""
    rank, factor = len(windows) + 2, keras.ops.convert_to_tensor(float(taps), "float32")
    for axis, (window, (before, after)) in enumerate(zip(windows, counted or ((0, 0),) * len(windows), strict=True)):
        counts = []
        for start in range(-window.pads[0], window.output * window.stride - window.pads[0], window.stride):
            places = range(start, start + window.span, window.dilation)
            counts.append(float(sum(-before <= place < window.length + after for place in places)))
        size = [len(counts) if place == first_side(op) + axis else 1 for place in range(rank)]
        factor = factor / keras.ops.reshape(keras.ops.convert_to_tensor(counts, "float32"), size)
    return factor


def adaptive_pool(
    keras: Any, op: Any, name: str, lengths: Sequence[int], one: Any, reduced: Callable[..., Any]
) -> Steps:
    """Keras 3.15's layers slide a window of ⌈n/o⌉ + 1 and fail where it does not fit: there, place by place.

    `one` is the layer of global pooling, `reduced` the operation over an axis.
    """
    sizes = spread(op.output_size, len(lengths))
    if all(is_exactly(size, 1) for size in sizes):
        return Steps(one(keepdims=True, data_format=op.data_format, name=name))
    fits = all(-(-length // size) < length for length, size in zip(lengths, sizes, strict=True))
    if fits and hasattr(keras.layers, op.spellings["keras"].layer):
        return Steps(layer(keras, op, name))

    def pool(x: Any) -> Any:
        for axis, (n, outputs) in enumerate(zip(lengths, sizes, strict=True), first_side(op)):
            ends = [(i * n // outputs, -(-(i + 1) * n // outputs)) for i in range(outputs)]
            index = (slice(None),) * axis
            x = keras.ops.concatenate(
                [reduced(x[(*index, slice(*each))], axis=axis, keepdims=True) for each in ends], axis=axis
            )
        return x

    return operations(pool, "adaptive pooling by keras.ops")


def transposed(keras: Any, op: Any, name: str) -> Steps:
    """Explicit padding is cropped from a valid window's output; groups are a layer of our own."""
    if isinstance(op.padding, str):
        return _whole_transposed(keras, op, name)
    axes = op.spatial_axes
    whole = _whole_transposed(keras, replace(op, padding="valid", output_padding=0), name)
    found = list(
        map(_cropped, amounts(op.padding, axes), spread(op.strides, axes), spread(op.output_padding or 0, axes))
    )
    zeros: Pads = tuple((0, more) for more, _ in found)
    index = chosen(op, [slice(first, -last if last else None) for _, (first, last) in found])
    remark = "output padding by zeros behind the input"
    more = (Step(lambda x: keras.ops.pad(x, widths(op, zeros)), remark),) if any(map(any, zeros)) else ()
    return whole._replace(before=more, after=(Step(lambda x: x[index], "padding as cropping"),))


def _cropped(pads: tuple[int, int], stride: int, extra: int) -> tuple[int, tuple[int, int]]:
    """Zeros behind the input that make the output long enough, and what is then cut off before and behind.

    >>> _cropped((1, 1), 2, 1), _cropped((0, 0), 2, 1)
    ((0, (1, 0)), (1, (0, 1)))
    """
    before, after = pads
    zeros = -(-max(extra - after, 0) // stride)
    return zeros, (before, after - extra + zeros * stride)


def _whole_transposed(keras: Any, op: Any, name: str) -> Steps:
    if is_exactly(op.groups, 1):
        return Steps(layer(keras, op, name))
    spelling = op.spellings["keras"]
    own = _grouped(keras, getattr(keras.layers, spelling.layer))(op.groups, name=name, **spelling.arguments(op))
    return Steps(own, remark="a grouped transposed convolution as one layer per group")


def _grouped(keras: Any, base: Any) -> Any:
    """A transposed convolution in groups: each part of the channels makes its part of the filters."""

    class GroupedTranspose(base):  # type: ignore[misc, valid-type]
        """A transposed convolution with a kernel of (sides, filters/groups, channels)."""

        def __init__(self, groups: int, **arguments: Any) -> None:
            super().__init__(**arguments)
            self.parts = groups
            self.place = 1 if self.data_format == CHANNELS_FIRST else -1

        def build(self, shape: Any) -> None:
            size = (*self.kernel_size, self.filters // self.parts, shape[self.place])
            self._kernel = self.add_weight(name="kernel", shape=size, initializer="glorot_uniform")
            self.bias = self.add_weight(name="bias", shape=(self.filters,)) if self.use_bias else None
            self.built = True

        def call(self, x: Any) -> Any:
            ops = keras.ops
            cut = zip(ops.split(x, self.parts, self.place), ops.split(self._kernel, self.parts, -1), strict=True)
            made = [
                ops.conv_transpose(
                    part,
                    kernel,
                    self.strides,
                    padding=self.padding,
                    output_padding=self.output_padding,
                    data_format=self.data_format,
                    dilation_rate=self.dilation_rate,
                )
                for part, kernel in cut
            ]
            out = ops.concatenate(made, axis=self.place)
            if self.bias is not None:
                first = self.place == 1
                out = out + ops.reshape(self.bias, (1, -1, *(1,) * len(self.kernel_size)) if first else (-1,))
            return self.activation(out)

    return GroupedTranspose
