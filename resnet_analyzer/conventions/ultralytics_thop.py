"""ultralytics-thop's count: thop with average pools, transposed convolutions and attention mended."""

from __future__ import annotations

from ._pytorch import ACTIVATION, AVERAGE_POOL, NORM, Rule, by_rules, macs
from .base import MeasuredRow, Parts, itemised

_NORM = (Rule(NORM, "4 per element (2 without weights)", lambda call: (4 if call.affine else 2) * call.read),)
_POOL = (Rule(AVERAGE_POOL, "1 per number read and 1 per output element", lambda call: call.taps + call.out),)
_NONE: tuple[Rule, ...] = ()
SPLIT = by_rules(
    {
        **dict.fromkeys(("conv", "conv_transpose", "linear"), (macs(),)),
        **dict.fromkeys(("batch_norm", "layer_norm", "group_norm"), _NORM),
        **dict.fromkeys(("relu", "relu6", "leaky_relu", "max_pool", "adaptive_max_pool", "dropout"), _NONE),
        "prelu": (Rule(ACTIVATION, "1 per element", lambda call: call.read),),
        "avg_pool": _POOL,
        "adaptive_avg_pool": _POOL,
    },
    modules_only=True,
)


@itemised(
    "ultralytics_thop",
    says="MACs + 4 per normalised element + input and output elements of average pools",
    source="ultralytics-thop, thop/vision/basic_hooks.py",
    tool="ultralytics-thop",
    version="2.2.3",
    calls="MACs",
    faults=(
        "only modules are seen: residual additions and functions are not",
        "biases, ReLU and max pools count nothing",
    ),
)
def ultralytics_thop(row: MeasuredRow) -> Parts | None:
    """What its hooks count."""
    return SPLIT(row)
