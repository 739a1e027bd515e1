"""TensorFlow's profiler as a witness: the float operations of every layer in the traced graph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from .builder import Built, deep_recursion


def profiled_float_ops(tf: Any, built: Built, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, int]:
    """Float operations that TensorFlow's profiler counts for each node, for one image.

    Every node is traced under a name scope of its own, on the shapes that came out of the running
    layers (`shapes`, with batch): otherwise all that follows an op whose shape TensorFlow cannot
    infer would count 0. The graph is not frozen: that would take 50 times as long, for the same count.
    """
    inputs = [row.name for row in built.rows if row.name not in built.steps]
    signature = [tf.TensorSpec(shapes[name], "float32") for name in inputs]
    with deep_recursion(len(built.rows)):
        traced = tf.function(
            lambda *given: _trace(tf, built, shapes, dict(zip(inputs, given, strict=True))), autograph=False
        )
        graph = traced.get_concrete_function(*signature).graph
    scopes = _profile(tf, graph)
    return {row.name: scopes[f"n{index}"] for index, row in enumerate(built.rows)}


def _trace(tf: Any, built: Built, shapes: Mapping[str, tuple[int, ...]], tensors: dict[str, Any]) -> list[Any]:
    """Call every node under its own name scope; the outputs that nobody reads."""
    for index, row in enumerate(built.rows):
        if row.name in built.steps:
            with tf.name_scope(f"n{index}"):
                output = built.steps[row.name]([tensors[name] for name in row.node.inputs])
            output.set_shape(shapes[row.name])
            tensors[row.name] = output
    read = {name for row in built.rows for name in row.node.inputs}
    return [tensors[row.name] for row in built.rows if row.name not in read]


def _profile(tf: Any, graph: Any) -> Counter[str]:
    """Float operations of a traced graph, added up by the first name scope of each operation."""
    profiler = tf.compat.v1.profiler
    options = profiler.ProfileOptionBuilder(profiler.ProfileOptionBuilder.float_operation()).with_empty_output()
    found: Counter[str] = Counter()
    pending = list(profiler.profile(graph, cmd="scope", options=options.build()).children)
    while pending:
        operation = pending.pop()
        found[operation.name.partition("/")[0]] += operation.float_ops
        pending += operation.children
    return found
