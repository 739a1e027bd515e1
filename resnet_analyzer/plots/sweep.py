"""A picture of a sweep: a figure over a variable or another figure, a line or points per network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ._chart import KEY_LINE, LEFT, WIDTH, Chart, Panel, Series, key_lines
from ._fonts import text_width
from ._ticks import linear, spelled
from ._words import safe
from .base import Picture
from .palette import FAMILIES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .palette import Theme

LABELS = {
    "params": "parameters",
    "all_params": "parameters and moving statistics",
    "macs": "MACs",
    "flops": "FLOPs",
    "n": "input size (pixels)",
}
HEAD, PANEL, FOOT = 76.0, 300.0, 46.0
MOST_MARKED, MOST_NAMED = 60, 12  # points of a line that bear marks; networks with names at their ends
WIDE_RANGE = 50  # times: over more, an axis is logarithmic


def sweep_picture(names: Sequence[str], rows: Sequence[Sequence[Any]], across: str, up: str) -> Picture:
    """Rows (whose columns are `names`) drawn: a line per network where each has one value per place, else points."""
    x, y = names.index(across), names.index(up)
    data: dict[str, list[tuple[float, float]]] = {}
    for row in rows:
        if row[x] is not None and row[y] is not None:
            data.setdefault(_label(row[0], row[1]), []).append((row[x], row[y]))
    for points in data.values():
        points.sort()
    title = f"{_words(up)} over {_words(across)}"
    return Picture(
        "sweep", title, _in_words(data, across, up), lambda theme: _paint(data, across, up, theme), data=data
    )


def _label(network: str, style: str) -> str:
    return safe(network if style in ("", "paper") else f"{network}@{style}")


def _words(name: str) -> str:
    return LABELS.get(name, name.replace("_", " "))


def _in_words(data: dict[str, list[tuple[float, float]]], across: str, up: str) -> str:
    told = [
        f"{name}: {spelled(points[0][1])} at {spelled(points[0][0])} "
        f"to {spelled(points[-1][1])} at {spelled(points[-1][0])}"
        for name, points in data.items()
    ]
    return f"{_words(up)} over {_words(across)}. {'; '.join(told)}."


def _paint(data: dict[str, list[tuple[float, float]]], across: str, up: str, theme: Theme) -> Figure:
    looks = [*FAMILIES.values()]
    lines = [Series(name, tuple(points), looks[i % len(looks)]) for i, (name, points) in enumerate(data.items())]
    named = len(lines) <= MOST_NAMED
    key = 0 if named else KEY_LINE * key_lines([line.name for line in lines])
    chart = Chart(HEAD + key + PANEL + FOOT, theme)
    title = f"{_words(up)} over {_words(across)}"
    chart.heading(f"{title[0].upper()}{title[1:]}")
    if not named:
        chart.key([(line.name, line.look) for line in lines], 46, lined=False)
    right = max((text_width(line.name, 11) for line in lines), default=0) + 26 if named else 20
    panel = chart.panel(LEFT, HEAD + key, WIDTH - LEFT - right, PANEL, _words(up))
    _axes(panel, lines, _words(across))
    for line in lines:
        if len({x for x, _ in line.points}) == len(line.points) > 1:
            panel.line(line, marked=len(line.points) <= MOST_MARKED)
        else:
            panel.points(line.points, line.look)
    if named:
        panel.end_labels(lines)
    return chart.figure


def _axes(panel: Panel, lines: Sequence[Series], label: str) -> None:
    """Linear axes, or logarithmic ones where a range is wide."""
    xs = [x for line in lines for x, _ in line.points] or [1]
    ys = [y for line in lines for _, y in line.points] or [1]
    if min(xs) > 0 and max(xs) > WIDE_RANGE * min(xs):
        panel.log_x(xs, label)
    else:
        low, high = min(xs), max(xs)
        margin = (high - low) * 0.02 or 1
        panel.axes.set_xlim(low - margin, high + margin)
        panel.x_marks([mark for mark in linear(high, 8) if low - margin <= mark <= high + margin], label)
    if min(ys) > 0 and max(ys) > WIDE_RANGE * min(ys):
        panel.log_y(ys)
    else:
        panel.linear_y(max(ys))
