"""PyTorch's recurrent operators, which run several layers and directions at once, as one record for each layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..ops.spelling import Stored
from .records import Declared, Ref

KINDS = ("lstm", "gru", "rnn_tanh", "rnn_relu")


def expanded(
    maker: Any, kind: str, given: dict[str, Any], outputs: Sequence[Declared | None], path: str, fold: bool
) -> list[Any] | None:
    """Sequence and last states of a stack of recurrent layers; None for one that is told in another way.

    Initial states must be constants; projections, packed sequences and single sequences are none of ours.
    """
    source, params = given.get("input"), given.get("params")
    states = given.get("hx")
    plain = all(isinstance(each, Stored) for each in (states if isinstance(states, list) else [states]))
    shape = source.shape if isinstance(source, (Ref, Stored)) else None
    if not isinstance(params, list) or not plain or shape is None or len(shape) != 3:
        return None
    layers, both = given.get("num_layers", 1), bool(given.get("bidirectional"))
    each = 4 if given.get("has_biases", True) else 2
    if type(layers) is not int or not 0 < layers <= len(params) or len(params) != layers * each * (1 + both):
        return None
    first = bool(given.get("batch_first"))
    if not first:
        (source,) = maker.operation("permute", [("self", source), ("dims", [1, 0, 2])], (None,), path, False, fold)
    per_layer = each * (1 + both)
    for layer in range(layers):
        last = layer == layers - 1 and first
        own = _weights(params[layer * per_layer : (layer + 1) * per_layer], each)
        shapes = (outputs[0],) if last else (None,)
        (source,) = maker.operation(kind, [("input", source), *own, ("layer", layer)], shapes, path, True, fold)
    made = source
    if not first:
        arguments = [("self", source), ("dims", [1, 0, 2])]
        (made,) = maker.operation("permute", arguments, (outputs[0],), path, False, fold)
    return [made, *[_state(maker, source, shape, path, fold) for shape in outputs[1:]]]


def _weights(params: list[Any], each: int) -> list[tuple[str, Any]]:
    """The weights of one layer by name; both biases of a direction as one of two rows."""
    found: list[tuple[str, Any]] = []
    for place, prefix in enumerate(("", "backward_")[: len(params) // each]):
        kernel, recurrent, *biases = params[place * each : (place + 1) * each]
        found += [(f"{prefix}kernel", kernel), (f"{prefix}recurrent", recurrent)]
        if biases:
            one, other = biases
            roots = (*one.roots, *other.roots)
            found.append((f"{prefix}bias", Stored((2, *one.shape), one.dtype, one.name, None, roots)))
    return found


def _state(maker: Any, source: Any, shape: Declared | None, path: str, fold: bool) -> Any:
    """The last states; a record that is left out where nothing reads it."""
    (made,) = maker.operation(
        "final_state", [("self", source), ("shape", list(shape or ()))], (shape,), path, False, fold
    )
    return made
