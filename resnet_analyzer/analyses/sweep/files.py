"""Tables of a sweep into files, part by part: CSV, or Parquet with pyarrow. A file is written whole or not at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO, Any

from ...errors import OutputError, UsageError
from .designs import Space
from .work import ABSENT

LABELS = ("network", "style")


def header(space: Space) -> list[str]:
    """The names of the columns."""
    return [*LABELS, *space.variables, *space.figures]


def rows_of(space: Space, table: Any) -> Iterator[list[Any]]:
    """A table as rows of plain values; None where a network does not have a variable."""
    labels = [structure.label for structure in space.structures]
    last = 1 + len(space.variables)
    for number, *values in table.tolist():
        variables = [None if value == ABSENT else value for value in values[: last - 1]]
        yield [*labels[number], *variables, *values[last - 1 :]]


def write_csv(space: Space, tables: Iterable[Any], path: str | None) -> int:
    """Write CSV to a file, or without a path to standard output; how many rows. OutputError if that fails."""
    if path is None:
        return _csv(space, tables, sys.stdout)
    with whole(path) as temporary, open(temporary, "x", encoding="utf-8", newline="\n") as file:
        return _csv(space, tables, file)


def _csv(space: Space, tables: Iterable[Any], file: IO[str]) -> int:
    count = 0
    file.write(",".join(header(space)) + "\n")
    labels = [",".join(map(_quoted, structure.label)) for structure in space.structures]
    last = 1 + len(space.variables)
    for table in tables:
        lines = [
            ",".join(
                [labels[row[0]], *["" if cell == ABSENT else str(cell) for cell in row[1:last]], *map(str, row[last:])]
            )
            for row in table.tolist()
        ]
        if lines:
            file.write("\n".join(lines) + "\n")
        count += len(lines)
    return count


def _quoted(text: str) -> str:
    """A text as a cell of CSV (RFC 4180, sec. 2.6 and 2.7)."""
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in ',"\n\r') else text


def write_parquet(space: Space, tables: Iterable[Any], path: str) -> int:
    """Write Parquet, a row group per part; how many rows. UsageError without pyarrow, OutputError if it fails."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise UsageError('a Parquet file needs pyarrow: pip install "resnet-analyzer[parquet]"') from error
    fields = [(name, pyarrow.string()) for name in LABELS]
    fields += [(name, pyarrow.int64()) for name in (*space.variables, *space.figures)]
    schema = pyarrow.schema(fields)
    count = 0
    with whole(path) as temporary, parquet.ParquetWriter(temporary, schema) as writer:
        for table in tables:
            if len(table):
                writer.write_table(pyarrow.table(_arrays(space, table, pyarrow), schema=schema))
            count += len(table)
    return count


def _arrays(space: Space, table: Any, pyarrow: Any) -> list[Any]:
    numbers = pyarrow.array(table[:, 0], pyarrow.int32())
    found = []
    for place in range(len(LABELS)):
        words = pyarrow.array([structure.label[place] for structure in space.structures])
        found.append(words.take(numbers))
    for place in range(1, table.shape[1]):
        column = table[:, place].copy()
        found.append(pyarrow.array(column, mask=column == ABSENT if place <= len(space.variables) else None))
    return found


@contextmanager
def whole(path: str) -> Iterator[str]:
    """A temporary name beside the file, moved into place at the end; OutputError if it cannot be written."""
    temporary = f"{path}.{os.getpid()}.part"
    try:
        yield temporary
        os.replace(temporary, path)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        if os.path.exists(temporary):
            os.unlink(temporary)
