"""torchstat's Flops, which are MACs and more: its names are swapped."""

from __future__ import annotations

from ._pytorch import (
    ACTIVATION,
    AVERAGE_POOL,
    MAX_POOL,
    NORM,
    Rule,
    bias,
    by_rules,
    fails_on_sequences,
    macs,
    modules,
    per_read,
)
from .base import MeasuredRow, Parts, itemised, rounded

SPLIT = by_rules(
    {
        "conv": (macs(), bias()),
        "linear": (macs(),),
        "batch_norm": (
            Rule(NORM, "2 per element (1 without weights)", lambda call: (2 if call.affine else 1) * call.read),
        ),
        **dict.fromkeys(("relu", "relu6", "prelu", "elu", "leaky_relu"), (per_read(ACTIVATION),)),
        "max_pool": (per_read(MAX_POOL),),
        "avg_pool": (per_read(AVERAGE_POOL),),
    },
    modules,
)


@itemised(
    "torchstat",
    says="MACs and convolutions' biases + 2 per normalised element + 1 per element of ReLU and pools",
    source="torchstat/compute_flops.py",
    tool="torchstat",
    version="0.0.7",
    calls="Flops",
    prints=rounded(10**9, 2, "GFlops"),
    faults=(
        "its names are swapped: Flops counts a multiply-accumulate once, MAdd as two",
        "adaptive pools, residual additions and functions are not seen",
    ),
    fails=fails_on_sequences,
)
def torchstat(row: MeasuredRow) -> Parts | None:
    """What it calls Flops."""
    return SPLIT(row)
