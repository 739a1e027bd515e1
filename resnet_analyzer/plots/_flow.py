"""Pieces of a network from top to bottom: how much room each takes, and how it is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log2
from types import MappingProxyType
from typing import NamedTuple

from ..shape import Shape
from ._dense import Dense, drawn_apart, widths_of
from ._fonts import text_width
from ._pieces import Block, Box, Branch, Piece, Split
from ._sheet import Sheet
from ._words import pixels
from .palette import FAINT, INK, KINDS, LINE, MUTED, PAGE


class Sizes(NamedTuple):
    """Lengths of a drawing in pixels; `beside` is whether words stand beside shortcuts."""

    text: float = 11
    narrowest: float = 58
    per_doubling: float = 13  # of channels
    lowest: float = 17
    taller: float = 1.9  # per doubling of the resolution
    gap: float = 7
    joint: float = 5.5
    arc: float = 15
    beside: bool = True
    most: float = 400  # width of branches side by side


WIDE = Sizes()
NARROW = Sizes(text=10.5, per_doubling=9, lowest=16, taller=0.9, gap=5, joint=4.5, arc=12, beside=False, most=150)
BRANCH_GAP = 8
TO_JOINT = 4  # from the last box to the circle where branches meet
SHORTCUT_LINE = 15


NOWHERE: Mapping[str, int] = MappingProxyType({})


def box_mark(network: int, places: Sequence[int]) -> str:
    """What a box is called in an SVG, so that a page can tell which rows of its table it stands for: `layers0-3-17`."""
    return "-".join([f"layers{network}", *map(str, places)]) if places else ""


def text_mark(what: str, network: int, places: Sequence[int], line: int = 0) -> str:
    """What a text that follows from a layer is called in an SVG, by the first such layer: `label0-3`."""
    return f"{what}{network}-{places[0]}{f'-{line}' if line else ''}" if places else ""


class Room(NamedTuple):
    """What a piece takes left and right of its middle line, and in height."""

    left: float
    right: float
    height: float


class Flow:
    """Measures pieces and draws them on a canvas (None while only measuring)."""

    def __init__(
        self, sizes: Sizes, canvas: Sheet | None = None, places: Mapping[str, int] = NOWHERE, network: int = 0
    ) -> None:
        self.sizes, self._canvas, self._places, self._number = sizes, canvas, places, network

    @property
    def canvas(self) -> Sheet:
        """The sheet that is drawn on."""
        assert self._canvas is not None
        return self._canvas

    # --- how much room -------------------------------------------------------------------------

    def room(self, piece: Piece) -> Room:
        """The room that a piece takes, words beside it included."""
        if isinstance(piece, Box):
            half = self.box_width(piece) / 2
            return Room(half, half + self._times_width(piece.times), self.box_height(piece.shape))
        if isinstance(piece, Block):
            dense = self._dense(piece)
            if dense is not None:
                return self._dense_room(piece, dense)
            inner = self.sequence_room(piece.main)
            words = max((self.width(text, bold) for text, bold in self._beside(piece)), default=0)
            right = inner.right + self.sizes.arc + (words + 8 if words else 2)
            return Room(inner.left, right, inner.height + self.sizes.gap + TO_JOINT + 2 * self.sizes.joint)
        return self._split_room(piece)

    def _dense(self, block: Block) -> Dense | None:
        """A dense block whose layers are drawn one by one."""
        widths = drawn_apart(block, self.sizes.beside)
        return None if widths is None else Dense(self, block, widths)

    def _dense_room(self, block: Block, dense: Dense) -> Room:
        words = max(self.width(text, bold) for text, bold in self._beside(block))
        return Room(dense.left(), dense.right() + words + 12, dense.height())

    def sequence_room(self, pieces: Sequence[Piece]) -> Room:
        """The room of pieces one below the other."""
        rooms = [self.room(piece) for piece in pieces]
        height = sum(room.height for room in rooms) + self.sizes.gap * max(0, len(rooms) - 1)
        return Room(max((r.left for r in rooms), default=4), max((r.right for r in rooms), default=4), height)

    def width(self, text: str, bold: bool = False, size: float | None = None) -> float:
        """The width of a text of this drawing."""
        return text_width(text, size or self.sizes.text, bold)

    def box_width(self, box: Box) -> float:
        """As wide as its words, and wider the more channels it has."""
        sizes = self.sizes
        channels = box.shape[-1] if box.shape else 1
        wide = sizes.narrowest + sizes.per_doubling * max(0.0, log2(max(channels, 1)) - 2)
        return max(wide, self.width(box.label) + 14)

    def box_height(self, shape: Shape | None) -> float:
        """Taller the larger the feature map is."""
        return self.sizes.lowest + self.sizes.taller * log2(max(pixels(shape), 1))

    def _times_width(self, times: int) -> float:
        return self.width(f"×{times}", True, self.sizes.text + 2) + 10 if times > 1 else 0

    def _beside(self, block: Block) -> list[tuple[str, bool]]:
        """The words right of a block's shortcut: how often, and its layers if it has any."""
        times = [(f"×{block.times}", True)] if block.times > 1 else []
        times += [(line, False) for line in widening(block)]
        told = [(line, False) for line in broken(block.shortcut)] if block.shortcut and self.sizes.beside else []
        return times + told

    def _split_room(self, split: Split) -> Room:
        widths, height = self._columns(split)
        lines = 2 * self.sizes.gap + TO_JOINT + 2 * self.sizes.joint
        if widths is None:
            texts = [self.width(text) for text in _listed(split)]
            half = max(texts, default=40) / 2 + 10
            joint = self.sizes.gap + 2 * self.sizes.joint
            return Room(half, half + self._times_width(split.times), 16 * len(texts) + 8 + joint)
        half = (sum(widths) + BRANCH_GAP * (len(widths) - 1)) / 2
        return Room(half, half + self._times_width(split.times), height + lines)

    def _columns(self, split: Split) -> tuple[list[float] | None, float]:
        """The widths of the branches and the height of the tallest; no widths if they do not fit side by side."""
        widths, height = [], 0.0
        for branch in split.branches:
            room = self._narrow().sequence_room(branch.pieces)
            width = 2 * max(room.left, room.right)
            widths += [width] if branch.times == 1 else [width, self._dots_width(branch), width]
            height = max(height, room.height)
        fits = sum(widths) + BRANCH_GAP * (len(widths) - 1) <= self.sizes.most
        return (widths if fits else None), height

    def _dots_width(self, branch: Branch) -> float:
        return self.width(_paths(branch)) + 4

    def _narrow(self) -> Flow:
        """For branches: boxes hardly wider than their words."""
        return Flow(self.sizes._replace(narrowest=24, per_doubling=4.5), self._canvas, self._places, self._number)

    def level(self) -> Flow:
        """For layers of a dense block: boxes as low as their words, whatever the size of the map."""
        return Flow(self.sizes._replace(taller=0, gap=4), self._canvas, self._places, self._number)

    def mark(self, names: Sequence[str]) -> str:
        """What a box that stands for some layers is called in an SVG."""
        return box_mark(self._number, self._at(names))

    # --- drawing -------------------------------------------------------------------------------

    def draw(self, piece: Piece, x: float, y: float) -> None:
        """Draw a piece with its middle line at x and its top at y."""
        if isinstance(piece, Box):
            self._draw_box(piece, x, y)
        elif isinstance(piece, Block):
            self._draw_block(piece, x, y)
        else:
            self._draw_split(piece, x, y)

    def draw_sequence(self, pieces: Sequence[Piece], x: float, y: float) -> float:
        """Draw pieces one below the other with lines between; return where the last one ends."""
        for index, piece in enumerate(pieces):
            if index:
                self.link(x, y, y + self.sizes.gap)
                y += self.sizes.gap
            self.draw(piece, x, y)
            y += self.room(piece).height
        return y

    def link(self, x: float, top: float, bottom: float) -> None:
        """A line from one piece to the next."""
        self.canvas.line([(x, top), (x, bottom)], LINE, 1.1)

    def _draw_box(self, box: Box, x: float, y: float) -> None:
        width, height, kind = self.box_width(box), self.box_height(box.shape), KINDS[box.kind]
        places = self._at(box.names)
        mark, label = self.mark(box.names), text_mark("label", self._number, places)
        self.canvas.box(x - width / 2, y, width, height, kind.fill, kind.edge, mark=mark)
        self.canvas.text(x, y + height / 2, box.label, self.sizes.text, mark=label)
        self._times(box.times, x + width / 2, y + height / 2)

    def _at(self, names: Sequence[str]) -> list[int]:
        """The places of some layers in the order of the network's rows."""
        return [self._places[name] for name in names if name in self._places]

    def _times(self, times: int, x: float, y: float) -> None:
        if times > 1:
            self.canvas.text(x + 7, y, f"×{times}", self.sizes.text + 2, bold=True, align="left")

    def _draw_block(self, block: Block, x: float, y: float) -> None:
        dense = self._dense(block)
        if dense is not None:
            dense.draw(x, y)
            self._draw_beside(block, x + dense.right() + 6, y + dense.height() / 2)
            return
        sizes, inner = self.sizes, self.sequence_room(block.main)
        start, joint = y + 1, y + self.room(block).height - sizes.joint
        self.link(x, y, y + sizes.gap)
        end = self.draw_sequence(block.main, x, y + sizes.gap)
        self.link(x, end, joint - sizes.joint)
        edge = x + inner.right + sizes.arc - 4
        dashes = (4, 2.2) if block.shortcut else ()
        around = [(x, start), (edge, start), (edge, joint), (x + sizes.joint, joint)]
        self.canvas.line(around, INK, 1.3, dashes, radius=7)
        self.canvas.side_arrow(x + sizes.joint, joint, INK, 2.6)
        self.canvas.joint(x, joint, block.sign, sizes.joint)
        self._draw_beside(block, edge + 7, (start + joint) / 2)

    def _draw_beside(self, block: Block, x: float, y: float) -> None:
        words = self._beside(block)
        places = self._at(block.names)
        for index, (text, bold) in enumerate(words):
            place = y + SHORTCUT_LINE * (index - (len(words) - 1) / 2)
            size = self.sizes.text + (2 if bold else -0.5)
            line = index - (len(words) - len(broken(block.shortcut)))
            mark = text_mark("beside", self._number, places, line) if block.shortcut and line >= 0 else ""
            self.canvas.text(x, place, text, size, INK if bold else MUTED, bold, "left", mark=mark)

    def _draw_split(self, split: Split, x: float, y: float) -> None:
        widths, height = self._columns(split)
        room = self._split_room(split)
        if widths is None:
            self._draw_listed(split, x, y, room)
        else:
            self._draw_branches(split, widths, x, y, height)
        self._times(split.times, x + room.left, y + room.height / 2)

    def _draw_listed(self, split: Split, x: float, y: float, room: Room) -> None:
        joint = y + room.height - self.sizes.joint
        bottom = joint - self.sizes.joint - self.sizes.gap
        self.canvas.box(x - room.left, y, 2 * room.left, bottom - y, PAGE, FAINT)
        for index, text in enumerate(_listed(split)):
            self.canvas.text(x, y + 12 + 16 * index, text, self.sizes.text, INK if index else MUTED)
        self.link(x, bottom, joint)
        self.canvas.joint(x, joint, split.sign, self.sizes.joint)

    def _draw_branches(self, split: Split, widths: list[float], x: float, y: float, height: float) -> None:
        sizes = self.sizes
        top, bottom = y + 2, y + 2 * sizes.gap + height
        left = x - (sum(widths) + BRANCH_GAP * (len(widths) - 1)) / 2
        middles = []
        for branch in split.branches:
            repeated = [branch] if branch.times == 1 else [branch, None, branch]
            for each in repeated:
                width = widths.pop(0)
                if each is None:
                    self.canvas.text(left + width / 2, (top + bottom) / 2, _paths(branch), sizes.text, MUTED)
                else:
                    middles.append(left + width / 2)
                    self._draw_branch(each, middles[-1], top, bottom)
                left += width + BRANCH_GAP
        joint = bottom + TO_JOINT + sizes.joint
        self.canvas.line([(middles[0], top), (middles[-1], top)], LINE, 1.1)
        self.canvas.line([(middles[0], bottom), (middles[-1], bottom)], LINE, 1.1)
        self.link(x, y, top)
        self.link(x, bottom, joint)
        self.canvas.joint(x, joint, split.sign, sizes.joint)

    def _draw_branch(self, branch: Branch, x: float, top: float, bottom: float) -> None:
        inside = top + self.sizes.gap - 2
        self.link(x, top, inside)
        end = self._narrow().draw_sequence(branch.pieces, x, inside) if branch.pieces else inside
        self.link(x, end, bottom)


def _paths(branch: Branch) -> str:
    return f"··· ×{branch.times}"


def widening(block: Block) -> list[str]:
    """What a block that joins its output to its input does to the channels: `64 → 256`, over all of its repetitions."""
    widths = widths_of(block)
    return [f"{widths.before} → {widths.at(widths.layers)}"] if widths else []


def broken(label: str) -> list[str]:
    """A shortcut's layers in lines of at most two."""
    parts = label.split(" · ")
    return [" · ".join(parts[start : start + 2]) for start in range(0, len(parts), 2)]


def _listed(split: Split) -> list[str]:
    """Branches as text, one a line: what does not fit side by side."""
    lines = [f"{_line(branch.pieces)}{f'  ×{branch.times}' if branch.times > 1 else ''}" for branch in split.branches]
    shown = lines if len(lines) <= 8 else [*lines[:7], f"and {len(lines) - 7} more branches"]
    return [f"{len(lines)} branches, side by side", *shown]


def _line(pieces: Sequence[Piece]) -> str:
    labels = []
    for piece in pieces:
        if isinstance(piece, Box):
            labels.append(piece.label)
        else:
            labels.append("…")
    text = " → ".join(labels) or "identity"
    return text if len(text) <= 48 else f"{text[:47]}…"
