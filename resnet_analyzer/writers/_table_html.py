"""A report's table as HTML: headers with scope, raw values beside the spelled ones, groups that can be folded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby
from typing import Any

from ..report.columns import decimals_for, scale_for, spell_column
from ..report.language import message
from ..report.model import Column, Table

MANY = 12  # rows from which a filter is of use


def plain_table(table: Table) -> str:
    """The table for a place without scripts: a heading stands at the first of its rows alone."""
    title = f"<h4>{escape(table.title)}</h4>" if table.title else ""
    return f"{title}<table>{_head(table, 0, escape)}<tbody>{''.join(_rows(table, 0, mark=False))}</tbody></table>"


def page_table(table: Table, number: int, label: str, language: str = "en") -> str:
    """The table with what a reader can do to it: sort, filter, fold."""
    headed = int(table.columns[0].kind == "heading")
    body = _groups(table, language) if headed else f"<tbody>{''.join(_rows(table, 0))}</tbody>"
    name = escape(table.title or label, quote=True)
    caption = f"<caption>{escape(table.title)}</caption>" if table.title else ""
    live = f' data-live="{escape(table.live, quote=True)}"' if table.live else ""
    return (
        f'<div class="table"{live} data-first="{headed}">{_tools(table, number, headed, language)}'
        f'<div class="scroll" role="region" tabindex="0" aria-label="{name}">'
        f"<table>{caption}{_head(table, headed, _button)}{body}</table></div></div>"
    )


def _tools(table: Table, number: int, headed: int, language: str) -> str:
    """A filter for a long table, buttons to fold one of groups; both hidden until the script runs."""
    if len(table.rows) < MANY:
        return ""
    find, fold = (escape(message(language, text)) for text in ("Filter", "Fold all"))
    button = f'<button type="button" data-fold="all" aria-pressed="false">{fold}</button>' if headed else ""
    return (
        f'<div class="tools" hidden><label for="filter{number}">{find}</label> '
        f'<input type="search" id="filter{number}" autocomplete="off" spellcheck="false"> {button}'
        f'<output for="filter{number}" aria-live="polite"></output></div>'
    )


def _head(table: Table, first: int, title_of: Any) -> str:
    cells = []
    for index, column in enumerate(table.columns[first:], first):
        values = [row[index] for row in table.rows]
        title, _ = spell_column(column, values)
        size = (
            f' data-size="{scale_for(values)[0]}" data-places="{decimals_for(values)}"'
            if column.kind == "scaled"
            else ""
        )
        name = f' data-title="{escape(column.name or column.title, quote=True)}"'
        cells.append(f'<th scope="col"{_class(column)} data-kind="{column.kind}"{name}{size}>{title_of(title)}</th>')
    return f"<thead><tr>{''.join(cells)}</tr></thead>"


def _button(title: str) -> str:
    return f'<button type="button">{escape(title)}</button>'


def _class(column: Column) -> str:
    return ' class="n"' if column.right else ""


def _groups(table: Table, language: str) -> str:
    """A body per heading, under a row that folds it; a row that folds a whole stage before its blocks."""
    rows = list(_rows(table, 1))
    parts = []
    start = 0
    for stage, members in groupby(table.rows, key=lambda row: str(row[0]).split("/")[0]):
        lines = list(members)
        blocks = [(heading, len(list(inner))) for heading, inner in groupby(lines, key=lambda row: str(row[0]))]
        span = len(table.columns) - 1
        if len(blocks) > 1:
            parts.append(f"<tbody>{_fold_row(stage, len(lines), span, 'stage', language)}</tbody>")
        for heading, count in blocks:
            name = f' data-stage="{escape(stage, quote=True)}"' if len(blocks) > 1 else ""
            head = _fold_row(heading, count, span, "block" if name else "block alone", language) if heading else ""
            parts.append(f"<tbody{name}>{head}{''.join(rows[start : start + count])}</tbody>")
            start += count
    return "".join(parts)


def _fold_row(name: str, count: int, span: int, kind: str, language: str) -> str:
    layers = message(language, "{} layer" if count == 1 else "{} layers", str(count))
    return (
        f'<tr class="{kind}"><th scope="rowgroup" colspan="{span}"><button type="button" data-fold="{kind.split()[0]}" '
        f'aria-expanded="true">{escape(name)}</button> <span>{layers}</span></th></tr>'
    )


def _rows(table: Table, first: int, mark: bool = True) -> Iterator[str]:
    """Every row; the first cell is its header. `mark` adds raw values and the number of the row."""
    columns = list(enumerate(table.columns))[first:]
    spelled = [spell_column(column, [row[i] for row in table.rows])[1] for i, column in columns]
    before: tuple[str, str] = ("", "")
    for number, row in enumerate(table.rows):
        texts = [column[number] for column in spelled]
        cells = "".join(_cell(column, row[i], text, mark) for (i, column), text in list(zip(columns, texts, strict=True))[1:])  # fmt: skip  # noqa: E501
        head, before = _first_cell(row, texts[0], first, before, mark)
        yield f'<tr data-row="{number}">{head}{cells}</tr>' if mark else f"<tr>{head}{cells}</tr>"


def _first_cell(
    row: Sequence[Any], text: str, first: int, before: tuple[str, str], mark: bool
) -> tuple[str, tuple[str, str]]:
    """A row's header: a name that repeats is told again, but faintly; what the heading above has said, too."""
    label = text or before[0]
    again = bool(before[0]) and label == before[0] and not first
    prefix = f"{row[0]}/" if first and str(text).startswith(f"{row[0]}/") else ""
    if not mark:
        return f'<th scope="row">{"" if again else escape(label)}</th>', (label, label)
    inside = f'<span class="again">{escape(label)}</span>' if again else escape(label[len(prefix) :])
    before_it = f'<span class="prefix">{escape(prefix)}</span>' if prefix else ""
    return f'<th scope="row">{before_it}{inside}</th>', (label, label)


def _cell(column: Column, value: Any, text: str, mark: bool) -> str:
    raw = f' data-v="{value}"' if mark and type(value) is int else ""
    return f"<td{_class(column)}{raw}>{escape(text)}</td>"
