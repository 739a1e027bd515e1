"""Bounds of a model's description, checked before a parser comes to its own."""

from __future__ import annotations

import re

from ..errors import UsageError

MOST_BYTES = 32 * 2**20  # of a description; ResNet-1202's has 4 MB
MOST_PARTS = 1_000_000  # lists and dictionaries in it; ResNet-1202's has 60,000
MOST_VALUES = 4_000_000  # commas in it: numbers of constant arrays for the most part
MOST_DEPTH = 100  # of nesting; six nested models take 40
# without going back, and up to the end where the last one has none: in time that grows with the text's length alone
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)


def require_bounds(source: str, text: bytes) -> None:
    """UsageError for a text that holds more, or deeper, than a model's description does."""
    if len(text) > MOST_BYTES:
        raise UsageError(f"{source}: its description has over {MOST_BYTES:,} bytes, more than any model's")
    parts = text.count(b"{") + text.count(b"[")
    if parts > MOST_PARTS or text.count(b",") > MOST_VALUES:
        raise UsageError(f"{source}: its description has over {MOST_PARTS:,} parts, more than any model's")
    if parts > MOST_DEPTH and _is_deeper(text):
        raise UsageError(f"{source}: its description is nested deeper than {MOST_DEPTH} levels, as no model's is")


def _is_deeper(text: bytes) -> bool:
    """Whether lists and dictionaries are nested deeper than the bound: each round strips the innermost ones."""
    brackets = _STRING.sub(b"", text).translate(None, delete=bytes(set(range(256)) - set(b"[]{}")))
    for _ in range(MOST_DEPTH):
        inner = brackets.replace(b"[]", b"").replace(b"{}", b"")
        if len(inner) == len(brackets):  # nothing is left, or what is never closed
            return len(inner) > MOST_DEPTH
        brackets = inner
    return bool(brackets)
