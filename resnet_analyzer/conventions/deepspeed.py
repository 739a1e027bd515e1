"""DeepSpeed's flops profiler: patched functions, so that + and * are not seen; attention is."""

from __future__ import annotations

from ._patched import RULES
from ._pytorch import by_rules, macs
from .base import MeasuredRow, Parts, itemised, rounded

SPLIT = by_rules({**RULES, "scaled_dot_product_attention": (macs(2),)})


@itemised(
    "deepspeed",
    says="2·MACs + convolutions' biases + 2 per normalised element + 1 per element of ReLU and pools",
    source="deepspeed/profiling/flops_profiler/profiler.py",
    tool="DeepSpeed",
    version="0.19.8",
    calls="FLOPs",
    prints=rounded(10**9, 2, " GFLOPS"),
    faults=(
        "residual additions and products written as + and * are not seen",
        "ReLU6 as a module is not seen: PyTorch runs it as hardtanh",
        "a dense layer's bias is not counted",
    ),
)
def deepspeed(row: MeasuredRow) -> Parts | None:
    """What its patched functions count."""
    return SPLIT(row)
