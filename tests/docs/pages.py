"""Every page of the documentation, the parts of it that are generated, and whether all of it is as it should be."""

from __future__ import annotations

import re
from pathlib import Path

from .sessions import README, ROOT, blocks_of, current
from .written import GENERATORS, new_pages

DOCS = ROOT / "docs"
CHINESE = ROOT / "README.zh-CN.md"
REGION = re.compile(r"^(<!-- generated: ([\w-]+)(?: ([\w-]+))? -->\n)(.*?)^(<!-- end generated -->)$", re.M | re.S)


def pages() -> list[Path]:
    """README in each language and all pages below docs/, those that are still to be written too."""
    first = [README, *([CHINESE] if CHINESE.exists() else [])]
    return sorted({*first, *DOCS.rglob("*.md"), *(DOCS / name for name in new_pages())})


def name_of(page: Path) -> str:
    """A page's path in the repository."""
    return page.relative_to(ROOT).as_posix()


def text_of(page: Path) -> str:
    """What a page says; of one that does not exist, what it begins with."""
    if page.exists():
        return page.read_text(encoding="utf-8")
    return new_pages()[page.relative_to(DOCS).as_posix()]


def should_be(before: str) -> str:
    """A page with its generated parts and all outputs as they are now."""
    return current(kept_outputs(before, REGION.sub(_generated, before)))


def _generated(region: re.Match[str]) -> str:
    return f"{region[1]}\n{GENERATORS[region[2]](*filter(None, (region[3],))).strip()}\n\n{region[5]}"


def kept_outputs(before: str, after: str) -> str:
    """`after` with the outputs that `before` has for the same commands, for those that can't be run here."""
    known = {_typed(block.content): block.content for block in blocks_of(before) if block.kind == "console"}
    for block in blocks_of(after):
        if block.kind == "console" and not block.at_hand and _typed(block.content) in known:
            after = after.replace(f"```console\n{block.content}```", f"```console\n{known[_typed(block.content)]}```")
    return after


def _typed(content: str) -> tuple[str, ...]:
    return tuple(line for line in content.splitlines() if line.startswith("$ "))
