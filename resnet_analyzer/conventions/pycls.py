"""pycls' flops, which are multiply-accumulates, with a bias counted once per filter."""

from __future__ import annotations

from ..dim import Dim, total
from ._pytorch import BIASES, Call, Rule, by_rules, macs
from .base import MeasuredRow, Parts, itemised


def _biases(call: Call) -> Dim:
    return total([weight.params for weight in call.row.cost.weights if weight.name == "bias"])


_RULES = (macs(), Rule(BIASES, "1 per filter, wherever it slides", _biases))
SPLIT = by_rules(dict.fromkeys(("conv", "linear"), _RULES))


@itemised(
    "pycls",
    says="MACs of convolutions and dense layers + 1 per bias",
    source="pycls/core/net.py, complexity_conv2d (Radosavovic et al. 2020)",
    tool="pycls",
    version="0.1.1",
    calls="flops",
    faults=(
        "a bias is counted once, not at every place where its filter slides",
        "everything but convolutions and dense layers is not seen",
    ),
)
def pycls(row: MeasuredRow) -> Parts | None:
    """Multiply-accumulates, and biases once."""
    return SPLIT(row)
