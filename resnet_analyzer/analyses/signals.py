"""Signal and gradient at initialisation as data: measured over seeds, beside what theory says.

`crosscheck/signals.py` measures, `crosscheck/theory.py` predicts; here is what both come to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp, log
from typing import Any, NamedTuple

from ..errors import UsageError
from ..graph import Node

SCHEMA = 2
KIND = "signals"
MEASURED = ("convolution", "dense", "merge")  # kinds of layers that are looked at
DIGITS = 4  # of a figure that is kept


def is_measured(node: Node) -> bool:
    """Whether a layer's signal and gradient are looked at."""
    return node.op.kind in MEASURED


class Spread(NamedTuple):
    """A figure over several seeds: least, geometric mean, most."""

    least: float
    mean: float
    most: float

    def holds(self, value: float) -> bool:
        """Whether a value lies between the least and the most."""
        return self.least <= value <= self.most


class LayerSignal(NamedTuple):
    """A layer: mean squares of its output and of the gradient with respect to it, and the norm of its kernel's.

    `told_signal` is None where theory says nothing, `kernel` where the layer has none.
    """

    layer: str
    signal: Spread
    told_signal: float | None
    gradient: Spread
    told_gradient: float | None
    kernel: Spread | None = None


class NetSignals(NamedTuple):
    """One net at initialisation, layer by layer from its input on.

    `alike` is the mean cosine between the gradients with respect to neighbouring images.
    """

    net: str
    depth: int
    normalised: bool
    layers: tuple[LayerSignal, ...]
    alike: Spread

    @property
    def foreseen(self) -> tuple[int, int]:
        """Of the figures that theory gives, signals and gradients: how many lie within the seeds' spread, and all."""
        pairs = [(each.signal, each.told_signal) for each in self.layers]
        pairs += [(each.gradient, each.told_gradient) for each in self.layers]
        told = [(spread, value) for spread, value in pairs if value is not None]
        return sum(spread.holds(value) for spread, value in told), len(told)

    @property
    def farthest(self) -> float:
        """The largest factor between a prediction and the seeds' geometric mean."""
        pairs = [(each.signal.mean, each.told_signal) for each in self.layers]
        pairs += [(each.gradient.mean, each.told_gradient) for each in self.layers]
        return max(max(seen / told, told / seen) for seen, told in pairs if told is not None)


class SignalStudy(NamedTuple):
    """Nets measured alike: `pairs` of neighbouring images, so many seeds, on a device."""

    seeds: int
    pairs: int
    device: str
    versions: tuple[tuple[str, str], ...]
    nets: tuple[NetSignals, ...]

    def to_dict(self) -> dict[str, Any]:
        """The study as the JSON contract has it."""
        return {
            "schema": SCHEMA,
            "kind": KIND,
            "seeds": self.seeds,
            "pairs": self.pairs,
            "device": self.device,
            "versions": dict(self.versions),
            "layer_fields": list(LayerSignal._fields),
            "nets": [{**each._asdict(), "layers": [list(layer) for layer in each.layers]} for each in self.nets],
        }


def spread_of(values: Sequence[float]) -> Spread:
    """Least, geometric mean and most, to four digits.

    >>> spread_of([1.0, 4.0])
    Spread(least=1.0, mean=2.0, most=4.0)
    """
    positive = all(value > 0 for value in values)
    mean = exp(sum(map(log, values)) / len(values)) if positive else sum(values) / len(values)
    return Spread(*(float(f"{value:.{DIGITS}g}") for value in (min(values), mean, max(values))))


def rounded(value: float | None) -> float | None:
    """To four digits."""
    return None if value is None else float(f"{value:.{DIGITS}g}")


def signals_of(data: Mapping[str, Any], where: str = "signals") -> SignalStudy:
    """A study from what `to_dict` gave; UsageError for anything else."""
    try:
        if (data["schema"], data["kind"]) != (SCHEMA, KIND):
            raise UsageError(f"{where}: holds schema {data['schema']!r}, kind {data['kind']!r}, not {KIND} {SCHEMA}")
        nets = tuple(_net(each) for each in data["nets"])
        return SignalStudy(data["seeds"], data["pairs"], data["device"], tuple(data["versions"].items()), nets)
    except (KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{where}: is not a study of signals: {error}") from None


def _net(data: Mapping[str, Any]) -> NetSignals:
    layers = tuple(
        LayerSignal(name, Spread(*signal), told, Spread(*gradient), told_gradient, Spread(*kernel) if kernel else None)
        for name, signal, told, gradient, told_gradient, kernel in data["layers"]
    )
    return NetSignals(data["net"], data["depth"], data["normalised"], layers, Spread(*data["alike"]))
