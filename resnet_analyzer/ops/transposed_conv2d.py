"""Transposed convolution: the window formula read backwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..dim import Dim, at_least, floor_div, maximum, product
from ..shape import FeatureMap
from ..window import Padding, Window, by, inverse, pair, slide, stride_phrase
from .activation import fused_work, require_activation
from .base import Check, Cost, Op, Spelling, Weight, Work, require_whole, same_names
from .conv2d import group_checks


@dataclass(frozen=True, eq=False)
class TransposedConv2d(Op):
    """Every input position puts a kernel-sized patch into the output (Dumoulin & Visin 2016, chapter 4).

    With explicit padding the output is PyTorch's (n − 1)·s − 2p + d(f − 1) + 1 + output_padding; with
    `valid` and `same` Keras' (keras/src/backend/common/backend_utils.py, compute_conv_transpose_output_shape).
    One multiply-accumulate per tap, input element and filter of the group.

    >>> cost = TransposedConv2d(1, 2, strides=2).apply(FeatureMap(2, 2, 3))
    >>> cost.output, cost.work.multiply_accumulates
    (FeatureMap(height=4, width=4, channels=1), 48)
    """

    filters: Dim
    kernel_size: Dim | tuple[Dim, Dim] = 1
    strides: Dim | tuple[Dim, Dim] = 1
    padding: Padding = "valid"
    output_padding: Dim | tuple[Dim, Dim] | None = None
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
            "Conv2DTranspose",
            same_names(
                "filters",
                "kernel_size",
                "strides",
                "padding",
                "output_padding",
                "dilation_rate",
                "use_bias",
                "activation",
            ),
        )
    }

    def __post_init__(self) -> None:
        super().__post_init__()
        require_activation(self.activation)
        if self.output_padding is not None:
            self.__dict__["output_padding"] = require_whole(
                "TransposedConv2d", "output_padding", self.output_padding, least=0, axes=(0, 2)
            )

    def phrase(self, strided: bool) -> tuple[str, ...]:
        """As `2×2 transposed 64`."""
        return (f"{by(self.kernel_size)} transposed", str(self.filters), *stride_phrase(self.strides, strided))

    def rule(self, shape: FeatureMap) -> Cost:  # type: ignore[override]
        """Output size by the inverse window formula; a kernel of kₕ × k𝓌 × filters/groups × channels."""
        windows = slide((shape.height, shape.width), self.kernel_size, self.strides, self.padding, self.dilation_rate)
        height, width = map(self._length, windows, pair(self.output_padding))
        output = FeatureMap(height, width, self.filters)
        kernel = (*pair(self.kernel_size), floor_div(self.filters, self.groups), shape.channels)
        weights = (Weight("kernel", kernel), *((Weight("bias", (self.filters,)),) if self.use_bias else ()))
        elements = output.elements
        macs = product(shape.elements, *kernel[:3])
        work = Work(macs, elements, adds=elements if self.use_bias else 0) + fused_work(self.activation, output)
        checks = group_checks(self.groups, shape.channels, self.filters)
        checks += tuple(map(_not_empty, output[:2])) + tuple(map(_reachable, windows, pair(self.output_padding)))
        return Cost(output, weights, work, checks=checks)

    def _length(self, window: Window, output_padding: Dim | None) -> Dim:
        """The output length along one axis; without `output_padding` as Keras or PyTorch choose it."""
        if window.same and output_padding is None:
            return product(window.length, window.stride)
        if window.same:
            return (window.length - 1) * window.stride + window.span - 2 * floor_div(window.span, 2) + output_padding
        if output_padding is None:
            output_padding = maximum(window.stride - window.span, 0) if isinstance(self.padding, str) else 0
        return inverse(window.length, window) + output_padding


def _not_empty(length: Dim) -> Check:
    return Check(at_least(length, 1), "the padding leaves an output of {} pixels. Use less padding.", (length,))


def _reachable(window: Window, output_padding: Dim | None) -> Check:
    """PyTorch's rule (aten/src/ATen/native/NaiveConvolutionTranspose2d.cpp): less than the stride or the dilation."""
    step = maximum(window.stride, window.dilation)
    enough = True if output_padding is None else at_least(step, output_padding + 1)
    sentence = "an output padding of {} is not less than the stride (or dilation) of {}. Use less output padding."
    return Check(enough, sentence, (output_padding, step))
