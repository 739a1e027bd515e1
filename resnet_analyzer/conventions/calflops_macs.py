"""calflops' MACs: those of convolutions and matrix products."""

from __future__ import annotations

from ._pytorch import by_rules, macs
from .base import MeasuredRow, Parts, itemised, rounded

SPLIT = by_rules(dict.fromkeys(("conv", "conv_transpose", "linear", "matmul"), (macs(),)))


@itemised(
    "calflops_macs",
    says="multiply-accumulates of convolutions and matrix products",
    source="calflops/pytorch_ops.py",
    tool="calflops",
    version="0.3.2",
    calls="MACs",
    prints=rounded(10**9, 2, " GMACs"),
    faults=("scaled dot-product attention is not seen", "einsum counts no MACs"),
)
def calflops_macs(row: MeasuredRow) -> Parts | None:
    """Multiply-accumulates."""
    return SPLIT(row)
