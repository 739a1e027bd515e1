"""`python -m tests.docs` writes outputs and generated parts of README and docs/ anew; with `--check` it only tells.

`--translated PAGE` notes that a Chinese page says what its English one says now.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from difflib import unified_diff
from pathlib import Path

from .pages import name_of, pages, should_be, text_of
from .sessions import blocks_of
from .translated import note, outdated


def main(arguments: list[str]) -> int:
    """Regenerate or check every page, or those that are named; the exit status."""
    check = "--check" in arguments
    named = [Path(each).resolve() for each in arguments if each != "--check" and each != "--translated"]
    unknown = [each for each in named if each not in pages()]
    if unknown or any(each.startswith("-") and each not in ("--check", "--translated") for each in arguments):
        print("usage: python -m tests.docs [--check | --translated] [PAGE...]", file=sys.stderr)
        return 2
    if "--translated" in arguments:
        for each in named:
            note(each)
        return 0
    wanted = named or pages()
    before = [text_of(page) for page in wanted]
    with ThreadPoolExecutor(2) as pool:
        after = list(pool.map(should_be, before))
    stale = [_settle(*each, check) for each in zip(wanted, before, after, strict=True)]
    late = [] if named else outdated()
    for page, source in late:
        print(f"{name_of(page)}: {name_of(source)} has changed since it was translated")
    _count(after)
    return int(check and (any(stale) or bool(late)))


def _settle(page: Path, before: str, after: str, check: bool) -> bool:
    """Write a page anew, or tell how it should be; whether it was stale."""
    if before == after and page.exists():
        return False
    if not check:
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(after, encoding="utf-8")
    name = name_of(page)
    lines = (before.splitlines(True), after.splitlines(True))
    sys.stdout.writelines(unified_diff(*lines, name, f"{name} as it should be"))
    print(f"{name}: {'stale' if check else 'written anew'}")
    return True


def _count(texts: list[str]) -> None:
    blocks = [block for text in texts for block in blocks_of(text)]
    left = [block for block in blocks if not block.is_run]
    marked = sum(block.mark == "not run" for block in left)
    print(
        f"{len(texts)} pages, {len(blocks)} blocks: {len(blocks) - len(left)} are run, "
        f"{marked} marked as not runnable, {len(left) - marked} text"
    )


sys.exit(main(sys.argv[1:]))
