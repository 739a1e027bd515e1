"""What holds for all tests: the language they read, and the scripts among them that are no tests."""

from __future__ import annotations

import os
from contextlib import suppress
from importlib.util import find_spec

# Scripts that renew data: they import frameworks that only a developer's own environment has
collect_ignore_glob = ["witnesses/*", "peers/*", "data/*"]
if find_spec("torch") is None:  # a plain run leaves them out by their mark; a file that can't be read is a skip more
    collect_ignore_glob += ["importers/test_torch.py"]


def pytest_configure(config):
    """A Chinese locale would make the program speak Chinese; tests read English, whatever the machine speaks."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name, "").startswith("zh"):
            os.environ[name] = "C.UTF-8"
    asked = config.getoption("markexpr") or ""
    if "torch" in asked and "not torch" not in asked:
        with suppress(ImportError):  # a test compiles a module, and triton ends a process that holds TensorFlow already
            import triton  # noqa: F401
