"""Depthwise separable convolution: a depthwise one, then a 1×1 one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..dim import Dim
from ..shape import FeatureMap
from ..window import Padding, by, stride_phrase
from .activation import require_activation
from .base import Cost, Op, Spelling, same_names
from .conv2d import Conv2d
from .depthwise_conv2d import DepthwiseConv2d


@dataclass(frozen=True, eq=False)
class SeparableConv2d(Op):
    """Keras' SeparableConv2D: depthwise without bias, then 1×1 with bias (Chollet 2017, Xception, sec. 1.2).

    >>> cost = SeparableConv2d(8, 3, padding="same", use_bias=False).apply(FeatureMap(4, 4, 2))
    >>> [weight.params for weight in cost.weights], cost.work.multiply_accumulates
    ([18, 16], 544)
    """

    filters: Dim
    kernel_size: Dim | tuple[Dim, Dim] = 3
    strides: Dim | tuple[Dim, Dim] = 1
    padding: Padding = "valid"
    dilation_rate: Dim | tuple[Dim, Dim] = 1
    depth_multiplier: Dim = 1
    use_bias: bool = True
    activation: str | None = None

    maps_only: ClassVar[bool] = True
    counts: ClassVar[tuple[str, ...]] = ("filters", "depth_multiplier")
    pairs: ClassVar[tuple[str, ...]] = ("kernel_size", "strides", "dilation_rate")
    pads: ClassVar[tuple[str, ...]] = ("padding",)
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "keras": Spelling(
            "SeparableConv2D",
            same_names(
                "filters",
                "kernel_size",
                "strides",
                "padding",
                "dilation_rate",
                "depth_multiplier",
                "use_bias",
                "activation",
            ),
        )
    }

    def __post_init__(self) -> None:
        super().__post_init__()
        require_activation(self.activation)

    def phrase(self, strided: bool) -> tuple[str, ...]:
        """As `3×3 separable 64`."""
        return (f"{by(self.kernel_size)} separable", str(self.filters), *stride_phrase(self.strides, strided))

    def rule(self, shape: FeatureMap) -> Cost:  # type: ignore[override]
        """The two convolutions that it consists of, added up."""
        first = DepthwiseConv2d(
            self.kernel_size, self.strides, self.padding, self.dilation_rate, self.depth_multiplier, use_bias=False
        ).apply(shape)
        second = Conv2d(self.filters, 1, use_bias=self.use_bias, activation=self.activation).apply(first.output)
        weights = (
            first.weights[0]._replace(name="depthwise_kernel"),
            second.weights[0]._replace(name="pointwise_kernel"),
            *second.weights[1:],
        )
        work = first.work + second.work
        return Cost(second.output, weights, work, checks=first.checks + second.checks, windows=first.windows)
