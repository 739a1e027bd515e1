"""`python -m tests.docs` writes every output in README anew; with `--check` it only tells whether one is stale."""

from __future__ import annotations

import sys
from difflib import unified_diff

from .sessions import README, current


def main(arguments: list[str]) -> int:
    """Regenerate or check README; the exit status."""
    if arguments not in ([], ["--check"]):
        print("usage: python -m tests.docs [--check]", file=sys.stderr)
        return 2
    before = README.read_text(encoding="utf-8")
    after = current(before)
    if not arguments and after != before:
        README.write_text(after, encoding="utf-8")
    changes = unified_diff(before.splitlines(True), after.splitlines(True), "README.md", "README.md as it should be")
    sys.stdout.writelines(changes)
    print("README.md:", "current" if after == before else "stale" if arguments else "written anew")
    return int(bool(arguments) and after != before)


sys.exit(main(sys.argv[1:]))
