"""What Keras has no layer for, written with what it has; each says so.

A layer of ours becomes one or more steps, one of which is the layer proper: it carries the weights
and the name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ..measurement import Row
from ..ops.adaptive_pool import AdaptiveAveragePool2d
from ..ops.average_pool import AveragePool2d
from ..ops.base import Op
from ..ops.conv import Conv2d
from ..ops.depthwise_conv import DepthwiseConv2d
from ..ops.dropout import StochasticDepth
from ..ops.layer_norm import LayerNorm
from ..ops.layer_scale import LayerScale
from ..ops.local_response_norm import LocalResponseNorm
from ..ops.max_pool import MaxPool2d
from ..ops.multi_head_attention import MultiHeadAttention
from ..ops.normalization import Normalization
from ..ops.prelu import PReLU
from ..ops.reshape import Permute, Reshape
from ..ops.separable_conv import SeparableConv2d
from ..ops.transposed_conv import TransposedConv2d
from ..ops.zero_padding import ChannelPadding
from ..window import amounts, pair
from .own_layers import grouped_transposed_class, layer_scale_class
from .steps import Lowered, NoSuchLayer, Step, layer
from .windows import average_pool, averages, convolution, max_pool


def lower(keras: Any, row: Row, name: str) -> Lowered:
    """The Keras steps for a measured node; NoSuchLayer where there are none."""
    op = row.node.op
    special = _SPECIAL.get(type(op))
    if special is not None:
        return special(keras, op, row, name)
    if not getattr(op.spellings.get("keras"), "layer", ""):
        raise NoSuchLayer(f"{row.name}: Keras has no layer for {row.op}")
    return Lowered((), layer(keras, op, name))


def _transposed(keras: Any, op: TransposedConv2d, row: Row, name: str) -> Lowered:
    """Explicit padding is cropped from a valid window's output; groups are a layer of our own."""
    if isinstance(op.padding, str):
        return _whole_transposed(keras, op, name)
    whole = _whole_transposed(keras, replace(op, padding="valid", output_padding=0), name)
    (rows, vertical), (columns, horizontal) = map(
        _cropped, amounts(op.padding), pair(op.strides), pair(op.output_padding or 0)
    )
    crop = Step(keras.layers.Cropping2D((vertical, horizontal)), "padding as cropping")
    more = Step(keras.layers.ZeroPadding2D(((0, rows), (0, columns))), "output padding by zeros behind the input")
    return whole._replace(before=(more,) if rows or columns else (), after=(crop,))


def _cropped(pads: tuple[int, int], stride: int, extra: int) -> tuple[int, tuple[int, int]]:
    """Zeros behind the input that make the output long enough, and what is then cut off before and behind.

    >>> _cropped((1, 1), 2, 1), _cropped((0, 0), 2, 1)
    ((0, (1, 0)), (1, (0, 1)))
    """
    before, after = pads
    zeros = -(-max(extra - after, 0) // stride)
    return zeros, (before, after - extra + zeros * stride)


def _whole_transposed(keras: Any, op: TransposedConv2d, name: str) -> Lowered:
    if op.groups == 1:
        return Lowered((), layer(keras, op, name))
    own = grouped_transposed_class(keras)(op.groups, name=name, **op.spellings["keras"].arguments(op))
    return Lowered((), own, remark="a grouped transposed convolution as one layer per group")


def _channel_padding(keras: Any, op: ChannelPadding, row: Row, name: str) -> Lowered:
    widths = ((0, 0),) * (len(row.inputs[0]) - 1) + ((op.before, op.after),)
    return Lowered((Step(lambda x: keras.ops.pad(x, widths), "channels of zeros by keras.ops.pad"),), None)


def _stochastic_depth(keras: Any, op: StochasticDepth, row: Row, name: str) -> Lowered:
    shape = (None, *(1,) * (len(row.inputs[0]) - 1))
    return Lowered((), keras.layers.Dropout(op.rate, noise_shape=shape, name=name))


def _response_norm(keras: Any, op: LocalResponseNorm, row: Row, name: str) -> Lowered:
    """a / (k + α·Σ a²)^β with the paper's k = 2, α = 1e-4, β = 0.75 (Krizhevsky et al. 2012, sec. 3.3)."""
    size, channels = op.size, row.inputs[0][-1]
    widths = ((0, 0),) * (len(row.inputs[0]) - 1) + ((size // 2, (size - 1) // 2),)

    def normalise(x: Any) -> Any:
        squares = keras.ops.pad(x * x, widths)
        around = squares[..., :channels]
        for shift in range(1, size):
            around = around + squares[..., shift : shift + channels]
        return x / keras.ops.power(2.0 + 1e-4 * around, 0.75)

    return Lowered((Step(normalise, "local response normalisation by keras.ops"),), None)


def _adaptive(keras: Any, op: AdaptiveAveragePool2d, row: Row, name: str) -> Lowered:
    """Keras 3.15's layer slides a window of ⌈n/o⌉ + 1 and fails where it does not fit: there, by other ways."""
    sizes = pair(op.output_size)
    if sizes == (1, 1):
        return Lowered((), keras.layers.GlobalAveragePooling2D(keepdims=True, name=name))
    axes = list(zip(row.inputs[0][1:3], sizes, strict=True))
    fits = all(-(-length // size) < length for length, size in axes)
    if fits and hasattr(keras.layers, "AdaptiveAveragePooling2D"):
        return Lowered((), layer(keras, op, name))
    rows, columns = (averages(length, size) for length, size in axes)
    average = Step(lambda x: keras.ops.einsum("bhwc,ih,jw->bijc", x, rows, columns), "adaptive pooling by keras.ops")
    return Lowered((average,), None)


def _layer_norm(keras: Any, op: LayerNorm, row: Row, name: str) -> Lowered:
    return Lowered((), layer(keras, op, name, axis=list(op.normalised(len(row.inputs[0])))))


def _prelu(keras: Any, op: PReLU, row: Row, name: str) -> Lowered:
    shared = list(op.shared_axes(len(row.inputs[0])))
    return Lowered((), layer(keras, op, name, shared_axes=shared or None))


def _normalization(keras: Any, op: Normalization, row: Row, name: str) -> Lowered:
    channels = row.inputs[0][-1]
    constants = {} if op.stored else {"mean": [0.0] * channels, "variance": [1.0] * channels}
    return Lowered((), keras.layers.Normalization(name=name, axis=-1, **constants))


def _layer_scale(keras: Any, op: LayerScale, row: Row, name: str) -> Lowered:
    return Lowered((), layer_scale_class(keras)(name=name), remark="layer scale as a small layer of our own")


def _attention(keras: Any, op: MultiHeadAttention, row: Row, name: str) -> Lowered:
    attention = keras.layers.MultiHeadAttention(
        op.num_heads,
        op.key_dim,
        value_dim=op.value_dim or None,
        use_bias=op.use_bias,
        output_shape=op.units or None,
        name=name,
    )
    return Lowered((), attention, apart=True)


def _reshape(keras: Any, op: Reshape, row: Row, name: str) -> Lowered:
    """Keras' word leaves the batch out."""
    sizes = tuple(row.output[1:])  # type: ignore[index]
    if op.target[0] != 0:
        return Lowered((Step(lambda x: keras.ops.reshape(x, (-1, *sizes)), "a folded batch by keras.ops"),), None)
    return Lowered((), keras.layers.Reshape(sizes, name=name))


def _transpose(keras: Any, op: Permute, row: Row, name: str) -> Lowered:
    """Keras' axes are counted from 1, and the batch stays in front."""
    if op.axes[0]:
        return Lowered((Step(lambda x: keras.ops.transpose(x, op.axes), "a transposed batch by keras.ops"),), None)
    return Lowered((), keras.layers.Permute(op.axes[1:], name=name))


_SPECIAL: dict[type[Op], Callable[..., Lowered]] = {
    Conv2d: convolution,
    DepthwiseConv2d: convolution,
    SeparableConv2d: convolution,
    MaxPool2d: max_pool,
    AveragePool2d: average_pool,
    TransposedConv2d: _transposed,
    ChannelPadding: _channel_padding,
    StochasticDepth: _stochastic_depth,
    LocalResponseNorm: _response_norm,
    AdaptiveAveragePool2d: _adaptive,
    LayerNorm: _layer_norm,
    PReLU: _prelu,
    Normalization: _normalization,
    LayerScale: _layer_scale,
    MultiHeadAttention: _attention,
    Reshape: _reshape,
    Permute: _transpose,
}
