"""Activations: the elements that convolutions and dense layers put out."""

from __future__ import annotations

from ..dim import Dim
from .base import MeasuredRow, convention


@convention(
    "activations",
    calls="activations",
    figure="activations",
    says="elements that convolutions, dense layers and other layers of multiply-accumulates put out",
    source="Radosavovic et al. 2020, Designing Network Design Spaces, sec. 3.1 (pycls, timm)",
)
def activations(row: MeasuredRow) -> Dim:
    """Sums that multiply-accumulates end in."""
    return row.cost.work[1]
