"""calflops' FLOPs: patched functions, so that + and * are not seen."""

from __future__ import annotations

from ._pytorch import ACTIVATION, AVERAGE_POOL, MAX_POOL, NORM, Rule, bias, by_rules, macs, per_read
from .base import MeasuredRow, Parts, itemised, rounded

_LN = (Rule(NORM, "5 per element (4 without weights)", lambda call: (5 if call.affine else 4) * call.read),)
RULES = {
    "conv": (macs(2), bias()),
    "conv_transpose": (macs(2), bias()),
    "linear": (macs(2),),
    "matmul": (macs(2),),
    "einsum": (macs(2),),
    "batch_norm": (
        Rule(NORM, "2 per element (1 without weights)", lambda call: (2 if call.affine else 1) * call.read),
    ),
    "layer_norm": _LN,
    "group_norm": _LN,
    **dict.fromkeys(("relu", "prelu", "elu", "leaky_relu", "silu", "gelu", "softmax"), (per_read(ACTIVATION),)),
    "max_pool": (per_read(MAX_POOL),),
    "adaptive_max_pool": (per_read(MAX_POOL),),
    "avg_pool": (per_read(AVERAGE_POOL),),
    "adaptive_avg_pool": (per_read(AVERAGE_POOL),),
}
SPLIT = by_rules(RULES)


@itemised(
    "calflops",
    says="2·MACs + convolutions' biases + 2 per normalised element + 1 per element of ReLU and pools",
    source="calflops/pytorch_ops.py",
    tool="calflops",
    version="0.3.2",
    calls="FLOPs",
    prints=rounded(10**9, 2, " GFLOPS"),
    faults=(
        "residual additions and products written as + and * are not seen",
        "ReLU6 as a module is not seen: PyTorch runs it as hardtanh",
        "a dense layer's bias is not counted",
        "scaled dot-product attention is not seen",
    ),
)
def calflops(row: MeasuredRow) -> Parts | None:
    """What its patched functions count."""
    return SPLIT(row)
