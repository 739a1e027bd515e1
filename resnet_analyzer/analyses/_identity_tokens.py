"""What a layer does, as a value that is equal for layers that do the same."""

from __future__ import annotations

from typing import Any

from ..measurement import Row
from ..ops.input import Input
from ..window import by

GEOMETRY = ("kernel_size", "pool_size", "strides", "padding", "dilation_rate", "ceil_mode", "count_include_pad")

Token = tuple[tuple[str, Any], ...]


def token(row: Row) -> Token:
    """What a layer does, whatever it is called: `same` and the padding that it amounts to are one."""
    op = row.node.op
    if isinstance(op, Input):
        return (("op", "Input"), ("shape", tuple(op.shape)))
    said = {name: value for name, value in vars(op).items() if not (row.cost.windows and name in GEOMETRY)}
    said = {name: tuple(value) if isinstance(value, list) else value for name, value in said.items()}
    if row.cost.windows:
        vertical, horizontal = row.cost.windows
        said["kernel"] = by((vertical.size, horizontal.size))
        said["stride"] = by((vertical.stride, horizontal.stride))
        said["padding"] = vertical.pads if vertical.pads == horizontal.pads else (vertical.pads, horizontal.pads)
        said["dilation"] = by((vertical.dilation, horizontal.dilation))
    return (("op", row.op), *said.items())
