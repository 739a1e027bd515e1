"""The layers of a network under the roof of a device: operations a second that its memory and arithmetic allow."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from ..analyses.device import device
from ..analyses.roofline import Roofline, roofline
from ..frozen import NamedTuple
from ..measurement import Measurement
from ..numbers import short
from ._chart import LEFT, WIDTH, Chart, Series, key_lines
from ._words import safe, title_of
from .base import Picture, plot
from .palette import FIGURES, INK, KINDS, MUTED, Family, kind_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .palette import Theme

HEAD, PANEL, FOOT = 104.0, 250.0, 50.0
MARKERS = {"convolution": "o", "pointwise": "s", "pooling": "^", "dense": "D"}


class Under(NamedTuple):
    """A network under a roof: its layers' kinds and places, and a run that was measured."""

    title: str
    found: Roofline
    points: tuple[tuple[str, float, float], ...]
    measured: tuple[float, float] | None
    share: float | None


@plot("roofline", "the layers of a network under the roof of a device: operations a byte and a second")
def draw(
    measurements: Sequence[Measurement], found: Roofline | None = None, seconds: Fraction | None = None
) -> Picture:
    """Layers of multiply-accumulates by their operations a byte, at the rate that the roof allows them."""
    measurement = measurements[0]
    roof = found or roofline(measurement, device("t4"))
    ops = {row.name: row.node.op for row in measurement.rows}
    points = tuple(
        (kind_of(ops[each.names[0]]), float(each.intensity), float(2 * each.macs / each.seconds))
        for each in roof.layers
        if each.macs
    )
    whole = roof.cached
    measured = None if seconds is None or not whole.macs else (_whole(roof), float(2 * whole.macs / seconds))
    share = None if seconds is None else float(whole.seconds / seconds)
    drawn = Under(title_of(measurement), roof, points, measured, share)
    memory = sum(each.bound_by == "memory" for each in roof.layers)
    alt = (
        f"{safe(drawn.title)} on {safe(roof.device.title)} in {roof.dtype}: {memory} of {len(roof.layers)} layers are "
        f"bound by memory; arithmetic is the bound from {float(roof.ridge):.4g} operations a byte on."
    )
    title = f"{safe(drawn.title)} under the roof of {safe(roof.device.title)}"
    return Picture("roofline", title, alt, lambda theme: _paint(drawn, theme), data=drawn)


def _whole(roof: Roofline) -> float:
    """Operations a byte of the whole network, every tensor through memory."""
    moved = sum(each.bytes for each in roof.layers)
    return float(Fraction(2 * roof.cached.macs, moved)) if moved else 0.0


def _paint(drawn: Under, theme: Theme) -> Figure:
    roof = drawn.found
    peak, bandwidth = float(roof.device.rate(roof.dtype).amount), float(roof.device.bandwidth.amount)
    looks = [
        (KINDS[kind].word, Family(KINDS[kind].edge, MARKERS.get(kind, "d")))
        for kind in dict.fromkeys(point[0] for point in drawn.points)
    ]
    if drawn.measured:
        looks.append((f"measured, {100 * (drawn.share or 0):.1f} % of the bound", Family(INK, "X")))
    head = HEAD + 18 * (key_lines([name for name, _ in looks]) - 1)
    chart = Chart(head + PANEL + FOOT, theme)
    chart.heading(f"{safe(drawn.title, 40)} under the roof of {safe(roof.device.title, 50)}", f"{roof.dtype}, every tensor through memory")  # fmt: skip  # noqa: E501
    chart.key(looks, 64, lined=False)
    panel = chart.panel(LEFT + 14, head, WIDTH - LEFT - 40, PANEL, "operations a second")
    xs = [point[1] for point in drawn.points] + ([drawn.measured[0]] if drawn.measured else []) + [float(roof.ridge)]
    ys = [point[2] for point in drawn.points] + ([drawn.measured[1]] if drawn.measured else []) + [peak]
    low, high = min(xs) / 1.5, max(xs) * 1.5
    panel.log_x([low, high], "operations a byte")
    marks = [10.0**power for power in range(3, 22) if min(ys) / 3 <= 10.0**power <= peak * 2]
    panel.log_y([min(*ys, bandwidth * low) / 1.2, peak * 1.3], marks)
    panel.y_marks(marks, [short(int(mark)) for mark in marks])
    ends = (low, bandwidth * low), (float(roof.ridge), peak), (high, peak)
    panel.line(Series("roof", ends, Family(MUTED, "")), marked=False)
    for kind in dict.fromkeys(point[0] for point in drawn.points):
        places = [(x, y) for name, x, y in drawn.points if name == kind]
        panel.points(places, Family(KINDS[kind].edge, MARKERS.get(kind, "d")))
    if drawn.measured:
        panel.points([drawn.measured], Family(FIGURES["params"].tone, "X"))
    return chart.figure
