"""The paper's count: He et al. 2015 print multiply-adds and call them FLOPs."""

from __future__ import annotations

from ..dim import Dim
from .base import MeasuredRow, Rounded, convention

cut_off = Rounded(10**9, 1, " G", cut=True)  # as Table 1 has 3.8×10⁹ for 3.858×10⁹


@convention(
    "paper",
    says="MACs, truncated after the first decimal",
    source='He et al. 2015 (arXiv 1512.03385), Table 1: "FLOPs (multiply-adds)"',
    tool="paper (He 2015)",
    calls="FLOPs",
    prints=cut_off,
    faults=("what it calls FLOPs are multiply-accumulates, half of what others call so",),
)
def paper(row: MeasuredRow) -> Dim:
    """Multiply-accumulates of convolutions and matrix products."""
    return row.cost.work[0]
