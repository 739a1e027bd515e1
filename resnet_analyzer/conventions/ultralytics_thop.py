"""ultralytics-thop's count: thop with average pools, transposed convolutions and attention mended."""

from __future__ import annotations

from ..dim import Dim, product
from ._pytorch import ACTIVATION, ATTENTION, AVERAGE_POOL, FUNCTION, NORM, Call, Rule, by_rules, macs
from .base import MeasuredRow, Parts, itemised

_NORM = (Rule(NORM, "4 per element (2 without weights)", lambda call: (4 if call.affine else 2) * call.read),)
_POOL = (Rule(AVERAGE_POOL, "1 per number read and 1 per output element", lambda call: call.taps + call.out),)
PRODUCTS_OF_FUNCTIONS = ("linear", "matmul", "einsum", "scaled_dot_product_attention")


def _softmax(call: Call) -> Dim:
    """An exponential, a sum and a division per score, one sum less per row."""
    return 3 * call.row.cost.work.exponentials - product(*call.row.inputs[0][:-1])


_SOFTMAX = Rule(ACTIVATION, "3 per score, 1 less per row", _softmax)
_NONE: tuple[Rule, ...] = ()
SPLIT = by_rules(
    {
        **dict.fromkeys(("conv", "conv_transpose", "linear"), (macs(),)),
        **dict.fromkeys(("batch_norm", "layer_norm", "group_norm"), _NORM),
        **dict.fromkeys(("relu", "relu6", "leaky_relu", "max_pool", "adaptive_max_pool", "dropout"), _NONE),
        "prelu": (Rule(ACTIVATION, "1 per element", lambda call: call.read),),
        "softmax": (_SOFTMAX,),
        f"{ATTENTION}.linear": (macs(),),
        f"{ATTENTION}.scaled_dot_product_attention": (macs(), _SOFTMAX),
        **dict.fromkeys(PRODUCTS_OF_FUNCTIONS, (macs(),)),
        "avg_pool": _POOL,
        "adaptive_avg_pool": _POOL,
    },
    lambda call: call.module or call.made_by != FUNCTION or call.does in PRODUCTS_OF_FUNCTIONS,
)


@itemised(
    "ultralytics_thop",
    says="MACs + 4 per normalised element + input and output elements of average pools",
    source="ultralytics-thop, thop/vision/basic_hooks.py",
    tool="ultralytics-thop",
    version="2.2.3",
    calls="MACs",
    faults=(
        "residual additions and functions are not seen, but for matrix products",
        "biases, ReLU and max pools count nothing",
    ),
)
def ultralytics_thop(row: MeasuredRow) -> Parts | None:
    """What its hooks count."""
    return SPLIT(row)
