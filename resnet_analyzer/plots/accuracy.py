"""Printed error rates against our MACs: what depth buys, with shortcuts and without."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from ..numbers import short
from ._chart import Chart, Panel, Series
from ._fonts import text_width
from ._ticks import logarithmic, padded
from .base import Picture
from .palette import MUTED, family, family_name

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .palette import Theme

WIDTH, LEFT, HEAD, PANEL, ACROSS, FOOT, LINE = 680.0, 46.0, 100.0, 250.0, 262.0, 46.0, 13.0


class AccuracyPoint(NamedTuple):
    """A network: which panel it is in, its title, the words beside its mark, its MACs, the printed error in percent."""

    panel: str
    title: str
    words: str
    macs: int
    error: float


def draw(points: Sequence[AccuracyPoint]) -> Picture:
    """A panel per data set; networks of one family are joined in the order of their MACs."""
    words = [f"{each.title} {short(each.macs, 'MACs')} {each.error:g} %" for each in points]
    alt = f"Printed error rates over MACs: {'; '.join(words)}."
    return Picture("accuracy", "Error against cost", alt, lambda theme: _paint(points, theme), data=tuple(points))


def _paint(points: Sequence[AccuracyPoint], theme: Theme) -> Figure:
    chart = Chart(HEAD + PANEL + FOOT, theme, WIDTH)
    chart.heading(
        "Error against cost", "error rates as the papers print them, MACs as we measure them; MACs logarithmic"
    )
    looks = {family_name(each.title): family(each.title) for each in points}
    chart.key(list(looks.items()), 62)
    for place, name in enumerate(dict.fromkeys(each.panel for each in points)):
        members = [each for each in points if each.panel == name]
        panel = chart.panel(LEFT + place * (ACROSS + 66), HEAD, ACROSS, PANEL, name)
        _axes(panel, members)
        for kind, look in looks.items():
            own = sorted((each for each in members if family_name(each.title) == kind), key=lambda each: each.macs)
            if own:
                panel.line(Series(kind, tuple((float(each.macs), each.error) for each in own), look))
                _names(panel, own, above=kind != "ResNet")
    return chart.figure


def _axes(panel: Panel, members: Sequence[AccuracyPoint]) -> None:
    macs, errors = [each.macs for each in members], [each.error for each in members]
    low, high = int(min(errors)) - 1, int(max(errors)) + 1
    panel.axes.set_xscale("log")
    panel.axes.minorticks_off()
    panel.axes.set_xlim(*padded(macs, 0.12))
    marks = logarithmic(*padded(macs, 0.12), most=4)
    panel.x_marks(marks, "MACs per image")
    panel.axes.set_ylim(low, high + 0.6)
    panel.y_marks(list(range(low, high + 1, max(1, (high - low) // 5))))


def _names(panel: Panel, members: Sequence[AccuracyPoint], above: bool) -> None:
    """The words above or below the marks; those that would run into others of the line are left out."""
    placed: list[tuple[float, float, float]] = []
    for each in members:
        x, y = panel.at(each.macs, each.error)
        half = text_width(each.words, 10) / 2
        if all(abs(x - other) > half + reach + 3 or abs(y - height) > LINE for other, height, reach in placed):
            panel.label(x, y + (LINE if above else -LINE), each.words, MUTED, 10, "center")
            placed.append((x, y, half))
