"""paddle.flops: multiply-accumulates and biases, batch norm twice, average pools."""

from __future__ import annotations

from ..dim import Dim, floor_div, product
from ._pytorch import ACTIVATION, AVERAGE_POOL, NORM, Call, Rule, bias, by_rules, macs, modules, per_out, per_read
from .base import MeasuredRow, Parts, itemised


def _adaptive(call: Call) -> Dim:
    """Its window is the input's side over the output's, rounded down."""
    from ..ops.base import sides

    op, output = call.row.node.op, call.row.cost.output
    before = sides(call.row.inputs[0], op.data_format)
    after = (
        sides(output, op.data_format)
        if output is not None and len(output) == len(call.row.inputs[0])
        else (1,) * len(before)
    )
    window = product(*[floor_div(one, two) for one, two in zip(before, after, strict=True)])
    return product(window + 1, call.out)


_NONE: tuple[Rule, ...] = ()
SPLIT = by_rules(
    {
        "conv": (macs(), bias()),
        "linear": (macs(),),
        "batch_norm": (per_read(NORM, 2),),
        **dict.fromkeys(("relu", "relu6", "dropout"), _NONE),
        "leaky_relu": (per_read(ACTIVATION),),
        "avg_pool": (per_out(AVERAGE_POOL),),
        "adaptive_avg_pool": (Rule(AVERAGE_POOL, "1 per number of its window and 1 per output element", _adaptive),),
    },
    modules,
)


@itemised(
    "paddle",
    says="MACs and convolutions' biases + 2 per normalised element + average pools",
    source="paddle/hapi/dynamic_flops.py",
    tool="paddle.flops",
    version="3.3.1",
    calls="Flops",
    faults=("residual additions, functions, max pools and a dense layer's bias are not counted",),
)
def paddle(row: MeasuredRow) -> Parts | None:
    """What its hooks count."""
    return SPLIT(row)
