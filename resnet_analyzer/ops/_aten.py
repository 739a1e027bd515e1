"""PyTorch's words for windows, and its lists of one number that stands for all sides."""

from __future__ import annotations

from typing import Any

from ..dim import is_symbol
from .spelling import Call


def spread(value: Any, axes: int, default: Any = None) -> tuple[Any, ...]:
    """A number for each side: of one for all, a list of one, a list of all, or none, which is `default`.

    >>> spread([3], 2), spread([], 2, 1), spread([1, 2], 2)
    ((3, 3), (1, 1), (1, 2))
    """
    if value is None or value == []:
        value = default
    if isinstance(value, (list, tuple)):
        return tuple(value) * axes if len(value) == 1 else tuple(value)
    return (value,) * axes


def window(call: Call, axes: int) -> dict[str, Any]:
    """Strides, dilation and padding of a window over so many sides."""
    padding: Any = call.argument("padding", default=0)
    if not isinstance(padding, str):
        padding = tuple([(each, each) for each in spread(padding, axes, 0)])
        if all(pair == (0, 0) for pair in padding):
            padding = "valid"
    return {
        "strides": spread(call.argument("stride"), axes, call.argument("kernel_size", default=1)),
        "dilation_rate": spread(call.argument("dilation"), axes, 1),
        "padding": padding,
    }


def number(value: Any) -> bool:
    """Whether an argument is a plain number, or a size.

    >>> number(0.5), number(True), number(None)
    (True, False, False)
    """
    return type(value) in (int, float) or is_symbol(value)
