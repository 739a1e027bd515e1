"""For a terminal: aligned columns that fit its width, then labelled sentences."""

from __future__ import annotations

from typing import Any

from ..report.model import Column, Report, Table
from ..report.numbers import spell_column
from .base import writer

GAP = "  "
NARROWEST = 12  # characters that a flexible column keeps whatever happens
WIDE = 34  # characters that it keeps by having other columns left out


@writer("table", ".txt")
def render(report: Report, width: int = 80, colour: bool = False) -> str:
    """The report as text for a terminal of `width` characters; no line is longer, no row is wrapped."""
    lines = _wrapped(report.title, width, "")
    lines[0] = _bold(lines[0], colour)
    for table in report.tables:
        lines += ["", *([_bold(table.title, colour)] if table.title else []), *_table(table, width, colour)]
    if report.notes:
        label_width = max(len(label) for label, _ in report.notes)
        lines.append("")
        for label, text in report.notes:
            head, *rest = _wrapped(text, width, " " * (label_width + 2))
            head = f"{label:<{label_width}}  {head.lstrip()}"
            lines += [_bold(head, colour) if label == "total" else head, *rest]
    return "\n".join(lines) + "\n"


def _bold(text: str, colour: bool) -> str:
    return f"\x1b[1m{text}\x1b[0m" if colour else text


def _wrapped(text: str, width: int, indent: str) -> list[str]:
    """`text` in lines of at most `width`, all indented; broken only at its dots where that is enough."""
    room = max(20, width - len(indent))
    dotted = text.split(" · ")
    parts, glue = (dotted, " · ") if max(map(len, dotted)) < room - 2 else (text.split(" "), " ")
    lines: list[str] = []
    for part in parts:
        if lines and len(lines[-1]) + len(glue) + len(part) <= room - (2 if glue != " " else 0):
            lines[-1] += glue + part
        else:
            lines.append(part)
    ends = [" ·"] * (len(lines) - 1) if glue != " " else [""] * (len(lines) - 1)
    return [indent + line + end for line, end in zip(lines, [*ends, ""])]


def _table(table: Table, width: int, colour: bool) -> list[str]:
    rows = [*table.rows, *([table.total] if table.total else [])]
    spelled = [spell_column(column, [row[i] for row in rows]) for i, column in enumerate(table.columns)]
    titled = [column._replace(title=title) for column, (title, _) in zip(table.columns, spelled)]
    kept = _columns_that_fit(titled, [texts for _, texts in spelled], width)
    columns, texts = [titled[i] for i in kept], [spelled[i][1] for i in kept]
    widths = _widths(columns, texts, width)
    header = _line([column.title for column in columns], columns, widths)
    body = [_line([text[r] for text in texts], columns, widths) for r in range(len(rows))]
    if table.total:
        body[-1] = _bold(body[-1], colour)
        body.insert(-1, "")
    return [header, *body]


def _natural(column: Column, texts: list[str]) -> int:
    return max(len(column.title), *(len(text) for text in texts)) if texts else len(column.title)


def _columns_that_fit(columns: list[Column], cells: list[list[str]], width: int) -> list[int]:
    """Indices of the columns that are shown: those to be dropped first go until the least width fits."""
    kept = list(range(len(columns)))

    def least() -> int:
        sizes = [_least(columns[i], cells[i]) for i in kept]
        return sum(sizes) + len(GAP) * (len(kept) - 1)

    while least() > width:
        droppable = [i for i in kept if columns[i].drop]
        if not droppable:
            break
        kept.remove(max(droppable, key=lambda i: columns[i].drop))
    return kept


def _least(column: Column, texts: list[str]) -> int:
    """What a column must have before others are dropped for it: a flexible one may lose what is beyond WIDE."""
    natural = _natural(column, texts)
    return min(natural, WIDE) if column.flexible else natural


def _widths(columns: list[Column], texts: list[list[str]], width: int) -> list[int]:
    widths = [_natural(column, text) for column, text in zip(columns, texts)]
    over = sum(widths) + len(GAP) * (len(widths) - 1) - width
    for i, column in enumerate(columns):
        if column.flexible and over > 0:
            cut = min(over, widths[i] - NARROWEST) if widths[i] > NARROWEST else 0
            widths[i] -= cut
            over -= cut
    return widths


def _line(texts: list[str], columns: list[Column], widths: list[int]) -> str:
    cells: list[Any] = []
    for text, column, size in zip(texts, columns, widths):
        short = text if len(text) <= size else text[: size - 1] + "…"
        cells.append(f"{short:>{size}}" if column.right else f"{short:<{size}}")
    return GAP.join(cells).rstrip()
