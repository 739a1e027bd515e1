"""What holds for all tests: the language they read, and the scripts among them that are no tests."""

from __future__ import annotations

import os

# Scripts that renew data: they import frameworks that only a developer's own environment has
collect_ignore_glob = ["witnesses/*", "peers/*", "data/*"]


def pytest_configure(config):
    """A Chinese locale would make the program speak Chinese; tests read English, whatever the machine speaks."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name, "").startswith("zh"):
            os.environ[name] = "C.UTF-8"
