"""Memory of one inference: the weights, and the most activations that are alive at one moment.

The model: layers run one by one in the graph's order; every output is a buffer from the moment its layer
runs until its last reader has run; a layer's inputs and output are alive while it runs. What its op calls a
view (reshaping and, at inference, dropout) copies nothing. `in_place` lets layers whose op may overwrite its
input do so where nobody reads it later, as torch's `inplace=True` does. Where an op does not tell, its output
may be a view: it counts nothing, and the figure is a lower bound. Work space inside a layer (im2col, FFT) and
the framework's own memory are not counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..dim import is_number
from ..errors import UsageError
from ..measurement import Measurement, Row

FLOAT32 = 4  # bytes


class Memory(NamedTuple):
    """Bytes of weights, bytes of activations alive at the fullest moment, and the layer that runs then.

    `exact` is False where some layer's output or weights are not known, or whether its output needs
    memory of its own: then they are lower bounds.
    """

    weights: int
    peak: int
    at: str
    exact: bool = True

    @property
    def total(self) -> int:
        """Weights and live activations together."""
        return self.weights + self.peak


def memory(measurement: Measurement, itemsize: int = FLOAT32, in_place: bool = False) -> Memory:
    """The memory of one inference on the measured batch, `itemsize` bytes a number.

    UsageError for a measurement over a grid or symbols.

    >>> from resnet_analyzer.architectures.base import architecture
    >>> from resnet_analyzer.measurement import measure
    >>> found = memory(measure(architecture("resnet50")))
    >>> found.peak, found.at   # the branch, the projection, and that normalised: 3 · 56·56·256 · 4 bytes
    (9633792, 'stage2/block1/shortcut/bn')
    """
    rows = [row for row in measurement.rows if not row.node.training_only]
    sizes = [_elements(row) * itemsize for row in rows]
    if not all(map(is_number, [*sizes, measurement.totals.all_params])):
        raise UsageError(f"{measurement.graph.name}: memory needs plain sizes, not a grid or symbols")
    buffer = _buffers(rows, in_place)
    last = _last_use(rows, buffer)
    live: dict[int, int] = {}
    peak, at = 0, ""
    for step, row in enumerate(rows):
        own = buffer[row.name]
        live[own] = max(live.get(own, 0), sizes[step])
        if sum(live.values()) > peak:
            peak, at = sum(live.values()), row.name
        live = {each: size for each, size in live.items() if last[each] > step}
    weights = measurement.totals.all_params * itemsize
    exact = all(row.output is not None and row.node.op.storage != "unknown" for row in rows)
    return Memory(weights, peak, at, exact and "all_params" not in measurement.lower_bounds)


def _elements(row: Row) -> int:
    return 0 if row.output is None or row.node.op.storage == "unknown" else row.output.elements


def _buffers(rows: Sequence[Row], in_place: bool) -> dict[str, int]:
    """The buffer that every layer writes: one of its own, or the one of an input that it may write over."""
    final = {name: step for step, row in enumerate(rows) for name in row.node.inputs}
    buffer: dict[str, int] = {}
    readers: dict[int, int] = {}  # until which step a buffer is read by the names that share it so far
    for step, row in enumerate(rows):
        mine = step
        for name, shape in zip(row.node.inputs, row.inputs, strict=True):
            shared = row.node.op.storage == "view"
            free = shape == row.output and readers[buffer[name]] <= step
            over = in_place and row.node.op.storage == "overwrites" and free
            if shared or over:
                mine = buffer[name]
                break
        buffer[row.name] = mine
        readers[mine] = max(readers.get(mine, step), final.get(row.name, len(rows)))
    return buffer


def _last_use(rows: Sequence[Row], buffer: dict[str, int]) -> dict[int, int]:
    """The step after which a buffer is free; outputs of the network stay."""
    read = {name for row in rows for name in row.node.inputs}
    last: dict[int, int] = {}
    for step, row in enumerate(rows):
        for name in row.node.inputs:
            last[buffer[name]] = step
    for row in rows:
        if row.name not in read:
            last[buffer[row.name]] = len(rows)
    return last
