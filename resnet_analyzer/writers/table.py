"""For a terminal: aligned columns that fit its width, then labelled sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import groupby, islice, zip_longest
from operator import itemgetter

from ..frozen import NamedTuple
from ..report.columns import IDEOGRAPHS, cut, filled, has_ideographs, padded, screen_width, spell_column
from ..report.language import message
from ..report.model import Column, Report, Section, Table
from .base import writer

GAP = "  "
HIDDEN = "not shown: {}; use a wider terminal or --format csv"
NARROWEST = 12  # characters that a flexible column keeps whatever happens
WIDE = 40  # characters that it keeps at the cost of EXPENDABLE columns
LINE = 15  # characters that a line of a wrapped column keeps
LONGEST_WORD = 24  # characters of a word that a wrapped column does not cut if there is room elsewhere
EXPENDABLE = 3  # columns of this `drop` and above give way to wide text, others only to what cannot be cut


@cache
def _piece() -> re.Pattern[str]:
    """What no line cuts: a word, or an ideograph with the punctuation behind it."""
    return re.compile(f"\\s*（?(?:(?:(?![{IDEOGRAPHS}])\\S)+|[{IDEOGRAPHS}])[，。；：、）！？]*|\\s+")


class Layout(NamedTuple):
    """Which columns are shown, with their titles spelled out, and their widths."""

    shown: tuple[int, ...]
    columns: tuple[Column, ...]
    widths: tuple[int, ...]

    def lines(self, texts: Sequence[str]) -> Iterator[str]:
        """Texts of the shown columns as a line, and more below it where a wrapped one needs them."""
        pieces = [
            _in_lines(text, size) if column.wrapped else [text]
            for text, column, size in zip(texts, self.columns, self.widths, strict=True)
        ]
        for row in zip_longest(*pieces, fillvalue=""):
            yield self.line(row)

    def line(self, texts: Sequence[str]) -> str:
        """Texts of the shown columns as one line."""
        cells = []
        for text, column, size in zip(texts, self.columns, self.widths, strict=True):
            cells.append(padded(cut(text, size), size, column.right))
        return GAP.join(cells).rstrip()


@writer("table", ".txt")
def render(report: Report, width: int = 80, colour: bool = False) -> str:
    """The report as text for a terminal of `width` characters; no line is longer, no row is wrapped."""
    first, *rest = wrapped(report.title, width)
    lines = [_bold(first, colour), *rest, *_sentences(report.lead, width)]
    body, left_out = _all(report.tables, width, colour)
    lines += body
    for section in report.sections:
        body, missing = _section(section, report.language, width, colour)
        lines += ["", *body]
        left_out += missing
    notes = [*report.notes]
    if left_out:
        hidden = message(report.language, ", ").join(dict.fromkeys(left_out))
        notes.append((message(report.language, "columns"), message(report.language, HIDDEN, hidden)))
    return "\n".join([*lines, *_notes(notes, width, colour)]) + "\n"


def _section(section: Section, language: str, width: int, colour: bool) -> tuple[list[str], list[str]]:
    """A part of a long report, and the columns of its tables that found no room; pictures in words."""
    head = [_bold(line, colour) for line in wrapped(section.title.upper(), width)]
    body: list[str] = []
    left_out: list[str] = []
    for table in section.tables:
        lines, missing = _tables([table._replace(title="")], width, colour)
        body += ["", *(_bold(line, colour) for line in wrapped(table.title, width) if line), *lines]
        left_out += missing
    told = [message(language, "Picture: {}", figure.drawing.alt) for figure in section.figures]
    links = [f"{link.text}: {link.says}" if link.says else link.text for link in section.links]
    after = _sentences([*told, *section.see, *links], width)
    return [*head, *_sentences(section.paragraphs, width), *body, *after], left_out


def _all(tables: Sequence[Table], width: int, colour: bool) -> tuple[list[str], list[str]]:
    """Tables one below the other, those of the same columns under one header."""
    lines, left_out = [], []
    for _, alike in groupby(tables, key=lambda table: table.columns):
        body, missing = _tables(list(alike), width, colour)
        lines += ["", *body]
        left_out += missing
    return lines, left_out


def _sentences(texts: Sequence[str], width: int) -> list[str]:
    return [line for text in texts for line in ("", *wrapped(text, width))]


def _bold(text: str, colour: bool) -> str:
    return f"\x1b[1m{text}\x1b[0m" if colour else text


def _notes(notes: list[tuple[str, str]], width: int, colour: bool) -> list[str]:
    """Labels at the left edge, sentences beside them; a label that repeats is not told again."""
    label_width = max((screen_width(label) for label, _ in notes), default=0) + len(GAP)
    lines, before = [""] if notes else [], ""
    for label, text in notes:
        head, *rest = wrapped(text, width - label_width)
        head = f"{padded('' if label == before else label, label_width)}{head}"
        lines += [_bold(head, colour and label == "total"), *(" " * label_width + line for line in rest)]
        before = label
    return lines


def printable(text: str) -> str:
    """Text without line ends and other signs that would steer the terminal: a name may hold anything.

    >>> printable("a\\nb\\x1b[1m")
    'a b�[1m'
    """
    if text.isprintable():
        return text
    return "".join(
        [sign if sign.isprintable() else " " if sign.isspace() else "\N{REPLACEMENT CHARACTER}" for sign in text]
    )


def wrapped(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width`; broken only at its dots where that is enough.

    >>> wrapped("ResNet-50 · He et al. 2015 · 224×224×3", 28)
    ['ResNet-50 · He et al. 2015 ·', '224×224×3']
    """
    dotted = [printable(part) for part in text.split(" · ")]
    if max(map(screen_width, dotted)) <= width - 2:
        return _filled(dotted, " · ", width)
    if has_ideographs(text):
        return _broken(printable(text), width)
    words = [word[start : start + width] for word in printable(text).split() for start in range(0, len(word), width)]
    return _filled(words, " ", width)


def _in_lines(text: str, size: int) -> list[str]:
    """A cell's text in lines of `size`, a name below a heading indented further; as it stands where it fits."""
    if screen_width(text) <= size:
        return [text]
    indent = " " * (len(text) - len(text.lstrip()))
    first, *rest = wrapped(text.lstrip(), size - 2 * len(indent))
    return [f"{indent}{first}", *(f"{indent}{indent}{line}" for line in rest)]


def _filled(parts: list[str], glue: str, width: int) -> list[str]:
    """Lines as full as they can be; a line that goes on ends with what the glue has to show."""
    end = glue.rstrip()
    lines = parts[:1]
    for index, part in enumerate(parts[1:], start=2):
        longer = f"{lines[-1]}{glue}{part}"
        if screen_width(longer) + (len(end) if index < len(parts) else 0) <= width:
            lines[-1] = longer
        else:
            lines[-1] += end
            lines.append(part)
    return lines or [""]


def _broken(text: str, width: int) -> list[str]:
    """Lines of a text in ideographs, which may end behind any of them, but not before what closes.

    >>> _broken("参数量 25,557,032（另有移动统计量）", 18)
    ['参数量 25,557,032', '（另有移动统计量）']
    """
    lines = [""]
    for piece in _piece().findall(text):
        for start in range(0, len(piece), width):
            part = piece[start : start + width]
            if screen_width(lines[-1] + part) <= width:
                lines[-1] += part
            else:
                lines.append(part.lstrip())
    return lines


def _tables(tables: list[Table], width: int, colour: bool) -> tuple[list[str], list[str]]:
    """Tables of the same columns under one header, and the columns that found no room."""
    tables = filled(tables)
    columns = tables[0].columns
    rows = [row for table in tables for row in table.rows]
    spelled = [spell_column(column, [row[i] for row in rows]) for i, column in enumerate(columns)]
    titled = [column._replace(title=title) for column, (title, _) in zip(columns, spelled, strict=True)]
    cells = [[printable(text) for text in texts] for _, texts in spelled]
    headed = columns[0].kind == "heading"
    headings = cells[0] if headed else [""] * len(rows)
    if headed:
        cells[1] = [_under(heading, text) for heading, text in zip(headings, cells[1], strict=True)]
    layout = _layout(titled, cells, int(headed), width)
    header = list(layout.lines([column.title for column in layout.columns]))
    is_told = any(line.strip() for line in header)
    lines = [*header] if is_told and (len(tables) > 1 or not tables[0].title) else []
    waiting = iter(zip(headings, zip(*[cells[i] for i in layout.shown], strict=True), strict=True))
    for table in tables:
        if table.title:
            between = [""] if lines else []
            lines += [*between, *(_bold(line, colour) for line in wrapped(table.title, width))]
        if len(tables) == 1 and table.title and is_told:
            lines += ["", *header]
        lines += _body(layout, islice(waiting, len(table.rows)), width, colour)
    left_out = [column.title for i, column in enumerate(columns) if i >= headed and i not in layout.shown]
    return lines, left_out


def _under(heading: str, name: str) -> str:
    """A name below a heading: indented, and without what the heading has said.

    >>> _under("stage2/block1", "stage2/block1/conv1"), _under("", "input")
    ('  conv1', 'input')
    """
    return f"{GAP}{name.removeprefix(f'{heading}/')}" if heading else name


def _body(layout: Layout, rows: Iterable[tuple[str, Sequence[str]]], width: int, colour: bool) -> Iterator[str]:
    """Rows as lines, each run of one heading under it."""
    for heading, run in groupby(rows, key=itemgetter(0)):
        if heading:
            yield from (_bold(line, colour) for line in wrapped(heading, width))
        for _, texts in run:
            yield from layout.lines(texts)


def _layout(columns: Sequence[Column], cells: Sequence[list[str]], first: int, width: int) -> Layout:
    """Leave out the columns to be dropped first until the least widths fit, then share the room."""
    natural = [
        max(screen_width(column.title), *map(screen_width, texts), 0)
        for column, texts in zip(columns, cells, strict=True)
    ]
    kept = list(range(first, len(columns)))
    for room, expendable in ((WIDE, EXPENDABLE), (NARROWEST, 1)):
        least = [
            min(size, room if column.flexible else max(room, LINE)) if _gives(column) else size
            for column, size in zip(columns, natural, strict=True)
        ]
        for i in sorted(kept, key=lambda i: -columns[i].drop):
            if columns[i].drop >= expendable and _span([least[i] for i in kept]) > width:
                kept.remove(i)
    shown = tuple(columns[i] for i in kept)
    words = [_longest_word(cells[i]) if columns[i].wrapped else NARROWEST for i in kept]
    return Layout(tuple(kept), shown, tuple(_shrunk(shown, [natural[i] for i in kept], words, width)))


def _gives(column: Column) -> bool:
    return column.flexible or column.wrapped


def _span(widths: Sequence[int]) -> int:
    return sum(widths) + len(GAP) * (len(widths) - 1)


def _longest_word(texts: Sequence[str]) -> int:
    """Columns that the longest word of a wrapped column takes, which is better not cut; at most LONGEST_WORD."""
    longest = max((screen_width(word) for text in texts for word in text.split()), default=0)
    return min(max(longest, NARROWEST), LONGEST_WORD)


def _shrunk(columns: Sequence[Column], widths: list[int], words: Sequence[int], width: int) -> list[int]:
    """Widths that fit, taken from the flexible columns, the widest first; from within words last of all."""
    flexible = [i for i, column in enumerate(columns) if _gives(column)]
    for least in (words, [NARROWEST] * len(widths)):
        while _span(widths) > width:
            wide = [i for i in flexible if widths[i] > least[i]]
            if not wide:
                break
            widths[max(wide, key=widths.__getitem__)] -= 1
    return widths
