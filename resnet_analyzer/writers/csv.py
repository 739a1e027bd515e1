"""For spreadsheets: the tables' raw values, no grouping, no units."""

from __future__ import annotations

import csv
import io

from ..report.model import Report
from .base import writer


@writer("csv", ".csv")
def render(report: Report, width: int = 80, colour: bool = False) -> str:
    """Every table as comma-separated lines under a header, an empty line between two."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    for index, table in enumerate(report.tables):
        if index:
            out.write("\n")
        lines.writerow([column.title for column in table.columns])
        lines.writerows([["" if value is None else value for value in row] for row in _filled(table)])
    return out.getvalue()


def _filled(table):  # type: ignore[no-untyped-def]
    """Rows with the stage repeated where people see it once; shares as fractions."""
    label = ""
    for row in (*table.rows, *([table.total] if table.total else [])):
        label = row[0] or label
        values = [label, *row[1:]]
        yield [
            value / {"share": 1e6, "ratio": 1e3}[column.kind] if column.kind in ("share", "ratio") and value else value
            for column, value in zip(table.columns, values)
        ]
