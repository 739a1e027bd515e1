"""Markdown tables and words, shared by what is generated."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A markdown table.

    >>> print(table(("a", "b"), [("1", "x|y")]))
    | a | b |
    |---|---|
    | 1 | x\\|y |
    """
    lines = [head, ["---"] * len(head), *rows]
    spelled = ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]
    spelled[1] = spelled[1].replace(" ", "")
    return "\n".join(spelled)


def prose(docstring: str | None) -> str:
    """A docstring without its examples, as paragraphs of markdown; what looks like HTML or emphasis is kept as text.

    >>> prose("Adds.\\n\\n    More\\n    words.\\n\\n    >>> 1 + 1\\n    2\\n")
    'Adds.\\n\\nMore words.'
    """
    text = inspect.cleandoc(docstring or "").split("\n>>>")[0]
    paragraphs = [" ".join(part.split()) for part in re.split(r"\n\s*\n", text) if part.strip()]
    return plain("\n\n".join(paragraphs))


def sentence(docstring: str | None) -> str:
    """The first paragraph of a docstring."""
    return prose(docstring).split("\n\n")[0]


def plain(text: str) -> str:
    """Text in which nothing is markup but `code`.

    >>> plain("a_b*c of `x*y`")
    'a\\\\_b\\\\*c of `x*y`'
    """
    parts = re.split(r"(`[^`\n]*`)", text)
    parts[::2] = [re.sub(r"([*_<\[\]])", r"\\\1", part) for part in parts[::2]]
    return "".join(parts)


def code(text: object) -> str:
    """Text as code, in a cell of a table too."""
    return f"`{text}`"
