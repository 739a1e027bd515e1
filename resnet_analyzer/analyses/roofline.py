"""Bounds on time by the roofline model: what arithmetic takes at the peak rate, and what memory takes at its bandwidth.

Williams, Waterman & Patterson 2009 (Roofline: an insightful visual performance model). Per layer

    time ≥ max(2·MACs / peak rate, bytes / bandwidth)

with each input, weight and output moved once, and nothing else: no layer that reads its operands from memory and
multiplies directly is faster, most are slower. Never a prediction. Only multiply-accumulates count as
arithmetic, since other units may do the rest at the same time. Three bounds for a whole network, each smaller than
the one before: every layer through memory; layers that work element by element (normalisation, activation, addition)
fused into the layer before them, so that what lies between is never moved; and nothing moved but weights, inputs
and outputs, as if all else stayed in a cache. Algorithms that multiply less (Winograd, FFT) are outside the model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from ..errors import UsageError
from ..frozen import NamedTuple
from ..measurement import Measurement, Row
from .device import SIZE, Device
from .memory import require_numbers

PICO = 10**12


class Bound(NamedTuple):
    """One layer, or several fused: its multiply-accumulates, the numbers that it moves, and the bounds in seconds.

    `read`, `weights` and `written` are numbers of elements; `itemsize` bytes each. `exact` is False where something is
    not known: then the bound is lower still.
    """

    names: tuple[str, ...]
    macs: int
    read: int
    weights: int
    written: int
    itemsize: int
    rate: int
    bandwidth: int
    exact: bool = True

    @property
    def name(self) -> str:
        """The layer's name; of several the first's, and how many follow."""
        return self.names[0] + (f" + {len(self.names) - 1}" if len(self.names) > 1 else "")

    @property
    def bytes(self) -> int:
        """All that is moved."""
        return (self.read + self.weights + self.written) * self.itemsize

    @property
    def computing(self) -> Fraction:
        """Seconds of arithmetic at the peak rate."""
        return Fraction(2 * self.macs, self.rate)

    @property
    def moving(self) -> Fraction:
        """Seconds of moving at the bandwidth."""
        return Fraction(self.bytes, self.bandwidth)

    @property
    def seconds(self) -> Fraction:
        """No less than this."""
        return max(self.computing, self.moving)

    @property
    def intensity(self) -> Fraction:
        """Operations per byte."""
        return Fraction(2 * self.macs, self.bytes) if self.bytes else Fraction(0)

    @property
    def bound_by(self) -> str:
        """`compute` or `memory`; a faster arithmetic would not speed up the latter."""
        return "compute" if self.computing > self.moving else "memory"


class Roofline(NamedTuple):
    """A network on a device: the bounds of its layers, of its fused groups, and of the whole with all in a cache."""

    device: Device
    dtype: str
    layers: tuple[Bound, ...]
    fused: tuple[Bound, ...]
    cached: Bound
    unknown: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Roofline on {self.device.title}: {len(self.layers)} layers>"

    @property
    def ridge(self) -> Fraction:
        """Operations per byte from which on arithmetic is the bound."""
        return Fraction(self.device.rate(self.dtype).amount, self.device.bandwidth.amount)

    @property
    def seconds(self) -> Fraction:
        """The bound with every layer through memory."""
        return sum((each.seconds for each in self.layers), Fraction(0))

    @property
    def fused_seconds(self) -> Fraction:
        """The bound with element-wise layers fused."""
        return sum((each.seconds for each in self.fused), Fraction(0))


def roofline(measurement: Measurement, device: Device, dtype: str = "float32") -> Roofline:
    """The bounds of one inference on the measured batch.

    UnknownName for a type that the device has no rate for; UsageError for a measurement over a grid or symbols.

    >>> from resnet_analyzer.architectures.base import architecture
    >>> from resnet_analyzer.measurement import measure
    >>> from resnet_analyzer.analyses.device import device
    >>> found = roofline(measure(architecture("resnet50")), device("t4"), "float16")
    >>> stem = found.layers[0]
    >>> stem.name, stem.bytes   # 2 · (224·224·3 + 7·7·3·64 + 112·112·64)
    ('stage1/conv', 1925504)
    """
    require_numbers(measurement)
    return bounds(measurement, device, dtype)


def bounds(measurement: Measurement, device: Device, dtype: str = "float32") -> Roofline:
    """The same over symbols, too: then bytes and multiply-accumulates are polynomials, and have no seconds."""
    if dtype not in SIZE:
        raise UsageError(f"{dtype}: expected {', '.join(SIZE)}")
    rows = [row for row in measurement.rows if row.node.inputs and not row.node.training_only]
    rates = (SIZE[dtype], device.rate(dtype).amount, device.bandwidth.amount)
    readers: dict[str, set[str]] = {}
    for row in measurement.rows:
        for name in row.node.inputs:
            readers.setdefault(name, set()).add(row.name)
    outputs = {node.name for node in measurement.graph.outputs}
    moved = [row for row in rows if row.node.op.storage != "view"]
    layers = tuple(_bound([row], readers, rates) for row in moved)
    fused = tuple(_bound(group, readers, rates) for group in groups_of(rows))
    unknown = tuple(row.name for row in rows if row.cost.unknown or row.output is None)
    return Roofline(device, dtype, layers, fused, _cached(measurement, rows, rates, outputs), unknown)


def groups_of(rows: Sequence[Row]) -> list[list[Row]]:
    """Layers that may run as one: those that work element by element join the layer before that they alone read."""
    readers: dict[str, int] = {}
    for row in rows:
        for name in row.node.inputs:
            readers[name] = readers.get(name, 0) + 1
    groups: list[list[Row]] = []
    group_of: dict[str, list[Row]] = {}
    order = {row.name: place for place, row in enumerate(rows)}
    for row in rows:
        op = row.node.op
        if op.storage == "view":
            joined = [group_of[row.node.inputs[0]]] if row.node.inputs[0] in group_of else []
        elif (op.storage == "overwrites" and op.keeps_places) or op.kind == "activation":
            joined = [
                group_of[name] for name in sorted(row.node.inputs, key=lambda name: -order.get(name, -1))
                if name in group_of and readers[name] == 1 and group_of[name][-1].name == name
            ][:1]  # fmt: skip
        else:
            joined = []
        group = joined[0] if joined else []
        if not joined:
            groups.append(group)
        group.append(row)
        group_of[row.name] = group
    return [group for group in groups if any(row.node.op.storage != "view" for row in group)]


def _bound(group: Sequence[Row], readers: Mapping[str, set[str]], rates: tuple[int, int, int]) -> Bound:
    """What a group of layers computes and moves: what comes from outside, its weights, and what is read outside."""
    inside = {row.name for row in group}
    alone = len(group) == 1
    read: dict[str, int] = {}
    for row in group:
        for name, shape in zip(row.node.inputs, row.inputs, strict=True):
            if name not in inside:
                read[name] = 0 if shape is None else shape.elements  # type: ignore[assignment]
    wanted = {name for name in inside if not readers.get(name) or readers[name] - inside}  # outputs have no readers
    written = 0
    for row in reversed(group):
        if row.node.op.storage == "view":  # what it is a view of is there instead
            wanted = wanted | set(row.node.inputs) if row.name in wanted else wanted
        elif row.output is not None and (alone or row.name in wanted):
            written += row.output.elements  # type: ignore[operator]
    exact = not any(row.cost.unknown or row.output is None for row in group)
    weights = sum(row.all_params for row in group)  # type: ignore[misc]
    macs = sum(row.macs for row in group)  # type: ignore[misc]
    names = tuple(row.name for row in group)
    return Bound(names, macs, sum(read.values()), weights, written, *rates, exact)  # type: ignore[arg-type]


def _cached(measurement: Measurement, rows: Sequence[Row], rates: tuple[int, int, int], outputs: set[str]) -> Bound:
    """The whole network, of which only weights, inputs and outputs are moved."""
    read = sum(node.op.shape.elements for node in measurement.graph.inputs)  # type: ignore[attr-defined]
    written = sum(row.output.elements for row in rows if row.name in outputs and row.output is not None)  # type: ignore[misc]
    exact = not any(row.cost.unknown for row in rows)
    weights = sum(row.all_params for row in rows)  # type: ignore[misc]
    macs = sum(row.macs for row in rows)  # type: ignore[misc]
    return Bound((measurement.graph.name,), macs, read, weights, written, *rates, exact)  # type: ignore[arg-type]
