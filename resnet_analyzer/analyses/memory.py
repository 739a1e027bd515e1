"""Memory of one inference: the weights, and the most activations that are alive at one moment.

The model: layers run one by one in the graph's order; every output is a buffer from the moment its layer
runs until its last reader has run; a layer's inputs and output are alive while it runs. What its op calls a
view (reshaping and, at inference, dropout) copies nothing. `in_place` lets layers whose op may overwrite its
input do so where nobody reads it later, as torch's `inplace=True` does; `fuse_bn` folds batch normalisation into
the layer before it. Where an op does not tell, its output may be a view: it counts nothing, and the figure is a
lower bound. Work space inside a layer (im2col, FFT) and the framework's own memory are not counted.
"""

from __future__ import annotations

from typing import NamedTuple

from ..dim import Dim, at_least, is_number
from ..dim.polynomial import largest_of
from ..errors import UsageError
from ..measurement import Measurement
from .order import Least, forced_moments, least_peak
from .schedule import exact, moments, steps_of

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


class Live(NamedTuple):
    """The bytes alive while a layer runs."""

    name: str
    bytes: Dim


def memory(measurement: Measurement, itemsize: int = FLOAT32, in_place: bool = False, fuse_bn: bool = False) -> Memory:
    """The memory of one inference on the measured batch, `itemsize` bytes a number.

    UsageError for a measurement over a grid or symbols.

    >>> from resnet_analyzer.architectures.base import architecture
    >>> from resnet_analyzer.measurement import measure
    >>> found = memory(measure(architecture("resnet50")))
    >>> found.peak, found.at   # the branch, the projection, and that normalised: 3 · 56·56·256 · 4 bytes
    (9633792, 'stage2/block1/shortcut/bn')
    """
    require_numbers(measurement)
    steps = steps_of(measurement.rows, fuse_bn)
    peak, at = 0, ""
    for step, live, _slot in moments(steps, in_place):
        if live > peak:
            peak, at = live, step.name  # type: ignore[assignment]
    weights = measurement.totals.all_params * itemsize
    known = exact(steps) and "all_params" not in measurement.lower_bounds
    return Memory(weights, peak * itemsize, at, known)  # type: ignore[arg-type]


def require_numbers(measurement: Measurement) -> None:
    """UsageError for a measurement over a grid or symbols."""
    plain = all(map(is_number, [measurement.totals.all_params, measurement.totals.flops]))
    sizes = [row.output.elements for row in measurement.rows if row.output is not None]
    if not plain or not all(map(is_number, sizes)):
        raise UsageError(
            f"{measurement.graph.name}: memory and cost are those of one design: measure plain sizes, no grid or symbol"
        )


def least_memory(
    measurement: Measurement, itemsize: int = FLOAT32, in_place: bool = False, fuse_bn: bool = False
) -> Least:
    """The least peak over all orders of the layers, in bytes, with the lower bound that proves it and such an order.

    `order` counts the layers as the graph lists them, those that only training runs left out. UsageError for a
    measurement over a grid or symbols.

    >>> from resnet_analyzer.architectures.base import architecture
    >>> from resnet_analyzer.measurement import measure
    >>> found = least_memory(measure(architecture("googlenet")))
    >>> found.peak, found.certain   # 2 · 112·112·64 · 4 bytes: no order does better than its own
    (6422528, True)
    """
    require_numbers(measurement)
    found = least_peak(steps_of(measurement.rows, fuse_bn), in_place)
    return found._replace(peak=found.peak * itemsize, bound=found.bound * itemsize)


def live_bytes(
    measurement: Measurement, itemsize: int = FLOAT32, in_place: bool = False, fuse_bn: bool = False
) -> list[Live]:
    """What is alive while each layer runs, in order; over symbols as polynomials.

    >>> from resnet_analyzer.architectures.base import architecture
    >>> from resnet_analyzer.measurement import measure
    >>> live_bytes(measure(architecture("alexnet")))[1]   # 4·(227·227·3 + 55·55·96)
    Live(name='stage1/conv', bytes=1779948)
    """
    steps = steps_of(measurement.rows, fuse_bn)
    return [Live(step.name, live * itemsize) for step, live, _slot in moments(steps, in_place)]


def least_bytes(measurement: Measurement, itemsize: int = FLOAT32) -> list[Dim]:
    """What must be alive while each layer runs, whatever the order; over symbols as polynomials.

    >>> from resnet_analyzer.architectures.base import architecture
    >>> from resnet_analyzer.measurement import measure
    >>> max(least_bytes(measure(architecture("googlenet"))))   # its own order is as good
    6422528
    """
    return [each * itemsize for each in forced_moments(steps_of(measurement.rows))]


def peak_of(lives: list[Live]) -> Dim:
    """The largest of some figures; over symbols the maximum of those polynomials that no other one is never below.

    >>> from resnet_analyzer.dim import symbol
    >>> n = symbol("n")
    >>> str(peak_of([Live("a", n), Live("b", 2 * n), Live("c", n * n)]))
    'max(n², 2·n)'
    """
    kept: list[Dim] = []
    for each in {str(live.bytes): live.bytes for live in lives}.values():
        if not any(at_least(other, each) is True for other in kept):
            kept = [other for other in kept if at_least(each, other) is not True]
            kept.append(each)
    return largest_of(*kept) if kept else 0  # type: ignore[arg-type, return-value]
