"""One block drawn in its own rectangle: name above, layers and lines, figures below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..measurement import Row
from ._fonts import text_width
from ._sheet import Point, Sheet
from ._wiring import ENTRY, Wire, Wiring, wiring
from ._words import any_label, kind_of_row
from .palette import INK, KINDS, LINE, MUTED

TEXT = 11
HEIGHT = 20  # of a box
SMALL = 17  # of a normalisation or activation
STEP = 9  # between two ranks
RADIUS = 6.5
GUTTER = 18  # between two columns
LANE = 11
CELL_GAP = 26
TITLE_LINE = 15
FOOT_LINE = 14


class Cell(NamedTuple):
    """A block with all that drawing it needs."""

    title: tuple[str, ...]
    foot: tuple[str, ...]
    entry: str
    rows: dict[str, Row]
    wiring: Wiring
    widths: tuple[float, ...]
    tops: tuple[float, ...]
    dots: tuple[tuple[str, str, int], ...]
    width: float

    @property
    def kinds(self) -> set[str]:
        """The kinds of layers in it."""
        return {kind_of_row(row) for row in self.rows.values() if not row.node.op.sign} - {"other"}

    @property
    def signs(self) -> set[str]:
        """How its branches meet."""
        return {row.node.op.sign for row in self.rows.values() if row.node.op.sign}

    @property
    def height(self) -> float:
        """From its name to its figures."""
        return TITLE_LINE * len(self.title) + 8 + self.tops[-1] + FOOT_LINE * len(self.foot) + 6

    def draw(self, canvas: Sheet, x: float, y: float, lines: int, height: float) -> None:
        """Draw the cell with its top left corner at (x, y): so many lines for names, figures at the given height."""
        _Drawing(self, canvas, x, y + TITLE_LINE * lines + 8).everything(y + height)


def cell_of(
    label: str, rows: Sequence[Row], gone: frozenset[str], dots: tuple[tuple[str, str, int], ...], entry: str,
    foot: tuple[str, ...],
) -> Cell:  # fmt: skip
    """Lay out one block."""
    wired = wiring(rows, gone)
    by_name = {row.name: row for row in rows}
    widths = _widths(wired, by_name, entry, dots)
    tops = _tops(wired, by_name)
    lanes = max((wire.lane for wire in wired.wires), default=0)
    body = sum(widths) + GUTTER * (len(widths) - 1) + (LANE * lanes + 4 if lanes else 0)
    title = _wrapped(label, max(body, 92))
    words = [text_width(line, 12, True) for line in title] + [text_width(line, 10) for line in foot]
    return Cell(title, foot, entry, by_name, wired, widths, tops, dots, max(body, *words))


def _wrapped(label: str, width: float) -> tuple[str, ...]:
    """A name in as many lines as it takes."""
    lines = [""]
    for word in label.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and text_width(longer, 12, True) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return tuple(lines)


def _size(row: Row) -> tuple[float, float]:
    """Width and height of a node."""
    if row.node.op.sign:
        return 2 * RADIUS, 2 * RADIUS
    return text_width(any_label(row), TEXT) + 14, SMALL if kind_of_row(row) in (
        "normalisation",
        "activation",
    ) else HEIGHT


def _widths(
    wired: Wiring, rows: dict[str, Row], entry: str, dots: tuple[tuple[str, str, int], ...]
) -> tuple[float, ...]:
    widths = [text_width(entry, 10) if column == 0 else 0.0 for column in range(wired.columns)]
    for name, place in wired.places.items():
        if name != ENTRY:
            widths[place.column] = max(widths[place.column], _size(rows[name])[0], 44)
    for _, after, times in dots:  # room for the words between two paths, left of the second
        column = wired.places[after].column
        widths[column] += text_width(_more(times), 10) + 8
    return tuple(widths)


def _more(times: int) -> str:
    return f"··· +{times} ···"


def _tops(wired: Wiring, rows: dict[str, Row]) -> tuple[float, ...]:
    """The top of each rank, and the end of the last."""
    last = max(place.rank for place in wired.places.values())
    heights = [14.0] + [0.0] * last
    for name, place in wired.places.items():
        if name != ENTRY:
            heights[place.rank] = max(heights[place.rank], _size(rows[name])[1])
    tops = [0.0]
    for height in heights:
        tops.append(tops[-1] + height + STEP)
    return tuple(tops)


class _Drawing:
    """One cell on its way to the canvas."""

    def __init__(self, cell: Cell, canvas: Sheet, x: float, y: float) -> None:
        self.cell, self.canvas, self.x, self.y = cell, canvas, x, y
        body = sum(cell.widths) + GUTTER * (len(cell.widths) - 1)
        lanes = max((wire.lane for wire in cell.wiring.wires), default=0)
        start = x + (cell.width - body - LANE * lanes) / 2
        self.middles = []
        for column, width in enumerate(cell.widths):
            extra = self._extra(column)
            self.middles.append(start + extra + (width - extra) / 2)
            start += width + GUTTER
        self.edge = start - GUTTER + LANE - 2

    def _extra(self, column: int) -> float:
        words = [
            text_width(_more(times), 10) + 8
            for _, after, times in self.cell.dots
            if self.cell.wiring.places[after].column == column
        ]
        return sum(words)

    def everything(self, bottom: float) -> None:
        """Name, layers, lines, figures."""
        cell, canvas, middle = self.cell, self.canvas, self.x + self.cell.width / 2
        for index, line in enumerate(cell.title):
            canvas.text(middle, self.y - 8 + TITLE_LINE * (index - len(cell.title) + 0.5), line, 12, bold=True)
        for index, line in enumerate(reversed(cell.foot)):
            canvas.text(middle, bottom - FOOT_LINE * (index + 0.5) - 2, line, 10, MUTED)
        for wire in cell.wiring.wires:
            self._wire(wire)
        for name in cell.rows:
            self._node(name)
        x, y = self.at(ENTRY)
        canvas.text(x, y - 1, cell.entry, 10, MUTED)
        for before, after, times in cell.dots:
            left = self.at(before)[0] + _size(cell.rows[before])[0] / 2
            right = self.at(after)[0] - _size(cell.rows[after])[0] / 2
            canvas.text((left + right) / 2, self.at(after)[1], _more(times), 10, MUTED)

    def at(self, name: str) -> Point:
        """The middle of a node."""
        place, tops = self.cell.wiring.places[name], self.cell.tops
        height = tops[place.rank + 1] - tops[place.rank] - STEP
        return self.middles[place.column], self.y + tops[place.rank] + height / 2

    def _half(self, name: str) -> tuple[float, float]:
        width, height = _size(self.cell.rows[name]) if name != ENTRY else (0, 14)
        return width / 2, height / 2

    def _node(self, name: str) -> None:
        row, (x, y) = self.cell.rows[name], self.at(name)
        if row.node.op.sign:
            self.canvas.joint(x, y, row.node.op.sign, RADIUS)
            return
        kind = KINDS[kind_of_row(row)]
        half, tall = self._half(name)
        small = tall * 2 == SMALL
        self.canvas.box(x - half, y - tall, 2 * half, 2 * tall, kind.fill, kind.edge, radius=8 if small else 3)
        self.canvas.text(x, y, any_label(row), TEXT - small * 0.5)

    def _wire(self, wire: Wire) -> None:
        (x0, y0), (x1, y1) = self.at(wire.source), self.at(wire.target)
        below = y0 + self._half(wire.source)[1] + (4 if wire.source != ENTRY else 3)
        start, (wide, tall) = (x0, y0 + self._half(wire.source)[1]), self._half(wire.target)
        if wire.way == "straight":
            points = [start, (x1, y1 - tall)]
        elif wire.way == "target":
            points = [start, (x0, below), (x1, below), (x1, y1 - tall)]
        elif wire.way == "source":
            points = [start, (x0, y1), (x1 + wide, y1)]
        elif wire.way == "gap":
            gap = x0 - self.cell.widths[self.cell.wiring.places[wire.source].column] / 2 - GUTTER / 2
            points = [(x0 - self._half(wire.source)[0], y0), (gap, y0), (gap, y1), (x1 + wide, y1)]
        else:
            lane = self.edge + LANE * (wire.lane - 1)
            points = [start, (x0, below), (lane, below), (lane, y1), (x1 + wide, y1)]
        beside = wire.way == "lane"
        self.canvas.line(points, INK if beside else LINE, 1.3 if beside else 1.1, radius=6)
        if points[-1] == (x1, y1 - tall):
            self.canvas.arrow_head(x1, y1 - tall, LINE)
        else:
            self.canvas.side_arrow(x1 + wide, y1, INK if beside else LINE)
