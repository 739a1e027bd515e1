"""How layers, shapes and numbers are called in pictures, and text made safe to draw."""

from __future__ import annotations

import re
from collections.abc import Container
from functools import cache

from ..measurement import Measurement, Row
from ..numbers import short
from ..shape import Shape, is_map, spell
from .palette import kind_of

_SHORTER = (
    (re.compile(r"^in (\d+) groups$"), r"\1 groups"),
    (re.compile(r"^global average pool$"), "global avg pool"),
    (re.compile(r"average pool"), "avg pool"),
)
LONGEST = 44  # characters of a name that a picture shows


def layer_label(row: Row, stride: bool = True) -> str:
    """A layer as in the papers' figures, `3×3, 64, /2`; empty for what they leave out (norms, activations)."""
    parts = row.node.op.phrase(stride)
    if not parts and row.status == "unknown":
        parts = (row.node.op.label(),)
    return ", ".join(map(_shorter, parts))


def _shorter(part: str) -> str:
    for pattern, word in _SHORTER:
        part = pattern.sub(word, part)
    return part


def any_label(row: Row) -> str:
    """A layer in words, whichever it is: also what `layer_label` leaves out."""
    return layer_label(row) or row.node.op.label()


def kind_of_row(row: Row) -> str:
    """The kind of a measured layer, for its colour."""
    return "unknown" if row.status == "unknown" else kind_of(row.node.op)


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


def title_of(measurement: Measurement) -> str:
    """What a network is called."""
    return str(measurement.graph.about.get("title", measurement.graph.name))


def total_words(measurement: Measurement) -> str:
    """A network's two main figures, as a lower bound where something is unknown."""
    totals, least = measurement.totals, measurement.least
    return f"{least('params')}{short(totals.params)} parameters · {least('macs')}{short(totals.macs, 'MACs')}"


def input_words(measurement: Measurement) -> str:
    """What goes in."""
    shapes = [node.op.shape for node in measurement.graph.inputs]  # type: ignore[attr-defined]
    return ", ".join(spell(shape) for shape in shapes)


@cache
def _drawable() -> frozenset[int]:
    from ._fonts import letters

    return letters()


def _eastern_letters() -> Container[int]:
    from ._fonts import eastern_letters

    return eastern_letters()


def _eastern(letter: str) -> bool:
    """Whether a Chinese, Japanese or Korean letter can be drawn here: fonts are sought only where one is wanted."""
    return "\u2e80" <= letter <= "\uffee" and letter.isprintable() and ord(letter) in _eastern_letters()


def safe(text: object, longest: int = LONGEST) -> str:
    """Text that the font can draw and XML can hold: other letters become `□`, long text is cut with an ellipsis.

    Chinese, Japanese and Korean letters are drawn where some installed font has them.

    >>> safe("a\\x00b\\n \U00013000"), len(safe("x" * 100))
    ('a□b □', 44)
    """
    known = _drawable()
    plain = "".join(each if ord(each) in known or _eastern(each) else "□" for each in " ".join(str(text).split()))
    return plain if len(plain) <= longest else f"{plain[: longest - 1]}…"
