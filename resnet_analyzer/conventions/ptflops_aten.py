"""ptflops with its aten back end: multiply-accumulates and biases, nothing else."""

from __future__ import annotations

from ._pytorch import bias, by_rules, macs
from .base import MeasuredRow, Parts, itemised, rounded

SPLIT = by_rules(
    {**dict.fromkeys(("conv", "conv_transpose", "linear"), (macs(), bias())), "matmul": (macs(),), "einsum": (macs(),)}
)


@itemised(
    "ptflops_aten",
    says="MACs + 1 per element that a bias is added to",
    source="ptflops/aten_engine.py and aten_ops.py",
    tool="ptflops, aten back end",
    version="0.7.5",
    calls="MACs",
    prints=rounded(10**9, 2, " GMac"),
    faults=("everything but convolutions and matrix products is not seen, nor is fused attention",),
)
def ptflops_aten(row: MeasuredRow) -> Parts | None:
    """Multiply-accumulates and biases."""
    return SPLIT(row)
