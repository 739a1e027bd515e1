"""Patches put back where they were taken: overlaps are added."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..dim import Dim, divides, equal, floor_div, product
from ..shape import Shape, spell
from ..window import Padding, slide, spread
from ._aten import spread as spread_out
from ._aten import window
from .base import Check, Cost, Op, Work, fit_checks
from .spelling import Call, Reads, Spelling


def _read_torch(call: Call) -> Reads:
    """col2im(self, output_size, kernel_size, dilation, padding, stride)."""
    words = window(call, 2)
    size, kernel = (spread_out(call.argument(name), 2) for name in ("output_size", "kernel_size"))
    op = Fold(size, kernel, words["strides"], words["padding"], words["dilation_rate"])
    return call.reading(op, places=("self",))


@dataclass(frozen=True, eq=False)
class Fold(Op):
    """(batch, channels·taps, positions) as (batch, channels, height, width): im2col undone (torch.nn.Fold).

    Every number is added to its place: as many additions as there are numbers.

    >>> cost = Fold((4, 4), 2, 2).apply(Shape(1, 12, 4))
    >>> cost.output, cost.work.adds
    (Shape(1, 3, 4, 4), 48)
    """

    output_size: tuple[Dim, ...] = (1, 1)
    size: Dim | tuple[Dim, ...] = 1
    strides: Dim | tuple[Dim, ...] = 1
    padding: Padding = "valid"
    dilation_rate: Dim | tuple[Dim, ...] = 1

    kind = "shape"
    word = "fold"
    storage = "own"
    spellings: ClassVar[Mapping[str, Spelling]] = {"torch": Spelling("aten.col2im", read=_read_torch)}

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The given sides; as many positions as the window takes on them."""
        if len(shape) != 3:
            return Cost(
                None, checks=(Check(False, "a fold reads (batch, channels·taps, positions): not {}.", (spell(shape),)),)
            )
        taps = product(*spread(self.size, 2))
        windows = slide(self.output_size, self.size, self.strides, self.padding, self.dilation_rate)
        positions = product(*[each.output for each in windows])
        checks = (
            *fit_checks(windows),
            Check(divides(taps, shape[1]), "{} channels are no multiple of {} taps.", (shape[1], taps)),
            Check(equal(shape[2], positions), "{} positions are not the {} of the window.", (shape[2], positions)),
        )
        output = Shape(shape[0], floor_div(shape[1], taps), *self.output_size)
        return Cost(output, work=Work(adds=shape.elements), checks=checks)
