"""The multiply-accumulates in the graph that TensorFlow traces of a Keras model, by TensorFlow's own shapes.

No code of ours: every convolution and matrix product of the graph, those of functions inside too, counted by the
shapes that TensorFlow infers, all inputs being of known sizes. Development only.
"""

from __future__ import annotations

from math import prod

import keras
import tensorflow as tf


def macs_of(model: keras.Model, shapes: list[tuple[int, ...]]) -> int:
    """Multiply-accumulates of one call in inference, on inputs of these whole shapes in the model's order."""
    return _of_graph(traced(model, shapes))


def traced(model: keras.Model, shapes: list[tuple[int, ...]]) -> tf.Graph:
    """The graph of that call."""
    flat = keras.tree.flatten(model.input)
    assert len(flat) == len(shapes)
    specs = [tf.TensorSpec(shape, tensor.dtype) for shape, tensor in zip(shapes, flat, strict=True)]
    call = tf.function(lambda *given: model(keras.tree.pack_sequence_as(model.input, list(given)), training=False))
    return call.get_concrete_function(*specs).graph


def _of_graph(graph: tf.Graph) -> int:
    return sum(_of(op, graph) for op in graph.get_operations())


def _of(op: tf.Operation, graph: tf.Graph) -> int:
    if op.type in ("PartitionedCall", "StatefulPartitionedCall"):
        name = op.get_attr("f").name
        return _of_graph(graph._get_function(name).graph)
    if op.type in ("While", "StatelessWhile"):
        times = _times(op)
        return times * _of_graph(graph._get_function(op.get_attr("body").name).graph)
    if op.type in ("If", "StatelessIf"):
        branches = {
            _of_graph(graph._get_function(op.get_attr(f"{each}_branch").name).graph) for each in ("then", "else")
        }
        assert len(branches) == 1, op.name
        return branches.pop()
    return _product(op)


def _times(op: tf.Operation) -> int:
    raise NotImplementedError(f"a loop: {op.name}")


def _product(op: tf.Operation) -> int:
    """Multiply-accumulates of one operation; 0 for all that is no convolution or matrix product."""
    kind = op.type
    if "Conv" not in kind and "MatMul" not in kind and kind != "Einsum":
        return 0
    shapes = [None if each.shape.rank is None else each.shape.as_list() for each in op.inputs]
    out = _made(op)
    if kind in ("Conv2D", "Conv3D"):
        return prod(out) * prod(shapes[1][:-1])  # the kernel's channels are those of one group
    if kind == "DepthwiseConv2dNative":
        return prod(out) * prod(shapes[1][:2])
    if kind in ("Conv2DBackpropInput", "Conv3DBackpropInputV2"):
        return prod(shapes[2]) * prod(shapes[1][:-1])
    if kind == "MatMul":
        return prod(out) * shapes[0][0 if op.get_attr("transpose_a") else 1]
    if kind in ("BatchMatMul", "BatchMatMulV2", "BatchMatMulV3"):
        return prod(out) * shapes[0][-2 if op.get_attr("adj_x") else -1]
    if kind == "Einsum":
        return _einsum(op.get_attr("equation").decode(), shapes, out)
    raise NotImplementedError(kind)


def _made(op: tf.Operation) -> list:
    """The shape that comes out; of a dilated convolution without the padding to whole multiples of the dilation.

    TensorFlow runs it on interleaved parts of the image (SpaceToBatchND), padded, and cuts what the padding made.
    """
    behind = [each for each in op.outputs[0].consumers() if each.type == "BatchToSpaceND"]
    return (behind or [op])[0].outputs[0].shape.as_list()


def _einsum(equation: str, shapes: list, out: list) -> int:
    """One for each combination of places along all axes, where there are two operands."""
    if len(shapes) == 1:
        return 0
    operands, made = equation.replace(" ", "").split("->")
    sizes = {}
    for letters, shape in zip([*operands.split(","), made], [*shapes, out], strict=True):
        if "..." in letters:
            before, after = letters.split("...")
            rest = shape[len(before) : len(shape) - len(after)]
            shape = [*shape[: len(before)], *shape[len(shape) - len(after) :]]
            sizes["..."] = max(sizes.get("...", 1), prod(rest))
            letters = before + after
        for letter, size in zip(letters, shape, strict=True):
            sizes[letter] = max(sizes.get(letter, 1), size)
    return prod(sizes.values())
