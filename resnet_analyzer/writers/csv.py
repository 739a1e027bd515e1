"""For spreadsheets: the tables' raw values, no grouping, no units."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from typing import Any

from ..files import spreadsheet_cell
from ..report.model import Report, Table
from .base import writer

MILLIONTHS = ("share", "ratio")  # kinds of columns whose whole numbers are millionths


@writer("csv", ".csv")
def render(report: Report, width: int = 80, colour: bool = False) -> str:
    """Every table as comma-separated lines under a header, an empty line between two; no cell is a formula."""
    return _written(report, spreadsheet_cell)


@writer("raw-csv")
def render_raw(report: Report, width: int = 80, colour: bool = False) -> str:
    """The same with texts as they are, also those that a spreadsheet would take for formulas."""
    return _written(report, str)


def _written(report: Report, cell: Callable[[str], str]) -> str:
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    for index, table in enumerate(report.all_tables):
        if index:
            out.write("\n")
        lines.writerow([column.title for column in table.columns])
        lines.writerows([cell(value) if isinstance(value, str) else value for value in row] for row in _rows(table))
    return out.getvalue()


def _rows(table: Table) -> Iterator[list[Any]]:
    """Rows with the first label repeated where people see it once; shares as fractions, nothing as nothing."""
    label = ""
    for row in table.rows:
        label = row[0] or label
        yield [
            "" if value is None else value / 1_000_000 if column.kind in MILLIONTHS else value
            for column, value in zip(table.columns, (label, *row[1:]), strict=True)
        ]
