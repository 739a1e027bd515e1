"""2-D convolution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..dim import Dim, divides, floor_div, is_exactly, product
from ..shape import FeatureMap
from ..window import Padding, by, pair, slide, stride_phrase
from .activation import fused_work, require_activation
from .base import Check, Cost, Op, Spelling, Weight, Work, fit_checks, same_names


@dataclass(frozen=True, eq=False)
class Conv2d(Op):
    """A convolution with `filters` outputs; `groups` cut the input channels into independent parts.

    One multiply-accumulate per tap, input channel of the group, and output element; a position that
    reaches into the padding is counted whole (every published figure does so: He 2015, Table 1).

    >>> cost = Conv2d(64, 7, strides=2, padding=3, use_bias=False).apply(FeatureMap(224, 224, 3))
    >>> cost.output, cost.weights[0].shape, cost.work.multiply_accumulates
    (FeatureMap(height=112, width=112, channels=64), (7, 7, 3, 64), 118013952)
    """

    filters: Dim
    kernel_size: Dim | tuple[Dim, Dim] = 1
    strides: Dim | tuple[Dim, Dim] = 1
    padding: Padding = "valid"
    dilation_rate: Dim | tuple[Dim, Dim] = 1
    groups: Dim = 1
    use_bias: bool = True
    activation: str | None = None

    maps_only: ClassVar[bool] = True
    counts: ClassVar[tuple[str, ...]] = ("filters", "groups")
    pairs: ClassVar[tuple[str, ...]] = ("kernel_size", "strides", "dilation_rate")
    pads: ClassVar[tuple[str, ...]] = ("padding",)
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "keras": Spelling(
            "Conv2D",
            same_names(
                "filters", "kernel_size", "strides", "padding", "dilation_rate", "groups", "use_bias", "activation"
            ),
        )
    }

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.activation is not None:
            require_activation(self.activation)

    def phrase(self, strided: bool) -> tuple[str, ...]:
        """As `3×3 64`, with groups and stride where there are any."""
        groups = () if is_exactly(self.groups, 1) else (f"in {self.groups} groups",)
        return (by(self.kernel_size), str(self.filters), *groups, *stride_phrase(self.strides, strided))

    def rule(self, shape: FeatureMap) -> Cost:  # type: ignore[override]
        """Output size by the window formula; kernel of kₕ × k𝓌 × channels/groups × filters."""
        windows = slide((shape.height, shape.width), self.kernel_size, self.strides, self.padding, self.dilation_rate)
        output = FeatureMap(windows[0].output, windows[1].output, self.filters)
        kernel = (*pair(self.kernel_size), floor_div(shape.channels, self.groups), self.filters)
        elements = output.elements
        macs = product(elements, *kernel[:3])
        weights: tuple[Weight, ...] = (Weight("kernel", kernel),)
        if self.use_bias:
            weights += (Weight("bias", (self.filters,)),)
        work = Work(macs, elements, adds=elements if self.use_bias else 0)
        if self.activation is not None:
            work += fused_work(self.activation, output)
        checks = fit_checks(windows) + group_checks(self.groups, shape.channels, self.filters)
        return Cost(output, weights, work, checks=checks, windows=windows)


def group_checks(groups: Dim, channels: Dim, filters: Dim) -> tuple[Check, ...]:
    """That `groups` divide the input channels and the filters (no checks for one group)."""
    if is_exactly(groups, 1):
        return ()
    return tuple(
        Check(
            divides(groups, number),
            "{} groups do not divide {} {}. Use a number of groups that divides both channels and filters.",
            (groups, number, what),
        )
        for number, what in ((channels, "input channels"), (filters, "filters"))
    )
