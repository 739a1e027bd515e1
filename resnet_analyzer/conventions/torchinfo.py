"""torchinfo's mult-adds: weights times output positions of convolutions, weights alone of every other layer."""

from __future__ import annotations

from ..dim import Dim, product, total
from ._pytorch import ATTENTION, FUNCTION, NORM, PRODUCTS, calls
from .base import MeasuredRow, Part, Parts, itemised, rounded

WITH_WEIGHTS = ("kernel", "bias", "gamma", "beta")


@itemised(
    "torchinfo",
    says="a convolution's weights and biases times its output positions; of every other layer its weights once",
    source="torchinfo/layer_info.py, calculate_macs",
    tool="torchinfo",
    version="1.8.0",
    calls="mult-adds",
    prints=rounded(10**9, 2, " G mult-adds"),
    faults=(
        "normalisation counts its weights, not its elements",
        "a dense layer over several positions counts one of them",
        "a transposed convolution is multiplied by its output's size",
        "what has no weights is not seen: additions, pools, activation functions, attention",
        "nn.MultiheadAttention, and layers whose weights a function is given, count nothing",
    ),
)
def torchinfo(row: MeasuredRow) -> Parts | None:
    """Weights, times positions where a convolution slides."""
    found = calls(row)
    if not found:
        return ()
    call, weights = found[0], {weight.name: weight.params for weight in row.cost.weights}
    known = {name: number for name, number in weights.items() if name in WITH_WEIGHTS}
    if not known or call.made_by in (FUNCTION, ATTENTION):
        return None if call.counted else ()
    if call.does in ("conv", "conv_transpose"):
        return _convolution(row, call.out, known)
    item = "weights of normalisation" if row.node.op.kind == "normalisation" else PRODUCTS
    batch = row.cost.output[0]  # type: ignore[index]
    bias = [Part("biases", "once", product(batch, known.pop("bias")))] if "bias" in known and item != NORM else []
    return (Part(item, "each weight once", product(batch, total(known.values()))), *bias)


def _convolution(row: MeasuredRow, out: Dim, known: dict[str, Dim]) -> Parts:
    from ..ops.base import sides

    output = row.cost.output
    positions = product(output[0], *sides(output, row.node.op.data_format))  # type: ignore[index,arg-type]
    products = Part(PRODUCTS, "each weight at every output position", product(known["kernel"], positions))
    return (
        products,
        *([Part("biases", "1 per output element", product(known["bias"], positions))] if "bias" in known else []),
    )
