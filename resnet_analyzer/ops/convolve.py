"""Convolution by a kernel that other layers make: no weights of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..dim import Dim, equal, product
from ..shape import Shape, spell
from ..window import Padding, slide
from ._aten import window
from .base import CHANNELS_FIRST, Check, Cost, Op, Work, arranged, channels, fit_checks, sides
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


@dataclass(frozen=True, eq=False)
class Convolve(Op):
    """A convolution of its first input by its second, (filters, channels/groups, sides…): CondConv (Yang et al. 2019).

    Channels first, over as many sides as the kernel has; a third input is a bias. One multiply-accumulate per
    tap, input channel of the group, and output element, as in any convolution.

    >>> cost = Convolve(padding=1).apply(Shape(1, 3, 8, 8), Shape(16, 3, 3, 3))
    >>> cost.output, cost.work.multiply_accumulates   # 16·8·8 · 3·3·3
    (Shape(1, 16, 8, 8), 27648)
    """

    strides: Dim | tuple[Dim, ...] = 1
    padding: Padding = "valid"
    dilation_rate: Dim | tuple[Dim, ...] = 1
    groups: Dim = 1

    kind = "convolution"
    word = "convolution"
    storage = "own"
    arity: ClassVar[int | None] = None
    counts: ClassVar[tuple[str, ...]] = ("groups",)
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "torch": Spelling("", also=("aten.conv1d", "aten.conv2d", "aten.conv3d"), read=_read_torch, fallback=True)
    }

    def rule(self, *shapes: Shape) -> Cost:
        """Output sides by the window formula, a channel for each filter."""
        if len(shapes) < 2 or len(shapes[0]) != len(shapes[1]) or len(shapes[0]) < 3:
            sentence = "a convolution by another tensor reads maps and a kernel of as many axes: not {}."
            return Cost(None, checks=(Check(False, sentence, (" and ".join(map(spell, shapes)),)),))
        shape, kernel = shapes[:2]
        windows = slide(sides(shape, CHANNELS_FIRST), kernel[2:], self.strides, self.padding, self.dilation_rate)
        output = arranged(shape[0], [each.output for each in windows], kernel[0], CHANNELS_FIRST)
        work = Work(product(output.elements, *kernel[1:]), output.elements)
        work += Work(adds=output.elements) if len(shapes) > 2 else Work()
        incoming = channels(shape, CHANNELS_FIRST)
        sentence = "a kernel of {} channels in {} groups does not fit {} channels."
        check = Check(equal(product(kernel[1], self.groups), incoming), sentence, (kernel[1], self.groups, incoming))
        return Cost(output, work=work, checks=(*fit_checks(windows), check), windows=windows)
