"""torchstat's MAdd, which are FLOPs: multiplications and additions each."""

from __future__ import annotations

from ._pytorch import (
    ACTIVATION,
    AVERAGE_POOL,
    MAX_POOL,
    NORM,
    PRODUCTS,
    Rule,
    bias,
    by_rules,
    fails_on_sequences,
    modules,
    per_read,
)
from .base import MeasuredRow, Parts, itemised, rounded

_SUMS = Rule(PRODUCTS, "2 each, less 1 per output element", lambda call: 2 * call.macs - call.out)
SPLIT = by_rules(
    {
        "conv": (_SUMS, bias()),
        "linear": (_SUMS,),
        "batch_norm": (per_read(NORM, 4),),
        "relu": (per_read(ACTIVATION),),
        "relu6": (per_read(ACTIVATION),),
        "max_pool": (Rule(MAX_POOL, "k² − 1 per output element", lambda call: _taps(call) - call.out),),
        "avg_pool": (Rule(AVERAGE_POOL, "k² per output element", lambda call: _taps(call)),),
        "softmax": (Rule(ACTIVATION, "3 per element, less 1", lambda call: 3 * call.read - 1),),
    },
    modules,
)


def _taps(call: object) -> object:
    from ..dim import product
    from ..window import spread

    op = call.row.node.op  # type: ignore[attr-defined]
    return product(call.out, *spread(op.pool_size, op.spatial_axes))  # type: ignore[attr-defined]


@itemised(
    "torchstat_madd",
    says="multiplications and additions of sums, 4 per normalised element, 1 per element of ReLU",
    source="torchstat/compute_madd.py",
    tool="torchstat",
    version="0.0.7",
    calls="MAdd",
    prints=rounded(10**9, 2, "GMAdd"),
    faults=(
        "its names are swapped: Flops counts a multiply-accumulate once, MAdd as two",
        "adaptive pools, residual additions and functions are not seen",
    ),
    fails=fails_on_sequences,
)
def torchstat_madd(row: MeasuredRow) -> Parts | None:
    """What it calls MAdd."""
    return SPLIT(row)
