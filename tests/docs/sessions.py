"""The fenced blocks of README and of the pages below docs/, and what their commands really print.

```console    a session: lines `$ command`, each followed by what it prints; written anew by `python -m tests.docs`
```python     a doctest
```sh         commands to type, one a line; they must end with status 0 (README's first installs: .ci/run runs it)
```yaml       a design that is sound; in README the one that sessions read as design.yaml
```text       a picture or a form; what it states has a test of its own

A block with `title="name"` is a file of that name, at hand for what stands below it on the page, whose commands all
run in one folder. `<!-- needs: keras -->` above a block: it is run where that is installed. `<!-- not run: why -->`:
it can't be run here; those are counted, together with the blocks of text.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
FENCED = re.compile(
    r'^(?:<!-- (not run|needs): ([^\n]+?) -->\n)?```(\w+)(?: title="([\w./-]+)")?\n(.*?)^```$',
    re.MULTILINE | re.DOTALL,
)
SHIM = '#!/bin/sh\nexec "{python}" {arguments}"$@"\n'


class Block(NamedTuple):
    """A fenced block: its kind and content, the file that it is ("" if none), and what is said of running it."""

    kind: str
    content: str
    title: str = ""
    mark: str = ""
    why: str = ""

    @property
    def is_run(self) -> bool:
        """Whether it is run, be it only where what it needs is installed."""
        return self.mark != "not run" and self.kind != "text"

    @property
    def at_hand(self) -> bool:
        """Whether it can be run here: what it needs is installed."""
        needs = self.why.split(", ") if self.mark == "needs" else []
        typed = [line for line in self.content.splitlines() if line.startswith("$ ")]
        needs += ["keras"] if self.kind == "console" and any("crosscheck" in line for line in typed) else []
        return self.is_run and all(map(find_spec, needs))


def blocks_of(text: str) -> list[Block]:
    r"""All fenced blocks of a page.

    >>> blocks_of('Type\n<!-- not run: installs -->\n```sh\nls\n```\nand\n```yaml title="a.yaml"\nlayers: []\n```\n')[0]
    Block(kind='sh', content='ls\n', title='', mark='not run', why='installs')
    """
    return [_block(match) for match in FENCED.finditer(text)]


def _block(match: re.Match[str]) -> Block:
    mark, why, kind, title, content = match.groups("")
    return Block(kind, content, title, mark, why)


def blocks(text: str, kind: str) -> list[str]:
    r"""The contents of all fenced blocks of one kind.

    >>> blocks("Type\n```sh\nls\n```\nor\n```sh\npwd\n```\n", "sh")
    ['ls\n', 'pwd\n']
    """
    return [block.content for block in blocks_of(text) if block.kind == kind]


def commands(block: str) -> Iterator[str]:
    r"""The commands of a block of commands: its lines, without the remark at their end.

    >>> list(commands("ls      # all\npwd\n"))
    ['ls', 'pwd']
    """
    for line in block.splitlines():
        command = re.sub(r"\s+#.*", "", line).strip()
        if command:
            yield command


class Reader:
    """Someone who reads a page and types what it says, in a folder of his own, 80 columns wide."""

    def __enter__(self) -> Reader:
        self._made = tempfile.TemporaryDirectory()
        self.tools, self.folder = (Path(self._made.name) / name for name in ("bin", "here"))
        self.folder.mkdir()
        self.tools.mkdir()
        for name, arguments in (("resnet-analyze", "-m resnet_analyzer "), ("python", "")):
            shim = self.tools / name
            shim.write_text(SHIM.format(python=sys.executable, arguments=arguments), encoding="utf-8")
            shim.chmod(0o755)
        return self

    def __exit__(self, *_error: object) -> None:
        self._made.cleanup()

    def keep(self, block: Block) -> None:
        """Save a block that is a file."""
        name = block.title or ("design.yaml" if block.kind == "yaml" else "")
        if name:
            (self.folder / name).write_text(block.content, encoding="utf-8")

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """Type one command."""
        kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "FORCE_COLOR")}
        path = os.pathsep.join((str(self.tools), os.environ.get("PATH", os.defpath)))
        quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", "TF_ENABLE_ONEDNN_OPTS": "0"}
        environment = {**kept, **quiet, "PATH": path, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "LC_ALL": "C.UTF-8"}
        return subprocess.run(
            ["bash", "-o", "pipefail", "-c", command],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            timeout=120,
        )

    def session(self, content: str) -> str:
        """A session with every output as it is now."""
        typed = [line for line in content.splitlines() if line.startswith("$ ")]
        return "".join(f"{line}\n{self.run(line[2:]).stdout}" for line in typed)


def run(command: str, design: str = "") -> subprocess.CompletedProcess[str]:
    """Run one command as a reader would; `design` is what his folder holds as design.yaml, if anything."""
    with Reader() as reader:
        if design:
            reader.keep(Block("yaml", design))
        return reader.run(command)


def current(text: str) -> str:
    """The text with every session's output as it is now; one stays where what it needs is not installed."""
    with Reader() as reader:

        def anew(match: re.Match[str]) -> str:
            block = _block(match)
            reader.keep(block)
            if block.kind != "console" or not block.at_hand:
                return match[0]
            return f"{match[0][: match.start(5) - match.start()]}{reader.session(block.content)}```"

        return FENCED.sub(anew, text)
