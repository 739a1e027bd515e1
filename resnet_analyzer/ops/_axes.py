"""Axes given as a number, several, or none for all: checked when an op is made, and found in a shape."""

from __future__ import annotations

from typing import Any

from ..errors import UsageError
from .base import axis_index


def require_axes(op: str, name: str, axes: Any) -> tuple[int, ...] | None:
    """Axes in plain spelling: a tuple of numbers, or None for all; UsageError otherwise.

    >>> require_axes("Sum", "axes", -1), require_axes("Sum", "axes", [1, 2]), require_axes("Sum", "axes", None)
    ((-1,), (1, 2), None)
    """
    if axes is None:
        return None
    found = (axes,) if type(axes) is int else axes
    if not isinstance(found, (tuple, list)) or not all(type(axis) is int for axis in found):
        raise UsageError(f"{op}: {name} must be a number, several, or None for all, not {axes!r}")
    return tuple(found)


def places(axes: tuple[int, ...] | None, rank: int) -> tuple[int, ...] | None:
    """Axes as places in a shape of that rank, in order and once each; None if one of them is not there.

    >>> places((-1, 1), 4), places(None, 3), places((4,), 4)
    ((1, 3), (0, 1, 2), None)
    """
    if axes is None:
        return tuple(range(rank))
    found = {axis_index(axis, rank) for axis in axes}
    return None if None in found else tuple(sorted(found))  # type: ignore[type-var,arg-type]
