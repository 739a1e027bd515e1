"""A map read at places that another tensor tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..dim import equal, product, total
from ..errors import UsageError
from ..shape import Shape, spell
from .base import CHANNELS_FIRST, Check, Cost, Op, Work, arranged, channels
from .spelling import Call, Reads, Spelling

TAPS = {"nearest": 1, "linear": 2, "cubic": 4}  # numbers read along one axis
_IN_TORCH = ("linear", "nearest", "cubic")  # by number: aten/src/ATen/native/GridSamplerUtils.h


def _read_torch(call: Call) -> Reads:
    """grid_sampler(input, grid, interpolation_mode, …)."""
    op = GridSample(_IN_TORCH[call.argument("interpolation_mode", default=0)])
    return call.reading(op, places=("input", "grid"))


@dataclass(frozen=True, eq=False)
class GridSample(Op):
    """The first input, channels first, at the places in the second: (batch, sides…, as many coordinates as sides).

    Jaderberg et al. 2015, eq. 3; torch.nn.functional.grid_sample. Each coordinate is scaled (a multiply and an
    addition). One side after the other is interpolated, as in a resizing: of k sides (t^k − 1)/(t − 1) times per
    number that comes out with t taps: linear a multiply and two additions, cubic four and three.

    >>> cost = GridSample().apply(Shape(1, 3, 8, 8), Shape(1, 5, 6, 2))
    >>> cost.output, cost.work.multiplies   # 3 interpolations of 3·5·6 numbers, 5·6·2 coordinates
    (Shape(1, 3, 5, 6), 330)
    """

    interpolation: str = "linear"

    kind = "shape"
    word = "grid sample"
    storage = "own"
    arity: ClassVar[int | None] = 2
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "torch": Spelling("aten.grid_sampler", also=("aten.grid_sampler_2d", "aten.grid_sampler_3d"), read=_read_torch)
    }

    def __post_init__(self) -> None:
        if self.interpolation not in TAPS:
            raise UsageError(f"GridSample: interpolation must be {', '.join(TAPS)}, not {self.interpolation!r}")

    def rule(self, shape: Shape, grid: Shape) -> Cost:  # type: ignore[override]
        """The sides of the grid, the channels of the map."""
        count = len(shape) - 2
        if len(grid) != len(shape) or len(shape) < 3:
            sentence = "a map of {} cannot be read at the places of {}."
            return Cost(None, checks=(Check(False, sentence, (spell(shape), spell(grid))),))
        output = arranged(shape[0], grid[1:-1], channels(shape, CHANNELS_FIRST), CHANNELS_FIRST)
        taps = TAPS[self.interpolation]
        each = {1: Work(), 2: Work(adds=2, multiplies=1), 4: Work(adds=3, multiplies=4)}[taps]
        work = each.times(total(taps**place for place in range(count))).times(output.elements)
        work += Work(adds=1, multiplies=1).times(product(grid.elements))
        sentence = "the places of {} are none of a batch of {} with {} sides."
        checks = tuple(
            Check(condition, sentence, (spell(grid), shape[0], count))
            for condition in (equal(grid[0], shape[0]), equal(grid[-1], count))
        )
        return Cost(output, work=work, checks=checks)
