"""A bottleneck against two 3×3 convolutions: He et al. 2015, Fig. 5, over channels and resolutions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from ..architectures.base import architecture
from ..errors import UsageError
from ..measurement import Measurement, measure
from ..numbers import short
from ._chart import LEFT, WIDTH, Chart, Panel, Series
from .base import Picture, plot
from .palette import BLOCKS, MUTED, OTHER_FAMILY

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .palette import Theme


CHANNELS = (64, 128, 256, 512, 1024, 2048)
SIDES = (7, 14, 28, 56, 112)
FIGURES = (("params", "parameters"), ("macs", "MACs per image"), ("activations", "activations per image"))
AXES = {"channels": "channels", "side": "side (pixels)"}
WORDS = {"basic": "two 3×3", "bottleneck": "bottleneck"}
HEAD, PANEL, GAP, FOOT, BETWEEN = 142.0, 130.0, 50.0, 46.0, 74.0


class MeasuredBlock(NamedTuple):
    """One block measured: which, on how many channels and pixels."""

    block: str
    channels: int
    side: int
    measurement: Measurement


def standard() -> list[Measurement]:
    """Both blocks over channels at 56×56, and over resolutions at 256 channels."""
    inputs = [(56, channels) for channels in CHANNELS] + [(side, 256) for side in SIDES if side != 56]
    return [
        measure(architecture(block, input=(side, side, channels)))
        for block in ("basic", "bottleneck")
        for side, channels in inputs
    ]


@plot(
    "bottleneck", "parameters, MACs and activations of a bottleneck and of two 3×3, over channels and pixels", standard
)
def draw(measurements: Sequence[Measurement]) -> Picture:
    """Left over the channels at the commonest resolution, right over the resolution at the commonest channels."""
    data = [_point(each) for each in measurements]
    side = Counter(each.side for each in data).most_common(1)[0][0]
    channels = Counter(each.channels for each in data).most_common(1)[0][0]
    title = "Two 3×3 convolutions against a bottleneck"
    alt = f"{title}, over channels and over resolution. {_sentences(data, side, channels)}"
    return Picture("bottleneck", title, alt, lambda theme: _paint(data, side, channels, theme), data=data)


def _point(each: Measurement) -> MeasuredBlock:
    inputs = each.graph.inputs
    shape = inputs[0].op.shape  # type: ignore[attr-defined]
    if len(inputs) != 1 or len(shape) != 4:
        raise UsageError(f"picture bottleneck: {each.graph.name} is no block on one feature map")
    return MeasuredBlock(each.graph.name, shape[-1], shape[1], each)


def _sentences(data: Sequence[MeasuredBlock], side: int, channels: int) -> str:
    found = []
    for each in data:
        if (each.side, each.channels) == (side, channels):
            totals = each.measurement.totals
            found.append(
                f"{WORDS.get(each.block, each.block)} on {side}×{side}×{channels}: {totals.params:,} "
                f"parameters, {short(totals.macs, 'MACs')}, {short(totals.activations)} activations."
            )
    return " ".join(found)


def _paint(data: Sequence[MeasuredBlock], side: int, channels: int, theme: Theme) -> Figure:
    chart = Chart(HEAD + 3 * PANEL + 2 * GAP + FOOT, theme)
    chart.heading("Two 3×3 convolutions against a bottleneck", "no bias, no normalisation; all axes logarithmic")
    names = dict.fromkeys(each.block for each in data)
    chart.key([(WORDS.get(name, name), BLOCKS.get(name, OTHER_FAMILY)) for name in names], 64)
    width = (WIDTH - LEFT - BETWEEN - 16) / 2
    columns = (
        (LEFT, f"at {side}×{side} pixels", "channels", [each for each in data if each.side == side]),
        (LEFT + width + BETWEEN, f"at {channels} channels", "side", _at(data, channels)),
    )
    for x, title, over, members in columns:
        chart.text(x, HEAD - 46, title, 12.5, bold=True, align="left")
        for index, (figure, name) in enumerate(FIGURES):
            panel = chart.panel(x, HEAD + index * (PANEL + GAP), width, PANEL, "")
            chart.text(x, HEAD + index * (PANEL + GAP) - 14, name, 11.5, MUTED, align="left")
            _fill(panel, _lines(members, figure, over), AXES[over] if index == 2 else "")
    return chart.figure


def _at(data: Sequence[MeasuredBlock], channels: int) -> list[MeasuredBlock]:
    return [each for each in data if each.channels == channels]


def _lines(members: Sequence[MeasuredBlock], figure: str, over: str) -> list[Series]:
    """A line per block, over its `channels` or its `side`."""
    found: dict[str, set[tuple[int, int]]] = {}
    for each in members:
        found.setdefault(each.block, set()).add((getattr(each, over), getattr(each.measurement.totals, figure)))
    return [
        Series(WORDS.get(name, name), tuple(sorted(points)), BLOCKS.get(name, OTHER_FAMILY))
        for name, points in found.items()
    ]


def _fill(panel: Panel, lines: Sequence[Series], label: str) -> None:
    xs = sorted({x for line in lines for x, _ in line.points})
    panel.log_x(xs, label, xs)
    panel.log_y([max(y, 1) for line in lines for _, y in line.points])
    for line in lines:
        panel.line(line)
