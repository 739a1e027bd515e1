"""In a process where no framework can be imported, every command on a file works."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

DATA = Path(__file__).parents[1] / "data" / "keras2"
BLOCKED = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("keras", "tensorflow", "torch", "onnx"):
            raise ImportError(name + " is blocked")
sys.meta_path.insert(0, Blocked())
from resnet_analyzer.cli.main import main
sys.argv = ["resnet-analyze", *sys.argv[1:]]
sys.exit(main())
"""


@pytest.mark.parametrize("command", [(), ("compare",), ("verify",), ("memory",)], ids=str)
@pytest.mark.parametrize("name", ["functional.h5", "functional.json", "sequential.h5"])
def test_a_command_on_a_file_needs_no_framework(command, name):
    path = str(DATA / name)
    targets = [path, path] if command == ("compare",) else [path]
    done = subprocess.run(
        [sys.executable, "-c", BLOCKED, *command, *targets], capture_output=True, text=True, check=False
    )
    assert "blocked" not in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout
