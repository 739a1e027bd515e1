"""Dense blocks: every layer reads all that is put out before it, so the width grows (Huang et al. 2016, Fig. 1).

Bars are what a layer reads: as wide as its channels, a piece for each layer that put some of them out. At the right a
line leads from each output to every later bar. Of many layers the first two and the last are drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any, NamedTuple, Protocol

from ..shape import Shape
from ._pieces import Block, Box, Piece, alike, folded
from ._sheet import Sheet
from .palette import FAINT, INK, KINDS, LINE, MUTED, PAGE

FIRST = 2  # layers that are drawn before the last
BAR = 9.0
LANE = 7.0  # between the lines at the right
SCALE, WIDEST = 0.2, 280.0  # pixels a channel, of a bar
MORE = 20.0


class Flow(Protocol):
    """What lays pieces out and draws them, one below the other."""

    sizes: Any

    @property
    def canvas(self) -> Sheet: ...
    def level(self) -> Flow: ...
    def mark(self, names: Sequence[str]) -> str: ...
    def width(self, text: str, bold: bool = False, size: float | None = None) -> float: ...
    def box_width(self, box: Box) -> float: ...
    def box_height(self, shape: Shape | None) -> float: ...
    def sequence_room(self, pieces: Sequence[Piece]) -> Any: ...
    def draw_sequence(self, pieces: Sequence[Piece], x: float, y: float) -> float: ...
    def link(self, x: float, top: float, bottom: float) -> None: ...


class Widths(NamedTuple):
    """The channels that come in, and those that each of some layers adds."""

    before: int
    added: int
    layers: int

    def at(self, layer: int) -> int:
        """The channels that a layer reads; of the one behind the last, what comes out."""
        return self.before + self.added * layer

    def scale(self) -> float:
        """Pixels a channel."""
        return min(SCALE, WIDEST / self.at(self.layers))


def widths_of(piece: Piece) -> Widths | None:
    """How a block that joins its output to its input widens, all of its repetitions together; None for another."""
    if not isinstance(piece, Block) or piece.sign != "‖" or piece.shortcut or not piece.main:
        return None
    inner = piece.main[-1].shape
    if piece.shape is None or inner is None:
        return None
    before = piece.shape[-1] - inner[-1] * piece.times
    return Widths(before, inner[-1], piece.times) if before > 0 else None


def drawn_apart(block: Block, beside: bool) -> Widths | None:
    """The same for a block whose layers are drawn one by one; None where there is one, or no room."""
    plain = all(isinstance(piece, Box) for piece in block.main)
    return widths_of(block) if beside and block.times > 1 and plain else None


def together(told: Sequence[Piece]) -> list[Piece]:
    """Neighbours that are one dense block as one piece, the others as they are."""
    found: list[Piece] = []
    for _, members in groupby(told, key=lambda piece: alike(piece) if widths_of(piece) else id(piece)):
        found += folded(list(members))
    return found


def shown(widths: Widths) -> list[int | None]:
    """The layers that are drawn; None for those left out."""
    if widths.layers <= FIRST + 2:
        return list(range(widths.layers))
    return [*range(FIRST), None, widths.layers - 1]


def layer(block: Block, number: int) -> list[Box]:
    """The boxes of one layer of a block."""
    told = [piece for piece in block.main if isinstance(piece, Box)]
    return [box._replace(names=box.names[number : number + 1]) for box in told]


def _left_out(block: Block, widths: Widths) -> Box:
    """What stands for the layers between the first and the last."""
    told = [piece for piece in block.main if isinstance(piece, Box)]
    names = tuple(name for box in told for name in box.names[FIRST : widths.layers - 1])
    return Box(f"{widths.layers - FIRST - 1} more", "other", block.shape, names=names)


class Dense:
    """One dense block, laid out by a flow."""

    def __init__(self, flow: Flow, block: Block, widths: Widths) -> None:
        self.flow, self.block, self.widths = flow, block, widths
        self.inner = flow.level()
        self.shown = shown(widths)
        self.gap = flow.sizes.gap - 2

    def height(self) -> float:
        """From the first bar to the last, both included."""
        layers = [number for number in self.shown if number is not None]
        tall = sum(self.inner.sequence_room(layer(self.block, number)).height for number in layers)
        return tall + MORE * (None in self.shown) + BAR + len(self.shown) * (BAR + 2 * self.gap)

    def half(self) -> float:
        """Half the width of what stands in the middle."""
        bar = self._bar(self.widths.layers) / 2
        return max(bar, self.inner.sequence_room(layer(self.block, 0)).right, self._more_width() / 2)

    def left(self) -> float:
        """The room left of the middle line, the number of channels included."""
        return self.half() + self.flow.width(str(self.widths.at(self.widths.layers))) + 8

    def right(self) -> float:
        """The room right of it up to the outermost line."""
        return self.half() + 8 + LANE * len(self.shown)

    def _bar(self, number: int) -> float:
        return self.widths.at(number) * self.widths.scale()

    def _more_width(self) -> float:
        return self.flow.width(_left_out(self.block, self.widths).label) + 24 if None in self.shown else 0

    def draw(self, x: float, y: float) -> None:
        """Draw it with its middle line at x and its first bar's top at y."""
        lanes = [x + self.right() - LANE * (number + 0.5) for number in range(len(self.shown))]
        starts = [(x + self._bar(0) / 2, y + BAR / 2)]
        self._draw_bar(x, y, 0)
        end = y + BAR
        bars = []
        for number in self.shown:
            self.flow.link(x, end, end + self.gap)
            low, start = self._draw_layer(x, end + self.gap, number)
            self.flow.link(x, low, low + self.gap)
            bars.append(self._draw_bar(x, low + self.gap, self._behind(number)))
            starts.append(start)
            end = low + self.gap + BAR
        self._draw_lanes(lanes, starts, bars)

    def _behind(self, number: int | None) -> int:
        """The layer that reads what a drawn layer, or those left out, add to."""
        return self.widths.layers - 1 if number is None else number + 1

    def _draw_layer(self, x: float, y: float, number: int | None) -> tuple[float, tuple[float, float]]:
        """One layer, or what stands for many: where it ends, and where its output leaves to the right."""
        if number is not None:
            boxes = layer(self.block, number)
            low = self.inner.draw_sequence(boxes, x, y)
            return low, (x + self.inner.box_width(boxes[-1]) / 2, low - self.inner.box_height(boxes[-1].shape) / 2)
        width = self._more_width()
        box = _left_out(self.block, self.widths)
        self.flow.canvas.box(x - width / 2, y, width, MORE, PAGE, FAINT, mark=self.flow.mark(box.names))
        self.flow.canvas.text(x, y + MORE / 2, box.label, self.flow.sizes.text, MUTED)
        return y + MORE, (x + width / 2, y + MORE / 2)

    def _draw_bar(self, x: float, y: float, number: int) -> tuple[float, float]:
        """What a layer reads, a piece for each that put some of it out; where its right end is."""
        canvas, width, scale = self.flow.canvas, self._bar(number), self.widths.scale()
        left, kind = x - width / 2, KINDS[self.block.main[-1].kind]  # type: ignore[union-attr]
        canvas.box(left, y, self.widths.before * scale, BAR, FAINT, LINE, radius=0, thickness=0.8)
        for place in range(number):
            start = left + self.widths.at(place) * scale
            canvas.box(start, y, self.widths.added * scale, BAR, kind.fill, kind.edge, radius=0, thickness=0.6)
        canvas.text(
            left - 6, y + BAR / 2, str(self.widths.at(number)), self.flow.sizes.text - 0.5, MUTED, align="right"
        )
        return x + width / 2, y + BAR / 2

    def _draw_lanes(
        self, lanes: Sequence[float], starts: Sequence[tuple[float, float]], bars: Sequence[tuple[float, float]]
    ) -> None:
        """From every output a line down, and from there into each later bar; the next one is reached straight."""
        canvas = self.flow.canvas
        for place, (lane, (x, y)) in enumerate(zip(lanes, starts, strict=False)):
            dashes = (3, 2) if place and self.shown[place - 1] is None else ()
            canvas.line([(x, y), (lane, y), (lane, bars[-1][1])], INK, 1, dashes, radius=4)
        for place, (x, y) in enumerate(bars):
            feeding = lanes[: place + 1]
            canvas.line([(feeding[0], y), (x, y)], INK, 1)
            canvas.side_arrow(x, y, INK, 2.4)
            for lane in feeding:
                canvas.disc(lane, y, 1.2, INK, INK)
