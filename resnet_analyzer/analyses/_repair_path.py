"""What a repair does to the way through the network: layers that it cuts out, layers that then read another one."""

from __future__ import annotations

from ..design import Reading, quoted
from ..measurement import Row
from ..ops.elementwise import Multiply
from ..shape import is_map


def carried(reading: Reading) -> frozenset[str]:
    """The layers whose numbers reach an output, and not only as a gate that scales others."""
    found: set[str] = set()
    waiting = [node.name for node in reading.graph.outputs] if reading.graph is not None else []
    while waiting:
        name = waiting.pop()
        if name not in found and name in reading.rows:
            found.add(name)
            waiting.extend(_carrying(reading.rows[name]))
    return frozenset(found)


def _carrying(row: Row) -> list[str]:
    """What a layer reads, without the gates of a product: maps of 1×1 beside larger ones."""
    names = list(row.node.inputs)
    if not isinstance(row.node.op, Multiply) or not all(map(is_map, row.inputs)):
        return names
    gates = [shape[1] == shape[2] == 1 for shape in row.inputs if shape is not None]
    return names if all(gates) else [name for name, gate in zip(names, gates, strict=True) if not gate]


def cut_out(before: Reading, after: Reading) -> int:
    """How many layers are still there, but do not carry anything to an output any more."""
    return len((carried(before) & after.rows.keys()) - carried(after))


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
