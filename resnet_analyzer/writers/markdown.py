"""For pull requests and papers: GitHub's tables."""

from __future__ import annotations

from ..report.model import Report, Table
from ..report.numbers import spell_column
from .base import writer

ESCAPES = str.maketrans({sign: f"\\{sign}" for sign in "\\|*_`[]~$#"} | {"<": "&lt;", ">": "&gt;", "&": "&amp;"})


def escaped(text: str) -> str:
    """Text that markdown and HTML leave as it is.

    >>> print(escaped("a|b <script> ~_x_"))
    a\\|b &lt;script&gt; \\~\\_x\\_
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
    """A table's titles and all its rows as text; a heading stands at the first of its rows alone."""
    columns = [spell_column(column, [row[i] for row in table.rows]) for i, column in enumerate(table.columns)]
    rows = [list(cells) for cells in zip(*[texts for _, texts in columns], strict=True)]
    if table.columns[0].kind == "heading":
        headings = ["", *(row[0] for row in rows)]
        for row, before in zip(rows, headings, strict=False):
            row[0] = "" if row[0] == before else row[0]
    return [title for title, _ in columns], rows


def tabulated(titles: list[str], rows: list[list[str]], table: Table, form: str) -> str:
    """Titles and rows laid out by tabulate in one of its formats, numbers at the right edge."""
    from tabulate import tabulate

    aligns = ["right" if column.right else "left" for column in table.columns]
    return tabulate(rows, titles, form, colalign=aligns if rows else None, disable_numparse=True)


def _table(table: Table) -> str:
    titles, rows = spelled(table)
    cells = [[escaped(cell) for cell in row] for row in rows]
    return tabulated([escaped(title) for title in titles], cells, table, "pipe")
