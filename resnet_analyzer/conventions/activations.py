"""Activations: the elements that convolutions and dense layers put out."""

from __future__ import annotations

from ..dim import Dim
from ..ops.base import Work
from .base import convention


@convention(
    "activations",
    says="elements that convolutions and dense layers put out",
    source="Radosavovic et al. 2020, Designing Network Design Spaces, sec. 3.1 (pycls, timm)",
)
def activations(work: Work) -> Dim:
    """Sums that multiply-accumulates end in.

    >>> activations(Work(multiply_accumulates=10, accumulators=2, adds=2))
    2
    """
    return work[1]
