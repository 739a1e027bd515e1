"""The drawing of a network, or of several side by side: He et al. 2015, Fig. 3, for any graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from ..frozen import NamedTuple
from ..measurement import Measurement, with_channels_last
from ..shape import is_map, spell
from . import structure
from ._canvas import painted
from ._dense import drawn_apart, together
from ._flow import NARROW, NOWHERE, WIDE, Flow, Sizes, broken, text_mark, widening
from ._fonts import text_width
from ._legend import LegendItem, draw_legend, kind_items, legend_height, meeting_items
from ._pieces import Block, Box, Piece, Split, count, folded, pieces
from ._sheet import Sheet
from ._words import input_words, pixels, resolution, safe, title_of, total_words
from .base import Picture, plot
from .palette import BAND, INK, MUTED

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .palette import Theme

MOST_BOXES = 30  # in a drawing of one network; with more, equal neighbours are drawn once
MOST_BOXES_BESIDE = 60  # the same beside others
MOST_SIDES = 4  # outputs beside the main line that are named
MARGIN = 14
HEAD = 62


class DrawnNetwork(NamedTuple):
    """A network ready to be drawn: its pieces, and the words above them."""

    title: str
    words: str
    pieces: tuple[Piece, ...]
    sides: tuple[str, ...]
    places: Mapping[str, int] = NOWHERE  # of its layers, in the order of the measured rows


def drawn_network(measurement: Measurement, most: int, fold: bool | None = None) -> DrawnNetwork:
    """A network's pieces; folded if asked for, or (None) if it has more than `most` boxes."""
    measurement = with_channels_last(measurement)
    shape = structure.read(measurement.rows)
    told = pieces(shape.items)
    if fold is not False:
        told = folded(told) if fold or count(told) > most else together(told)
    sides = [_side_words(side) for side in shape.sides[:MOST_SIDES]]
    more = len(shape.sides) - len(sides)
    sides += [f"beside the main line: {more} more"] if more else []
    places = {row.name: place for place, row in enumerate(measurement.rows)}
    return DrawnNetwork(safe(title_of(measurement)), total_words(measurement), tuple(told), tuple(sides), places)


def _is_folded(each: DrawnNetwork) -> bool:
    return any(piece.times > 1 for piece in each.pieces)


def _side_words(side: structure.Side) -> str:
    first = side.rows[0].node
    training = ", in training only" if first.training_only else ""
    return f"beside the main line{training}: {safe(first.scope or first.name, 24)}, {len(side.rows)} layers"


@plot("architecture", "every layer as a box, shortcuts as arcs; repeated blocks drawn once, several networks aligned")
def draw(measurements: Sequence[Measurement], fold: bool | None = None) -> Picture:
    """One network, or several side by side with their feature maps of equal size at the same height."""
    alone = len(measurements) == 1
    most = MOST_BOXES if alone else MOST_BOXES_BESIDE
    networks = [drawn_network(each, most, fold) for each in measurements]
    if fold is None and not alone and any(_is_folded(each) for each in networks):  # all of them, or depths mislead
        networks = [drawn_network(each, most, True) for each in measurements]
    drawing = _Drawing(networks, WIDE if alone else NARROW, input_words(measurements[0]))
    names = ", ".join(each.title for each in networks)
    return Picture(
        "architecture",
        f"Architecture of {names}",
        _alt(networks, measurements),
        drawing.paint,
        data=networks,
        drawing=drawing,
    )


def _alt(networks: Sequence[DrawnNetwork], measurements: Sequence[Measurement]) -> str:
    sentences = [
        f"{each.title} from {input_words(measured)} to {_end(measured)}: {_in_words(each)}; {each.words}."
        for each, measured in zip(networks, measurements, strict=True)
    ]
    beside = "Side by side, aligned by the size of their feature maps. " if len(networks) > 1 else ""
    return f"Architecture drawing. {beside}{' '.join(sentences)}"


def labels(measurement: Measurement) -> dict[str, str]:
    """The words of a network's drawing by their marks in its SVG: of boxes, shortcuts and bands."""
    measurement = with_channels_last(measurement)
    places = {row.name: place for place, row in enumerate(measurement.rows)}
    found: dict[str, str] = {}
    for piece in _all_pieces(pieces(structure.read(measurement.rows).items)):
        if isinstance(piece, Split) or not piece.names:
            continue
        own = [places[name] for name in piece.names if name in places]
        if isinstance(piece, Box):
            found[text_mark("label", 0, own)] = piece.label
        else:
            told = enumerate(broken(piece.shortcut))
            found.update({text_mark("beside", 0, own, line): words for line, words in told})
    for place, row in enumerate(measurement.rows):
        if is_map(row.output):
            found[text_mark("size", 0, [place])] = resolution(row.output)
    return found


def _end(measurement: Measurement) -> str:
    last = measurement.rows[-1].output
    return spell(last) if last is not None else "an unknown shape"


def _in_words(each: DrawnNetwork) -> str:
    """The pieces in words: how many layers and blocks stand at which size."""
    parts = []
    for size, members in groupby(each.pieces, key=lambda piece: resolution(piece.shape)):
        group = list(members)
        blocks = sum(piece.times for piece in group if isinstance(piece, Block))
        splits = sum(piece.times for piece in group if isinstance(piece, Split))
        boxes = sum(piece.times for piece in group if isinstance(piece, Box))
        words = [(blocks, "block with a shortcut"), (splits, "block of branches"), (boxes, "layer")]
        told = " and ".join(_counted(number, word) for number, word in words if number)
        parts.append(f"{told} at {size}" if size != "vector" else f"{told} at the end")
    return ", ".join(parts)


def _counted(number: int, word: str) -> str:
    first, _, rest = word.partition(" ")
    return f"{number} {first}{'s' * (number > 1)}{' ' * bool(rest)}{rest}"


class _Row(NamedTuple):
    """A band of one resolution: its label, and each network's pieces in it."""

    label: str
    pieces: tuple[tuple[Piece, ...], ...]


def bands(networks: Sequence[DrawnNetwork]) -> list[_Row]:
    """Pieces in bands of equal resolution: shared by networks side by side if none of them grows again."""
    runs = [[(size, tuple(run)) for size, run in groupby(each.pieces, key=_size)] for each in networks]
    if len(runs) == 1:
        return [_Row(size[1], (run,)) for size, run in runs[0]]
    if any(sizes != sorted(set(sizes), reverse=True) for sizes in ([size for size, _ in each] for each in runs)):
        return [_Row("", tuple(each.pieces for each in networks))]
    shared = sorted({size for each in runs for size, _ in each}, reverse=True)
    found = [dict(each) for each in runs]
    return [_Row(size[1], tuple(each.get(size, ()) for each in found)) for size in shared]


def _size(piece: Piece) -> tuple[tuple[int, int], str]:
    label = resolution(piece.shape)
    return (pixels(piece.shape), label != "vector"), label


class _Drawing:
    """Lays networks out once, and paints them in any theme."""

    def __init__(self, networks: Sequence[DrawnNetwork], sizes: Sizes, shape: str) -> None:
        self.networks, self.sizes, self.shape = networks, sizes, shape
        self.flow = Flow(sizes)
        self.rows = bands(networks)
        self.label_width = max([text_width(row.label, 11, True) for row in self.rows] + [40]) + 16
        self.rooms = [self._room(each) for each in networks]
        self.heights = [self._height(row) for row in self.rows]
        self.legend = _legend(networks, sizes)
        inner = self.label_width + sum(left + right for left, right in self.rooms)
        self.width = max(inner + 2 * MARGIN, 390.0)
        self.slack = (self.width - inner - 2 * MARGIN) / (len(networks) + 1)
        self.height = HEAD + sum(self.heights) + self._sides() + legend_height(self.legend, self.width) + 8

    def _room(self, each: DrawnNetwork) -> tuple[float, float]:
        """What a network takes left and right of its line, its heading included."""
        room = self.flow.sequence_room(each.pieces)
        if len(self.networks) == 1:
            return room.left, room.right
        heading = max([text_width(each.title, 12, True), *(text_width(line, 10) for line in _lines(each.words))]) / 2
        return max(room.left, heading) + 6, max(room.right, heading) + 6

    def _height(self, row: _Row) -> float:
        tallest = max(self.flow.sequence_room(run).height for run in row.pieces)
        return tallest + 2 * self.sizes.gap

    def _sides(self) -> float:
        return 18.0 * sum(len(each.sides) for each in self.networks)

    def paint(self, theme: Theme) -> Figure:
        """The figure in a theme."""
        return painted(self, theme)

    def put(self, canvas: Sheet) -> None:
        """Draw everything."""
        x = MARGIN + self.label_width + self.slack
        middles = []
        for left, right in self.rooms:
            middles.append(x + left)
            x += left + right + self.slack
        self._heading(canvas, middles)
        self._bands(canvas)
        for index, middle in enumerate(middles):
            self._network(Flow(self.sizes, canvas, self.networks[index].places, index), index, middle)
        y = HEAD + sum(self.heights)
        for text in [text for each in self.networks for text in each.sides]:
            canvas.text(self.width / 2, y + 11, text, 10, MUTED)
            y += 18
        draw_legend(canvas, self.legend, y + 6, self.width)

    def _heading(self, canvas: Sheet, middles: Sequence[float]) -> None:
        if len(self.networks) == 1:
            title = self.networks[0].title
            size = min(15.0, (self.width - 2 * MARGIN) / text_width(title, 1, True))
            canvas.text(MARGIN, 20, title, size, bold=True, align="left")
            words = f"{self.shape} · {self.networks[0].words}"
            canvas.text(MARGIN, 41, words, 11, MUTED, align="left", mark="heading0")
            return
        for each, middle in zip(self.networks, middles, strict=True):
            canvas.text(middle, 14, each.title, 12, bold=True)
            for index, line in enumerate(_lines(each.words)):
                canvas.text(middle, 31 + 14 * index, line, 10, MUTED)

    def _bands(self, canvas: Sheet) -> None:
        y = float(HEAD)
        for index, (row, height) in enumerate(zip(self.rows, self.heights, strict=True)):
            if index % 2 == 0:
                canvas.box(MARGIN / 2, y, self.width - MARGIN, height, BAND, radius=4, order=0)
            canvas.text(MARGIN, y + min(15, height / 2), row.label, 11, INK, True, "left", mark=self._size_mark(row))
            y += height

    def _size_mark(self, row: _Row) -> str:
        """What the label of a band is called in the SVG of a network alone."""
        boxes = [piece for piece in _all_pieces(row.pieces[0]) if isinstance(piece, Box) and piece.names]
        names = [box.names[-1] for box in boxes if resolution(box.shape) == row.label]
        places = self.networks[0].places
        return text_mark("size", 0, [places[name] for name in names if name in places])

    def _network(self, flow: Flow, index: int, middle: float) -> None:
        y, below = float(HEAD), None
        for row, height in zip(self.rows, self.heights, strict=True):
            run = row.pieces[index]
            if run:
                top = y + self.sizes.gap
                if below is not None:
                    flow.link(middle, below, top)
                below = flow.draw_sequence(run, middle, top)
            y += height


def _lines(words: str) -> list[str]:
    return words.split(" · ")


def _legend(networks: Sequence[DrawnNetwork], sizes: Sizes) -> list[LegendItem]:
    told = [piece for each in networks for piece in _all_pieces(each.pieces)]
    kinds = {piece.kind for piece in told if isinstance(piece, Box)}
    found = kind_items(kinds)
    dense = [piece for piece in told if isinstance(piece, Block) and drawn_apart(piece, sizes.beside)]
    blocks = [piece for piece in told if isinstance(piece, Block)]
    if any(not block.shortcut for block in blocks):
        found.append(LegendItem("line", "identity"))
    if any(block.shortcut for block in blocks):
        projects = all(block.shortcut.startswith("1×1, ") for block in blocks if block.shortcut)
        found.append(LegendItem("dashes", "projection" if projects else "shortcut with layers"))
    signs = {piece.sign for piece in told if not isinstance(piece, Box) and piece not in dense}
    found += meeting_items(signs)
    wide = "not to scale: width shows channels, height shows pixels"
    if any(isinstance(piece, Block) and widening(piece) for piece in told):
        reads = "a layer reads all that is put out before it in its stage"
        bars = ["a bar shows what: as wide as its channels, a piece for each layer"] if dense else []
        found += [LegendItem("text", words) for words in (reads, *bars, "64 → 256: channels before and behind")]
    return [*found, LegendItem("text", wide), LegendItem("text", "not drawn: normalisation, activations")]


def _all_pieces(told: Sequence[Piece]) -> list[Piece]:
    found, waiting = [], list(told)
    while waiting:
        piece = waiting.pop()
        found.append(piece)
        if isinstance(piece, Block):
            waiting += piece.main
        elif isinstance(piece, Split):
            waiting += [each for branch in piece.branches for each in branch.pieces]
    return found
