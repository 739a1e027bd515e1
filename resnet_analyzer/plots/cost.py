"""Where parameters, MACs and activations are: stage by stage, or network by network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..frozen import NamedTuple
from ..measurement import Measurement, Row, with_channels_last
from ..numbers import counted, short
from ._canvas import painted
from ._chart import WIDTH
from ._fonts import text_width
from ._legend import draw_legend, kind_items, legend_height
from ._sheet import Sheet
from ._stages import stages
from ._words import kind_of_row, safe, title_of, total_words
from .base import Picture, plot
from .palette import FAINT, INK, KINDS, MUTED

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .palette import Theme

FIGURES = ("parameters", "MACs", "activations")
HEAD, LINE, BAR = 84.0, 27.0, 14.0
MOST_LINES = 40


class Line(NamedTuple):
    """A stage or a network: for each figure, how much of it is in which kind of layer."""

    name: str
    parts: tuple[dict[str, int], ...]

    def total(self, figure: int) -> int:
        """The sum over all kinds."""
        return sum(self.parts[figure].values())


@plot("cost", "parameters, MACs and activations as bars, by kind of layer: per stage, or per network for several")
def draw(measurements: Sequence[Measurement], shares: bool = False) -> Picture:
    """One network by its stages, or several in one line each; with `shares` every bar is the whole of its line."""
    measurements = [with_channels_last(each) for each in measurements]
    alone = measurements[0] if len(measurements) == 1 else None
    if alone:
        lines = [line_of(name, rows) for name, rows in stages(alone.rows)]
        title, words = safe(title_of(alone)), total_words(alone)
    else:
        lines = [line_of(title_of(each), each.rows) for each in measurements]
        title = "Cost by kind of layer"
        words = "one image; bars: the share of each kind of layer" if shares else "one image"
    lines = _at_most(lines)
    told = "; ".join(f"{line.name}: {_shares_in_words(line)}" for line in lines)
    alt = f"Bars of parameters, MACs and activations. {title}, {words}. {told}."
    drawing = _Drawing(title, words, lines, shares)
    return Picture("cost", f"Cost of {title}" if alone else title, alt, drawing.paint, data=lines, drawing=drawing)


def groups_of(measurement: Measurement) -> list[tuple[str, dict[str, list[Row]]]]:
    """The layers that a bar is made of: stage by stage, kind by kind."""
    found = []
    for name, rows in stages(measurement.rows):
        by_kind: dict[str, list[Row]] = {}
        for row in rows:
            by_kind.setdefault(kind_of_row(row), []).append(row)
        found.append((name, by_kind))
    return found


def line_of(name: str, rows: Sequence[Row]) -> Line:
    """Some rows summed up by kind."""
    parts: tuple[dict[str, int], ...] = ({}, {}, {})
    for row in rows:
        kind = kind_of_row(row)
        for sums, value in zip(parts, (row.params, row.macs, row.activations), strict=True):
            if value:
                sums[kind] = sums.get(kind, 0) + value
    return Line(safe(name, 30), parts)


def _at_most(lines: list[Line]) -> list[Line]:
    """The first stages one by one, and what is too much for a picture summed up in a last line."""
    if len(lines) <= MOST_LINES:
        return lines
    rest = lines[MOST_LINES - 1 :]
    parts: tuple[dict[str, int], ...] = ({}, {}, {})
    for line in rest:
        for sums, more in zip(parts, line.parts, strict=True):
            for kind, value in more.items():
                sums[kind] = sums.get(kind, 0) + value
    return [*lines[: MOST_LINES - 1], Line(f"{len(rest)} more", parts)]


def _shares_in_words(line: Line) -> str:
    return f"{counted(line.total(0))} parameters, {short(line.total(1), 'MACs')}, {counted(line.total(2))} activations"


class _Drawing:
    """Three columns of bars."""

    def __init__(self, title: str, words: str, lines: Sequence[Line], shares: bool = False) -> None:
        self.title, self.words, self.lines, self.shares = title, words, lines, shares
        kinds = {kind for line in lines for part in line.parts for kind in part}
        self.kinds = [name for name in KINDS if name in kinds]
        self.legend = kind_items(self.kinds, "bar")
        self.width = WIDTH
        self.left = max([text_width(line.name, 11.5) for line in lines] + [40]) + 26
        self.column = (WIDTH - self.left - 14) / 3
        self.height = HEAD + LINE * len(lines) + 14 + legend_height(self.legend, WIDTH)

    def paint(self, theme: Theme) -> Figure:
        """The figure in a theme."""
        return painted(self, theme)

    def put(self, chart: Sheet) -> None:
        """Draw everything."""
        chart.heading(self.title, self.words)
        for figure, name in enumerate(FIGURES):
            x = self.left + figure * self.column
            chart.text(x, HEAD - 16, name, 12, bold=True, align="left")
            bottom = HEAD + LINE * len(self.lines)
            chart.line([(x, HEAD - 4), (x, bottom)], MUTED, 0.8)
            self._bars(chart, figure, x)
        for index, line in enumerate(self.lines):
            y = HEAD + LINE * (index + 0.5)
            chart.text(14, y, line.name, 11.5, INK, align="left")
            if index:
                chart.line([(14, HEAD + LINE * index), (WIDTH - 14, HEAD + LINE * index)], FAINT, 0.6, order=0)
        draw_legend(chart, self.legend, HEAD + LINE * len(self.lines) + 10, WIDTH)

    def _bars(self, chart: Sheet, figure: int, x: float) -> None:
        largest = max((line.total(figure) for line in self.lines), default=0) or 1
        longest = self.column - 74
        for index, line in enumerate(self.lines):
            y, start = HEAD + LINE * (index + 0.5), x + 0.5
            for kind in self.kinds:
                whole = line.total(figure) or 1 if self.shares else largest
                length = line.parts[figure].get(kind, 0) / whole * longest
                if length > 0:
                    chart.bar(start, y - BAR / 2, length, BAR, KINDS[kind])
                start += length
            total = line.total(figure)
            chart.text(start + 6, y, counted(total) if total else "–", 11, MUTED if not total else INK, align="left")
