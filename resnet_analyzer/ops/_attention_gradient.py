"""What attention needs kept, and what its backward pass costs."""

from __future__ import annotations

from typing import Any

from ..dim import Dim, floor_div, is_exactly, product, total
from ..shape import Shape
from .gradient import Gradient, Kept
from .work import NO_WORK, Work


def _softmax(scores: Dim, rows: Dim) -> Work:
    """p·(dp − Σ dp·p) of every score, and the scale."""
    return Work(adds=2 * scores - rows, multiplies=3 * scores)


def of_attention(op: Any, inputs: tuple[Shape, ...], cost: Any) -> Gradient | None:
    """softmax(q·kᵀ)·v: each of both products has two gradients of as many multiply-accumulates.

    Kept: queries, keys, values, and the probabilities (one each score). Told of the inputs together, at the first.
    """
    query = inputs[0]
    if getattr(op, "score_mode", "dot") != "dot" or (getattr(op, "causal", None) is not None and len(inputs) != 3):
        return None
    value = inputs[2] if hasattr(op, "heads_last") else inputs[1]
    scores = floor_div(cost.work.multiply_accumulates, query[-1] + value[-1])
    rows = floor_div(query.elements, query[-1])
    work = Work(2 * cost.work.multiply_accumulates, total(shape.elements for shape in inputs)) + _softmax(scores, rows)
    others = (NO_WORK,) * (len(inputs) - 1)
    kept = tuple(range(len(inputs)))
    return Gradient((work, *others), inputs=kept, beside=(Kept("probabilities", scores),))


def of_projected_attention(op: Any, inputs: tuple[Shape, ...], cost: Any) -> Gradient | None:
    """The same between four products with weights: queries, keys and values of the inputs, and the output.

    Kept: the inputs, projected queries, keys and values, the probabilities, and what goes into the last product.
    """
    kernels = [weight for weight in cost.weights if weight.name.endswith("kernel")]
    if len(kernels) != 4 or len(inputs) > 3:
        return None
    given: dict[str, Shape] = dict(zip(op.roles, inputs, strict=False))
    query = given.get("query", inputs[0])
    value = given.get("value", query)
    places = [floor_div(shape.elements, shape[-1]) for shape in (query, given.get("key", value), value, query)]
    macs = [product(count, weight.params) for count, weight in zip(places, kernels, strict=True)]
    between = cost.work.multiply_accumulates - total(macs)
    width, carried = op.key_dim, op.key_dim if is_exactly(op.value_dim, 0) else op.value_dim
    scores = floor_div(between, width + carried)
    projected = [
        floor_div(each, shape[-1]) for each, shape in zip(macs, (query, given.get("key", value), value), strict=False)
    ]
    context = product(places[0], op.num_heads, carried)
    rows = product(places[0], op.num_heads)
    first = Work(2 * between + total(macs), query.elements) + _softmax(scores, rows)
    beside = (Kept("queries, keys, values", total(projected)), Kept("probabilities", scores), Kept("context", context))
    weights = Work(total(macs), total(weight.params for weight in kernels))
    return Gradient((first, *[NO_WORK for _ in inputs[1:]]), weights, read=tuple(range(len(inputs))), beside=beside)
