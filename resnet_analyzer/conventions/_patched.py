"""What calflops and DeepSpeed count alike: both patch the same functions of PyTorch."""

from __future__ import annotations

from ._pytorch import ACTIVATION, AVERAGE_POOL, MAX_POOL, NORM, Rule, bias, macs, per_read

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
