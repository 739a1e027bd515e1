"""Depthwise convolution: every channel is filtered by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..dim import Dim, product
from ..shape import FeatureMap
from ..window import Padding, by, pair, slide, stride_phrase
from .activation import fused_work, require_activation
from .base import Cost, Op, Spelling, Weight, Work, fit_checks, same_names


@dataclass(frozen=True, eq=False)
class DepthwiseConv2d(Op):
    """`depth_multiplier` filters for each input channel (Keras' DepthwiseConv2D; Howard et al. 2017, sec. 3.1).

    >>> DepthwiseConv2d(3, padding=1, use_bias=False).apply(FeatureMap(8, 8, 4)).work.multiply_accumulates
    2304
    """

    kernel_size: Dim | tuple[Dim, Dim] = 3
    strides: Dim | tuple[Dim, Dim] = 1
    padding: Padding = "valid"
    dilation_rate: Dim | tuple[Dim, Dim] = 1
    depth_multiplier: Dim = 1
    use_bias: bool = True
    activation: str | None = None

    maps_only: ClassVar[bool] = True
    counts: ClassVar[tuple[str, ...]] = ("depth_multiplier",)
    pairs: ClassVar[tuple[str, ...]] = ("kernel_size", "strides", "dilation_rate")
    pads: ClassVar[tuple[str, ...]] = ("padding",)
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "keras": Spelling(
            "DepthwiseConv2D",
            same_names(
                "kernel_size", "strides", "padding", "dilation_rate", "depth_multiplier", "use_bias", "activation"
            ),
        )
    }

    def __post_init__(self) -> None:
        super().__post_init__()
        require_activation(self.activation)

    def phrase(self, strided: bool) -> tuple[str, ...]:
        """As `3×3 depthwise`."""
        return (f"{by(self.kernel_size)} depthwise", *stride_phrase(self.strides, strided))

    def rule(self, shape: FeatureMap) -> Cost:  # type: ignore[override]
        """Output size by the window formula; a kernel of kₕ × k𝓌 × channels × multiplier."""
        windows = slide((shape.height, shape.width), self.kernel_size, self.strides, self.padding, self.dilation_rate)
        channels = product(shape.channels, self.depth_multiplier)
        output = FeatureMap(windows[0].output, windows[1].output, channels)
        kernel = (*pair(self.kernel_size), shape.channels, self.depth_multiplier)
        weights = (Weight("kernel", kernel), *((Weight("bias", (channels,)),) if self.use_bias else ()))
        elements = output.elements
        work = Work(product(elements, *kernel[:2]), elements, adds=elements if self.use_bias else 0)
        work += fused_work(self.activation, output)
        return Cost(output, weights, work, checks=fit_checks(windows), windows=windows)
