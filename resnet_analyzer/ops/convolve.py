"""Convolution by a kernel that other layers make: no weights of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..dim import Dim, divides, equal, product
from ..errors import UsageError
from ..shape import Shape, spell
from ..window import Padding, slide
from ._aten import window
from .base import CHANNELS_FIRST, CHANNELS_LAST, Check, Cost, Op, Work, arranged, channels, fit_checks, sides
from .spelling import Call, Reads, Spelling


def _read_torch(call: Call) -> Reads | None:
    """aten.conv…(input, weight, bias, …) whose weight is no parameter; a bias is a further input."""
    kernel = call.shape("weight")
    if kernel is None or call.held("weight") is not None or call.argument("transposed"):
        return None
    words = window(call, len(kernel) - 2)
    op = Convolve(words["strides"], words["padding"], words["dilation_rate"], call.argument("groups", default=1))
    names = tuple([name for name in ("input", "weight", "bias") if call.tensor(name) is not None])
    return call.reading(op, places=names)


def _read_keras(call: Call) -> Reads | None:
    """keras.ops.conv and depthwise_conv: the kernel's sides first."""
    words = {name: call.argument(name) for name in ("strides", "padding", "dilation_rate")}
    given = {name: tuple(value) if isinstance(value, list) else value for name, value in words.items() if value}
    order = BY_CHANNEL if call.kind == "ops.DepthwiseConv" else SIDES_FIRST
    op = Convolve(**given, data_format=call.argument("data_format") or CHANNELS_LAST, kernel_order=order)
    return call.reading(op, places=(0, 1))


FILTERS_FIRST, SIDES_FIRST, BY_CHANNEL = "filters first", "sides first", "by channel"


@dataclass(frozen=True, eq=False)
class Convolve(Op):
    """A convolution of its first input by its second, (filters, channels/groups, sides…): CondConv (Yang et al. 2019).

    Over as many sides as the kernel has; a third input is a bias. One multiply-accumulate per tap, input channel
    of the group, and output element, as in any convolution. Keras' kernels have the order `sides first`, (sides…,
    channels/groups, filters), those of depthwise ones are `by channel`, (sides…, channels, filters of each).

    >>> cost = Convolve(padding=1).apply(Shape(1, 3, 8, 8), Shape(16, 3, 3, 3))
    >>> cost.output, cost.work.multiply_accumulates   # 16·8·8 · 3·3·3
    (Shape(1, 16, 8, 8), 27648)
    """

    strides: Dim | tuple[Dim, ...] = 1
    padding: Padding = "valid"
    dilation_rate: Dim | tuple[Dim, ...] = 1
    groups: Dim = 1
    data_format: str = CHANNELS_FIRST
    kernel_order: str = FILTERS_FIRST

    kind = "convolution"
    word = "convolution"
    storage = "own"
    arity: ClassVar[int | None] = None
    counts: ClassVar[tuple[str, ...]] = ("groups",)
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "torch": Spelling("", also=("aten.conv1d", "aten.conv2d", "aten.conv3d"), read=_read_torch, fallback=True),
        "keras": Spelling("", also=("ops.Conv", "ops.DepthwiseConv"), read=_read_keras),
    }

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.kernel_order not in (FILTERS_FIRST, SIDES_FIRST, BY_CHANNEL):
            known = f"{FILTERS_FIRST}, {SIDES_FIRST} or {BY_CHANNEL}"
            raise UsageError(f"Convolve: kernel_order must be {known}, not {self.kernel_order!r}")

    def rule(self, *shapes: Shape) -> Cost:
        """Output sides by the window formula, a channel for each filter."""
        if len(shapes) < 2 or len(shapes[0]) != len(shapes[1]) or len(shapes[0]) < 3:
            sentence = "a convolution by another tensor reads maps and a kernel of as many axes: not {}."
            return Cost(None, checks=(Check(False, sentence, (" and ".join(map(spell, shapes)),)),))
        shape, kernel = shapes[:2]
        taps, read, filters = self._of_kernel(kernel)
        layout = self.data_format
        windows = slide(sides(shape, layout), taps, self.strides, self.padding, self.dilation_rate)
        output = arranged(shape[0], [each.output for each in windows], filters, layout)
        work = Work(product(output.elements, read, *taps), output.elements)
        work += Work(adds=output.elements) if len(shapes) > 2 else Work()
        return Cost(output, work=work, checks=(*fit_checks(windows), self._fits(shape, kernel)), windows=windows)

    def _of_kernel(self, kernel: Shape) -> tuple[tuple[Dim, ...], Dim, Dim]:
        """Its sides, the channels that each filter reads, and how many channels come out."""
        if self.kernel_order == "filters first":
            return tuple(kernel[2:]), kernel[1], kernel[0]
        if self.kernel_order == "sides first":
            return tuple(kernel[:-2]), kernel[-2], kernel[-1]
        return tuple(kernel[:-2]), 1, product(kernel[-2], kernel[-1])

    def _fits(self, shape: Shape, kernel: Shape) -> Check:
        """The channels are those that the kernel reads, or so many groups of them."""
        incoming = channels(shape, self.data_format)
        if self.kernel_order == "filters first":
            sentence = "a kernel of {} channels in {} groups does not fit {} channels."
            values = (kernel[1], self.groups, incoming)
            return Check(equal(product(kernel[1], self.groups), incoming), sentence, values)
        fits = divides(kernel[-2], incoming) if self.kernel_order == "sides first" else equal(kernel[-2], incoming)
        return Check(fits, "a kernel of {} channels does not fit {} channels.", (kernel[-2], incoming))
