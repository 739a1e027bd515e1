"""pycls' activations: the elements that convolutions, dense layers and max pools put out."""

from __future__ import annotations

from ._pytorch import MAX_POOL, by_rules, per_out
from .base import MeasuredRow, Parts, itemised

_OUT = (per_out("outputs of convolutions and dense layers"),)
SPLIT = by_rules({"conv": _OUT, "linear": _OUT, "max_pool": (per_out(MAX_POOL),)})


@itemised(
    "pycls_activations",
    says="elements that convolutions, dense layers and max pools put out",
    source="pycls/core/net.py, complexity_conv2d and complexity_maxpool2d (Radosavovic et al. 2020)",
    tool="pycls",
    version="0.1.1",
    calls="activations",
    figure="activations",
    faults=("max pools count, which the paper's definition (outputs of convolutions) leaves out",),
)
def pycls_activations(row: MeasuredRow) -> Parts | None:
    """Output elements."""
    return SPLIT(row)
