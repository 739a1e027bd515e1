"""MACs: what papers call FLOPs."""

from __future__ import annotations

from ..dim import Dim
from ..ops.base import Work
from .base import convention


@convention(
    "macs",
    says="one per multiply-accumulate of convolutions and dense layers, nothing else",
    source='He et al. 2015, Table 1 ("FLOPs (multiply-adds)"); torch.utils.flop_counter, halved',
)
def macs(work: Work) -> Dim:
    """Multiply-accumulates of convolutions and matrix products.

    >>> macs(Work(multiply_accumulates=10, accumulators=2, adds=2))
    10
    """
    return work[0]
