"""How a DenseNet's parameters and MACs grow with its growth rate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..architectures.base import architecture
from ..errors import UsageError
from ..measurement import Measurement, measure
from ..numbers import short
from ._chart import LEFT, WIDTH, Chart, Series
from ._fonts import text_width
from ._words import safe, title_of
from .base import Picture, plot
from .palette import FAMILIES, Family

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .palette import Theme

DEPTHS, RATES = (121, 169, 201, 264), (12, 16, 24, 32, 40, 48)
HEAD, PANEL, GAP, FOOT = 92.0, 170.0, 54.0, 46.0
FIGURES = (("params", "parameters"), ("macs", "MACs per image"))


def standard() -> list[Measurement]:
    """The DenseNets of the paper's Table 1 at growth rates from 12 to 48."""
    return [measure(architecture(f"densenet{depth}", growth_rate=rate)) for depth in DEPTHS for rate in RATES]


@plot("growth", "a DenseNet's parameters and MACs over its growth rate, one line per depth", standard)
def draw(measurements: Sequence[Measurement]) -> Picture:
    """A line per network over the growth rate, which is read from its first concatenation."""
    data: dict[str, list[tuple[int, Measurement]]] = {}
    for each in measurements:
        data.setdefault(safe(title_of(each)), []).append((growth_rate(each), each))
    for members in data.values():
        members.sort(key=lambda pair: pair[0])
    alt = f"Parameters and MACs over the growth rate. {' '.join(_sentence(*each) for each in data.items())}"
    return Picture("growth", "Growth rate of DenseNets", alt, lambda theme: _paint(data, theme), data=data)


def growth_rate(measurement: Measurement) -> int:
    """The channels that the first concatenation adds to its first input; UsageError without one."""
    joins = [row for row in measurement.rows if row.op == "Concatenate"]
    if not joins:
        raise UsageError(f"picture growth: {measurement.graph.name} concatenates nothing")
    return joins[0].inputs[-1][-1]


def _sentence(name: str, members: list[tuple[int, Measurement]]) -> str:
    (least, small), (most, large) = members[0], members[-1]
    return (
        f"{name}: growth rate {least} to {most}, {short(small.totals.params)} to "
        f"{short(large.totals.params)} parameters, {short(small.totals.macs, 'MACs')} to "
        f"{short(large.totals.macs, 'MACs')}."
    )


def _paint(data: dict[str, list[tuple[int, Measurement]]], theme: Theme) -> Figure:
    chart = Chart(HEAD + 2 * PANEL + GAP + FOOT, theme)
    chart.heading("Growth rate of DenseNets", "each layer adds k channels; 1×1 convolutions put out 4·k")
    right = max(text_width(name, 11) for name in data) + 22
    rates = sorted({rate for members in data.values() for rate, _ in members})
    tone, others = FAMILIES["DenseNet"].tone, list(FAMILIES.values())
    for index, (figure, title) in enumerate(FIGURES):
        panel = chart.panel(LEFT, HEAD + index * (PANEL + GAP), WIDTH - LEFT - right, PANEL, title)
        lines = [
            Series(
                name,
                tuple((rate, getattr(each.totals, figure)) for rate, each in members),
                Family(tone, others[place % len(others)].marker, others[place % len(others)].dashes),
            )
            for place, (name, members) in enumerate(data.items())
        ]
        panel.linear_y(max(value for line in lines for _, value in line.points))
        panel.axes.set_xlim(rates[0] - 1, rates[-1] + 1)
        panel.x_marks(rates, "growth rate k (channels that a layer adds)" if index else "")
        for line in lines:
            panel.line(line)
        panel.end_labels(lines)
    return chart.figure
