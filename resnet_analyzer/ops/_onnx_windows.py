"""ONNX' words for windows: kernel, strides, dilations and the padding before and after each side."""

from __future__ import annotations

from typing import Any

from ..dim import ceil_div
from .spelling import Call


def window(call: Call, kernel: tuple[Any, ...]) -> dict[str, Any] | None:
    """Strides, dilation and padding of a window of that kernel; None for a padding that has no word with us."""
    axes = len(kernel)
    strides = tuple(call.settings.get("strides") or (1,) * axes)
    dilations = tuple(call.settings.get("dilations") or (1,) * axes)
    pads = call.settings.get("pads") or [0] * (2 * axes)
    word = call.settings.get("auto_pad") or "NOTSET"
    padding: Any = tuple(zip(pads[:axes], pads[axes:], strict=True))
    if word == "VALID":
        padding = "valid"
    elif word == "SAME_UPPER":
        padding = "same"
    elif word == "SAME_LOWER":
        padding = _same_lower(call, kernel, strides, dilations)
    elif all(pair == (0, 0) for pair in padding):
        padding = "valid"
    if len(strides) != axes or len(dilations) != axes:
        return None
    return {"strides": strides, "dilation_rate": dilations, "padding": padding}


def _same_lower(call: Call, kernel: tuple[int, ...], strides: tuple[int, ...], dilations: tuple[int, ...]) -> Any:
    """The padding of `same` with the odd pixel before, where the sizes are numbers; else `same`, of the same size."""
    found = []
    for length, size, stride, dilation in zip(call.shapes[0][2:], kernel, strides, dilations, strict=True):
        span = dilation * (size - 1) + 1
        if type(length) is not int and stride != 1:
            return "same"
        missing = span - 1 if stride == 1 else max((ceil_div(length, stride) - 1) * stride + span - length, 0)
        found.append((missing - missing // 2, missing // 2))
    return tuple(found)


def turned(call: Call, kernel: tuple[int, ...]) -> dict[str, Any] | None:
    """The same of ConvTranspose, with its output padding: given, or what makes the size that is asked for.

    `output_shape` and `auto_pad` (side·stride) say the size, and the padding is what is over (onnx/docs/Operators.md).
    None where that depends on a size that is no number.
    """
    axes, settings = len(kernel), call.settings
    strides = tuple(settings.get("strides") or (1,) * axes)
    dilations = tuple(settings.get("dilations") or (1,) * axes)
    more = list(settings.get("output_padding") or (0,) * axes)
    pads = settings.get("pads") or [0] * (2 * axes)
    word, wanted = settings.get("auto_pad") or "NOTSET", (settings.get("output_shape") or [])[-axes:]
    padding = list(zip(pads[:axes], pads[axes:], strict=True))
    same = word in ("SAME_UPPER", "SAME_LOWER")
    for axis, length in enumerate(call.shapes[0][2:]) if wanted or same else ():
        if wanted and type(length) is not int:
            return None
        span = dilations[axis] * (kernel[axis] - 1) + 1 + more[axis]
        over = strides[axis] * (length - 1) + span - wanted[axis] if wanted else span - strides[axis]  # type: ignore[operator]
        more[axis] += max(-over, 0)
        over = max(over, 0)
        less, rest = over // 2, over - over // 2
        padding[axis] = (less, rest) if word == "SAME_UPPER" else (rest, less)
    return {"strides": strides, "dilation_rate": dilations, "padding": tuple(padding), "output_padding": tuple(more)}
