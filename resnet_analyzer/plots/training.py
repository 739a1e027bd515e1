"""The passes of one step of training, stage by stage."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from ..analyses.training import training_step
from ..analyses.training_memory import PLAIN, Setting
from ..measurement import Measurement
from ..numbers import counted, short
from ._chart import WIDTH, Chart
from ._fonts import text_width
from ._words import safe, title_of
from .base import Picture, plot
from .palette import FAINT, INK, KINDS, MUTED, Kind

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .palette import Theme

HEAD, LINE, BAR, FOOT = 104.0, 27.0, 14.0, 16.0
MOST_LINES = 40
PASSES = tuple(
    Kind(word, KINDS[look].edge, KINDS[look].fill, hatch)
    for word, look, hatch in (
        ("forward", "convolution", ""),
        ("gradients of inputs", "dense", "///"),
        ("gradients of weights", "pooling", "..."),
        ("forward again", "normalisation", "---"),
    )
)


class Line(NamedTuple):
    """A stage: the multiply-accumulates of its passes."""

    name: str
    macs: tuple[int, ...]


@plot("training", "the multiply-accumulates of a step of training as bars: forward, gradients of inputs and weights")
def draw(measurements: Sequence[Measurement], setting: Setting = PLAIN) -> Picture:
    """A bar per stage, in three pieces; a fourth where checkpoints repeat the forward pass."""
    measurement = measurements[0]
    step = training_step(measurement, setting)
    worked = [layer for layer in step.layers if layer.work.multiply_accumulates]
    lines = [
        Line(safe(name, 30), tuple(sum(each) for each in zip(*[layer.macs() for layer in members], strict=True)))  # type: ignore[arg-type]
        for name, members in groupby(worked, key=lambda layer: layer.row.node.scope.split("/")[0] or layer.name)
    ]
    lines = _at_most(lines)
    title = safe(title_of(measurement))
    told = "; ".join(f"{each.name} {short(sum(each.macs), 'MACs')}" for each in lines)
    alt = f"One step of training of {title} on a batch of {measurement.batch}, by stage and pass. {told}."
    return Picture("training", f"Training of {title}", alt, lambda theme: _paint(title, measurement.batch, lines, theme), data=lines)  # type: ignore[arg-type]  # fmt: skip  # noqa: E501


def _at_most(lines: list[Line]) -> list[Line]:
    """The first stages one by one, and what is too much for a picture summed up in a last line."""
    if len(lines) <= MOST_LINES:
        return lines
    rest = lines[MOST_LINES - 1 :]
    macs = tuple(sum(each) for each in zip(*[line.macs for line in rest], strict=True))
    return [*lines[: MOST_LINES - 1], Line(f"{len(rest)} more", macs)]


def _paint(title: str, batch: int, lines: Sequence[Line], theme: Theme) -> Figure:
    chart = Chart(HEAD + LINE * max(len(lines), 1) + FOOT, theme)
    chart.heading(f"Training of {title}", f"multiply-accumulates of one step on a batch of {batch}")
    x = 14.0
    for number, each in enumerate(PASSES):
        if any(line.macs[number] for line in lines):
            chart.bar(x, 62, 22, 12, each)
            chart.text(x + 28, 68, each.word, 11, align="left")
            x += 28 + text_width(each.word, 11) + 22
    left = max([text_width(line.name, 11.5) for line in lines] + [40]) + 30
    largest = max((sum(line.macs) for line in lines), default=0) or 1
    longest = WIDTH - left - 96
    for index, line in enumerate(lines):
        y, start = HEAD + LINE * (index + 0.5), left
        chart.text(14, y, line.name, 11.5, INK, align="left")
        if index:
            chart.line([(14, HEAD + LINE * index), (WIDTH - 14, HEAD + LINE * index)], FAINT, 0.6, order=0)
        for number, each in enumerate(PASSES):
            length = line.macs[number] / largest * longest
            if length > 0:
                chart.bar(start, y - BAR / 2, length, BAR, each)
            start += length
        chart.text(start + 6, y, counted(sum(line.macs)), 11, MUTED if not sum(line.macs) else INK, align="left")
    return chart.figure
