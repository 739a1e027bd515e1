"""How the feature maps change along a network: fewer pixels, more channels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from math import log10
from typing import TYPE_CHECKING

from ..frozen import NamedTuple
from ..measurement import Measurement, Row, with_channels_last
from ..shape import is_map
from . import structure
from ._chart import KEY_LINE, LEFT, WIDTH, Chart, Panel, Series, key_lines
from ._ticks import linear
from ._words import kind_of_row, layer_label, safe, title_of
from .base import Picture, plot
from .palette import FAMILIES, INK, KINDS, Family, family

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .palette import Theme

HEAD, PANEL, GAP, FOOT = 92.0, 165.0, 44.0, 46.0
MOST_MARKED = 70  # layers that are still marked one by one, without marks touching
LEVEL_STEP = 14.0  # pixels between two marks of an axis
MARKERS = {"convolution": "o", "pointwise": "s", "pooling": "^", "dense": "D"}


class Track(NamedTuple):
    """A network along its deepest path: what each layer puts out, and what flows between blocks.

    `layers` are (place, side, channels, kind), `line` (place, side, channels); place 0 is the input, a
    vector's side is 1.
    """

    name: str
    layers: tuple[tuple[int, int, int, str], ...]
    line: tuple[tuple[int, int, int], ...]


@plot("resolution", "side of the feature maps and channels, layer by layer along the deepest path")
def draw(measurements: Sequence[Measurement]) -> Picture:
    """Above the side of the feature maps, below the channels; a line between blocks, a mark for each layer in them."""
    measurements = [with_channels_last(each) for each in measurements]
    data = [track(each) for each in measurements]
    alt = f"Resolution and channels along depth. {' '.join(map(_sentence, data))}"
    names = ", ".join(each.name for each in data)
    return Picture("resolution", f"Resolution of {names}", alt, lambda theme: _paint(data, theme), data=data)


def track(measurement: Measurement) -> Track:
    """What comes out of every layer of the deepest path."""
    layers = [(place, *_size(row), kind_of_row(row)) for place, row in _path(measurement) if layer_label(row)]
    line = [(place, *_size(row)) for place, row in stops(measurement)]
    return Track(safe(title_of(measurement)), tuple(layers), tuple(line))


def stops(measurement: Measurement) -> list[tuple[int, Row]]:
    """The layers whose outputs flow between blocks along the deepest path, with their places on it."""
    items = structure.read(measurement.rows).items
    ends = [structure.nodes([item])[-1] for item in items]
    between = {end.name for item, end in zip(items, ends, strict=True) if layer_label(end) or _is_block(item)}
    found: dict[int, Row] = {}
    for place, row in _path(measurement):
        if row.name in between or row.node.op.kind == "input":
            found[place] = row
    return list(found.items())


def _path(measurement: Measurement) -> Iterator[tuple[int, Row]]:
    """The rows of the deepest path whose output is known, each with how many drawn layers stand up to it."""
    place = 0
    for row in structure.deepest_path(measurement.rows):
        if row.output is not None:
            place += bool(layer_label(row))
            yield place, row


def _is_block(item: structure.Item) -> bool:
    return not isinstance(item, structure.Layer)


def _size(row: Row) -> tuple[int, int]:
    """Side of the map (1: a vector) and channels."""
    assert row.output is not None
    return (row.output[1] if is_map(row.output) else 1), row.output[-1]


def _sentence(each: Track) -> str:
    sides = [str(side) for side, _ in groupby(side for _, side, _ in each.line)]
    widest = max(channels for *_, channels in each.line)
    return (
        f"{each.name}: {len(each.layers)} layers, sides {', '.join(sides)}, at most {widest} channels between blocks."
    )


def _looks(data: Sequence[Track]) -> list[Family]:
    """Each its family's look; a second of the same family takes other dashes and another marker."""
    looks: list[Family] = []
    for each in data:
        look = family(each.name)
        if look in looks:
            taken = {other.dashes for other in looks}
            spare = [other for other in FAMILIES.values() if other.dashes and other.dashes not in taken]
            look = Family(look.tone, spare[0].marker, spare[0].dashes) if spare else look
        looks.append(look)
    return looks if len(data) > 1 else [Family(INK, "")]


def _paint(data: Sequence[Track], theme: Theme) -> Figure:
    alone, looks = len(data) == 1, _looks(data)
    longest = max(each.line[-1][0] for each in data)
    marked = longest <= MOST_MARKED
    key = _kinds(data[0]) if alone and marked else []
    key += [("between blocks" if alone else each.name, look) for each, look in zip(data, looks, strict=True)]
    head = HEAD + KEY_LINE * key_lines([name for name, _ in key])
    chart = Chart(head + 2 * PANEL + GAP + FOOT, theme)
    chart.heading(
        data[0].name if alone else "Resolution and channels along depth",
        "vertical axes logarithmic; where a network branches, along its deepest path",
    )
    chart.key(key, 64, lined=not alone)
    for index, words in enumerate(("side of the feature maps (pixels; 1: a vector)", "channels")):
        panel = chart.panel(LEFT, head + index * (PANEL + GAP), WIDTH - LEFT - 20, PANEL, words)
        _axes(panel, data, index + 1, longest)
        for each, look in zip(data, looks, strict=True):
            line = Series(each.name, tuple((point[0], point[index + 1]) for point in each.line), look)
            panel.steps(line, marked=not alone and marked)
        if alone and marked:
            _marks(panel, data[0], index + 1)
    return chart.figure


def _kinds(each: Track) -> list[tuple[str, Family]]:
    """The kinds of layers that are marked, with their marks."""
    found = dict.fromkeys(layer[3] for layer in each.layers)
    return [(KINDS[kind].word, Family(KINDS[kind].edge, MARKERS.get(kind, "d"))) for kind in found]


def _axes(panel: Panel, data: Sequence[Track], field: int, longest: int) -> None:
    points = [point[:3] for each in data for point in each.layers] + [point for each in data for point in each.line]
    values = [point[field] for point in points]
    panel.axes.set_xlim(-0.6, longest * 1.02 + 0.6)  # the last mark has room
    marks = [mark for mark in linear(max(longest, 1), 6) if mark <= longest]
    panel.x_marks(marks, "layer (0: the input)" if field == 2 else "")
    panel.log_y(values, _levels(values, panel.height))


def _marks(panel: Panel, each: Track, field: int) -> None:
    """A mark for every layer, shaped and coloured as its kind."""
    for kind in dict.fromkeys(layer[3] for layer in each.layers):
        places = [(layer[0], layer[field]) for layer in each.layers if layer[3] == kind]
        look = KINDS[kind]
        panel.axes.plot(
            *zip(*places, strict=True), linestyle="", marker=MARKERS.get(kind, "d"), markersize=4, zorder=4,
            color=panel.theme(look.edge), markerfacecolor=panel.theme(look.fill), markeredgewidth=0.9,
        )  # fmt: skip


def _levels(values: Sequence[int], height: float) -> list[float]:
    """The values that occur, as far as there is room between them."""
    room = 10 ** (LEVEL_STEP / height * log10(max(values) / min(values)) * 1.05)
    marks: list[float] = []
    for value in sorted(set(values)):
        if not marks or value / marks[-1] >= room:
            marks.append(value)
    return marks
