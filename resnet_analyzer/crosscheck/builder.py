"""A real Keras model from any graph, layer by layer, under our names."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from ..dim import is_number
from ..errors import AnalyzerError, UsageError
from ..graph import Graph
from ..importers.framework import keras as import_keras
from ..measurement import Row, walk
from ..ops.input import Input
from ..ops.keras_steps import Steps
from ..shape import spell

FORBIDDEN = re.compile(
    r"^[^A-Za-z0-9]|[^A-Za-z0-9_-]"
)  # Keras takes no `/`, TensorFlow's scopes few signs, torch no `.`
FRAMES_PER_LAYER = 40  # Python frames that keras.Model takes per layer: it recurses once a layer


@dataclass(frozen=True, eq=False)
class Built:
    """A Keras model with the steps that each node became.

    `rows` are our figures for every node, `steps` the Keras steps by node (absent: inputs), `remarks`
    what Keras lacks and how it was written instead.
    """

    model: Any
    rows: tuple[Row, ...]
    steps: dict[str, Steps]
    remarks: dict[str, tuple[str, ...]] = field(default_factory=dict)


def build_model(graph: Graph) -> Any:
    """A `keras.Model` of the graph, with our layer names (`/` becomes `-`).

    CheckFailed where a rule does not hold, NoSuchLayer where Keras has nothing for an op,
    MissingFramework without Keras.
    """
    return build(graph).model


def build(graph: Graph) -> Built:
    """The Keras model of a graph, and how each node was written."""
    keras = import_keras()
    rows = tuple(walk(graph))
    _require_known(rows)
    names = layer_names([row.name for row in rows])
    tensors: dict[str, Any] = {}
    steps: dict[str, Steps] = {}
    with deep_recursion(len(rows)):
        for row in rows:
            node = row.node
            if isinstance(node.op, Input):
                tensors[node.name] = keras.Input(tuple(node.op.shape[1:]), name=names[node.name])
                continue
            if node.weights_of:
                steps[node.name] = steps[node.weights_of]
            else:
                steps[node.name] = _steps(keras, row, names[node.name])
            tensors[node.name] = steps[node.name]([tensors[name] for name in node.inputs])
            if node.frozen and steps[node.name].layer is not None:
                steps[node.name].layer.trainable = False
        inputs = [tensors[node.name] for node in graph.inputs]
        outputs = [tensors[node.name] for node in graph.outputs]
        model = keras.Model(inputs if len(inputs) > 1 else inputs[0], outputs if len(outputs) > 1 else outputs[0])
    remarks = {name: step.remarks for name, step in steps.items() if step.remarks}
    return Built(model, rows, steps, remarks)


class NoSuchLayer(AnalyzerError):
    """Keras has nothing for that op, and nothing to make it of."""


def _steps(keras: Any, row: Row, name: str) -> Steps:
    """The Keras steps that a node's op says it becomes."""
    steps = row.node.op.in_keras(keras, name, row.inputs, row.cost)
    if steps is None:
        raise NoSuchLayer(f"{row.name}: Keras has no layer for {row.op}")
    return steps


def _require_known(rows: tuple[Row, ...]) -> None:
    for row in rows:
        if not row.cost.exact:
            raise UsageError(f"{row.name}: its cost is not known, so no Keras layer can stand for it")
        if not all(map(is_number, row.output or ())):
            raise UsageError(f"{row.name}: its size {spell(row.output)} is open: give --input, or numbers for it")


def layer_names(names: list[str]) -> dict[str, str]:
    """Names that Keras and all its back ends take, by ours: ASCII letters, digits, `_` and `-`.

    >>> layer_names(["stage1/conv", "stage1-conv"])
    {'stage1/conv': 'stage1-conv', 'stage1-conv': 'stage1-conv_2'}
    """
    taken: dict[str, str] = {}
    used: set[str] = set()
    for name in names:
        wanted = spelled = FORBIDDEN.sub("-", name)
        count = 1
        while spelled in used:
            count += 1
            spelled = f"{wanted}_{count}"
        used.add(spelled)
        taken[name] = spelled
    return taken


@contextmanager
def deep_recursion(layers: int) -> Iterator[None]:
    """Allow Keras its one recursion per layer; the old limit is back afterwards."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, 1000 + layers * FRAMES_PER_LAYER))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
