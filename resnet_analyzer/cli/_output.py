"""Where a report goes: to the terminal, or whole into a file."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

from ..errors import OutputError
from ..measure import WRITERS
from ..report.model import Report

F = TypeVar("F", bound=Callable[..., Any])


def output_options(command: F) -> F:
    """Add `--format` and `--output` to a command."""
    formats = "table, markdown, csv, json, latex or html; without it as the file's ending says, else table."
    command = click.option("--output", "-o", metavar="FILE", help="Write there: whole, or not at all.")(command)
    return click.option("--format", "format_name", metavar="NAME", help=f"{formats[0].upper()}{formats[1:]}")(command)


def deliver(report: Report, format_name: str | None, output: str | None) -> None:
    """Write a report in the wanted format to the file, or to standard output."""
    writer = WRITERS[format_name or _format_of(output)]
    if output is None or output == "-":
        columns, colour = terminal()
        sys.stdout.write(writer.render(report, columns, colour))
        sys.stdout.flush()
    else:
        write_whole(output, writer.render(report, 120, False))


def _format_of(output: str | None) -> str:
    if output is not None:
        for name, writer in WRITERS.items():
            if output.lower().endswith(writer.suffixes):
                return name
    return "table"


def terminal() -> tuple[int, bool]:
    """Columns of the terminal (80 where there is none), and whether to use colour."""
    try:
        columns = int(os.environ.get("COLUMNS", "0"))
    except ValueError:
        columns = 0
    is_terminal = sys.stdout.isatty()
    if columns < 1 and is_terminal:
        columns = os.get_terminal_size(sys.stdout.fileno()).columns
    return max(columns, 40) if columns > 0 else 80, is_terminal and not os.environ.get("NO_COLOR")


def write_whole(path: str, text: str) -> None:
    """Write `text` to a temporary file beside `path` and move it into place; OutputError if that fails.

    What stood there before is kept until the new file is whole; its permissions are kept too.
    """
    target = os.path.realpath(path)
    if os.path.exists(target) and not os.path.isfile(target):
        _write_through(path, target, text)
        return
    temporary = f"{target}.{os.getpid()}.part"
    try:
        mode = os.stat(target).st_mode & 0o777 if os.path.exists(target) else None
        with open(temporary, "x", encoding="utf-8", newline="\n") as file:
            file.write(text)
        if mode is not None:
            os.chmod(temporary, mode)
        os.replace(temporary, target)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        if os.path.exists(temporary):
            os.unlink(temporary)


def _write_through(path: str, target: str, text: str) -> None:
    """Write to a device or pipe, which cannot be replaced."""
    try:
        with open(target, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}") from error
