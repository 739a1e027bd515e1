"""ptflops with its pytorch back end: hooks on modules and patched functions, so that some layers count twice."""

from __future__ import annotations

from ..dim import Dim
from ._pytorch import ACTIVATION, ATTENTION, AVERAGE_POOL, MAX_POOL, NORM, Call, Rule, bias, by_rules, macs
from .base import MeasuredRow, Parts, itemised, rounded


def _twice(item: str) -> tuple[Rule, ...]:
    """A module that calls the patched function: its hook counts the layer, and so does the function."""
    return (Rule(item, "2 per input element as a module, 1 as a function", lambda call: (1 + call.module) * call.read),)


def _norm(call: Call) -> Dim:
    return (2 if call.affine else 1) * call.read


HOOKED = ("conv", "conv_transpose", "linear", "batch_norm", "group_norm", "layer_norm")
_SOFTMAX = Rule(ACTIVATION, "1 per score of attention", lambda call: call.row.cost.work.exponentials)
_SCALE = Rule("scale of the queries", "1 per element", lambda call: call.read)
_ONCE = (Rule(ACTIVATION, "1 per input element", lambda call: call.read),)
SPLIT = by_rules(
    {
        "conv": (macs(), bias()),
        "conv_transpose": (macs(), bias()),
        "linear": (macs(), bias()),
        "matmul": (macs(),),
        "batch_norm": (Rule(NORM, "2 per element (1 without weights)", _norm),),
        "group_norm": (Rule(NORM, "2 per element (1 without weights)", _norm),),
        "layer_norm": (Rule(NORM, "1 per element", lambda call: call.read),),
        **dict.fromkeys(("relu", "prelu", "elu", "gelu"), _twice(ACTIVATION)),
        "relu6": (Rule(ACTIVATION, "1 per element", lambda call: call.read),),
        "leaky_relu": (Rule(ACTIVATION, "1 per element", lambda call: call.read if call.module else 0),),
        "silu": _ONCE,
        "softmax": _ONCE,
        f"{ATTENTION}.linear": (macs(), bias()),
        f"{ATTENTION}.scaled_dot_product_attention": (macs(), _SOFTMAX, _SCALE),
        "max_pool": _twice(MAX_POOL),
        "adaptive_max_pool": _twice(MAX_POOL),
        "avg_pool": _twice(AVERAGE_POOL),
        "adaptive_avg_pool": _twice(AVERAGE_POOL),
    },
    lambda call: call.module or call.does not in HOOKED,
)


@itemised(
    "ptflops",
    says="MACs and biases + 2 per element of batch norm, ReLU and pools",
    source="ptflops/pytorch_engine.py and pytorch_ops.py",
    tool="ptflops, pytorch back end",
    version="0.7.5",
    calls="MACs",
    prints=rounded(10**9, 2, " GMac"),
    faults=(
        "ReLU and pools count twice where they are modules: the hook counts, and the patched function inside it",
        "residual additions and products written as + and * are not seen",
        "scaled dot-product attention is not seen, but nn.MultiheadAttention is",
        "convolutions, dense layers and normalisation called as functions, or of derived classes, are not seen",
    ),
)
def ptflops(row: MeasuredRow) -> Parts | None:
    """What its hooks and its patched functions count together."""
    return SPLIT(row)
