"""onnx-tool's MACs, which mix all operations, of the file that PyTorch exports: it folds batch norms where it can."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from ..dim import divides, is_exactly, product
from ..ops.base import sides
from ..window import spread
from ._pytorch import (
    ACTIVATION,
    ADDITIONS,
    AVERAGE_POOL,
    GATES,
    MAX_POOL,
    NORM,
    Rule,
    bias,
    by_rules,
    fails_on_attention,
    macs,
    per_out,
)
from .base import MeasuredRow, Part, Parts, itemised

DIVISION, EXPONENTIAL, SQUARE_ROOT = 4, 32, 24  # onnx_tool/node.py: DIV_MACS, EXP_MACS, SQRT_MACS


class Folded(NamedTuple):
    """A row as the exported file has it: `into` a convolution a batch norm has gone, or the batch norm itself, away."""

    node: Any
    inputs: tuple[Any, ...]
    cost: Any
    bias: bool = False
    away: bool = False


def folded(rows: Any) -> list[Folded]:
    """The rows, with every batch norm that alone reads a convolution folded into it, as the exporter does."""
    by_name = {row.node.name: row for row in rows}
    read = Counter(name for row in rows for name in row.node.inputs)
    into = {
        row.node.inputs[0]: row.node.name
        for row in rows
        if type(row.node.op).__name__ == "BatchNorm"
        and type(by_name[row.node.inputs[0]].node.op).__name__ in ("Conv1d", "Conv2d", "Conv3d", "DepthwiseConv2d")
        and read[row.node.inputs[0]] == 1
    }
    gone = set(into.values())
    return [Folded(row.node, row.inputs, row.cost, row.node.name in into, row.node.name in gone) for row in rows]


def _taps(call: Any) -> Any:
    op = call.row.node.op
    return product(call.out, *spread(op.pool_size, op.spatial_axes))


def _adaptive(call: Any) -> Any:
    """To one place a global pool: a sum per number, a division per output; else a plain pool, k² per output."""
    sizes = getattr(call.row.node.op, "output_size", 1)
    one = sizes == 1 or sizes == (1, 1)
    return call.read + DIVISION * call.out if one else call.taps


def _layer_norm(call: Any) -> Any:
    return 7 * call.read + (1 + SQUARE_ROOT + DIVISION) * product(*call.row.inputs[0][:-1])


def _mask(call: Any) -> Any:
    """A mask that the file makes anew: regions added, their difference, two comparisons and a negation per score."""
    mask = call.row.inputs[-1]
    shifted = len(mask) == 5 and is_exactly(mask[0], 1) and is_exactly(mask[2], 1) and is_exactly(mask[3], mask[4])
    return 4 * mask.elements + product(mask[1], mask[3]) + 72 if shifted else 0


_WINDOWS = Rule(MAX_POOL, "k² per output element", _taps)
SPLIT = by_rules(
    {
        "conv": (macs(), bias()),
        "conv_transpose": (macs(), bias()),
        "linear": (macs(), bias()),
        "matmul": (macs(),),
        "batch_norm": (per_out(NORM, 1 + SQUARE_ROOT + DIVISION + 1 + 1),),
        "relu": (per_out(ACTIVATION),),
        "relu6": (per_out(ACTIVATION, 2),),
        "sigmoid": (per_out(ACTIVATION, EXPONENTIAL),),
        "silu": (per_out(ACTIVATION, EXPONENTIAL + 1),),
        "gelu": (per_out(ACTIVATION, EXPONENTIAL + 2),),
        "layer_norm": (Rule(NORM, "7 per element, 29 per row", _layer_norm),),
        "split": (
            Rule(
                "sizes of a split",
                "an addition, two products and a division",
                lambda call: 0 if call.row.node.op.part else 3 + DIVISION,
            ),
        ),
        "softmax": (per_out(ACTIVATION, EXPONENTIAL + DIVISION),),
        "max_pool": (_WINDOWS,),
        "avg_pool": (Rule(AVERAGE_POOL, "k² per output element", _taps),),
        "adaptive_avg_pool": (Rule(AVERAGE_POOL, "1 per input element, 4 per output element", _adaptive),),
        "mean": (Rule(AVERAGE_POOL, "1 per input element", lambda call: call.read),),
        "add": (per_out(ADDITIONS), Rule("masks of shifted windows", "4 per score, 1 per position, 72 each", _mask)),
        "pad": (Rule("sizes of a padding", "1 each", lambda call: 1),),
        "mul": (per_out(GATES),),
    }
)


def _pooled(op: Any, shape: Any) -> Any:
    """The size that an adaptive pool makes of each side, and that side."""
    return zip(spread(op.output_size, op.spatial_axes), sides(shape, op.data_format), strict=True)


def _fails(row: MeasuredRow) -> str:
    """Why PyTorch's exporter ends: attention as one operator, or an adaptive pool whose windows are unequal."""
    op = row.node.op
    if hasattr(op, "output_size") and any(divides(*each) is False for each in _pooled(op, row.inputs[0])):
        return "SymbolicValueError: an adaptive pool of unequal windows is not exported"
    return fails_on_attention(row)


@itemised(
    "onnx_tool",
    says="MACs and biases (those of folded batch norms too) + 1 per element of ReLU and additions, k² per pooled one",
    source="onnx_tool/node.py",
    tool="onnx-tool",
    version="1.0.1",
    calls="MACs",
    faults=(
        "its MACs mix all operations: an exponential counts 32, a square root 24, a division 4",
        "a batch norm that the exporter could not fold counts 31 per element",
    ),
    around=folded,
    fails=_fails,
)
def onnx_tool(row: MeasuredRow) -> Parts | None:
    """What its nodes' profiles add up to."""
    if getattr(row, "away", False):
        return ()
    found = SPLIT(row)
    if getattr(row, "bias", False) and found is not None and not row.node.op.use_bias:
        found += (Part("biases", "1 per output element", row.cost.output.elements),)  # type: ignore[union-attr]
    return found
