import os


def pytest_configure(config):
    """A Chinese locale would make the program speak Chinese; tests read English, whatever the machine speaks."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name, "").startswith("zh"):
            os.environ[name] = "C.UTF-8"
