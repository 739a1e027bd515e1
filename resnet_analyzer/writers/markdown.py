"""For pull requests and papers: GitHub's tables."""

from __future__ import annotations

from ..report.model import Report, Table
from ..report.numbers import spell_column
from .base import writer

ESCAPES = str.maketrans({"|": "\\|", "<": "&lt;", ">": "&gt;", "&": "&amp;", "*": "\\*", "_": "\\_", "`": "\\`"})


def escaped(text: str) -> str:
    """Text that markdown and HTML leave as it is.

    >>> escaped("a|b <script>")
    'a\\\\|b &lt;script&gt;'
    """
    return " ".join(text.translate(ESCAPES).split())


@writer("markdown", ".md")
def render(report: Report, width: int = 80, colour: bool = False) -> str:
    """The report as markdown: a heading, tables, a list of sentences."""
    blocks = [f"# {escaped(report.title)}"]
    for table in report.tables:
        blocks += [f"## {escaped(table.title)}"] if table.title else []
        blocks.append(_table(table))
    blocks.append("\n".join(f"- **{escaped(label)}**: {escaped(text)}" for label, text in report.notes))
    return "\n\n".join(block for block in blocks if block) + "\n"


def spelled(table: Table) -> tuple[list[str], list[list[str]]]:
    """A table's titles and all its rows as text, the total last."""
    rows = [*table.rows, *([table.total] if table.total else [])]
    columns = [spell_column(column, [row[i] for row in rows]) for i, column in enumerate(table.columns)]
    return [title for title, _ in columns], [list(cells) for cells in zip(*[texts for _, texts in columns])]


def _table(table: Table) -> str:
    from tabulate import tabulate

    titles, rows = spelled(table)
    aligns = ["right" if column.right else "left" for column in table.columns]
    rows = [[escaped(cell) for cell in row] for row in rows]
    return tabulate(rows, [escaped(title) for title in titles], tablefmt="pipe", colalign=aligns if rows else None, disable_numparse=True)
