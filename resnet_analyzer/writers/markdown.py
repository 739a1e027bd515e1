"""For pull requests and papers: GitHub's tables."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from ..report.columns import filled, spell_column
from ..report.language import message
from ..report.model import Figure, Link, Report, Section, Table
from .base import writer

ESCAPES = str.maketrans({sign: f"\\{sign}" for sign in "\\|*_`[]~$#"} | {"<": "&lt;", ">": "&gt;", "&": "&amp;"})


def escaped(text: str) -> str:
    """Text that markdown and HTML leave as it is.

    >>> print(escaped("a|b <script> ~_x_"))
    a\\|b &lt;script&gt; \\~\\_x\\_
    """
    return " ".join(text.translate(ESCAPES).split())


THUMBNAIL = 220  # pixels of height


@writer("markdown", ".md", pictures="svg")
def render(report: Report, width: int = 80, colour: bool = False) -> str:
    """The report as markdown: a heading, tables, sections, a list of sentences."""
    blocks = [f"# {escaped(report.title)}", *map(escaped, report.lead)]
    for table in report.tables:
        blocks += _titled(table, "## ")
    for section in report.sections:
        blocks += _section(section, report.language)
    blocks.append("\n".join(f"- **{escaped(label)}**: {escaped(text)}" for label, text in report.notes))
    return "\n\n".join(block for block in blocks if block) + "\n"


def _section(section: Section, language: str) -> Iterator[str]:
    """A heading, sentences, tables, pictures, what to see in them, and where to go on."""
    yield f"## {escaped(section.title)}" if section.title else ""
    yield from map(escaped, section.paragraphs)
    if section.folded:
        yield f"<details><summary>{message(language, 'Open the table')}</summary>"
    for table in section.tables:
        yield from _titled(table, "### ")
    if section.folded:
        yield "</details>"
    yield from (_picture(figure, language) for figure in section.figures)
    yield from map(escaped, section.see)
    yield "\n".join(map(_link, section.links))


def _titled(table: Table, level: str) -> list[str]:
    return [*([f"{level}{escaped(table.title)}"] if table.title else []), _table(table)]


def _picture(figure: Figure, language: str) -> str:
    words = escaped(figure.drawing.alt)
    if figure.file and figure.thumbnail:
        return f'<img src="{figure.file}.svg" alt="{escape(figure.drawing.alt, quote=True)}" height="{THUMBNAIL}">'
    return f"![{words}]({figure.file}.svg)" if figure.file else f"*{message(language, 'Picture: {}', words)}*"


def _link(link: Link) -> str:
    says = f": {escaped(link.says)}" if link.says else ""
    return f"- [{escaped(link.text)}]({link.target}.md){says}"


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
    (table,) = filled([table])
    titles, rows = spelled(table)
    cells = [[escaped(cell) for cell in row] for row in rows]
    return tabulated([escaped(title) for title in titles], cells, table, "pipe")
