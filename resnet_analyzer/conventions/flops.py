"""FLOPs: every arithmetic operation that we count."""

from __future__ import annotations

from ..dim import Dim
from .base import MeasuredRow, convention


@convention(
    "flops",
    calls="FLOPs",
    says="2 per multiply-accumulate, and 1 for every other addition, multiply, compare, exponential, "
    "division and square root (bias, normalisation, activation, pooling, residual additions)",
    source="this project's contract; primitives per op as documented in resnet_analyzer/ops",
)
def flops(row: MeasuredRow) -> Dim:
    """Twice the multiply-accumulates plus all other primitives."""
    macs, _accumulators, adds, multiplies, compares, exponentials, divisions, square_roots = row.cost.work
    return 2 * macs + adds + multiplies + compares + exponentials + divisions + square_roots
