"""How parameters, MACs and activations grow with depth."""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from typing import TYPE_CHECKING

from ..architectures.base import architecture
from ..measurement import Measurement, measure
from ..numbers import short
from . import structure
from ._chart import LEFT, WIDTH, Chart, Series
from ._fonts import text_width
from ._words import input_words, safe, title_of
from .base import Picture, plot
from .palette import FAMILIES, Family, family, family_name

FIGURES = (
    ("params", "parameters"),
    ("macs", "MACs per image"),
    ("activations", "activations per image (outputs of convolutions and dense layers)"),
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .palette import Theme
HEAD, PANEL, GAP, FOOT = 92.0, 150.0, 54.0, 46.0


def standard() -> list[Measurement]:
    """ResNets of the paper: for CIFAR from 20 to 1202 layers, for ImageNet from 18 to 200."""
    names = [20, 32, 44, 56, 110, 1202, 18, 34, 50, 101, 152, 200]
    return [measure(architecture(f"resnet{depth}")) for depth in names]


@plot("depth", "parameters, MACs and activations over the number of layers, one line per family and input", standard)
def draw(measurements: Sequence[Measurement]) -> Picture:
    """A line per family and input size, over the weighted layers on the deepest path."""
    groups: dict[str, list[tuple[int, Measurement]]] = {}
    for each in measurements:
        groups.setdefault(_group(each), []).append((structure.weighted_depth(each.rows), each))
    data = {name: sorted(members, key=lambda pair: pair[0]) for name, members in groups.items()}
    alt = f"Growth with depth, on logarithmic axes. {' '.join(_sentence(*group) for group in data.items())}"
    return Picture("depth", "Growth with depth", alt, lambda theme: _paint(data, theme), data=data)


def _group(each: Measurement) -> str:
    return f"{family_name(title_of(each))}, {input_words(each).rsplit('×', 1)[0]}"


def _sentence(name: str, members: list[tuple[int, Measurement]]) -> str:
    (first, small), (last, large) = members[0], members[-1]
    return (
        f"{name}: from {first} to {last} layers, {short(small.totals.params)} to "
        f"{short(large.totals.params)} parameters, {short(small.totals.macs, 'MACs')} to "
        f"{short(large.totals.macs, 'MACs')}, {short(small.totals.activations)} to {short(large.totals.activations)} "
        "activations."
    )


def _paint(data: dict[str, list[tuple[int, Measurement]]], theme: Theme) -> Figure:
    chart = Chart(HEAD + len(FIGURES) * (PANEL + GAP) - GAP + FOOT, theme)
    chart.heading("Growth with depth", "layers with weights on the deepest path; both axes logarithmic")
    names = {name: safe(name) for name in data}
    right = max(text_width(name, 11) for name in names.values()) + 22
    depths = [depth for members in data.values() for depth, _ in members]
    looks = _looks(data)
    for index, (figure, title) in enumerate(FIGURES):
        top = HEAD + index * (PANEL + GAP)
        panel = chart.panel(LEFT, top, WIDTH - LEFT - right, PANEL, title)
        lines = [
            Series(names[name], tuple((depth, getattr(each.totals, figure)) for depth, each in members), looks[name])
            for name, members in data.items()
        ]
        panel.log_x(depths, "layers" if index == len(FIGURES) - 1 else "")
        panel.log_y([max(value, 1) for line in lines for _, value in line.points])
        for line in lines:
            panel.line(line)
            if index == 0:
                panel.point_labels(
                    line, [str(depth) for depth, _ in line.points], any(_under(line, each) for each in lines)
                )
        panel.end_labels(lines)
    return chart.figure


def _under(one: Series, other: Series) -> bool:
    """Whether a line begins below another that runs above it there, on logarithmic axes."""
    x, y = one.points[0]
    for (x0, y0), (x1, y1) in zip(other.points, other.points[1:], strict=False):
        if x0 <= x <= x1 and x1 > x0:
            share = log(x / x0) / log(x1 / x0)
            return y < y0 * (y1 / y0) ** share
    return False


def _looks(data: dict[str, list[tuple[int, Measurement]]]) -> dict[str, Family]:
    """A family's look; a second line of the same family has other dashes and an open shape."""
    looks: dict[str, Family] = {}
    for name, members in data.items():
        look = family(title_of(members[0][1]))
        while look in looks.values():
            spare = [each for each in FAMILIES.values() if each.dashes and each not in looks.values()]
            look = Family(look.tone, spare[0].marker, spare[0].dashes)
        looks[name] = look
    return looks
