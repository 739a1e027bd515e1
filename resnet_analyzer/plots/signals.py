"""Signal and gradient at initialisation over the layers: marks are measured, lines predicted."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10
from typing import TYPE_CHECKING

from ..analyses.signals import LayerSignal, NetSignals, SignalStudy
from ._chart import Chart, Panel, Series
from ._ticks import linear
from .base import Picture
from .palette import FAMILIES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .palette import Theme

WIDTH, LEFT, HEAD, PANEL, ACROSS, GAP, FOOT = 680.0, 62.0, 108.0, 170.0, 270.0, 44.0, 46.0
MARKS = 14  # of a net's layers that are marked
LOOKS = {"plain": "Plain", "resnet": "ResNet", "preresnet": "Pre-activation ResNet"}
NAMES = {"plain": "plain", "resnet": "residual", "preresnet": "pre-activation"}
ROWS = ("signal", "gradient")


def draw(study: SignalStudy) -> Picture:
    """Two panels for the signal, two for the gradient: without batch norm and with it, each pair on one scale."""
    deepest = max(net.depth for net in study.nets)
    sentences = " ".join(_sentence(net) for net in study.nets if net.depth == deepest)
    alt = f"Signal and gradient of nets of up to {deepest} layers at initialisation, on logarithmic axes. {sentences}"
    return Picture(
        "signals", "Signal and gradient at initialisation", alt, lambda theme: _paint(study, theme), data=study
    )


def _sentence(net: NetSignals) -> str:
    told = _layers(net)
    grown = told[-1].signal.mean / told[0].signal.mean
    back = told[0].gradient.mean / told[-1].gradient.mean
    norm = "with" if net.normalised else "without"
    name = NAMES.get(net.net, net.net)
    return f"{name} {net.depth} {norm} batch norm: signal ×{grown:.3g}, backward gradient × {back:.3g}."


def _paint(study: SignalStudy, theme: Theme) -> Figure:
    chart = Chart(HEAD + 2 * PANEL + GAP + FOOT, theme, WIDTH)
    chart.heading(
        "Signal and gradient at initialisation",
        "mean squares, layer by layer; marks: measured, geometric mean over the seeds; lines: predicted",
    )
    kinds = dict.fromkeys(net.net for net in study.nets)
    chart.key([(NAMES.get(kind, kind), FAMILIES[LOOKS.get(kind, "ResNet")]) for kind in kinds], 64, lined=False)
    most = max(len(_layers(net)) for net in study.nets)
    for row, what in enumerate(ROWS):
        values = [_measured(each, what) for net in study.nets for each in _layers(net)]
        values += [told for net in study.nets for each in _layers(net) if (told := _told(each, what))]
        for column, normalised in enumerate((False, True)):
            x, y = LEFT + column * (ACROSS + 62), HEAD + row * (PANEL + GAP)
            title = f"{what}, {'with' if normalised else 'without'} batch norm"
            panel = chart.panel(x, y, ACROSS, PANEL, title)
            nets = [net for net in study.nets if net.normalised == normalised]
            _axes(panel, values, most, row == 1)
            for net in nets:
                _curve(panel, net, what)
    return chart.figure


def _axes(panel: Panel, values: Sequence[float], most: int, named: bool) -> None:
    low, high = floor(log10(min(values))), ceil(log10(max(values)))
    step = max(1, -(-(high - low) // 5))
    marks = list(range(low, high + 1, step))
    panel.axes.set_yscale("log")
    panel.axes.minorticks_off()
    panel.axes.set_ylim(10.0**low, 10.0**high)
    panel.y_marks([10.0**mark for mark in marks], [f"1e{mark}" if mark else "1" for mark in marks])
    panel.axes.set_xlim(0, most)
    panel.x_marks(linear(most, 4)[:-1], "layer, merges counted" if named else "")


def _curve(panel: Panel, net: NetSignals, what: str) -> None:
    look = FAMILIES[LOOKS.get(net.net, "ResNet")]
    told = [(float(place), value) for place, each in enumerate(_layers(net)) if (value := _told(each, what))]
    panel.line(Series(net.net, tuple(told), look), marked=False)
    layers = _layers(net)
    step = max(1, len(layers) // MARKS)
    seen = [(float(place), _measured(each, what)) for place, each in enumerate(layers)][::step]
    panel.points(tuple(seen), look)


def _layers(net: NetSignals) -> list[LayerSignal]:
    """The layers before the mean over all places: what is behind it holds a number per channel."""
    return [each for each in net.layers if each.told_signal is not None]


def _measured(each: LayerSignal, what: str) -> float:
    return each.signal.mean if what == "signal" else each.gradient.mean


def _told(each: LayerSignal, what: str) -> float | None:
    return each.told_signal if what == "signal" else each.told_gradient
