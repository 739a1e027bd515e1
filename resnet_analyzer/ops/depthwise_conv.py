"""Depthwise convolution: every channel is filtered by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from ..dim import Dim, product
from ..reach import EVERYTHING, Along, Reach
from ..shape import Shape
from ..window import by, dilation_phrase, stride_phrase
from ._windowed import _Convolution
from .base import Cost, Operations, Spelling, channels, fit_checks, same_names
from .gradient import of_product

FIELDS = same_names(
    "kernel_size", "strides", "padding", "dilation_rate", "depth_multiplier", "use_bias", "activation", "data_format"
)


class _DepthwiseConv(_Convolution):
    """`depth_multiplier` filters for each input channel (Keras' DepthwiseConv2D; Howard et al. 2017, sec. 3.1)."""

    kernel_size: Dim | tuple[Dim, ...] = 3
    depth_multiplier: Dim = 1

    kind = "convolution"
    storage = "own"
    gradient = of_product
    counts: ClassVar[tuple[str, ...]] = ("depth_multiplier",)

    def phrase(self, strided: bool) -> tuple[str, ...]:
        """As `3×3 depthwise`."""
        words = f"{by(self.kernel_size, self.spatial_axes)} depthwise"
        return (words, *dilation_phrase(self.dilation_rate), *stride_phrase(self.strides, strided))

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """Output size by the window formula; a kernel of its sides × channels × multiplier."""
        windows, incoming = self.slid(shape), channels(shape, self.data_format)
        made = product(incoming, self.depth_multiplier)
        output, taps = self.mapped(shape, windows, made), self.taps()
        macs, kernel = product(output.elements, *taps), (*taps, incoming, self.depth_multiplier)
        return self.summed(output, kernel, made, macs, fit_checks(windows), windows)

    def mixes(self) -> Along:
        """One channel: o from ⌊o/times⌋."""
        own = Reach(0, low=1 - self.depth_multiplier, divisor=self.depth_multiplier)
        return EVERYTHING if self.activation == "softmax" else own

    def as_tensorflow(self, inputs: tuple[Shape, ...], cost: Cost) -> Operations | None:
        """A product for each channel, and the bias."""
        from ._keras_windows import refused

        if refused(cost.windows, uneven=False):
            return None
        return self.operations([("DepthwiseConv2dNative", self.computed(inputs, cost))], cost)


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
