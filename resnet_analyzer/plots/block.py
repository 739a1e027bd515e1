"""One block, every layer of it, as in He et al. 2015, Fig. 5, He et al. 2016, Fig. 2 and 4, Xie et al. 2016, Fig. 3."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from ..architectures.base import architecture
from ..errors import UsageError
from ..measurement import Measurement, Row, measure, with_channels_last
from ..numbers import counted, short
from ..shape import Shape, spell
from . import structure
from ._cell import CELL_GAP, TITLE_LINE, Cell, cell_of
from ._legend import LegendItem, draw_legend, kind_items, legend_height, meeting_items
from ._words import layer_label, safe, title_of
from .base import Picture, plot

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .palette import Theme

MARGIN = 14
WIDEST = 620.0  # of a row of blocks
MOST_ROWS = 40  # of a network without blocks that is drawn whole


class Chosen(NamedTuple):
    """A block taken out of a network: its name, its layers, how many equal paths were left out, and its figures."""

    label: str
    rows: tuple[Row, ...]
    gone: frozenset[str]
    dots: tuple[tuple[str, str, int], ...]
    entry: Shape | None
    params: int
    macs: int


def standard() -> list[Measurement]:
    """The five variants of He et al. 2016, Fig. 4, in ResNet-110."""
    variants = ("", "_bn_after_addition", "_relu_before_addition", "_relu_only_preactivation", "_full_preactivation")
    return [measure(architecture(f"resnet110{variant}")) for variant in variants]


@plot("block", "one block of each network with all its layers, side by side: variants, shortcuts, forms", standard)
def draw(measurements: Sequence[Measurement], labels: Sequence[str] = (), widens: bool = False) -> Picture:
    """The first block of each network that keeps its shape; `widens`: the first that changes it instead.

    `labels` name them; else what their titles differ in.
    """
    measurements = [with_channels_last(each) for each in measurements]
    names = list(labels) or _labels([title_of(each) for each in measurements])
    if len(names) != len(measurements):
        raise UsageError(f"picture block: {len(measurements)} networks, but {len(names)} labels")
    chosen = [choose(each, safe(name), widens) for each, name in zip(measurements, names, strict=True)]
    sheet = _Sheet(chosen)
    told = "; ".join(f"{each.label}: {_layers_in_words(each)}" for each in chosen)
    alt = f"Structure of {len(chosen)} block{'s' * (len(chosen) > 1)}, layer by layer. {told}."
    return Picture("block", f"Blocks: {', '.join(each.label for each in chosen)}", alt, sheet.paint, data=chosen)


def _layers_in_words(each: Chosen) -> str:
    layers = " → ".join(label for row in each.rows if (label := layer_label(row)))
    left_out = f" and {sum(times for *_, times in each.dots)} more equal paths" if each.dots else ""
    return f"{layers}{left_out}, {', '.join(_words(each))}"


def _labels(titles: Sequence[str]) -> list[str]:
    """What titles differ in: the part behind a first part that all have in common."""
    first = titles[0].split(", ")[0]
    if len(titles) > 1 and all(title.split(", ")[0] == first for title in titles):
        parts = [title[len(first) + 2 :].split() or ["original"] for title in titles]
        return [" ".join(_SPELLED.get(word, word) for word in words) for words in parts]
    return list(titles)


_SPELLED = {"bn": "BN", "relu": "ReLU"}


def choose(measurement: Measurement, label: str, widens: bool = False) -> Chosen:
    """The first block that keeps (or changes) its shape; a small network without blocks is drawn whole."""
    items = structure.read(measurement.rows).items
    found = [index for index, item in enumerate(items) if not isinstance(item, structure.Layer)]
    if not items or (not found and len(measurement.rows) > MOST_ROWS):
        raise UsageError(f"picture block: {measurement.graph.name} has no blocks: draw its architecture")
    fitting = [index for index in found if _keeps(measurement, items[index]) != widens]
    at = (fitting or found or [0])[0]
    part = [*items[at : at + 1], *_behind(items[at + 1 :])] if found else list(items)
    every = structure.nodes(part)
    gone, dots = _repeats(part)
    kept = tuple(row for row in every if row.name not in gone)
    spent = sum(row.macs for row in every)
    params = sum(row.params for row in every)
    return Chosen(label, kept, gone, dots, _entry(measurement, every), params, spent)


def _keeps(measurement: Measurement, item: structure.Item) -> bool:
    rows = structure.nodes([item])
    return _entry(measurement, rows) == rows[-1].output


def _entry(measurement: Measurement, rows: Sequence[Row]) -> Shape | None:
    inside = {row.name for row in rows}
    outside = [name for row in rows for name in row.node.inputs if name not in inside]
    return measurement.by_name[outside[0]].output if outside else None


def _behind(items: Sequence[structure.Item]) -> list[structure.Item]:
    """The normalisations and activations that end a block."""
    found: list[structure.Item] = []
    for item in items:
        if not isinstance(item, structure.Layer) or layer_label(item.row):
            break
        found.append(item)
    return found


def _repeats(items: Sequence[structure.Item]) -> tuple[frozenset[str], tuple[tuple[str, str, int], ...]]:
    """The middle ones of many equal paths, and where they will be missing: between which nodes, how many."""
    missing: set[str] = set()
    dots = []
    waiting = list(items)
    while waiting:
        item = waiting.pop()
        if isinstance(item, structure.Fork):
            rows = [structure.nodes(branch) for branch in item.branches]
            for start, length in structure.runs([tuple(map(layer_label, branch)) for branch in rows]):
                if length > 2 and rows[start]:
                    left_out = rows[start + 1 : start + length - 1]
                    missing |= {row.name for branch in left_out for row in branch}
                    middle = len(rows[start]) // 2
                    beside = rows[start][middle].name, rows[start + length - 1][middle].name
                    dots.append((*beside, length - 2))
            waiting += [each for branch in item.branches for each in branch]
    return frozenset(missing), tuple(dots)


class _Sheet:
    """Cells in rows, as many beside each other as fit."""

    def __init__(self, chosen: Sequence[Chosen]) -> None:
        self.cells = [
            cell_of(each.label, each.rows, each.gone, each.dots, spell(each.entry), _words(each)) for each in chosen
        ]
        self.lines = self._broken()
        widths = [sum(cell.width for cell in line) + CELL_GAP * (len(line) - 1) for line in self.lines]
        self.width = max(*widths, 300.0) + 2 * MARGIN
        self.legend = _legend(self.cells)
        height = sum(self._height(line) + CELL_GAP for line in self.lines)
        self.height = MARGIN + height + legend_height(self.legend, self.width)

    def _broken(self) -> list[list[Cell]]:
        """Rows of about the same number of cells, none wider than it may be."""
        total = sum(cell.width + CELL_GAP for cell in self.cells)
        rows = max(1, -(-int(total) // int(WIDEST)))
        most = -(-len(self.cells) // rows)
        return [self.cells[start : start + most] for start in range(0, len(self.cells), most)]

    def _height(self, line: Sequence[Cell]) -> float:
        """The height of a row whose layers all begin at the same height."""
        lines = max(len(cell.title) for cell in line)
        return max(cell.height + TITLE_LINE * (lines - len(cell.title)) for cell in line)

    def paint(self, theme: Theme) -> Figure:
        """The figure in a theme."""
        from ._canvas import Canvas

        canvas = Canvas(self.width, self.height, theme)
        y = float(MARGIN)
        for line in self.lines:
            spare = self.width - 2 * MARGIN - sum(cell.width for cell in line)
            gap = spare / (len(line) + 1)
            x = MARGIN + gap
            lines, height = max(len(cell.title) for cell in line), self._height(line)
            for cell in line:
                cell.draw(canvas, x, y, lines, height)
                x += cell.width + gap
            y += height + CELL_GAP
        draw_legend(canvas, self.legend, y, self.width)
        return canvas.figure


def _words(each: Chosen) -> tuple[str, str]:
    return f"{counted(each.params)} parameters", short(each.macs, "MACs")


def _legend(cells: Sequence[Cell]) -> list[LegendItem]:
    kinds = {kind for cell in cells for kind in cell.kinds}
    signs = {sign for cell in cells for sign in cell.signs}
    return kind_items(kinds) + meeting_items(signs)
