"""What training needs of every layer: whether gradients reach it, what its backward pass needs kept, what it costs.

Gradients flow back to the layers that hold trained weights, and no further: none to the input, none through a
frozen stem. What a layer needs kept is what its op says (`ops/gradient.py`); a tensor that several layers need
is kept once. A layer whose op does not say is unknown: sums over it are lower bounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..dim import Dim
from ..measurement import Row
from ..ops.base import MOVING, NO_WORK, TRAINABLE, Work
from ..ops.gradient import Gradient, Kept


class Backward(NamedTuple):
    """One layer in training: the work of its three passes, and what it keeps.

    `keeps` are places of layers whose outputs are kept for it (its own among them), `beside` what else. `flows`
    tells that gradients of its inputs are worked out, `trains` that those of its weights are.
    """

    row: Row
    forward: Work
    to_inputs: Work = NO_WORK
    to_weights: Work = NO_WORK
    keeps: tuple[int, ...] = ()
    beside: tuple[Kept, ...] = ()
    flows: bool = False
    trains: bool = False
    known: bool = True

    @property
    def name(self) -> str:
        """The layer's name."""
        return self.row.name


def backward_of(rows: Sequence[Row]) -> list[Backward]:
    """Every layer in training, in the order of the rows; those that only training runs are run.

    >>> from resnet_analyzer.architectures.base import architecture
    >>> from resnet_analyzer.measurement import measure
    >>> stem = backward_of(measure(architecture("resnet18")).rows)[1]
    >>> stem.flows, stem.trains, stem.keeps   # no gradient of the image; its weights' needs the image
    (False, True, (0,))
    """
    place = {row.name: number for number, row in enumerate(rows)}
    trained = _trained(rows)
    needed: list[bool] = []
    found = []
    for row in rows:
        before = [place[name] for name in row.node.inputs]
        flows = [needed[each] for each in before]
        needed.append(trained[row.name] or any(flows))
        found.append(_one(row, before, flows, trained[row.name]))
    return found


def _trained(rows: Sequence[Row]) -> dict[str, bool]:
    """Whether a layer's weights are trained, its own or those that it shares."""
    found: dict[str, bool] = {}
    for row in rows:
        own = any(weight.role == TRAINABLE for weight in row.weights)
        found[row.name] = own or (found.get(row.node.weights_of, False) and not row.node.frozen)
    return found


def _one(row: Row, before: Sequence[int], flows: Sequence[bool], trains: bool) -> Backward:
    told = None if None in row.inputs else row.node.op.gradient(row.inputs, row.cost)
    forward = _forward(row, told)
    if not (trains or any(flows)):
        return Backward(row, forward, known=told is not None or not before)
    if told is None:
        return Backward(row, forward, flows=any(flows), trains=trains, known=False)
    if _by_stored_statistics(row):
        told = Gradient((Work(multiplies=row.inputs[0].elements),))
    work = NO_WORK
    for each, wanted in zip(told.to_inputs, flows, strict=True):
        work = work + each if wanted else work
    keeps = [before[each] for each in told.inputs if any(flows)] + [before[each] for each in told.read if trains]
    if told.output and any(flows):
        keeps.append(-1)
    to_weights = told.to_weights if trains else NO_WORK
    return Backward(row, forward, work, to_weights, tuple(dict.fromkeys(keeps)), told.beside, any(flows), trains)


def _by_stored_statistics(row: Row) -> bool:
    """A frozen batch normalisation runs as at inference: one factor per channel (Keras; detection's frozen stems)."""
    return row.node.frozen and row.node.op.kind == "normalisation" and any(w.role == MOVING for w in row.weights)


def _forward(row: Row, told: Gradient | None) -> Work:
    """The work of the forward pass in training; layers that inference leaves out are run."""
    if told is not None and told.forward is not None and not _by_stored_statistics(row):
        return told.forward
    if row.node.training_only and None not in row.inputs:
        return row.node.op.apply(*row.inputs).work
    return row.work


def kept_places(layers: Sequence[Backward]) -> dict[int, list[str]]:
    """The layers whose outputs are kept, by their place, and for whom."""
    found: dict[int, list[str]] = {}
    for place, layer in enumerate(layers):
        for each in layer.keeps:
            found.setdefault(place if each < 0 else each, []).append(layer.name)
    return found


def beside_bytes(layer: Backward, itemsize: int) -> Dim:
    """The bytes of what a layer keeps beside tensors of the graph."""
    size: Dim = 0
    for kept in layer.beside:
        size = size + kept.elements * (itemsize if kept.itemsize is None else kept.itemsize)
    return size
