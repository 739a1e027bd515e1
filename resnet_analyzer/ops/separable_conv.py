"""Depthwise separable convolution: a depthwise one, then a 1×1 one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from ..dim import Dim, product
from ..shape import Shape
from ..window import by, dilation_phrase, stride_phrase
from ._windowed import _Convolution, _Filters
from .base import Cost, Operations, Spelling, same_names, sides
from .conv import Conv1d, Conv2d, _Conv
from .depthwise_conv import DepthwiseConv1d, DepthwiseConv2d, _DepthwiseConv
from .gradient import of_two_products

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


class _SeparableConv(_Convolution, _Filters):
    """Keras' SeparableConv: depthwise without bias, then 1×1 with bias (Chollet 2017, Xception, sec. 1.2)."""

    kernel_size: Dim | tuple[Dim, ...] = 3
    depth_multiplier: Dim = 1

    kind = "convolution"
    storage = "own"
    gradient = of_two_products
    counts: ClassVar[tuple[str, ...]] = ("filters", "depth_multiplier")
    parts: ClassVar[tuple[type[_DepthwiseConv], type[_Conv]]]

    def phrase(self, strided: bool) -> tuple[str, ...]:
        """As `3×3 separable 64`."""
        kernel = by(self.kernel_size, self.spatial_axes)
        rate = dilation_phrase(self.dilation_rate)
        return (f"{kernel} separable", str(self.filters), *rate, *stride_phrase(self.strides, strided))

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The two convolutions that it consists of, added up."""
        depthwise, pointwise = self.parts
        first = depthwise(
            self.kernel_size,
            self.strides,
            self.padding,
            self.dilation_rate,
            depth_multiplier=self.depth_multiplier,
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

    def as_tensorflow(self, inputs: tuple[Shape, ...], cost: Cost) -> Operations | None:
        """The two products that it consists of, and the bias."""
        from ._keras_windows import refused

        if refused(cost.windows, uneven=False):
            return None
        positions = product(inputs[0][0], *sides(cost.output, self.data_format))  # type: ignore[arg-type]
        across = ("Conv2D", product(positions, cost.weights[1].params))
        return self.operations([("DepthwiseConv2dNative", self.computed(inputs, cost)), across], cost)


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
