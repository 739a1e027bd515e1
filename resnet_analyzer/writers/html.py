"""For browsers and notebooks: a plain table with a little style of its own; every text is escaped."""

from __future__ import annotations

from html import escape

from ..report.model import Report, Table
from .base import writer
from .markdown import spelled

STYLE = (
    ".ra table{border-collapse:collapse;font-variant-numeric:tabular-nums}"
    ".ra th,.ra td{padding:.15em .8em;text-align:left;white-space:nowrap}"
    ".ra .n{text-align:right}.ra thead th{border-bottom:1px solid}"
    ".ra dl{display:grid;grid-template-columns:max-content auto;gap:.2em 1em}.ra dd{margin:0}"
)


@writer("html", ".html", ".htm")
def render(report: Report, width: int = 80, colour: bool = False) -> str:
    """The report as a fragment that browsers show as a page and notebooks in a cell."""
    tables = "".join(map(_table, report.tables))
    notes = "".join(f"<dt>{escape(label)}</dt><dd>{escape(text)}</dd>" for label, text in report.notes)
    head = f'<meta charset="utf-8"><style>{STYLE}</style>'
    return f'{head}<div class="ra"><h2>{escape(report.title)}</h2>{tables}<dl>{notes}</dl></div>\n'


def _table(table: Table) -> str:
    classes = [' class="n"' if column.right else "" for column in table.columns]
    title = f"<h3>{escape(table.title)}</h3>" if table.title else ""
    titles, rows = spelled(table)
    head = "".join(f'<th scope="col"{kind}>{escape(text)}</th>' for kind, text in zip(classes, titles, strict=True))
    body = "".join(
        "<tr>" + "".join(f"<td{kind}>{escape(cell)}</td>" for kind, cell in zip(classes, row, strict=True)) + "</tr>"
        for row in rows
    )
    return f"{title}<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
