"""A report and its pictures as files, names to contents, the report itself last; and which files are stale.

Pictures are the same bytes wherever the same matplotlib draws them; another version sets letters a hair wider
or narrower. So the files tell who drew them, and where another version looks, it compares what pictures say.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from .model import Report

COLUMNS = 120  # of a plain text table in a file
DRAWN_BY = "pictures/drawn-by.txt"
WORDS = re.compile(rb"<title>.*?</desc>", re.DOTALL)


def files_of(report: Report, stem: str, writer: Any) -> dict[str, bytes]:
    """The pictures that the format refers to, then the report, named after `stem`."""
    kind = writer.pictures
    pictures = {f"{each.file}.{kind}": getattr(each.drawing, kind) for each in report.figures if kind and each.file}
    return {**pictures, f"{stem}{writer.suffixes[0]}": writer.render(report, COLUMNS, False).encode("utf-8")}


def drawn_by() -> dict[str, bytes]:
    """The file that tells what drew the pictures beside it."""
    return {DRAWN_BY: f"matplotlib {version('matplotlib')}\n".encode()}


def stale(folder: str, files: Mapping[str, bytes]) -> list[str]:
    """The names of the files that are not there, or hold something else."""
    by_words = drawn_elsewhere(folder, files)
    return [name for name, content in files.items() if not _same(_content(folder, name), content, name, by_words)]


def drawn_elsewhere(folder: str, files: Mapping[str, bytes]) -> str:
    """What drew the pictures in the folder, where that is not what draws here; else empty."""
    there = _content(folder, DRAWN_BY)
    return "" if there is None or there == files.get(DRAWN_BY) else there.decode(errors="replace").strip()


def _same(there: bytes | None, here: bytes, name: str, by_words: str) -> bool:
    if there is not None and by_words and name.endswith(".svg"):
        return WORDS.findall(there) == WORDS.findall(here)
    return there == here or (bool(by_words) and name == DRAWN_BY)


def _content(folder: str, name: str) -> bytes | None:
    try:
        with open(os.path.join(folder, name), "rb") as file:
            return file.read()
    except OSError:
        return None
