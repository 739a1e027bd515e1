"""What every tool counts for one network: its whole number, and what is beyond the multiply-accumulates, enlarged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from ..analyses.conventions import OTHER, PIECES, PRODUCTS, conventions, pieces
from ..measurement import Measurement
from ..numbers import grouped, short
from ._chart import WIDTH, Chart
from ._fonts import text_width
from ._words import safe, title_of
from .base import Picture, plot
from .palette import FAINT, INK, KINDS, MUTED, Kind

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .palette import Theme

HEAD, LINE, BAR, FOOT, NAMES = 126.0, 25.0, 13.0, 16.0, 172.0
WHOLE, GAP = 118.0, 92.0  # how long the longest whole bar is, and the room for its number behind it
LOOKS = dict(
    zip(
        [*dict.fromkeys(PIECES.values()), OTHER],
        ("convolution", "dense", "normalisation", "activation", "pooling", "gate", "other"),
        strict=True,
    )
)


class Line(NamedTuple):
    """A tool's figure: its name, the word that the tool has for it, the number, and its pieces."""

    name: str
    calls: str
    number: int
    pieces: dict[str, int]

    @property
    def beyond(self) -> dict[str, int]:
        """The pieces without the multiply-accumulates."""
        return {piece: amount for piece, amount in self.pieces.items() if piece != PRODUCTS}


@plot("conventions", "what every tool counts as a bar in pieces: multiply-accumulates, and all that comes on top")
def draw(measurements: Sequence[Measurement]) -> Picture:
    """Two bars per tool: the whole number, and what is beyond the multiply-accumulates on a scale of its own."""
    measured = measurements[0]
    told = [each for each in conventions(measured) if each.convention.figure == "work" and not each.fails]
    lines = [
        Line(safe(each.convention.label, 34), each.convention.calls, each.number, pieces(each.convention, measured))
        for each in sorted(told, key=lambda each: (each.number, each.convention.label, each.convention.calls))
    ]
    title = safe(title_of(measured))
    listed = "; ".join(f"{line.name}, {line.calls} {grouped(line.number)}" for line in lines)
    alt = f"What {len(lines)} tools' figures count for {title}. {listed}."
    return Picture("conventions", f"What tools count for {title}", alt, lambda theme: _paint(title, lines, theme), data=lines)  # fmt: skip  # noqa: E501


def _paint(title: str, lines: Sequence[Line], theme: Theme) -> Figure:
    chart = Chart(HEAD + LINE * max(len(lines), 1) + FOOT, theme)
    chart.heading(
        f"What tools count for {title}", "one image, as each tool counts; products: multiply-accumulates, once or twice"
    )
    _key(chart, [piece for piece in LOOKS if any(line.pieces[piece] for line in lines)])
    largest = max((line.number for line in lines), default=0) or 1
    most = max((sum(line.beyond.values()) for line in lines), default=0) or 1
    start = NAMES + WHOLE + GAP
    chart.text(NAMES, HEAD - 10, "whole number", 10.5, MUTED, bold=True, align="left")
    chart.text(start, HEAD - 10, "beyond these products, enlarged", 10.5, MUTED, bold=True, align="left")
    for index, line in enumerate(lines):
        y = HEAD + LINE * (index + 0.5)
        if index:
            chart.line([(14, y - LINE / 2), (WIDTH - 14, y - LINE / 2)], FAINT, 0.6, order=0)
        chart.text(14, y - 4.5, line.name, min(10.5, 10.5 * (NAMES - 20) / text_width(line.name, 10.5)), align="left")
        chart.text(14, y + 6.5, line.calls, 8.5, MUTED, align="left")
        _bar(chart, NAMES, y, line.pieces, WHOLE / largest)
        end = NAMES + WHOLE * line.number / largest
        chart.text(end + 6, y, short(line.number), 10.5, INK, align="left")
        length = WIDTH - 80 - start
        _bar(chart, start, y, line.beyond, length / most)
        beyond = sum(line.beyond.values())
        chart.text(
            start + length * beyond / most + 6, y, f"+{short(beyond)}" if beyond else "–", 10.5, MUTED, align="left"
        )
    return chart.figure


def _bar(chart: Chart, x: float, y: float, amounts: dict[str, int], scale: float) -> None:
    for piece, amount in amounts.items():
        if amount * scale > 0:
            chart.bar(x, y - BAR / 2, amount * scale, BAR, KINDS[LOOKS[piece]])
            x += amount * scale


def _key(chart: Chart, shown: Sequence[str]) -> None:
    x, y = 14.0, 62.0
    for piece in shown:
        look: Kind = KINDS[LOOKS[piece]]
        width = 28 + text_width(piece, 11) + 20
        if x > 14 and x + width > WIDTH:
            x, y = 14.0, y + 20
        chart.bar(x, y, 22, 12, look)
        chart.text(x + 28, y + 6, piece, 11, align="left")
        x += width
