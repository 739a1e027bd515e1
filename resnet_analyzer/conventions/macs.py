"""MACs: what papers call FLOPs."""

from __future__ import annotations

from ..dim import Dim
from .base import MeasuredRow, convention


@convention(
    "macs",
    calls="MACs",
    says="one per multiply-accumulate of convolutions, dense layers, matrix products, attention's products and "
    "recurrent cells, nothing else",
    source='He et al. 2015, Table 1 ("FLOPs (multiply-adds)"); torch.utils.flop_counter, halved',
)
def macs(row: MeasuredRow) -> Dim:
    """Multiply-accumulates of convolutions and matrix products."""
    return row.cost.work[0]
