"""fvcore's count, which is also timm's gmacs: multiply-accumulates, batch norm twice, and adaptive average pools."""

from __future__ import annotations

from ._pytorch import AVERAGE_POOL, NORM, Rule, by_rules, macs, per_out, per_read
from .base import MeasuredRow, Parts, itemised

_BN = Rule(NORM, "2 per element (1 without weights)", lambda call: (2 if call.affine else 1) * call.read)
_LN = Rule(NORM, "5 per element (4 without weights)", lambda call: (5 if call.affine else 4) * call.read)
SPLIT = by_rules(
    {
        "conv": (Rule("multiply-accumulates", "1 each", lambda call: 0 if _same(call) else call.macs),),
        **dict.fromkeys(("conv_transpose", "linear", "matmul", "einsum"), (macs(),)),
        "batch_norm": (_BN,),
        "layer_norm": (_LN,),
        "group_norm": (_LN,),
        "adaptive_avg_pool": (per_read(AVERAGE_POOL),),
        "interpolate": (per_out("interpolation", 4),),
    }
)


def _same(call: object) -> bool:
    """A convolution that PyTorch itself pads to the same size, which is an operator without a rule."""
    op = call.row.node.op  # type: ignore[attr-defined]
    return bool(op.padding == "same" and op.data_format == "channels_first")


@itemised(
    "fvcore",
    says="MACs + 2 per normalised element + 1 per element that an adaptive average pool reads",
    source="fvcore/nn/flop_count.py and jit_handles.py; timm/benchmark.py prints it as gmacs",
    tool="fvcore",
    version="0.1.5",
    calls="flops",
    faults=(
        "residual additions, activation functions and max pools are not seen",
        "scaled dot-product attention is not seen",
        'a convolution with padding="same" counts nothing',
    ),
)
def fvcore(row: MeasuredRow) -> Parts | None:
    """One per multiply-accumulate, and what else its handles count."""
    return SPLIT(row)
