"""How layers, shapes and numbers are called in pictures, and text made safe to draw."""

from __future__ import annotations

import re
from functools import cache

from ..measurement import Measurement, Row
from ..shape import Shape, is_map, spell
from .palette import kind_of

_SHORTER = (
    (re.compile(r"^in (\d+) groups$"), r"\1 groups"),
    (re.compile(r"^global average pool$"), "global avg pool"),
    (re.compile(r"average pool"), "avg pool"),
)
_UNITS = ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k"))
LONGEST = 44  # characters of a name that a picture shows


def layer_label(row: Row, stride: bool = True) -> str:
    """A layer as in the papers' figures, `3×3, 64, /2`; empty for what they leave out (norms, activations)."""
    parts = row.node.op.phrase(stride)
    if not parts and (row.status == "unknown" or row.op in _NAMED):
        parts = (_NAMED.get(row.op, row.op),)
    return ", ".join(map(_shorter, parts))


_NAMED = {"MultiHeadAttention": "attention", "SeparableConv2d": "separable", "Upsampling2d": "upsampling"}


def _shorter(part: str) -> str:
    for pattern, short in _SHORTER:
        part = pattern.sub(short, part)
    return part


_SILENT = {
    "BatchNorm": "BN",
    "LayerNorm": "LN",
    "GroupNorm": "GN",
    "LocalResponseNorm": "LRN",
    "Dropout": "dropout",
    "Flatten": "flatten",
    "ChannelPadding": "zero channels",
    "ZeroPadding2d": "zero padding",
    "LayerScale": "scale",
}
_FUNCTIONS = {"relu": "ReLU", "sigmoid": "sigmoid", "softmax": "softmax"}


def any_label(row: Row) -> str:
    """A layer in words, whichever it is: also what `layer_label` leaves out."""
    op = row.node.op
    if row.op == "Activation":
        function = str(getattr(op, "function", ""))
        return _FUNCTIONS.get(function, function)
    if row.op == "Rescale":
        return _rescaled(getattr(op, "scale", 1), getattr(op, "offset", 0))
    return layer_label(row) or _SILENT.get(row.op, row.op)


def _rescaled(scale: object, offset: object) -> str:
    if (scale, offset) == (-1, 1):
        return "1 − g"
    return f"×{scale}" + (f" + {offset}" if offset else "")


def kind_of_row(row: Row) -> str:
    """The kind of a measured layer, for its colour."""
    if row.status == "unknown":
        return "unknown"
    return kind_of(row.op, getattr(row.node.op, "kernel_size", None))


def resolution(shape: Shape | None) -> str:
    """The size without channels.

    >>> resolution(Shape(1, 56, 56, 64)), resolution(Shape(1, 10)), resolution(None)
    ('56×56', 'vector', '?')
    """
    if is_map(shape):
        return f"{shape[1]}×{shape[2]}"
    if shape is None:
        return "?"
    return "vector" if len(shape) <= 2 else f"{shape[1]} vectors" if len(shape) == 3 else spell(shape[1:-1])


def pixels(shape: Shape | None) -> int:
    """The shorter side of a map; 1 for a vector."""
    return min(shape[1], shape[2]) if is_map(shape) else 1


def short(number: int, word: str = "") -> str:
    """Three or four digits and a unit, rounded to the nearest.

    >>> short(3857973248, "MACs"), short(25557032), short(640), short(9999999)
    ('3.858 GMACs', '25.56 M', '640', '10.00 M')
    """
    for size, unit in _UNITS:
        if number >= size:
            digits = max(0, 4 - len(str(number // size)))
            scaled = (number * 10**digits + size // 2) // size
            if scaled >= 10**4 and digits:
                digits, scaled = digits - 1, (number * 10 ** (digits - 1) + size // 2) // size
            whole, rest = divmod(scaled, 10**digits)
            return f"{whole}.{rest:0{digits}d} {unit}{word}" if digits else f"{whole} {unit}{word}"
    return f"{number} {word}".rstrip()


def counted(number: int) -> str:
    """A number in full where that is short, else rounded.

    >>> counted(69632), counted(1179648)
    ('69,632', '1.180 M')
    """
    return f"{number:,}" if number < 100_000 else short(number)


def title_of(measurement: Measurement) -> str:
    """What a network is called."""
    return str(measurement.graph.about.get("title", measurement.graph.name))


def total_words(measurement: Measurement) -> str:
    """A network's two main figures, as a lower bound where something is unknown."""
    totals, least = measurement.totals, "≥ " if measurement.unknown else ""
    return f"{least}{short(totals.params)} parameters · {least}{short(totals.macs, 'MACs')}"


def input_words(measurement: Measurement) -> str:
    """What goes in."""
    shapes = [node.op.shape for node in measurement.graph.inputs]  # type: ignore[attr-defined]
    return ", ".join(spell(shape) for shape in shapes)


@cache
def _drawable() -> frozenset[int]:
    from ._fonts import letters

    return letters()


def safe(text: object, longest: int = LONGEST) -> str:
    """Text that the font can draw and XML can hold: other letters become `□`, long text is cut with an ellipsis.

    >>> safe("a\\x00b\\n 图"), len(safe("x" * 100))
    ('a□b □', 44)
    """
    known = _drawable()
    plain = "".join(each if ord(each) in known else "□" for each in " ".join(str(text).split()))
    return plain if len(plain) <= longest else f"{plain[: longest - 1]}…"
