import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from resnet_analyzer.cli.main import main

ROOT = Path(__file__).resolve().parents[2]


class Ended(NamedTuple):
    """How a run of the program ended."""

    status: int
    out: str
    err: str


@pytest.fixture
def run(capsys, monkeypatch):
    """Run the program in this process: run("--depth", "50", columns=80)."""

    def run(*arguments, columns=80):
        monkeypatch.setenv("COLUMNS", str(columns))
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        return Ended(ended.value.code, *capsys.readouterr())

    return run


@pytest.fixture
def complain(run):
    """Run the program on bad input: the one line that it complains with, and nothing else."""

    def complain(*arguments, status=2):
        ended = run(*arguments)
        assert ended.out == ""
        assert ended.status == status
        assert ended.err.startswith("resnet-analyze: ")
        assert ended.err.endswith("\n")
        assert ended.err.count("\n") == 1
        return ended.err.removeprefix("resnet-analyze: ").rstrip("\n")

    return complain


@pytest.fixture
def closed(monkeypatch):
    """Close a folder to writing, also to root, whom the system itself never refuses: closed(folder)."""
    opened = []

    def refused(path, *arguments, **keywords):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    def closed(folder):
        folder.chmod(0o500)
        opened.append(folder)
        if os.access(folder, os.W_OK):
            for name in ("builtins.open", "os.mkdir"):
                monkeypatch.setattr(name, refused)

    yield closed
    for folder in opened:
        folder.chmod(0o700)


@pytest.fixture(scope="session")
def environment(tmp_path_factory):
    """The environment of a process of its own: the package on the path, bytecode kept aside."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LC_ALL") if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": str(tmp_path_factory.mktemp("bytecode"))}


@pytest.fixture
def process(environment):
    """Run the program in a process of its own; keywords are those of subprocess.run, `env` is added."""

    def process(*arguments, env=(), **keywords):
        command = [sys.executable, "-m", "resnet_analyzer", *arguments]
        keywords = {"capture_output": True, "timeout": 60, "check": False, **keywords}
        return subprocess.run(command, env={**environment, **dict(env)}, **keywords)

    return process
