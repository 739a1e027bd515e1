"""Tables of a sweep written part by part: CSV, or Parquet with pyarrow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, TextIO

from ...errors import UsageError, install
from ...files import spreadsheet_cell
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


def write_csv(space: Space, tables: Iterable[Any], file: TextIO, raw: bool = False) -> int:
    """Write CSV, with texts that spreadsheets would take for formulas quoted unless `raw`; how many rows."""
    count = 0
    file.write(",".join(header(space)) + "\n")
    harmless = str if raw else spreadsheet_cell
    labels = [",".join([_quoted(harmless(text)) for text in structure.label]) for structure in space.structures]
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


def write_parquet(space: Space, tables: Iterable[Any], file: BinaryIO) -> int:
    """Write Parquet, a row group per part; how many rows. UsageError without pyarrow."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise UsageError(f"a Parquet file needs pyarrow: {install('parquet')}") from error
    fields = [(name, pyarrow.string()) for name in LABELS]
    fields += [(name, pyarrow.int64()) for name in (*space.variables, *space.figures)]
    schema = pyarrow.schema(fields)
    count = 0
    with parquet.ParquetWriter(file, schema) as writer:
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
