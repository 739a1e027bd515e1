"""Cardinality against width at equal cost: Xie et al. 2016, Table 2 and 3."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from ..architectures.base import architecture
from ..errors import UsageError
from ..measurement import Measurement, measure
from ..numbers import counted, short
from ._chart import LEFT, WIDTH, Chart, Series
from .base import Picture, plot
from .palette import FIGURES, INK, KINDS, MUTED, Family

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .palette import Theme

SETTINGS = ((1, 64), (2, 40), (4, 24), (8, 14), (32, 4))
HEAD, PANEL, GAP, FOOT = 92.0, 130.0, 52.0, 46.0
WIDTHS = Family(KINDS["convolution"].edge, "o")


class GroupedNetwork(NamedTuple):
    """A network: its groups, the channels of each in its first grouped convolution, and its figures."""

    cardinality: int
    width: int
    params: int
    macs: int


def standard() -> list[Measurement]:
    """ResNeXt-50 from 1×64d, which is ResNet-50, to 32×4d."""
    return [measure(architecture(f"resnext50_{cardinality}x{width}d")) for cardinality, width in SETTINGS]


@plot("cardinality", "more and narrower groups at about the same parameters and MACs", standard)
def draw(measurements: Sequence[Measurement]) -> Picture:
    """The width of all groups together, and the cost, over the number of groups."""
    data = sorted(map(point_of, measurements))
    told = "; ".join(
        f"{each.cardinality}×{each.width}d: {short(each.params)} parameters, {short(each.macs, 'MACs')}"
        for each in data
    )
    alt = f"Cardinality against width. {told}."
    return Picture("cardinality", "Cardinality against width", alt, lambda theme: _paint(data, theme), data=data)


def point_of(measurement: Measurement) -> GroupedNetwork:
    """Groups and their width, of the first convolution larger than 1×1 behind the stem."""
    convolutions = [row.node.op for row in measurement.rows if row.op == "Conv2d"]
    inner = [op for op in convolutions[1:] if op.kernel_size not in (1, (1, 1))]  # type: ignore[attr-defined]
    if not inner:
        raise UsageError(f"picture cardinality: {measurement.graph.name} has no convolution larger than 1×1")
    groups, filters = inner[0].groups, inner[0].filters  # type: ignore[attr-defined]
    return GroupedNetwork(groups, filters // groups, measurement.totals.params, measurement.totals.macs)


def _paint(data: Sequence[GroupedNetwork], theme: Theme) -> Figure:
    chart = Chart(HEAD + 3 * PANEL + 2 * GAP + FOOT, theme)
    chart.heading("Cardinality against width", "the 3×3 of each block in C groups of d channels (first stage); C×d")
    names = [f"{each.cardinality}×{each.width}d" for each in data]
    panels = (
        ("channels of all groups together (first stage)", [each.cardinality * each.width for each in data], WIDTHS),
        ("parameters", [each.params for each in data], FIGURES["params"]),
        ("MACs per image", [each.macs for each in data], FIGURES["macs"]),
    )
    marks = sorted({each.cardinality for each in data})
    for index, (title, values, look) in enumerate(panels):
        panel = chart.panel(LEFT, HEAD + index * (PANEL + GAP), WIDTH - LEFT - 30, PANEL, title)
        panel.log_x(marks, "cardinality C (groups; logarithmic)" if index == 2 else "", marks)
        panel.linear_y(max(values) * 1.15)
        panel.line(
            Series(title, tuple((each.cardinality, value) for each, value in zip(data, values, strict=True)), look)
        )
        for each, value, name in zip(data, values, names, strict=True):
            x, y = panel.at(each.cardinality, value)
            panel.label(x, y - 14, name if index == 0 else counted(value), INK if index == 0 else MUTED, align="center")
    return chart.figure
