"""What every report is made of: a title, tables of raw values, labelled sentences, and the JSON contract's data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple


class Column(NamedTuple):
    """A column: its title, how its values are spelled, and how soon a narrow terminal leaves it out.

    `kind` is `text`, `shape`, `count` (grouped digits), `scaled` (a unit that the column shares),
    `printed` (four digits and a unit), `share` (millionths, as percent), `ratio` (millionths, as
    times), or `heading`: what a run of rows stands under. `drop` 0 is never left out; 1 last, 2
    before it, and so on. `flexible` text may be cut short with an ellipsis.
    """

    title: str
    kind: str = "text"
    drop: int = 0
    flexible: bool = False

    @property
    def right(self) -> bool:
        """Whether values stand at the right edge: numbers do."""
        return self.kind not in ("text", "heading")


class Table(NamedTuple):
    """Rows of raw values (int, str, None) under columns; `title` may be empty.

    Tables of one report that have the same columns are laid out alike, under one header.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    title: str = ""


class Report(NamedTuple):
    """A title, tables, labelled sentences below them, and `data`, which gives what machines read."""

    title: str
    tables: tuple[Table, ...]
    notes: tuple[tuple[str, str], ...]
    data: Callable[[], Mapping[str, Any]]
