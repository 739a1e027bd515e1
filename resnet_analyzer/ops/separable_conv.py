"""Depthwise separable convolution: a depthwise one, then a 1×1 one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from ..dim import Dim, product
from ..reach import Reaches, of_window, over_sides
from ..shape import Shape
from ..window import Padding, by, stride_phrase
from .activation import require_activation, with_activation
from .base import CHANNELS_LAST, Cost, Op, Operations, Spelling, require_data_format, same_names, sides
from .conv import Conv1d, Conv2d, _Conv
from .depthwise_conv import DepthwiseConv1d, DepthwiseConv2d, _DepthwiseConv
from .gradient import of_two_products

if TYPE_CHECKING:
    from .keras_steps import Steps

FIELDS = same_names(
    "filters",
    "kernel_size",
    "strides",
    "padding",
    "dilation_rate",
    "depth_multiplier",
    "use_bias",
    "activation",
    "data_format",
)


@dataclass(frozen=True, eq=False)
class _SeparableConv(Op):
    """Keras' SeparableConv: depthwise without bias, then 1×1 with bias (Chollet 2017, Xception, sec. 1.2)."""

    filters: Dim
    kernel_size: Dim | tuple[Dim, ...] = 3
    strides: Dim | tuple[Dim, ...] = 1
    padding: Padding = "valid"
    dilation_rate: Dim | tuple[Dim, ...] = 1
    depth_multiplier: Dim = 1
    use_bias: bool = True
    activation: str | None = None
    data_format: str = CHANNELS_LAST

    kind = "convolution"
    storage = "own"
    gradient = of_two_products
    counts: ClassVar[tuple[str, ...]] = ("filters", "depth_multiplier")
    per_axis: ClassVar[tuple[str, ...]] = ("kernel_size", "strides", "dilation_rate")
    pads: ClassVar[tuple[str, ...]] = ("padding",)
    parts: ClassVar[tuple[type[_DepthwiseConv], type[_Conv]]]

    def __post_init__(self) -> None:
        super().__post_init__()
        require_data_format(type(self).__name__, self.data_format)
        require_activation(self.activation)

    def phrase(self, strided: bool) -> tuple[str, ...]:
        """As `3×3 separable 64`."""
        kernel = by(self.kernel_size, self.spatial_axes)
        return (f"{kernel} separable", str(self.filters), *stride_phrase(self.strides, strided))

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The two convolutions that it consists of, added up."""
        depthwise, pointwise = self.parts
        first = depthwise(
            self.kernel_size,
            self.strides,
            self.padding,
            self.dilation_rate,
            self.depth_multiplier,
            use_bias=False,
            data_format=self.data_format,
        ).apply(shape)
        second = pointwise(
            self.filters, 1, use_bias=self.use_bias, activation=self.activation, data_format=self.data_format
        ).apply(first.output)
        weights = (
            first.weights[0]._replace(name="depthwise_kernel"),
            second.weights[0]._replace(name="pointwise_kernel"),
            *second.weights[1:],
        )
        work = first.work + second.work
        return Cost(second.output, weights, work, checks=first.checks + second.checks, windows=first.windows)

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """Windows over the sides, all channels at each place."""
        return (over_sides(map(of_window, cost.windows), self.data_format),)

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """Explicit padding is a layer of zeros before a valid window."""
        from ._keras_windows import convolution

        return convolution(keras, self, name, cost.windows)

    def as_tensorflow(self, inputs: tuple[Shape, ...], cost: Cost) -> Operations | None:
        """The two products that it consists of, and the bias."""
        from ._keras_windows import refused

        if refused(cost.windows, uneven=False):
            return None
        output, (own, across) = cost.output, cost.weights[:2]
        elements = output.elements  # type: ignore[union-attr]
        macs = product(inputs[0][0], *[window.computed for window in cost.windows], own.params)
        positions = product(inputs[0][0], *sides(output, self.data_format))  # type: ignore[arg-type]
        products = [("DepthwiseConv2dNative", macs), ("Conv2D", product(positions, across.params))]
        bias = [("BiasAdd", elements)] if self.use_bias else []
        return with_activation([*products, *bias], self.activation, elements)


class SeparableConv1d(_SeparableConv):
    """A separable convolution over sequences.

    >>> cost = SeparableConv1d(8, 3, padding="same", use_bias=False).apply(Shape(1, 4, 2))
    >>> [weight.params for weight in cost.weights], cost.work.multiply_accumulates   # 4·2·3 + 4·2·8
    ([6, 16], 88)
    """

    spatial_axes: ClassVar[int] = 1
    parts: ClassVar[tuple[type[_DepthwiseConv], type[_Conv]]] = (DepthwiseConv1d, Conv1d)
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("SeparableConv1D", FIELDS)}


class SeparableConv2d(_SeparableConv):
    """A separable convolution over images.

    >>> cost = SeparableConv2d(8, 3, padding="same", use_bias=False).apply(Shape(1, 4, 4, 2))
    >>> [weight.params for weight in cost.weights], cost.work.multiply_accumulates
    ([18, 16], 544)
    """

    spatial_axes: ClassVar[int] = 2
    parts: ClassVar[tuple[type[_DepthwiseConv], type[_Conv]]] = (DepthwiseConv2d, Conv2d)
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("SeparableConv2D", FIELDS)}
