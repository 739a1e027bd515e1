"""A record in our words: the ops of a spelling, applied to what the record reads, and held against its source.

Nothing is guessed: ops that do not take what the record reads, or that give other shapes or weights than the
source declares, are not its words.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from ..dim import equal, holds, is_exactly, product
from ..errors import AnalyzerError
from ..ops.base import Cost, Op, Weight
from ..ops.spelling import Array, Call, Outputs, Reads, Spelling, Stored
from ..shape import Shape, spell
from ._agreement import Different, agrees, require_weights, spelled_shape
from ._arguments import constant_name, numbered
from .records import Record

# what a reading raises on settings that are none
NOT_OURS = (AnalyzerError, AttributeError, LookupError, ArithmeticError, TypeError, ValueError)


class Step(NamedTuple):
    """One op of a record: its name, what it reads, and what comes out at the source's own size."""

    name: str
    op: Op
    reads: tuple[str, ...]
    cost: Cost


class Said(NamedTuple):
    """A record in our words: its steps, and the node of each output."""

    steps: list[Step]
    outputs: tuple[str, ...]
    weights_in: Mapping[str, Stored] = MappingProxyType({})

    @property
    def weights(self) -> tuple[Weight, ...]:
        """The weights of all its ops."""
        return tuple(weight for step in self.steps for weight in step.cost.weights)


def reading(op: type[Op], spelling: Spelling, call: Call) -> Any:
    """The ops of a call; None for settings that our op does not have: better no word than a wrong one."""
    try:
        return spelling.ops(op, call)
    except NOT_OURS:
        return None


def applied(op: Op, shapes: list[Any]) -> Cost:
    """The cost of an op; `Different` where a stranger's settings, though of the right kinds, mean nothing."""
    try:
        return op.apply(*shapes)
    except NOT_OURS as error:
        raise Different("its settings do not go together") from error


def said_by(record: Record, found: Any, call: Call, reads: list[str | Array]) -> Said | None:
    """The ops of a reading, applied to what the record reads; None if they do not take it."""
    names = [read if isinstance(read, str) else constant_name(record, place, read) for place, read in enumerate(reads)]
    tensors = [(name, shape) for name, shape in zip(names, call.shapes, strict=True)]
    own: Mapping[str, Stored] = MappingProxyType({})
    if isinstance(found, (Outputs, Reads)):
        if not set(found.weights.values()) <= set(call.stored):
            raise Different("its weights are made while it runs")
        own = {name: call.stored[number] for name, number in found.weights.items()}
        tensors = tensors if found.numbers is None else [tensors[number] for number in found.numbers]
        if isinstance(found, Outputs):
            return _several(record, found, tensors, own)
        found = found.ops
    steps = _chain(record.name, found, tensors)
    return None if steps is None else Said(steps, (steps[-1].name,), own)


def _several(
    record: Record, found: Outputs, tensors: list[tuple[str, Shape]], own: Mapping[str, Stored]
) -> Said | None:
    """The ops of a call of several outputs, one for each."""
    each: list[list[Step]] = []
    for place, op in enumerate(found.ops):
        if place and found.chained:
            first = each[0][-1]
            tensors = [(first.name, first.cost.output)]  # type: ignore[list-item]
        steps = _chain(numbered(record.name, place), [op], tensors)
        if steps is None:
            return None
        each.append(steps)
    return Said([step for steps in each for step in steps], tuple(steps[-1].name for steps in each), own)


def _chain(name: str, ops: list[Op], tensors: list[tuple[str, Shape]]) -> list[Step] | None:
    """Ops one after another: each takes as many of the last tensors as it reads, and leaves one."""
    steps: list[Step] = []
    for place, op in enumerate(ops):
        count = len(tensors) if op.arity is None else op.arity
        if not min(1, len(tensors)) <= count <= len(tensors) or (count == 0 and op.arity is None):
            return None
        taken = tensors[len(tensors) - count :]
        if any(is_exactly(size, 0) for _, shape in taken for size in shape):
            raise Different("it reads a tensor without numbers")
        cost = applied(op, [shape for _, shape in taken])
        if cost.output is None or any(holds(check.condition) is False for check in cost.checks):
            failed = next((check.text for check in cost.checks if holds(check.condition) is False), "")
            raise Different(failed.rstrip("."))
        steps.append(Step(f"{name}:{place + 1}", op, tuple(each for each, _ in taken), cost))
        tensors = [*tensors[: len(tensors) - count], (steps[-1].name, cost.output)]
    return _renamed(steps, name) if len(tensors) == 1 else None


def _renamed(steps: list[Step], name: str) -> list[Step]:
    """The step that has the weights (else the last one) gets the record's name."""
    with_weights = [place for place, step in enumerate(steps) if step.cost.weights]
    main = with_weights[0] if len(with_weights) == 1 else len(steps) - 1
    old = steps[main].name
    return [
        step._replace(
            name=name if place == main else step.name,
            reads=tuple(name if read == old else read for read in step.reads),
        )
        for place, step in enumerate(steps)
    ]


def require_the_same(record: Record, said: Said, comparable: bool, held: bool) -> None:
    """`Different` where an op's shapes or weights are not those that the source declares."""
    if len(said.outputs) < len(record.outputs):
        raise Different(f"it has {len(record.outputs)} outputs")
    made = {step.name: step.cost.output for step in said.steps}
    for name, theirs in zip(said.outputs, record.outputs, strict=False):
        ours = made[name]
        if comparable and theirs is not None and not agrees(ours, theirs):
            raise Different(f"we find {spell(ours)}, it declares {spelled_shape(theirs)}")
    if record.weights is not None:
        require_weights(said.weights, record.weights)
    elif held:
        _require_stored(said)


def _require_stored(said: Said) -> None:
    """`Different` where the weights of an op are others than those that the file holds for it."""
    if len(said.weights) != len(said.weights_in):
        raise Different(f"it has {len(said.weights_in)} weights, where we know {len(said.weights)}")
    for weight in said.weights:
        stored = said.weights_in.get(weight.name)
        if stored is None or holds(equal(product(*weight.shape), product(*stored.shape))) is False:
            theirs = "nothing" if stored is None else "×".join(map(str, stored.shape))
            raise Different(f"we find a {weight.name} of {'×'.join(map(str, weight.shape))}, it has {theirs}")
