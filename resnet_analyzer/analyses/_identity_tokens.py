"""What a layer does, as a value that two layers share if they do the same."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..measurement import Row
from ..ops.base import Op
from ..window import amounts, spread

GEOMETRY = ("kernel_size", "pool_size", "strides", "padding", "dilation_rate")  # fields that a row's windows resolve

Token = tuple[tuple[str, Any], ...]


def token(row: Row) -> Token:
    """What a layer does, whatever it is called: all its fields, each in one spelling.

    `same` and the padding that it amounts to are one, so are a number and as many for every axis, and an
    axis counted from either end.
    """
    op, windows = row.node.op, row.cost.windows
    rank = len(row.inputs[0]) if row.inputs else 0
    said = {
        name: _spelled(op, name, getattr(op, name), rank)
        for name, _default in op.own_fields()
        if not (windows and name in GEOMETRY)
    }
    if windows:
        pads = [window.pads for window in windows]
        said["kernel"] = _joined(window.size for window in windows)
        said["stride"] = _joined(window.stride for window in windows)
        said["padding"] = pads[0] if len(set(pads)) == 1 else tuple(pads)
        said["dilation"] = _joined(window.dilation for window in windows)
    return (("op", row.op), *said.items())


def _joined(sizes: Iterable[Any]) -> str:
    """Sizes as people write them, one for each axis."""
    return "×".join(map(str, sizes))


def _spelled(op: Op, name: str, value: Any, rank: int) -> Any:
    if name in op.per_axis:
        return spread(value, op.spatial_axes)
    if name in op.pads and not isinstance(value, str):
        return amounts(value, op.spatial_axes)
    if name in ("axis", "axes") and rank:
        numbers = value if isinstance(value, (tuple, list)) else [value]
        if all(type(axis) is int for axis in numbers):
            return tuple(axis % rank for axis in numbers)
    return tuple(value) if isinstance(value, list) else value
