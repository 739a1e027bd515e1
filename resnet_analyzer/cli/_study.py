"""What the commands that run studies share: which nets, and how deep."""

from __future__ import annotations

from typing import Any

from ..errors import UnknownName, UsageError
from ._output import deliver_picture

NETS = ("plain", "resnet", "preresnet")
DEEPEST = 10_000


def nets_of(text: str) -> tuple[str, ...]:
    """The kinds of nets that a text names; UnknownName for another.

    >>> nets_of("plain,resnet")
    ('plain', 'resnet')
    """
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",")))
    for name in names:
        if name not in NETS:
            raise UnknownName("net", name, NETS)
    return names


def depths_of(text: str) -> tuple[int, ...]:
    """The depths that a text names, growing; UsageError for what is not a whole number.

    >>> depths_of("56,20")
    (20, 56)
    """
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isascii() and part.isdecimal() and len(part) < 6 and 0 < int(part) <= DEEPEST for part in parts):
        raise UsageError(f"--depths {text!r}: expected whole numbers with commas between, as 20,56,110")
    return tuple(sorted({int(part) for part in parts}))


def save_picture(picture: Any, file: str) -> None:
    """Write a picture as its file's ending says; OutputError if that fails."""
    deliver_picture(picture, file)
