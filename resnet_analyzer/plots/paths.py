"""How long the paths through networks are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from ..analyses.paths import Paths, paths
from ..architectures.base import architecture
from ..measurement import Measurement, measure
from ..numbers import about
from ._chart import KEY_LINE, LEFT, WIDTH, Chart, Series, key_lines
from ._ticks import linear
from ._words import safe, title_of
from .base import Picture, plot
from .palette import FAMILIES, Family, family

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .palette import Theme

HEAD, PANEL, FOOT = 92.0, 240.0, 46.0
FINEST = 10**12  # shares below one in this many are not drawn


class PathCurve(NamedTuple):
    """A network's paths, for a line."""

    title: str
    paths: Paths


def standard() -> list[Measurement]:
    """ResNets of 20, 56 and 110 layers, a plain net and a DenseNet."""
    return [measure(architecture(name)) for name in ("resnet20", "resnet56", "resnet110", "plain110", "densenet121")]


@plot("paths", "how many paths through a network have which length, in layers with weights", standard)
def draw(measurements: Sequence[Measurement]) -> Picture:
    """A line per network: the share of its paths over their length, the most frequent length at the top."""
    data = [PathCurve(title_of(each), paths(each.graph)) for each in measurements]
    alt = f"Paths by their length in layers with weights. {' '.join(map(_sentence, data))}"
    return Picture("paths", "How long the paths are", alt, lambda theme: _paint(data, theme), data=data)


def _sentence(each: PathCurve) -> str:
    own = each.paths
    if own.total == 1:
        return f"{safe(each.title)}: one path of {own.longest} layers."
    return (
        f"{safe(each.title)}: paths of {own.shortest} to {own.longest} layers, "
        f"{float(own.mean):g} on average, {about(own.total)} in all."
    )


def _points(own: Paths) -> tuple[tuple[float, float], ...]:
    """Length and frequency relative to the most frequent length; a network of one length has a line to it."""
    peak = max(own.by_length)
    found = [(float(k), count * FINEST // peak / FINEST) for k, count in enumerate(own.by_length) if count]
    return tuple(found) if len(found) > 1 else ((found[0][0], 0.0), found[0])


def _paint(data: Sequence[PathCurve], theme: Theme) -> Figure:
    looks = _looks(data)
    names = [safe(each.title) for each in data]
    head = HEAD + KEY_LINE * (key_lines(names) - 1)
    chart = Chart(head + PANEL + FOOT, theme)
    chart.heading("How long the paths are", "share of a network's paths; its most frequent length at the top")
    chart.key(list(zip(names, looks, strict=True)), 62, lined=True)
    panel = chart.panel(LEFT, head, WIDTH - LEFT - 20, PANEL, "")
    longest = max(each.paths.longest for each in data)
    marks = linear(longest, 8)
    panel.axes.set_xlim(0, max(marks[-1], 1))
    panel.axes.set_ylim(0, 1.02)
    panel.x_marks(marks, "layers with weights on a path")
    panel.y_marks([0, 0.5, 1], ["none", "half", "most"])
    for name, look, each in zip(names, looks, data, strict=True):
        panel.line(Series(name, _points(each.paths), look), marked=len(each.paths.by_length) < 130)
    return chart.figure


def _looks(data: Sequence[PathCurve]) -> list[Family]:
    """A family's look; another network of the same family has spare dashes and another shape."""
    spare = [each for each in FAMILIES.values() if each.dashes]
    looks: list[Family] = []
    for each in data:
        look = own = family(each.title)
        free = [Family(own.tone, other.marker, other.dashes) for other in spare]
        while look in looks and free:
            look = free.pop(0)
        looks.append(look)
    return looks
