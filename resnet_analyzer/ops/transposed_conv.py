"""Transposed convolution: the window formula read backwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..dim import Dim, at_least, floor_div, is_exactly, maximum, product
from ..reach import Reach, Reaches, over_sides
from ..shape import Shape
from ..window import Window, by, inverse, spread, stride_phrase
from ._aten import spread as aten_spread
from ._aten import window as aten_window
from ._windowed import _Convolution, _Filters
from .base import (
    CHANNELS_FIRST,
    OPS,
    Check,
    Cost,
    Operations,
    arranged,
    channels,
    require_whole,
    same_names,
    sides,
)
from .conv import group_checks
from .gradient import of_product
from .spelling import Call, Reads, Spelling

if TYPE_CHECKING:
    from .keras_steps import Steps

FIELDS = same_names(
    "filters",
    "kernel_size",
    "strides",
    "padding",
    "output_padding",
    "dilation_rate",
    "use_bias",
    "activation",
    "data_format",
)


def _read_onnx(call: Call) -> Reads | None:
    """ConvTranspose: input, kernel (channels, filters/groups, sides), bias."""
    from ._onnx_windows import turned

    kernel = call.shape(1)
    if kernel is None or len(kernel) != call.rank or not 3 <= call.rank <= 5:
        return None
    found = turned(call, tuple(kernel[2:]))
    if found is None:
        return None
    groups = call.settings.get("group", 1)
    op = OPS[
        f"TransposedConv{call.rank - 2}d"
    ](  # type: ignore[call-arg]
        kernel[1] * groups,
        kernel_size=tuple(kernel[2:]),
        groups=groups,
        use_bias=call.tensor(2) is not None,
        data_format=CHANNELS_FIRST,
        **found,
    )
    return call.reading(op, kernel=1, bias=2)


def _read_torch(call: Call) -> Reads | None:
    """aten.conv_transpose…(input, weight, bias, stride, padding, output_padding, groups, dilation)."""
    kernel, axes = call.shape("weight"), call.rank - 2
    plain = call.kind in ("aten.convolution", "aten._convolution") and not call.argument("transposed")
    if kernel is None or len(kernel) != call.rank or not 1 <= axes <= 3 or plain:
        return None
    groups = call.argument("groups", default=1)
    found = {**aten_window(call, axes), "strides": aten_spread(call.argument("stride"), axes, 1)}
    found["padding"] = ((0, 0),) * axes if found["padding"] == "valid" else found["padding"]
    op = OPS[
        f"TransposedConv{axes}d"
    ](  # type: ignore[call-arg]
        kernel[1] * groups,
        kernel_size=tuple(kernel[2:]),
        output_padding=aten_spread(call.argument("output_padding"), axes, 0),
        groups=groups,
        use_bias=call.tensor("bias") is not None,
        data_format=CHANNELS_FIRST,
        **found,
    )
    return call.reading(op, places=("input",), kernel="weight", bias="bias")


class _TransposedConv(_Convolution, _Filters):
    """Every input position puts a kernel-sized patch into the output (Dumoulin & Visin 2016, chapter 4).

    With explicit padding the output is PyTorch's (n − 1)·s − 2p + d(f − 1) + 1 + output_padding; with
    `valid` and `same` Keras' (keras/src/backend/common/backend_utils.py, compute_conv_transpose_output_shape).
    One multiply-accumulate per tap, input element and filter of the group.
    """

    output_padding: Dim | tuple[Dim, ...] | None = None
    groups: Dim = 1

    kind = "convolution"
    storage = "own"
    gradient = of_product
    counts: ClassVar[tuple[str, ...]] = ("filters", "groups")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.output_padding is not None:
            self.__dict__["output_padding"] = require_whole(
                type(self).__name__, "output_padding", self.output_padding, least=0, axes=(0, self.spatial_axes)
            )

    def phrase(self, strided: bool) -> tuple[str, ...]:
        """As `2×2 transposed 64`."""
        kernel = by(self.kernel_size, self.spatial_axes)
        return (f"{kernel} transposed", str(self.filters), *stride_phrase(self.strides, strided))

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """Output size by the inverse window formula; a kernel of its sides × filters/groups × channels."""
        layout, incoming = self.data_format, channels(shape, self.data_format)
        windows, extra = self.slid(shape), spread(self.output_padding, self.spatial_axes)
        lengths = tuple(map(self._length, windows, extra))
        output = arranged(shape[0], lengths, self.filters, layout)
        kernel = (*self.taps(), floor_div(self.filters, self.groups), incoming)
        checks = group_checks(self.groups, incoming, self.filters)
        checks += tuple(map(_not_empty, lengths)) + tuple(map(_reachable, windows, extra))
        return self.summed(output, kernel, self.filters, product(shape.elements, *kernel[:-1]), checks)

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """Place o reads those whose patches cover it: (o + p − d·t)/s over the taps t, where that is whole."""
        layout = self.data_format
        windows = self.slid(inputs[0])
        cut = map(_cut_before, windows, sides(cost.output, layout))  # type: ignore[arg-type]
        found = [
            Reach(0, 1, before - window.span + 1, before, window.stride, window.dilation)
            for window, before in zip(windows, cut, strict=True)
        ]
        return (over_sides(found, layout),)

    def _length(self, window: Window, output_padding: Dim | None) -> Dim:
        """The output length along one axis; without `output_padding` as Keras or PyTorch choose it."""
        if window.same and output_padding is None:
            return product(window.length, window.stride)
        if window.same:
            return (window.length - 1) * window.stride + window.span - 2 * floor_div(window.span, 2) + output_padding
        if output_padding is None:
            output_padding = maximum(window.stride - window.span, 0) if isinstance(self.padding, str) else 0
        return inverse(window.length, window) + output_padding

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """Explicit padding is cropped from a valid window's output."""
        from ._keras_windows import transposed

        return transposed(keras, self, name)

    def as_tensorflow(self, inputs: tuple[Shape, ...], cost: Cost) -> Operations | None:
        """The gradient of a convolution, and the bias; what is cropped, or made of groups, is not known."""
        if not isinstance(self.padding, str) or not is_exactly(self.groups, 1):
            return None
        positions = product(inputs[0][0], *sides(cost.output, self.data_format))  # type: ignore[arg-type]
        macs = floor_div(
            product(2, positions, cost.weights[0].params), product(*spread(self.strides, self.spatial_axes))
        )
        operation = "Conv2DBackpropInput" if self.spatial_axes < 3 else "Conv3DBackpropInputV2"
        return self.operations([(operation, macs)], cost)


def _cut_before(window: Window, output: Dim) -> Dim:
    """What is cut off before; for `same` half of what is too much: TensorFlow pads the convolution undone so."""
    if not window.same:
        return window.before
    return floor_div(maximum((window.length - 1) * window.stride + window.span - output, 0), 2)


def _not_empty(length: Dim) -> Check:
    return Check(at_least(length, 1), "the padding leaves an output of {} pixels. Use less padding.", (length,))


def _reachable(window: Window, output_padding: Dim | None) -> Check:
    """PyTorch's rule (aten/src/ATen/native/NaiveConvolutionTranspose2d.cpp): less than the stride or the dilation."""
    step = maximum(window.stride, window.dilation)
    enough = True if output_padding is None else at_least(step, output_padding + 1)
    sentence = "an output padding of {} is not less than the stride (or dilation) of {}. Use less output padding."
    return Check(enough, sentence, (output_padding, step))


class TransposedConv1d(_TransposedConv):
    """A transposed convolution over sequences.

    >>> TransposedConv1d(4, 3, strides=2, padding=1, output_padding=1).apply(Shape(1, 10, 8)).output
    Shape(1, 20, 4)
    """

    spatial_axes: ClassVar[int] = 1
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("Conv1DTranspose", FIELDS)}


class TransposedConv2d(_TransposedConv):
    """A transposed convolution over images.

    >>> cost = TransposedConv2d(1, 2, strides=2).apply(Shape(1, 2, 2, 3))
    >>> cost.output, cost.work.multiply_accumulates
    (Shape(1, 4, 4, 1), 48)
    """

    spatial_axes: ClassVar[int] = 2
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("ConvTranspose", read=_read_onnx),
        "torch": Spelling(
            "aten.conv_transpose2d",
            also=("aten.conv_transpose1d", "aten.conv_transpose3d", "aten.convolution", "aten._convolution"),
            read=_read_torch,
        ),
        "keras": Spelling("Conv2DTranspose", FIELDS),
    }


class TransposedConv3d(_TransposedConv):
    """A transposed convolution over volumes.

    >>> TransposedConv3d(1, 2, strides=2).apply(Shape(1, 2, 3, 4, 5)).output
    Shape(1, 4, 6, 8, 1)
    """

    spatial_axes: ClassVar[int] = 3
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("Conv3DTranspose", FIELDS)}
