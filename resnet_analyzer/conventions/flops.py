"""FLOPs: every arithmetic operation that we count."""

from __future__ import annotations

from ..dim import Dim
from ..ops.base import Work
from .base import convention


@convention(
    "flops",
    says="2 per multiply-accumulate, and 1 for every other addition, multiply, compare, exponential, "
    "division and square root (bias, normalisation, activation, pooling, residual additions)",
    source="this project's contract; primitives per op as documented in resnet_analyzer/ops",
)
def flops(work: Work) -> Dim:
    """Twice the multiply-accumulates plus all other primitives.

    >>> flops(Work(multiply_accumulates=10, accumulators=2, adds=2))
    22
    """
    macs, _accumulators, adds, multiplies, compares, exponentials, divisions, square_roots = work
    return 2 * macs + adds + multiplies + compares + exponentials + divisions + square_roots
