"""PyTorch's own counter: two per multiply-accumulate of convolutions and matrix products, nothing else."""

from __future__ import annotations

from ._pytorch import by_rules, macs
from .base import MeasuredRow, Parts, itemised

SPLIT = by_rules(dict.fromkeys(("conv", "conv_transpose", "linear", "matmul", "einsum"), (macs(2),)))


@itemised(
    "torch_flop_counter",
    says="2 per multiply-accumulate of convolutions and matrix products",
    source="torch/utils/flop_counter.py",
    tool="torch FlopCounterMode",
    version="2.13.0",
    calls="flops",
    faults=(
        "attention is not seen on a CPU, where PyTorch runs it as one operator of its own",
        "in the backward pass of a grouped convolution the weights' gradient counts `groups` times",
    ),
)
def flop_counter(row: MeasuredRow) -> Parts | None:
    """Twice the multiply-accumulates."""
    return SPLIT(row)
