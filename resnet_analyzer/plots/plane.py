"""Families of networks in the plane of parameters and MACs."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from ..architectures.base import ARCHITECTURES
from ..measurement import Measurement, measure
from ..numbers import short
from ._chart import KEY_LINE, LEFT, Chart, Panel, Series, key_lines
from ._fonts import text_width
from ._placing import Spot, place
from ._ticks import logarithmic, padded
from ._words import safe, title_of
from .base import Picture, plot
from .palette import FAINT, MUTED, Family, family, family_name

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .palette import Theme

STEP = 5.0  # pixels
WIDTH, HEIGHT, HEAD, FOOT = 680.0, 520.0, 74.0, 46.0
USES = (3, 10, 30, 100, 300, 1000)  # MACs per parameter: how often a weight is used on an image


class NetworkPoint(NamedTuple):
    """A network in the plane."""

    family: str
    title: str
    name: str
    params: int
    macs: int


def standard() -> list[Measurement]:
    """Every registered network for ImageNet, once: not those that differ from a ResNet by a fraction only."""
    known = [each for _, each in ARCHITECTURES.items() if each.classes == 1000]
    kept = [each for each in known if not re.search(r"^resnet\d+[cd]$|v2$|_bn$|^pre", each.name)]
    return [measure(each.graph()) for each in kept]


@plot("plane", "every network as a point: parameters to the right, MACs upwards, families joined by lines", standard)
def draw(measurements: Sequence[Measurement]) -> Picture:
    """Networks of one family are joined in the order of their MACs; fine lines are equal use of each weight."""
    data = sorted(map(point_of, measurements), key=lambda point: (point.family, point.macs, point.params))
    families = {point.family: family(point.title) for point in data}
    most, least = max(data, key=lambda p: p.macs), min(data, key=lambda p: p.params)
    alt = (
        f"{len(data)} networks of {len(families)} families in the plane of parameters and MACs, both logarithmic. "
        f"Fewest parameters: {least.title} with {short(least.params)}; most MACs: {most.title} with "
        f"{short(most.macs, 'MACs')} and {short(most.params)} parameters."
    )
    return Picture("plane", "Parameters and MACs", alt, lambda theme: _paint(data, families, theme), data=data)


def point_of(measurement: Measurement) -> NetworkPoint:
    """A network with its family and what is left of its name without it."""
    title, totals = safe(title_of(measurement)), measurement.totals
    name = family_name(title)
    rest = title.removeprefix(name).strip("- ") or title
    rest = re.sub(r"^\(.*\)$", name, re.sub(r"(?<=\S) \([^)]*\)$| for CIFAR$", "", rest))
    rest = re.sub(r" with three 1×1 convolutions", " (C)", rest)
    return NetworkPoint(name, title, rest or name, totals.params, totals.macs)


def _paint(data: Sequence[NetworkPoint], families: dict[str, Family], theme: Theme) -> Figure:
    key = KEY_LINE * key_lines(list(families), WIDTH)
    chart = Chart(HEAD + key + HEIGHT + FOOT, theme, WIDTH)
    chart.heading(
        "Parameters and MACs", "both axes logarithmic; fine lines: MACs per parameter, how often a weight is used"
    )
    chart.key(list(families.items()), 62)
    panel = chart.panel(LEFT, HEAD + key + 14, WIDTH - LEFT - 24, HEIGHT - 14, "MACs per image")
    params, spent = [max(p.params, 1) for p in data], [max(p.macs, 1) for p in data]
    panel.log_x(params, "parameters", logarithmic(*padded(params, 0.05), most=9))
    panel.log_y(spent, logarithmic(*padded(spent, 0.1), most=9))
    taken = _uses(panel)
    for name, look in families.items():
        points = [(p.params, p.macs) for p in data if p.family == name]
        line = rising(points)
        panel.line(Series(name, tuple(line), look), marked=False)
        taken += _along([panel.at(*point) for point in line])
        panel.points(points, look)
    _names(panel, data, families, taken)
    return chart.figure


def _along(points: Sequence[tuple[float, float]]) -> list[Spot]:
    """Small places along a line, where no name should stand."""
    found = []
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        steps = max(1, int(((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5 / STEP))
        for step in range(steps + 1):
            x, y = x0 + (x1 - x0) * step / steps, y0 + (y1 - y0) * step / steps
            found.append(Spot(x - 1, y - 1, x + 1, y + 1))
    return found


def rising(points: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The points, in the order of their MACs, that also have more parameters than the one before.

    >>> rising([(1, 1), (3, 2), (2, 3), (4, 4)])
    [(1, 1), (3, 2), (4, 4)]
    """
    found: list[tuple[int, int]] = []
    for point in points:
        if not found or point[0] >= found[-1][0]:
            found.append(point)
    return found


def _uses(panel: Panel) -> list[Spot]:
    """Lines of equal MACs per parameter, each with its number where it leaves the panel at the top or right."""
    (left, right), (bottom, top) = panel.axes.get_xlim(), panel.axes.get_ylim()
    taken = []
    for use in USES:
        start, end = max(left, bottom / use), min(right, top / use)
        if start >= end:
            continue
        panel.axes.plot([start, end], [start * use, end * use], color=panel.theme(FAINT), linewidth=0.8, zorder=0)
        x, y = panel.at(end, end * use)
        words = f"{use}"
        x, y = min(x, panel.width - 16), y - (9 if end < right else 16)
        half = text_width(words, 10) / 2
        if half < x:
            panel.label(x, y, words, MUTED, 10, "center")
            taken.append(Spot(x - half - 2, y - 7, x + half + 2, y + 7))
    return taken


def _names(panel: Panel, data: Sequence[NetworkPoint], families: dict[str, Family], taken: list[Spot]) -> None:
    """Each point's short name beside it, where nothing else stands."""
    points = [panel.at(p.params, p.macs) for p in data]
    sizes = [(text_width(p.name, 10.5) + 2, 12.0) for p in data]
    for spot, point, each in zip(place(points, sizes, taken, panel.width, panel.height), points, data, strict=True):
        tone = families[each.family].tone
        x, y = (spot.left + spot.right) / 2, (spot.bottom + spot.top) / 2
        if spot.distance(point) > 9:
            near = spot.nearest(point)
            panel.leader(point, near, tone)
        panel.label(x, y, each.name, tone, 10.5, "center")
