"""Depthwise convolution: every channel is filtered by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from ..dim import Dim, product
from ..reach import EVERYTHING, Reach, Reaches, of_window, over_sides
from ..shape import Shape
from ..window import Padding, by, slide, spread, stride_phrase
from .activation import fused_work, require_activation, with_activation
from .base import (
    CHANNELS_LAST,
    Cost,
    Op,
    Operations,
    Spelling,
    Weight,
    Work,
    arranged,
    channels,
    fit_checks,
    require_data_format,
    same_names,
    sides,
)
from .gradient import of_product

if TYPE_CHECKING:
    from .keras_steps import Steps

FIELDS = same_names(
    "kernel_size", "strides", "padding", "dilation_rate", "depth_multiplier", "use_bias", "activation", "data_format"
)


@dataclass(frozen=True, eq=False)
class _DepthwiseConv(Op):
    """`depth_multiplier` filters for each input channel (Keras' DepthwiseConv2D; Howard et al. 2017, sec. 3.1)."""

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
    gradient = of_product
    counts: ClassVar[tuple[str, ...]] = ("depth_multiplier",)
    per_axis: ClassVar[tuple[str, ...]] = ("kernel_size", "strides", "dilation_rate")
    pads: ClassVar[tuple[str, ...]] = ("padding",)

    def __post_init__(self) -> None:
        super().__post_init__()
        require_data_format(type(self).__name__, self.data_format)
        require_activation(self.activation)

    def phrase(self, strided: bool) -> tuple[str, ...]:
        """As `3×3 depthwise`."""
        return (f"{by(self.kernel_size, self.spatial_axes)} depthwise", *stride_phrase(self.strides, strided))

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """Output size by the window formula; a kernel of its sides × channels × multiplier."""
        layout = self.data_format
        windows = slide(sides(shape, layout), self.kernel_size, self.strides, self.padding, self.dilation_rate)
        incoming = channels(shape, layout)
        made = product(incoming, self.depth_multiplier)
        output = arranged(shape[0], [window.output for window in windows], made, layout)
        taps = spread(self.kernel_size, self.spatial_axes)
        weights = (
            Weight("kernel", (*taps, incoming, self.depth_multiplier)),
            *((Weight("bias", (made,)),) if self.use_bias else ()),
        )
        elements = output.elements
        work = Work(product(elements, *taps), elements, adds=elements if self.use_bias else 0)
        work += fused_work(self.activation, output)
        return Cost(output, weights, work, checks=fit_checks(windows), windows=windows)

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """Windows over the sides, one channel to each."""
        times = self.depth_multiplier
        own = Reach(0, low=1 - times, divisor=times)  # channel o from ⌊o/times⌋
        channel = EVERYTHING if self.activation == "softmax" else own
        return (over_sides(map(of_window, cost.windows), self.data_format, channel),)

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """Explicit padding is a layer of zeros before a valid window."""
        from ._keras_windows import convolution

        return convolution(keras, self, name, cost.windows)

    def as_tensorflow(self, inputs: tuple[Shape, ...], cost: Cost) -> Operations | None:
        """A product for each channel, and the bias."""
        from ._keras_windows import refused

        if refused(cost.windows, uneven=False):
            return None
        elements = cost.output.elements  # type: ignore[union-attr]
        macs = product(inputs[0][0], *[window.computed for window in cost.windows], cost.weights[0].params)
        bias = [("BiasAdd", elements)] if self.use_bias else []
        return with_activation([("DepthwiseConv2dNative", macs), *bias], self.activation, elements)


class DepthwiseConv1d(_DepthwiseConv):
    """A depthwise convolution over sequences.

    >>> DepthwiseConv1d(3, use_bias=False).apply(Shape(1, 10, 4)).work.multiply_accumulates   # 8 · 4 · 3
    96
    """

    spatial_axes: ClassVar[int] = 1
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("DepthwiseConv1D", FIELDS)}


class DepthwiseConv2d(_DepthwiseConv):
    """A depthwise convolution over images.

    >>> DepthwiseConv2d(3, padding=1, use_bias=False).apply(Shape(1, 8, 8, 4)).work.multiply_accumulates
    2304
    """

    spatial_axes: ClassVar[int] = 2
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("DepthwiseConv2D", FIELDS)}
