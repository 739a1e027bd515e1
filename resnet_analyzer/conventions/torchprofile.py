"""torchprofile's MACs: multiply-accumulates, and one per output element of normalisation, average pools, products."""

from __future__ import annotations

from ._pytorch import ACTIVATION, AVERAGE_POOL, GATES, NORM, Call, Rule, by_rules, fails_on_attention, macs, per_out
from .base import MeasuredRow, Parts, itemised

_NORM = (Rule(NORM, "1 per element (0 without weights)", lambda call: call.out if call.affine else 0),)


def _folded(call: Call) -> int:
    """Batch, rows and columns of windows become one axis: code that multiplies sizes is traced, and counts."""
    read, made = call.row.inputs[0], call.row.cost.output
    return 2 if len(read) == 6 and len(made) == 3 else 0  # type: ignore[arg-type]


SPLIT = by_rules(
    {
        **dict.fromkeys(
            ("conv", "conv_transpose", "linear", "matmul", "einsum", "scaled_dot_product_attention"), (macs(),)
        ),
        **dict.fromkeys(("batch_norm", "layer_norm", "group_norm"), _NORM),
        **dict.fromkeys(("adaptive_avg_pool", "avg_pool", "mean"), (per_out(AVERAGE_POOL),)),
        "mul": (per_out(GATES),),
        "reshape": (Rule("products of sizes", "2 where windows become a batch", _folded),),
        "leaky_relu": (per_out(ACTIVATION),),
        "interpolate": (per_out("interpolation", 4),),
    }
)


@itemised(
    "torchprofile",
    says="MACs + 1 per output element of normalisation, average pools and element-wise products",
    source="torchprofile/handlers.py",
    tool="torchprofile",
    version="0.1.0",
    calls="MACs",
    faults=("additions, activation functions and max pools count nothing",),
    fails=fails_on_attention,
)
def torchprofile(row: MeasuredRow) -> Parts | None:
    """What its handlers count."""
    return SPLIT(row)
