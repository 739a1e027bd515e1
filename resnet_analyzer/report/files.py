"""A report and its pictures as files: names to contents, the report itself last."""

from __future__ import annotations

from typing import Any

from .model import Report

COLUMNS = 120  # of a plain text table in a file


def files_of(report: Report, stem: str, writer: Any) -> dict[str, bytes]:
    """The pictures that the format refers to, then the report, named after `stem`."""
    kind = writer.pictures
    pictures = {f"{each.file}.{kind}": getattr(each.drawing, kind) for each in report.figures if kind and each.file}
    return {**pictures, f"{stem}{writer.suffixes[0]}": writer.render(report, COLUMNS, False).encode("utf-8")}
