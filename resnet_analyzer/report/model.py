"""What every report is made of: a title, tables of raw values, sentences, sections, and the JSON contract's data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from ..frozen import NamedTuple
from ..measurement import WRITERS


class Column(NamedTuple):
    """A column: its title, how its values are spelled, and how soon a narrow terminal leaves it out.

    `kind` is `text`, `shape`, `count` (grouped digits), `signed` (the same with its sign), `scaled` (a
    unit that the column shares), `short` and `printed` (four digits and a unit of its own), `share`
    (millionths, as percent), `ratio` (millionths, as times), or `heading`: what a run of rows stands
    under. `drop` 0 is never left out; 1 last, 2 before it, and so on. `flexible` text may be cut short
    with an ellipsis; `wrapped` text takes as many lines as it needs instead.
    """

    title: str
    kind: str = "text"
    drop: int = 0
    flexible: bool = False
    wrapped: bool = False
    name: str = ""  # in English, where the title is not

    @property
    def right(self) -> bool:
        """Whether values stand at the right edge: numbers do."""
        return self.kind not in ("text", "heading")


class Table(NamedTuple):
    """Rows of raw values (int, str, None) under columns; `title` may be empty.

    Tables of one report that have the same columns are laid out alike, under one header. `live` names the
    rows that a page can recompute for another size: see `Report.live`.
    `total` is a last row that sums the others up, for formats whose notes are not printed (LaTeX).
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    title: str = ""
    live: str = ""
    total: tuple[Any, ...] = ()


class Drawing(Protocol):
    """A picture: `resnet_analyzer.plots.base.Picture` is one."""

    @property
    def name(self) -> str:
        """What kind of picture it is."""

    @property
    def title(self) -> str:
        """A heading."""

    @property
    def alt(self) -> str:
        """A sentence for those who do not see it."""

    @property
    def svg(self) -> bytes:
        """The picture for screens and print."""

    @property
    def png(self) -> bytes:
        """The picture where SVG is no choice."""


class Figure(NamedTuple):
    """A picture in a report, and the file beside the report that holds it, without its ending (empty: none does).

    `thumbnail` shows it small: a page that lists reports.
    """

    drawing: Drawing
    file: str = ""
    thumbnail: bool = False


class Link(NamedTuple):
    """A way to another report: the words to follow, its file without the ending, and a sentence on it."""

    text: str
    target: str
    says: str = ""


class Section(NamedTuple):
    """A part of a long report: the question, then tables and pictures, then what to see in them.

    `folded` parts are long: a reader opens them by hand. `live` names what a page recomputes in `see`.
    """

    title: str
    paragraphs: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    figures: tuple[Figure, ...] = ()
    see: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    folded: bool = False
    live: str = ""


class Report(NamedTuple):
    """A title, tables, labelled sentences below them, and `data`, which gives what machines read.

    A long report has a `lead` below its title, and `sections` behind the tables. `live` gives, where a page
    can recompute its figures for other sizes, their closed forms: see `report/live.py`. `language` is what its
    words are in, for those that a writer adds: see `report/language.py`.
    """

    title: str
    tables: tuple[Table, ...]
    notes: tuple[tuple[str, str], ...]
    data: Callable[[], Mapping[str, Any]]
    lead: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    live: Callable[[], Mapping[str, Any] | None] | None = None
    language: str = "en"

    def __repr__(self) -> str:
        return f"<Report {self.title:.60}: {len(self.all_tables)} tables, {len(self.sections)} sections>"

    @property
    def all_tables(self) -> tuple[Table, ...]:
        """Its own tables and those of all sections, in order."""
        return self.tables + tuple(table for section in self.sections for table in section.tables)

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The pictures of all sections, in order."""
        return tuple(figure for section in self.sections for figure in section.figures)

    def _repr_html_(self) -> str:
        return str(WRITERS["html"].fragment(self))
