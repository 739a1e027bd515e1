"""Training loss over the epochs, plain nets beside residual ones: the mean over the seeds, and their spread."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from ..analyses.degradation import Study, endings
from ._chart import Chart, Panel, Series
from .base import Picture
from .palette import FAMILIES, Family

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .palette import Theme

WIDTH, LEFT, HEAD, PANEL, ACROSS, FOOT = 680.0, 46.0, 76.0, 230.0, 256.0, 46.0
NAMES = {"plain": "plain", "resnet": "residual"}
LOOKS = ("ResNet", "VGG", "DenseNet", "Wide ResNet", "SE-ResNet")


def draw(study: Study) -> Picture:
    """A panel for each kind of net on one scale, a line per depth."""
    words = [
        f"{NAMES.get(each.net, each.net)} {each.depth} layers: {each.mean:.3f} ({each.least:.3f} to {each.most:.3f})"
        for each in endings(study)
    ]
    alt = f"Training loss over {study.settings.epochs} epochs. At the end: {'; '.join(words)}."
    return Picture("degradation", "Degradation, measured", alt, lambda theme: _paint(study, theme), data=study)


def _paint(study: Study, theme: Theme) -> Figure:
    chart = Chart(HEAD + PANEL + FOOT, theme, WIDTH)
    seeds = len(study.seeds)
    chart.heading("Degradation, measured", f"mean training loss over {seeds} seeds; the band spans them")
    highest = max(loss for run in study.runs for loss in run.losses)
    step = 0.5 if highest <= 4 else ceil(highest / 8)
    marks = [step * place for place in range(ceil(highest / step) + 1)]
    for place, net in enumerate(study.nets):
        panel = chart.panel(LEFT + place * (ACROSS + 70), HEAD, ACROSS, PANEL, NAMES.get(net, net))
        panel.axes.set_xlim(1, study.settings.epochs)
        panel.axes.set_ylim(0, marks[-1])
        panel.x_marks(list(range(1, study.settings.epochs + 1)), "epoch")
        panel.y_marks(marks, [f"{mark:g}" for mark in marks])
        lines = [
            _line(panel, study, net, depth, LOOKS[place % len(LOOKS)])
            for place, depth in enumerate(study.depths)
            if study.of(net, depth)
        ]
        panel.end_labels(lines)
    return chart.figure


def _line(panel: Panel, study: Study, net: str, depth: int, look: str) -> Series:
    runs = study.of(net, depth)
    own: Family = FAMILIES[look]
    columns = list(zip(*[run.losses for run in runs], strict=True))
    epochs = [float(epoch) for epoch in range(1, len(columns) + 1)]
    low, high = [min(each) for each in columns], [max(each) for each in columns]
    panel.axes.fill_between(epochs, low, high, color=panel.theme(own.tone), alpha=0.18, linewidth=0, zorder=1)
    means = [sum(each) / len(each) for each in columns]
    series = Series(str(depth), tuple(zip(epochs, means, strict=True)), own)
    panel.line(series)
    return series
