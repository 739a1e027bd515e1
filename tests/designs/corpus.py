"""The corpus of broken designs: realistic mistakes, each with what is to be said of it in comments at its top.

# mistake: what the person did, in words
# node:    the layer at which it shows (empty: the file itself says something that means nothing)
# line:    where that stands
# cause:   part of the sentence
# repair:  part of one of the repairs that are to be offered
# keras:   `refuses` if real Keras refuses the broken design too; `cannot see` if it has no means to
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent / "broken"


class Broken(NamedTuple):
    """A broken design and what is expected."""

    path: Path
    mistake: str
    node: str
    line: int
    cause: str
    repair: str
    keras: str

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def family(self) -> str:
        """The first word of the file's name: what sort of mistake it is."""
        return self.path.stem.partition("_")[0]


def corpus() -> list[Broken]:
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        said = dict(re.findall(r"^# (\w+): ?(.*)$", path.read_text(encoding="utf-8"), re.MULTILINE))
        found.append(Broken(path, **{**said, "line": int(said["line"])}))
    return found
