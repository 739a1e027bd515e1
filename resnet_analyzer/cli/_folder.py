"""Several files that belong together: all of them written aside first, then moved into place."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping

from ..errors import OutputError


def write_folder(folder: str, files: Mapping[str, bytes]) -> None:
    """Write files (their paths below `folder` to their contents), all of them or none; OutputError if that fails.

    They are written to a folder beside and moved into place when the last one is whole: a full disk or an
    interruption leaves what was there before. The last file moves last: a page comes after its pictures.
    """
    try:
        os.makedirs(folder, exist_ok=True)
        _require_writable(folder, files)
        aside = os.path.join(folder, f".{os.urandom(4).hex()}.part")
        os.mkdir(aside)
        try:
            _write(aside, files)
            _move(aside, folder, files)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    except (OSError, ValueError) as error:
        raise OutputError(f"cannot write to {folder}: {_reason(error)}") from error


def _reason(error: OSError | ValueError) -> str:
    return str(getattr(error, "strerror", None) or error)


def _require_writable(folder: str, files: Iterable[str]) -> None:
    """An error now for a file that could not be replaced later, when others would be in place."""
    for name in files:
        path = os.path.join(folder, name)
        if os.path.isdir(path):
            raise IsADirectoryError(f"{name} is a folder there")
        if os.path.exists(path) and not os.access(path, os.W_OK):
            raise PermissionError(f"{name} is there, and may not be written")


def _write(folder: str, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "xb") as file:
            file.write(content)


def _move(aside: str, folder: str, files: Iterable[str]) -> None:
    for name in files:
        target = os.path.join(folder, name)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.replace(os.path.join(aside, name), target)
