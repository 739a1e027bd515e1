"""thop's count: multiply-accumulates, batch norm four times, average pools."""

from __future__ import annotations

from ._pytorch import ACTIVATION, AVERAGE_POOL, NORM, PRODUCTS, Rule, by_rules, macs, modules
from .base import MeasuredRow, Parts, itemised

_NORM = (Rule(NORM, "4 per element (2 without weights)", lambda call: (4 if call.affine else 2) * call.read),)
_NONE: tuple[Rule, ...] = ()
SPLIT = by_rules(
    {
        "conv": (macs(),),
        "linear": (macs(),),
        "conv_transpose": (Rule(PRODUCTS, "1 each, of the output's size", lambda call: _transposed(call)),),
        **dict.fromkeys(("batch_norm", "layer_norm"), _NORM),
        **dict.fromkeys(("relu", "relu6", "leaky_relu", "max_pool", "adaptive_max_pool", "dropout"), _NONE),
        "prelu": (Rule(ACTIVATION, "1 per element", lambda call: call.read),),
        "softmax": (Rule(ACTIVATION, "3 per element, 1 less per row", lambda call: 3 * call.read - _rows(call)),),
        "avg_pool": (Rule(AVERAGE_POOL, "1 per output element", lambda call: call.out),),
        "adaptive_avg_pool": (Rule(AVERAGE_POOL, "1 per input and output element", lambda call: call.read + call.out),),
    },
    modules,
)


def _transposed(call: object) -> object:
    """Input channels of the group times kernel at every output element, where the input's size belongs."""
    from ..dim import floor_div, product
    from ..ops.base import channels

    row = call.row  # type: ignore[attr-defined]
    op, taps = row.node.op, row.cost.weights[0].shape[:-2]
    incoming = floor_div(channels(row.inputs[0], op.data_format), op.groups)
    return product(call.out, incoming, *taps)  # type: ignore[attr-defined]


def _rows(call: object) -> object:
    from ..dim import product

    shape = call.row.cost.output  # type: ignore[attr-defined]
    return product(*shape[:-1])


@itemised(
    "thop",
    says="MACs + 4 per normalised element + input and output elements of adaptive average pools",
    source="thop/vision/basic_hooks.py and calc_func.py",
    tool="thop",
    version="0.1.1",
    calls="MACs",
    faults=(
        "only modules of PyTorch's own classes are seen: residual additions, functions and attention are not",
        "a transposed convolution is multiplied by its output's size",
        "biases, ReLU and max pools count nothing",
    ),
)
def thop(row: MeasuredRow) -> Parts | None:
    """What its hooks count."""
    return SPLIT(row)
