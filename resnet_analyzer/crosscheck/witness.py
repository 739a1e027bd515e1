"""What the running model says: the shape of every array that came out, the weights that are there, the time."""

from __future__ import annotations

import re
import statistics
import time
from typing import Any, NamedTuple

from ..importers.framework import keras as import_keras
from ..importers.framework import named_weights
from ..shape import Shape
from .builder import Built

SEED = 1512_03385  # any fixed number: the same data on every run


class WeightSeen(NamedTuple):
    """A weight of the running layer."""

    shape: tuple[int, ...]
    trainable: bool


class Seen(NamedTuple):
    """What was seen of one node: the array's shape and the layer's weights by name.

    `weights_of` is the node where a layer with weights ran before, if it did.
    """

    shape: Shape
    weights: dict[str, WeightSeen]
    weights_of: str = ""


def random_inputs(built: Built, batch: int | None = None) -> list[Any]:
    """Standard normal data for every input of the model, of the graph's own batch or another one."""
    import numpy

    random = numpy.random.default_rng(SEED)
    shapes = [row.output for row in built.rows if row.name not in built.steps]
    return [random.standard_normal((batch or shape[0], *shape[1:]), dtype="float32") for shape in shapes]  # type: ignore


def run_layers(built: Built) -> dict[str, Seen]:
    """Run every layer on the arrays that came out of those before it, and look at what comes out.

    An array is let go as soon as nobody reads it any more.
    """
    ops = import_keras().ops
    given = iter(random_inputs(built))
    last_use = {name: row.name for row in built.rows for name in row.node.inputs}
    arrays: dict[str, Any] = {}
    seen = {}
    owners: dict[int, str] = {}
    for row in built.rows:
        if row.name in built.steps:
            arrays[row.name] = built.steps[row.name]([arrays[name] for name in row.node.inputs])
        else:
            arrays[row.name] = ops.convert_to_tensor(next(given))
        weights = _weights(built, row.name)
        owner = owners.setdefault(id(built.steps[row.name].layer), row.name) if weights else row.name
        seen[row.name] = Seen(Shape(*arrays[row.name].shape), weights, owner if owner != row.name else "")
        for name in set(row.node.inputs):
            if last_use[name] == row.name:
                del arrays[name]
    return seen


def _weights(built: Built, name: str) -> dict[str, WeightSeen]:
    steps = built.steps.get(name)
    layer = steps.layer if steps is not None else None
    if layer is None:
        return {}
    trained = {id(weight) for weight in layer.trainable_weights}
    return {
        _called(called): WeightSeen(tuple(weight.shape), id(weight) in trained)
        for called, weight in named_weights(layer).items()
    }


def _called(name: str) -> str:
    """A weight's name without the layers inside of a layer: a recurrent cell, what a wrapper holds.

    >>> _called("forward_it-forth/lstm_cell_1/kernel"), _called("it-each/bias")
    ('forward/kernel', 'bias')
    """
    parts = [part for part in name.split("/") if not re.search(r"(_cell(_\d+)?|-each)$", part)]
    ways = [re.match("(forward|backward)_", part) for part in parts]
    return "/".join(way[1] if way else part for way, part in zip(ways, parts, strict=True))


class Timing(NamedTuple):
    """Seconds of one run: the median of several after warm-up, with the result fetched."""

    seconds: float
    runs: int


def time_model(built: Built, batch: int, runs: int) -> Timing:
    """Time the compiled model on fixed data; every run ends with the result in main memory."""
    inputs = random_inputs(built, batch)
    given = inputs if len(inputs) > 1 else inputs[0]
    built.model.predict_on_batch(given)  # traces and compiles
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        built.model.predict_on_batch(given)
        taken.append(time.perf_counter() - start)
    return Timing(statistics.median(taken), runs)
