"""XLA's count of convolutions and matrix products: only taps that meet data, nothing for padding."""

from __future__ import annotations

from ..dim import Dim, is_exactly, is_number, product
from ..errors import Undecided
from ..ops.base import channels
from ..window import Window
from ._pytorch import PRODUCTS, calls
from .base import MeasuredRow, Part, Parts, itemised


def meeting(window: Window) -> Dim | None:
    """Taps of all positions of a window that meet data and no padding; None where sizes are no plain numbers.

    >>> meeting(Window(4, 3, 1, 1, 1))   # 2 + 3 + 3 + 2
    10
    """
    before, _ = window.pads
    parts = (window.length, window.size, window.stride, window.dilation, before, window.output)
    if not all(map(is_number, parts)):
        return None
    length, size, stride, dilation, start, count = (int(part) for part in parts)  # type: ignore[arg-type]
    found = 0
    for tap in range(size):
        offset = tap * dilation - start
        first = max(0, -(offset // stride)) if offset < 0 else 0
        last = min(count - 1, (length - 1 - offset) // stride)
        found += max(0, last - first + 1)
    return found


@itemised(
    "xla",
    says="2 per multiply-accumulate that meets data: none of those that meet padding",
    source="xla/service/hlo_cost_analysis.cc, HandleConvolution and HandleDot",
    tool="XLA cost analysis",
    version="jax 0.10.2",
    calls="flops",
    faults=("only convolutions and matrix products are told here; XLA counts element-wise operations besides",),
)
def xla(row: MeasuredRow) -> Parts | None:
    """Twice the multiply-accumulates on data."""
    found = calls(row)
    if not found:
        return ()
    call, windows = found[0], row.cost.windows
    if call.does == "conv" and windows:
        taps = [meeting(window) for window in windows]
        if None in taps:
            raise Undecided(f"{row.node.name}: what XLA counts of a window is told for plain sizes only")
        weights = row.cost.weights[0].shape if row.cost.weights else row.node.op.apply(*row.inputs).weights[0].shape
        pairs = (
            product(*weights[len(windows) :])
            if type(row.node.op).__name__.startswith("Conv")
            else channels(row.cost.output, row.node.op.data_format)  # type: ignore[arg-type]
        )
        return (Part(PRODUCTS, "2 each that meets data", product(2, row.inputs[0][0], *taps, pairs)),)
    if not is_exactly(call.macs, 0):
        return (Part(PRODUCTS, "2 each", 2 * call.macs),)
    return None if call.counted else ()
