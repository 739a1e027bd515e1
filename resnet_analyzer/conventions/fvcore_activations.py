"""fvcore's activations, which are also timm's macts: the elements that convolutions and matrix products put out."""

from __future__ import annotations

from ._pytorch import by_rules, per_out
from .base import MeasuredRow, Parts, itemised

_OUT = (per_out("outputs of convolutions and matrix products"),)
SPLIT = by_rules(dict.fromkeys(("conv", "conv_transpose", "linear", "matmul", "einsum"), _OUT))


@itemised(
    "fvcore_activations",
    says="elements that convolutions and matrix products put out",
    source="fvcore/nn/activation_count.py; timm/benchmark.py prints it as macts",
    tool="fvcore",
    version="0.1.5",
    calls="activations",
    figure="activations",
    faults=("scaled dot-product attention is not seen",),
)
def fvcore_activations(row: MeasuredRow) -> Parts | None:
    """Output elements."""
    return SPLIT(row)
