"""calflops' FLOPs: patched functions, so that + and * are not seen."""

from __future__ import annotations

from ._patched import RULES
from ._pytorch import by_rules
from .base import MeasuredRow, Parts, itemised, rounded

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
