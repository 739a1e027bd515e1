"""Chinese pages, and whether their English ones have changed since.

A translated page ends in `<!-- translated: docs/start.md 0123456789ab -->`: its source, a digest of what that said.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from .sessions import FENCED, README, ROOT

NOTE = re.compile(r"^<!-- translated: (\S+) ([0-9a-f]{12}) -->$", re.MULTILINE)


def chinese() -> list[Path]:
    """Every page in Chinese."""
    return sorted([*ROOT.glob("*.zh-CN.md"), *(ROOT / "docs" / "zh").glob("*.md")])


def digest(page: Path) -> str:
    """What a page says, without outputs of sessions, which change by themselves: a digest."""
    text = FENCED.sub(lambda block: "\n".join(_typed(block)), page.read_text(encoding="utf-8"))
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:12]


def _typed(block: re.Match[str]) -> list[str]:
    """Of a session what is typed, of another block all."""
    lines = block[5].splitlines()
    return [line for line in lines if line.startswith("$ ")] if block[3] == "console" else lines


def source_of(page: Path) -> tuple[Path, str]:
    """The English page of a Chinese one, and the digest that it had when it was translated."""
    found = NOTE.search(page.read_text(encoding="utf-8"))
    if found is None:
        return README, ""
    return ROOT / found[1], found[2]


def outdated() -> list[tuple[Path, Path]]:
    """The Chinese pages whose English ones have changed since, with those."""
    sources = [(page, *source_of(page)) for page in chinese()]
    return [(page, source) for page, source, known in sources if not source.exists() or digest(source) != known]


def note(page: Path) -> None:
    """Write into a Chinese page that it says what its English one says now."""
    source, _ = source_of(page)
    text = page.read_text(encoding="utf-8")
    page.write_text(
        NOTE.sub(f"<!-- translated: {source.relative_to(ROOT).as_posix()} {digest(source)} -->", text), encoding="utf-8"
    )
