"""What theory says of signal and gradient at initialisation, computed from the layer graph.

For kernels drawn from N(0, 2/fan_in) and wide layers (He et al. 2015, arXiv 1502.01852, sec. 2.2):

- a convolution puts out twice the mean square of what it reads, over the taps that lie inside the image; backwards
  it multiplies by 2·(its filters)/(its input's channels), over the places that read a pixel;
- a ReLU keeps the share of the mean square, and of the gradient, that lies above 0: half, where the sign is a toss;
- a batch norm divides both by the variance over batch and places. Of the mean square of a convolution that reads
  what ReLUs put out, a part is one mean for all images, which is no variance: a channel's own mean, squared
  (Yang et al. 2019, arXiv 1902.08129, find so that gradients of plain nets with batch norm explode);
- a sum adds mean squares, since branches end in kernels of mean 0, and hands its gradient to all branches.

A neuron's values are held as equally likely ones (quantiles), so that a ReLU behind a sum, where the sign is no
toss, is counted as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist
from typing import Any, NamedTuple

from ..analyses.signals import is_measured
from ..errors import UsageError
from ..graph import Graph
from ..measurement import Row, walk
from ..window import Window

VALUES = 400  # equally likely values that stand for a neuron
EPSILON = 0.001  # that batch norms add to the variance: keras.layers.BatchNormalization


class Predicted(NamedTuple):
    """What theory says of a layer: mean squares of its output and of the gradient with respect to it.

    The signal is None behind a mean over places, which depends on how alike neighbouring places are.
    """

    layer: str
    signal: float | None
    gradient: float


class Ahead(NamedTuple):
    """A node's output: its mean square at every place, equally likely values of mean square 1, and its means.

    `mean` is what all channels have in common at a place, over the images. `level` is the square of a channel's
    mean over images and places, `cross` that mean times the channel's mean at a place, both averaged over channels.
    """

    energy: Any
    values: Any
    mean: Any = 0.0
    level: float = 0.0
    cross: Any = 0.0

    @property
    def mean_square(self) -> float:
        """Over all places."""
        return float(self.energy.mean())


def predict(graph: Graph) -> list[Predicted]:
    """Signal and gradient of every measured layer; UsageError for a layer that the theory does not cover."""
    rows = tuple(walk(graph))
    ahead: dict[str, Ahead | None] = {}
    passed: dict[str, float] = {}  # what a batch norm does to a gradient
    for row in rows:
        ahead[row.name] = _forward(row, [ahead[name] for name in row.node.inputs], passed)
    behind = _gradients(rows, ahead, passed)
    return [
        Predicted(row.name, None if (state := ahead[row.name]) is None else state.mean_square, behind[row.name])
        for row in rows
        if is_measured(row.node)
    ]


def _forward(row: Row, inputs: Sequence[Ahead | None], passed: dict[str, float]) -> Ahead | None:
    import numpy

    kind = row.node.op.kind
    if kind == "input":
        return Ahead(numpy.ones(row.output[1:-1]), _normal())  # type: ignore[index]
    if row.op == "Add" and len(inputs) == 2:
        return _sum(*inputs)  # type: ignore[arg-type]
    (x,) = inputs
    if kind == "normalisation" and x is not None:
        variance = x.mean_square - x.level + EPSILON
        passed[row.name] = 1 / variance
        return Ahead((x.energy - 2 * x.cross + x.level) / variance, x.values)
    if row.op == "Activation" and row.node.op.function == "relu" and x is not None:  # type: ignore[attr-defined]
        return _relu(x)
    if kind == "convolution" and x is not None:
        return _convolved(row, x)
    if row.op == "MaxPool2d" and x is not None and all(window.size == 1 for window in row.cost.windows):
        high, wide = (int(window.stride) for window in row.cost.windows)
        energy, mean, cross = (numpy.broadcast_to(each, x.energy.shape)[::high, ::wide] for each in x[:1] + x[2::2])
        return Ahead(energy, x.values, mean, x.level, cross)
    if row.op == "ChannelPadding" and x is not None:
        return _padded(x, int(row.inputs[0][-1]), int(row.output[-1]))  # type: ignore[index]
    if row.op in ("GlobalAveragePool2d", "Dense"):
        return None
    raise UsageError(f"{row.name}: the theory of signals does not cover {row.op}; it covers residual and plain nets")


def _normal() -> Any:
    """Equally likely values of N(0, 1), of mean square 1 exactly."""
    import numpy

    normal = NormalDist()
    values = numpy.array([normal.inv_cdf((index + 0.5) / VALUES) for index in range(VALUES)])
    return values / numpy.sqrt((values**2).mean())


def _fewer(values: Any) -> tuple[Any, float]:
    """As many equally likely values as stand for a neuron, scaled to mean square 1; and the mean square before."""
    import numpy

    mean_square = float((values**2).mean())
    step = len(values) // VALUES
    kept = numpy.sort(values)[step // 2 :: step][:VALUES]
    return kept / numpy.sqrt((kept**2).mean()), mean_square


def _relu(x: Ahead) -> Ahead:
    import numpy

    above = numpy.maximum(x.values, 0)
    values, kept = _fewer(above)
    mean = float(above.mean()) * numpy.sqrt(x.energy)
    return Ahead(x.energy * kept, values, mean, float(mean.mean()) ** 2, mean * mean.mean())


def _sum(x: Ahead, y: Ahead) -> Ahead:
    """Two branches that do not depend on one another."""
    import numpy

    scales = [numpy.sqrt(each.mean_square) for each in (x, y)]
    values = (scales[0] * x.values[:, None] + scales[1] * y.values[None, :]).ravel()
    shape, mean_square = _fewer(values)
    energy = x.energy + y.energy
    energy = energy * (mean_square / energy.mean())
    return Ahead(energy, shape, x.mean + y.mean, x.level + y.level, x.cross + y.cross)


def _padded(x: Ahead, before: int, after: int) -> Ahead:
    """Channels of zeros join: of a random channel, a share is as it was."""
    import numpy

    part = before / after
    zeros = numpy.zeros(round(VALUES * (after - before) / before))
    values = numpy.concatenate([x.values, zeros])
    shape, _ = _fewer(numpy.repeat(values, 7))  # a length that is no multiple of VALUES thins out evenly
    return Ahead(x.energy * part, shape, x.mean * part**0.5, x.level * part, x.cross * part)


def _convolved(row: Row, x: Ahead) -> Ahead:
    """Twice the mean over the taps, those outside the image being zeros; and what of it is the same for all images."""
    import numpy

    high, wide = map(_taps, row.cost.windows)
    mean = numpy.broadcast_to(x.mean, x.energy.shape)
    taps = [h @ mean @ w.T for h in high for w in wide]
    energy = 2 / len(taps) * high.sum(axis=0) @ x.energy @ wide.sum(axis=0).T
    cross = 2 / len(taps) * sum(float(each.mean()) * each for each in taps)
    return Ahead(energy, _normal(), 0.0, float(cross.mean()), cross)


def _taps(window: Window) -> Any:
    """Which input place each tap of each output place reads: a matrix of 0 and 1 per tap, outputs down."""
    import numpy

    length, before = int(window.length), int(window.pads[0])
    matrices = numpy.zeros((int(window.size), int(window.output), length))
    for tap in range(int(window.size)):
        for place in range(int(window.output)):
            at = place * int(window.stride) + tap * int(window.dilation) - before
            if 0 <= at < length:
                matrices[tap, place, at] = 1
    return matrices


class Behind(NamedTuple):
    """The gradient with respect to a node: its mean square at every place, and by the value that a neuron has.

    `by_value` has mean 1 and belongs to the node's values: a neuron that many ReLUs in a row let through holds a
    large value, and a larger gradient. None: the same for all values.
    """

    energy: Any
    by_value: Any = None

    def joined(self, other: Behind | None) -> Behind:
        """Both gradients, of branches that do not depend on one another."""
        if other is None:
            return self
        energy = self.energy + other.energy
        if self.by_value is None and other.by_value is None:
            return Behind(energy)
        parts = [(float(each.energy.mean()), 1.0 if each.by_value is None else each.by_value) for each in (self, other)]
        return Behind(energy, sum(part * values for part, values in parts) / sum(part for part, _ in parts))


def _gradients(
    rows: Sequence[Row], ahead: dict[str, Ahead | None], passed: dict[str, float]
) -> dict[str, float]:  # fmt: skip
    """The mean square of the gradient at every node, from 1 at the network's output back to its input."""
    import numpy

    behind: dict[str, Behind] = {}
    found = {}
    for row in reversed(rows):
        gradient = behind.pop(row.name, Behind(numpy.ones(1)))
        found[row.name] = float(gradient.energy.mean())
        inputs = [ahead[name] for name in row.node.inputs]
        for place, name in enumerate(row.node.inputs):
            handed = _backward(row, place, gradient, inputs, ahead[row.name], passed)
            behind[name] = handed.joined(behind.get(name))
    return found


def _backward(
    row: Row, place: int, gradient: Behind, inputs: Sequence[Ahead | None], output: Ahead | None,
    passed: dict[str, float],
) -> Behind:  # fmt: skip
    """What a layer hands back of its gradient to the input at that place."""
    import numpy

    energy, shape = gradient.energy, row.inputs[place]
    if row.op == "Dense":
        return Behind(2 * int(row.output[-1]) / int(shape[-1]) * numpy.ones(1))  # type: ignore[index]
    if row.op == "GlobalAveragePool2d":
        places = int(shape[1]) * int(shape[2])
        return Behind(numpy.full((int(shape[1]), int(shape[2])), float(energy.mean()) / places**2))
    if row.node.op.kind == "convolution":
        high, wide = map(_taps, row.cost.windows)
        share = 2 * int(row.output[-1]) / (int(shape[-1]) * len(high) * len(wide))  # type: ignore[index]
        return Behind(share * high.sum(axis=0).T @ energy @ wide.sum(axis=0))
    if row.op == "MaxPool2d":
        spread = numpy.zeros((int(shape[1]), int(shape[2])))
        spread[:: int(row.cost.windows[0].stride), :: int(row.cost.windows[1].stride)] = energy
        return Behind(spread, gradient.by_value)
    if row.node.op.kind == "normalisation":
        return Behind(energy * passed[row.name], gradient.by_value)
    return _by_value(row, place, gradient, inputs, output)


def _by_value(
    row: Row, place: int, gradient: Behind, inputs: Sequence[Ahead | None], output: Ahead | None
) -> Behind:  # fmt: skip
    """Behind a ReLU, a sum or a padding: the gradient of a neuron by what its value becomes there."""
    import numpy

    x = inputs[place]
    if x is None or output is None:
        return gradient
    scale = numpy.sqrt(x.mean_square / output.mean_square)
    becomes = scale * x.values[:, None]
    if row.op == "Add":
        other = inputs[1 - place]
        becomes = becomes + numpy.sqrt(other.mean_square / output.mean_square) * other.values[None, :]  # type: ignore[union-attr]
    known = numpy.ones(VALUES) if gradient.by_value is None else gradient.by_value
    if row.op == "Activation":
        gated = numpy.interp(numpy.maximum(becomes, 0), output.values, known) * (becomes > 0)
    else:
        gated = numpy.interp(becomes, output.values, known)
    by_value = gated.mean(axis=1)
    kept = float(by_value.mean()) if row.op == "Activation" else 1.0
    return Behind(gradient.energy * kept, by_value / by_value.mean())
