"""The way through a network: what sets its channels, what a repair cuts out of it, what then reads another layer."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from ..design import Reading, quoted
from ..measurement import Row
from ..ops.concatenate import Concatenate
from ..ops.elementwise import Multiply
from ..shape import is_map


def cut_out(before: Reading, after: Reading) -> int:
    """How many layers are still there, but do not carry anything to an output any more, but for gates."""
    gates = _gates(before) | _gates(after)
    return len((_carried(before, gates) & after.rows.keys()) - _carried(after, gates))


def _carried(reading: Reading, gates: set[tuple[str, str]]) -> frozenset[str]:
    """The layers whose numbers reach an output, and not only as a gate that scales others."""
    found: set[str] = set()
    waiting = [node.name for node in reading.graph.outputs] if reading.graph is not None else []
    while waiting:
        name = waiting.pop()
        if name not in found and name in reading.rows:
            found.add(name)
            waiting.extend(each for each in reading.rows[name].node.inputs if (name, each) not in gates)
    return frozenset(found)


def _gates(reading: Reading) -> set[tuple[str, str]]:
    """Products and the gates that they read, as far as shapes are known: maps of 1×1 beside larger ones."""
    return {pair for row in reading.rows.values() if isinstance(row.node.op, Multiply) for pair in _gates_of(row)}


def _gates_of(row: Row) -> Iterator[tuple[str, str]]:
    small = [is_map(shape) and shape[1] == shape[2] == 1 for shape in row.inputs]
    if not all(small):
        yield from ((row.name, name) for name, gate in zip(row.node.inputs, small, strict=True) if gate)


def rewired(before: Reading, after: Reading, removed: str) -> str:
    """Which layers read another one than the removed layer did, in words: "pooled then reads dilated"; "" if none."""
    gone = before.rows[removed]
    for name, row in before.rows.items():
        if removed not in row.node.inputs or name not in after.rows or not gone.node.inputs:
            continue
        inputs = after.rows[name].node.inputs
        reads = inputs[row.node.inputs.index(removed)] if len(inputs) == len(row.node.inputs) else ""
        if reads and reads != gone.node.inputs[0]:
            return f"{_short(name, name)} then reads {_short(reads, name)}"
    return ""


def _short(name: str, beside: str) -> str:
    """A name without the groups that it shares with another one."""
    scope = beside.rpartition("/")[0]
    return quoted(name.removeprefix(f"{scope}/") if scope else name)[1:-1]


def channel_source(reading: Reading, name: str) -> tuple[str, str] | None:
    """The layer that sets the number of channels at `name`, and the field that does it."""
    while name in reading.rows:
        op = reading.rows[name].node.op
        for field in ("filters", "units"):
            if hasattr(op, field):
                return name, field
        if len(reading.rows[name].node.inputs) != 1:
            return None
        name = reading.rows[name].node.inputs[0]
    return None


def channel_setter(reading: Reading, name: str) -> str:
    """The layer at or above `name` that sets its channels, or joins them; beyond gates along the larger map."""
    while True:
        row = reading.rows[name]
        if isinstance(row.node.op, Concatenate) or any(hasattr(row.node.op, word) for word in ("filters", "units")):
            return name
        inputs = [each for each in row.node.inputs if each in reading.rows]
        if not inputs:
            return name
        name = max(inputs, key=lambda each: prod((reading.rows[each].output or (0,))[1:-1]))
