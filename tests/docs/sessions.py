"""The fenced blocks of README, and what their commands really print.

```console    a session: lines `$ command`, each followed by what it prints; written anew by `python -m tests.docs`
```python     a doctest
```sh         commands to type, one a line; they must end with status 0 (the first block installs: .ci/run runs it)
```yaml       a design, at hand as design.yaml for the sessions
```text       a picture or a form; what it states has a test of its own
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

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
FENCED = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHIM = '#!/bin/sh\nexec "{python}" -m resnet_analyzer "$@"\n'


def blocks(text: str, kind: str) -> list[str]:
    r"""The contents of all fenced blocks of one kind.

    >>> blocks("Type\n```sh\nls\n```\nor\n```sh\npwd\n```\n", "sh")
    ['ls\n', 'pwd\n']
    """
    return [content for found, content in FENCED.findall(text) if found == kind]


def commands(block: str) -> Iterator[str]:
    r"""The commands of a block of commands: its lines, without the remark at their end.

    >>> list(commands("ls      # all\npwd\n"))
    ['ls', 'pwd']
    """
    for line in block.splitlines():
        command = re.sub(r"\s+#.*", "", line).strip()
        if command:
            yield command


def run(command: str, design: str = "") -> subprocess.CompletedProcess[str]:
    """Run one command as a reader would: in a folder of his own, 80 columns wide, `resnet-analyze` at hand.

    `design` is what the folder holds as design.yaml, if anything.
    """
    with tempfile.TemporaryDirectory() as folder:
        shim = Path(folder) / "bin" / "resnet-analyze"
        shim.parent.mkdir()
        shim.write_text(SHIM.format(python=sys.executable), encoding="utf-8")
        shim.chmod(0o755)
        if design:
            (Path(folder) / "design.yaml").write_text(design, encoding="utf-8")
        kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "FORCE_COLOR")}
        path = os.pathsep.join((str(shim.parent), os.environ.get("PATH", os.defpath)))
        environment = {**kept, "PATH": path, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "LC_ALL": "C.UTF-8"}
        return subprocess.run(
            ["bash", "-o", "pipefail", "-c", command],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            timeout=120,
        )


def current(text: str) -> str:
    """The text with every session's output as it is now; a crosscheck's stays where Keras is not installed."""

    design = "".join(blocks(text, "yaml"))

    def anew(match: re.Match[str]) -> str:
        needs_keras = "crosscheck" in match[2] and find_spec("keras") is None
        if match[1] != "console" or needs_keras:
            return match[0]
        session = "".join(
            f"{line}\n{run(line[2:], design).stdout}" for line in match[2].splitlines() if line.startswith("$ ")
        )
        return f"```console\n{session}```"

    return FENCED.sub(anew, text)
