"""Bytes alive while a network runs, layer by layer, with the peak marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..analyses.memory import Live, live_bytes
from ..analyses.memory_model import INFERENCE, Model
from ..analyses.training_memory import training_memory
from ..frozen import NamedTuple
from ..measurement import Measurement
from ..numbers import grouped, short
from ._chart import LEFT, WIDTH, Chart, Series
from ._ticks import linear
from ._words import safe, title_of
from .base import Picture, plot
from .palette import FIGURES, INK, Family

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .palette import Theme

HEAD, PANEL, FOOT = 84.0, 230.0, 50.0
UNITS = ((10**9, "GB"), (10**6, "MB"), (10**3, "kB"), (1, "bytes"))


class Profile(NamedTuple):
    """What is alive while each layer runs."""

    title: str
    model: Model
    lives: tuple[Live, ...]

    @property
    def peak(self) -> tuple[int, Live]:
        """The place of the fullest moment, and that moment."""
        return max(enumerate(self.lives), key=lambda pair: pair[1].bytes)  # type: ignore[arg-type, return-value]


@plot("memory", "the bytes alive while each layer runs, with the peak marked")
def draw(measurements: Sequence[Measurement], model: Model = INFERENCE) -> Picture:
    """A line over the layers in the order in which they run; in training forward, then backward."""
    measurement = measurements[0]
    if model.mode == "training":
        lives = training_memory(measurement, model.setting).lives
    else:
        lives = tuple(live_bytes(measurement, model.itemsize, model.setting.in_place, model.fuse_bn))
    found = Profile(title_of(measurement), model, lives)
    _, peak = found.peak
    alt = (
        f"{safe(found.title)}: bytes alive while each of {len(lives)} layers runs ({model.says()}); "
        f"at most {grouped(peak.bytes)} bytes, at {safe(peak.name)}."  # type: ignore[arg-type]
    )
    return Picture("memory", f"Memory of {safe(found.title)}", alt, lambda theme: _paint(found, theme), data=found)


def _paint(found: Profile, theme: Theme) -> Figure:
    chart = Chart(HEAD + PANEL + FOOT, theme)
    place, peak = found.peak
    largest = int(peak.bytes) or 1  # type: ignore[arg-type]
    size, unit = next((pair for pair in UNITS if largest >= 2 * pair[0]), UNITS[-1])
    chart.heading(f"Memory of {safe(found.title)}", f"{found.model.says()}; weights not counted")
    panel = chart.panel(LEFT, HEAD, WIDTH - LEFT - 20, PANEL, f"{unit} alive")
    marks = linear(max(len(found.lives) - 1, 1), 8)
    panel.axes.set_xlim(-0.6, max(len(found.lives) - 0.4, 1))
    panel.x_marks([mark for mark in marks if mark <= len(found.lives)], "layers in the order in which they run")
    panel.linear_y(largest / size * 1.18)
    points = tuple((float(each), live.bytes / size) for each, live in enumerate(found.lives))  # type: ignore[operator]
    look = FIGURES["activations"]
    panel.steps(Series("alive", points, Family(look.tone, "")), marked=False)
    panel.axes.fill_between(
        [x for x, _ in points], [y for _, y in points], step="mid", color=theme(look.tone), alpha=0.18, linewidth=0
    )
    panel.points([(place, largest / size)], Family(INK, "o"))
    x, y = panel.at(place, largest / size)
    words = f"{short(largest, 'B')} at {safe(peak.name, 40)}"
    right = x > (WIDTH - LEFT) / 2
    panel.label(x + (-8 if right else 8), y + 12, words, INK, align="right" if right else "left")
    return chart.figure
