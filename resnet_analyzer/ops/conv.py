"""Convolution over one, two or three axes: one rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..dim import Dim, divides, floor_div, is_exactly, product
from ..reach import EVERYTHING, Along, Mixed
from ..shape import Shape
from ..window import by, dilation_phrase, stride_phrase
from ._aten import window
from ._windowed import _Convolution, _Filters
from .base import CHANNELS_FIRST, OPS, Check, Cost, Operations, channels, fit_checks, same_names
from .gradient import of_product
from .spelling import Call, Reads, Spelling

if TYPE_CHECKING:
    from .keras_steps import Steps

FIELDS = same_names(
    "filters", "kernel_size", "strides", "padding", "dilation_rate", "groups", "use_bias", "activation", "data_format"
)


def _read_onnx(call: Call) -> Reads | None:
    """Conv: input, kernel (filters, channels/groups, sides), bias; QLinearConv has scales and zero points between."""
    from ._onnx_windows import window as of_onnx

    own, bias = {"QLinearConv": (3, 8), "ConvInteger": (1, 99)}.get(call.kind, (1, 2))
    kernel = call.shape(own)
    if kernel is None or len(kernel) != call.rank or not 3 <= call.rank <= 5:
        return None
    found = of_onnx(call, tuple(kernel[2:]))
    if found is None:
        return None
    kind = OPS[f"Conv{call.rank - 2}d"]
    op = kind(  # type: ignore[call-arg]
        kernel[0],
        kernel_size=tuple(kernel[2:]),
        groups=call.settings.get("group", 1),
        use_bias=call.tensor(bias) is not None,
        data_format=CHANNELS_FIRST,
        **found,
    )
    return call.reading(op, kernel=own, bias=bias)


def _read_torch(call: Call) -> Reads | None:
    """aten.conv…(input, weight, bias, …), whose kernel is (filters, channels/groups, sides…)."""
    kernel = call.shape("weight") if call.held("weight") is not None else None
    if kernel is None or len(kernel) != call.rank or not 3 <= call.rank <= 5 or call.argument("transposed"):
        return None
    op = OPS[
        f"Conv{call.rank - 2}d"
    ](  # type: ignore[call-arg]
        kernel[0],
        kernel_size=tuple(kernel[2:]),
        groups=call.argument("groups", default=1),
        use_bias=call.tensor("bias") is not None,
        data_format=CHANNELS_FIRST,
        **window(call, call.rank - 2),
    )
    return call.reading(op, places=("input",), kernel="weight", bias="bias")


class _Conv(_Convolution, _Filters):
    """A convolution with `filters` outputs; `groups` cut the input channels into independent parts.

    One multiply-accumulate per tap, input channel of the group, and output element; a position that
    reaches into the padding is counted whole (every published figure does so: He 2015, Table 1).
    """

    groups: Dim = 1

    kind = "convolution"
    storage = "own"
    gradient = of_product
    counts: ClassVar[tuple[str, ...]] = ("filters", "groups")

    def phrase(self, strided: bool) -> tuple[str, ...]:
        """As `3×3 64`, with groups and stride where there are any."""
        groups = () if is_exactly(self.groups, 1) else (f"in {self.groups} groups",)
        return (
            by(self.kernel_size, self.spatial_axes),
            str(self.filters),
            *dilation_phrase(self.dilation_rate),
            *groups,
            *stride_phrase(self.strides, strided),
        )

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """Output size by the window formula; a kernel of its sides × channels/groups × filters."""
        windows = self.slid(shape)
        output, incoming = self.mapped(shape, windows, self.filters), channels(shape, self.data_format)
        kernel = (*self.taps(), floor_div(incoming, self.groups), self.filters)
        checks = fit_checks(windows) + group_checks(self.groups, incoming, self.filters)
        return self.summed(output, kernel, self.filters, product(output.elements, *kernel[:-1]), checks, windows)

    def mixes(self) -> Along:
        """All channels (of the group)."""
        channel = 1 if self.data_format == CHANNELS_FIRST else self.spatial_axes + 1
        return EVERYTHING if is_exactly(self.groups, 1) else Mixed((channel,))

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """Explicit padding is a layer of zeros before a valid window."""
        from ._keras_windows import convolution

        return convolution(keras, self, name, cost.windows, uneven=True)

    def as_tensorflow(self, inputs: tuple[Shape, ...], cost: Cost) -> Operations | None:
        """A product and the bias; what is compiled (groups), or written otherwise, is not known."""
        from ._keras_windows import refused

        compiled = self.data_format == CHANNELS_FIRST and self.spatial_axes >= 3
        if compiled or not is_exactly(self.groups, 1) or refused(cost.windows, uneven=True):
            return None
        return self.operations([(f"Conv{max(self.spatial_axes, 2)}D", self.computed(inputs, cost))], cost)


class Conv1d(_Conv):
    """A convolution over sequences; `causal` padding lets no tap look ahead.

    >>> cost = Conv1d(8, 3, padding="causal", use_bias=False).apply(Shape(1, 100, 4))
    >>> cost.output, cost.work.multiply_accumulates   # 100 · 8 · 3 · 4
    (Shape(1, 100, 8), 9600)
    """

    spatial_axes: ClassVar[int] = 1
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("Conv1D", FIELDS)}


class Conv2d(_Conv):
    """A convolution over images.

    >>> cost = Conv2d(64, 7, strides=2, padding=3, use_bias=False).apply(Shape(1, 224, 224, 3))
    >>> cost.output, cost.weights[0].shape, cost.work.multiply_accumulates
    (Shape(1, 112, 112, 64), (7, 7, 3, 64), 118013952)
    """

    spatial_axes: ClassVar[int] = 2
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("Conv", also=("ConvInteger", "QLinearConv"), read=_read_onnx),
        "torch": Spelling(
            "aten.conv2d",
            also=("aten.conv1d", "aten.conv3d", "aten.convolution", "aten._convolution"),
            read=_read_torch,
        ),
        "keras": Spelling("Conv2D", FIELDS),
    }


class Conv3d(_Conv):
    """A convolution over volumes or films.

    >>> Conv3d(8, 3, use_bias=False).apply(Shape(1, 5, 6, 7, 2)).output
    Shape(1, 3, 4, 5, 8)
    """

    spatial_axes: ClassVar[int] = 3
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("Conv3D", FIELDS)}


def group_checks(groups: Dim, incoming: Dim, filters: Dim) -> tuple[Check, ...]:
    """That `groups` divide the input channels and the filters (no checks for one group)."""
    if is_exactly(groups, 1):
        return ()
    return tuple(
        Check(
            divides(groups, number),
            "{} groups do not divide {} {}. Use a number of groups that divides both channels and filters.",
            (groups, number, what),
        )
        for number, what in ((incoming, "input channels"), (filters, "filters"))
    )
