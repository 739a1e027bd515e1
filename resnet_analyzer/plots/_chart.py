"""Panels with axes on a sheet of pixels: one look for every chart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ._canvas import POINTS, Canvas
from ._fonts import font, font_for, text_width
from ._ticks import linear, logarithmic, padded, spelled
from ._words import safe
from .palette import FAINT, INK, MUTED, PAGE, Family, Theme, Tone

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH = 600.0
LEFT = 62.0
TEXT = 12.0
SMALL = 11.0
LABEL_STEP = 14.0
KEY_LINE = 18.0


class Series(NamedTuple):
    """A line: its name, its points in order, and its look."""

    name: str
    points: tuple[tuple[float, float], ...]
    look: Family


class Chart(Canvas):
    """A sheet with panels."""

    def __init__(self, height: float, theme: Theme, width: float = WIDTH) -> None:
        super().__init__(width, height, theme)

    def key(self, looks: Sequence[tuple[str, Family]], y: float, lined: bool = True) -> None:
        """Names of lines with a piece of each, or of its marks alone, side by side in lines from y downwards."""
        x = 14.0
        for name, look in looks:
            width = 34 + text_width(safe(name), SMALL) + 18
            if x > 14 and x + width > self.width:
                x, y = 14.0, y + KEY_LINE
            if lined or not look.marker:
                self.line([(x, y), (x + 28, y)], look.tone, 2.0, [2 * dash for dash in look.dashes])
            self.axes.plot([x + 14], [y], color=self.theme(look.tone), zorder=4, **_mark(look, self.theme))
            self.text(x + 34, y, name, SMALL, align="left")
            x += width

    def panel(self, x: float, y: float, width: float, height: float, title: str, lift: float = 12) -> Panel:
        """Axes in a rectangle of pixels, their unit written above."""
        self.text(x, y - lift, title, TEXT, bold=True, align="left")
        w, h = self.width, self.height
        axes = self.figure.add_axes((x / w, 1 - (y + height) / h, width / w, height / h))
        return Panel(axes, self.theme, width, height)


def key_lines(names: Sequence[str], width: float = WIDTH) -> int:
    """How many lines a key of these names takes."""
    x, lines = 14.0, 1
    for name in names:
        own = 34 + text_width(safe(name), SMALL) + 18
        if x > 14 and x + own > width:
            x, lines = 14.0, lines + 1
        x += own
    return lines


class Panel:
    """One pair of axes."""

    def __init__(self, axes: Axes, theme: Theme, width: float, height: float) -> None:
        self.axes, self.theme, self.width, self.height = axes, theme, width, height
        axes.set_facecolor(theme(PAGE))
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        for side in ("left", "bottom"):
            axes.spines[side].set_color(theme(MUTED))
            axes.spines[side].set_linewidth(0.7)
        axes.tick_params(length=3, width=0.7, color=theme(MUTED), pad=3)
        axes.set_axisbelow(True)

    def x_marks(self, marks: Sequence[float], label: str, names: Sequence[str] = ()) -> None:
        """Marks of the horizontal axis, and what it measures."""
        self.axes.set_xticks(list(marks), labels=list(names) or [spelled(mark) for mark in marks])
        label = self.theme.say(label)
        self.axes.set_xlabel(
            label, fontproperties=font_for(label), fontsize=SMALL * POINTS, color=self.theme(MUTED), parse_math=False
        )
        self._ticks(self.axes.get_xticklabels())

    def y_marks(self, marks: Sequence[float], names: Sequence[str] = ()) -> None:
        """Marks of the vertical axis, with fine lines across."""
        self.axes.set_yticks(list(marks), labels=list(names) or [spelled(mark) for mark in marks])
        self.axes.grid(True, axis="y", color=self.theme(FAINT), linewidth=0.6)
        self._ticks(self.axes.get_yticklabels())

    def _ticks(self, labels: Sequence[object]) -> None:
        for label in labels:
            label.set(fontproperties=font(), fontsize=SMALL * POINTS, color=self.theme(MUTED), parse_math=False)  # type: ignore[attr-defined]

    def log_x(self, values: Sequence[float], label: str, marks: Sequence[float] = ()) -> None:
        """A logarithmic horizontal axis over some values."""
        self.axes.set_xscale("log")
        self.axes.minorticks_off()
        self.axes.set_xlim(*padded(values, 0.05))
        self.x_marks(marks or logarithmic(*padded(values, 0.05)), label)

    def log_y(self, values: Sequence[float], marks: Sequence[float] = ()) -> None:
        """A logarithmic vertical axis over some values."""
        self.axes.set_yscale("log")
        self.axes.minorticks_off()
        self.axes.set_ylim(*padded(values, 0.1))
        self.y_marks(marks or logarithmic(*padded(values, 0.1), most=5))

    def linear_y(self, largest: float) -> None:
        """A vertical axis from 0."""
        marks = linear(largest, 4)
        self.axes.set_ylim(0, max(marks[-1], largest))
        self.y_marks(marks)

    def line(self, series: Series, marked: bool = True) -> None:
        """A line through its points, with its family's marker and dashes."""
        look = series.look
        xs, ys = [x for x, _ in series.points], [y for _, y in series.points]
        style: dict[str, Any] = {"dashes": look.dashes} if look.dashes else {}
        style |= _mark(look, self.theme) if marked else {}
        self.axes.plot(xs, ys, color=self.theme(look.tone), linewidth=1.5, clip_on=False, zorder=3, **style)

    def points(self, points: Sequence[tuple[float, float]], look: Family) -> None:
        """Marks alone."""
        xs, ys = zip(*points, strict=True)
        style = _mark(look, self.theme)
        self.axes.plot(xs, ys, color=self.theme(look.tone), linestyle="", clip_on=False, zorder=4, **style)

    def steps(self, series: Series, marked: bool) -> None:
        """A line that stays level from one point to the next, each in the middle of its step."""
        look = series.look
        style = {"linestyle": (0, look.dashes)} if look.dashes else {}
        xs, ys = [x for x, _ in series.points], [y for _, y in series.points]
        self.axes.plot(
            xs, ys, color=self.theme(look.tone), linewidth=1.5, drawstyle="steps-mid", zorder=3,
            marker=look.marker if marked else "", markersize=3.5, markeredgewidth=0, **style,
        )  # fmt: skip

    def end_labels(self, lines: Sequence[Series]) -> None:
        """Every line's name at its right end, moved apart where ends are close."""
        ends = [(self.at(*each.points[-1])[1], each) for each in lines if each.points]
        heights = spread([height for height, _ in ends], LABEL_STEP, self.height)
        for height, (_, each) in zip(heights, ends, strict=True):
            x = self.at(*each.points[-1])[0] + 8
            self.label(x, height, each.name, each.look.tone)

    def leader(self, start: tuple[float, float], end: tuple[float, float], tone: Tone) -> None:
        """A fine line from a point to its name, in pixels from the panel's lower left corner."""
        xs, ys = [start[0] / self.width, end[0] / self.width], [start[1] / self.height, end[1] / self.height]
        self.axes.plot(xs, ys, color=self.theme(tone), linewidth=0.5, transform=self.axes.transAxes, zorder=2)

    def at(self, x: float, y: float) -> tuple[float, float]:
        """A point of the data in pixels from the panel's lower left corner."""
        from matplotlib.transforms import BboxBase

        shown = self.axes.transData.transform((x, y))
        corner: BboxBase = self.axes.bbox
        return float(shown[0] - corner.x0), float(shown[1] - corner.y0)

    def label(
        self, x: float, y: float, words: str, tone: Tone = INK, size: float = SMALL, align: str = "left",
        bold: bool = False,
    ) -> None:  # fmt: skip
        """Words at a place in pixels from the panel's lower left corner."""
        shown = safe(self.theme.say(words))
        self.axes.text(
            x / self.width, y / self.height, shown, transform=self.axes.transAxes,
            fontproperties=font_for(shown, bold),
            fontsize=size * POINTS, color=self.theme(tone), ha=align, va="center_baseline", parse_math=False, zorder=6,
            bbox={"facecolor": self.theme(PAGE), "edgecolor": "none", "pad": 1.0, "linewidth": 0},
        )  # fmt: skip

    def point_labels(self, series: Series, names: Sequence[str], below: bool = False) -> None:
        """Short names above (or below) the points of a line; one that would touch the one before is left out."""
        before = -1000.0
        for (x, y), name in zip(series.points, names, strict=True):
            place, height = self.at(x, y)
            half = text_width(name, SMALL - 1) / 2
            if place - half > before + 4:
                self.label(place, height + (-12 if below else 12), name, series.look.tone, SMALL - 1, "center")
                before = place + half


_LARGER = {"*": 9.0, "P": 6.0, "X": 6.0, "p": 6.0, "h": 6.0}


def _mark(look: Family, theme: Theme) -> dict[str, Any]:
    """How a family's mark is drawn: all of about the same size, with a fine rim."""
    size = _LARGER.get(look.marker, 4.8)
    return {"marker": look.marker, "markersize": size, "markeredgecolor": theme(PAGE), "markeredgewidth": 0.4}


def spread(places: Sequence[float], step: float, limit: float) -> list[float]:
    """Places moved as little as it takes for neighbours to be `step` apart, from 0 up to `limit` if they fit.

    >>> spread([10, 11, 50], 14, 60)
    [3.5, 17.5, 50]
    """
    order = sorted(range(len(places)), key=lambda index: places[index])
    groups: list[list[int]] = []
    for index in order:
        groups.append([index])
        while len(groups) > 1 and _start(groups[-1], places, step, limit) < _end(groups[-2], places, step, limit):
            last = groups.pop()
            groups[-1] += last
    moved = list(places)
    for group in groups:
        start = _start(group, places, step, limit)
        for place, index in enumerate(group):
            moved[index] = start + place * step if len(group) > 1 else places[index]
    return moved


def _start(group: Sequence[int], places: Sequence[float], step: float, limit: float) -> float:
    middle = sum(places[index] for index in group) / len(group)
    length = (len(group) - 1) * step
    return max(0.0, min(middle - length / 2, limit - length))


def _end(group: Sequence[int], places: Sequence[float], step: float, limit: float) -> float:
    return _start(group, places, step, limit) + len(group) * step
