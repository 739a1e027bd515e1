"""Parameters and MACs of every layer, along the network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from ..measurement import Measurement
from ..numbers import short
from ._canvas import POINTS
from ._chart import LEFT, WIDTH, Chart, Panel
from ._fonts import text_width
from ._legend import draw_legend, kind_items, legend_height
from ._stages import stages
from ._ticks import linear
from ._words import kind_of_row, safe, title_of, total_words
from .base import Picture, plot
from .palette import FAINT, KINDS, MUTED

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .palette import Theme

HEAD, PANEL, GAP, FOOT = 104.0, 150.0, 66.0, 44.0
MOST_HATCHED = 150  # layers whose bars are wide enough for an outline and a hatch


class Bar(NamedTuple):
    """A layer with work or a kernel: where it stands, and what it costs."""

    stage: str
    name: str
    kind: str
    params: int
    macs: int


@plot("layers", "parameters and MACs of every convolution and dense layer, in order")
def draw(measurements: Sequence[Measurement]) -> Picture:
    """The layers of the (first) network as bars; normalisations are left out."""
    measurement = measurements[0]
    data = bars(measurement)
    title = safe(title_of(measurement))
    alt = f"Parameters and MACs of each of the {len(data)} convolutions and dense layers of {title}. {_most(data)}"
    return Picture("layers", f"Layers of {title}", alt, lambda theme: _paint(measurement, data, theme), data=data)


def bars(measurement: Measurement) -> list[Bar]:
    """Every layer that multiplies and accumulates."""
    found = []
    for stage, rows in stages(measurement.rows):
        for row in rows:
            spent = row.macs
            if spent or any(weight.name.endswith("kernel") for weight in row.weights):
                found.append(Bar(stage, row.name, kind_of_row(row), row.params, spent))
    return found


def _most(data: Sequence[Bar]) -> str:
    if not data:
        return "There is none."
    params, spent = max(data, key=lambda bar: bar.params), max(data, key=lambda bar: bar.macs)
    return (
        f"Most parameters: {safe(params.name)} with {short(params.params)}; most MACs: {safe(spent.name)} with "
        f"{short(spent.macs, 'MACs')}."
    )


def _paint(measurement: Measurement, data: Sequence[Bar], theme: Theme) -> Figure:
    kinds = {bar.kind for bar in data}
    legend = kind_items(kinds, "bar")
    chart = Chart(HEAD + 2 * PANEL + GAP + FOOT + legend_height(legend, WIDTH), theme)
    chart.heading(safe(title_of(measurement)), f"{total_words(measurement)} · {len(data)} layers with weights")
    for index, words in enumerate(("parameters of each layer", "MACs of each layer, per image")):
        panel = chart.panel(LEFT, HEAD + index * (PANEL + GAP), WIDTH - LEFT - 26, PANEL, words, lift=26)
        values = [(bar.params, bar.macs)[index] for bar in data]
        panel.linear_y(max(values, default=0))
        panel.axes.set_xlim(0.4, len(data) + 0.6)
        marks = [mark for mark in linear(max(len(data), 1), 8) if 1 <= mark <= len(data)]
        panel.x_marks([1, *[mark for mark in marks if mark > len(data) / 20 + 1]], "layer, in order" if index else "")
        _stage_lines(panel, data)
        for kind in sorted(kinds):
            members = [(place, value) for place, value in enumerate(values, 1) if data[place - 1].kind == kind]
            _bars(panel, kind, members, len(data) <= MOST_HATCHED)
    draw_legend(chart, legend, HEAD + 2 * PANEL + GAP + FOOT, WIDTH)
    return chart.figure


def _bars(panel: Panel, kind: str, members: Sequence[tuple[int, int]], wide: bool) -> None:
    """All bars of one kind as a single shape; narrow ones without outlines, in the outline's colour."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    vertices: list[tuple[float, float]] = []
    codes: list[int] = []
    for place, value in members:
        left, right = (place - 0.4, place + 0.4) if wide else (place - 0.5, place + 0.5)
        vertices += [(left, 0), (left, value), (right, value), (right, 0), (left, 0)]
        codes += [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY]
    look, theme = KINDS[kind], panel.theme
    style = {
        "facecolor": theme(look.fill),
        "edgecolor": theme(look.edge),
        "hatch": look.hatch,
        "linewidth": 0.9 * POINTS,
    }
    narrow = {"facecolor": theme(look.edge), "edgecolor": "none", "linewidth": 0}
    panel.axes.add_patch(PathPatch(Path(vertices, codes), zorder=3, **(style if wide else narrow)))


def _stage_lines(panel: Panel, data: Sequence[Bar]) -> None:
    """A fine line where a stage begins, its name at the top where there is room."""
    before, free = "", -1.0
    for place, bar in enumerate(data, 1):
        if bar.stage == before:
            continue
        before = bar.stage
        panel.axes.axvline(place - 0.5, color=panel.theme(FAINT), linewidth=0.8, zorder=0)
        x = panel.at(place - 0.5, 0)[0]
        name = safe(bar.stage, 16)
        if x >= free and x + text_width(name, 10) < panel.width:
            panel.label(x + 1, panel.height + 9, name, MUTED, 10)
            free = x + text_width(name, 10) + 10
