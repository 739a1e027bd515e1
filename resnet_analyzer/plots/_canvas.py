"""A sheet of CSS pixels, (0, 0) at the top left, on which pictures put boxes, lines and words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ._files import PIXELS
from ._fonts import font_for
from ._words import safe
from .palette import INK, PAGE, Kind, Theme, Tone

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.path import Path

POINTS = 72 / PIXELS  # per pixel
Point = tuple[float, float]
_TURN = 0.5523  # of the radius: a quarter of a circle as a cubic curve


def new_figure(width: float, height: float, theme: Theme) -> Figure:
    """An empty figure of so many pixels."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width / PIXELS, height / PIXELS), dpi=PIXELS, facecolor=theme(PAGE))


class Canvas:
    """Draws in pixels, in a theme; `figure` is the result."""

    def __init__(self, width: float, height: float, theme: Theme) -> None:
        self.width, self.height, self.theme = width, height, theme
        self.figure = new_figure(width, height, theme)
        self.axes = self.figure.add_axes((0.0, 0.0, 1.0, 1.0))
        self.axes.set_xlim(0, width)
        self.axes.set_ylim(height, 0)
        self.axes.set_axis_off()

    def text(
        self,
        x: float,
        y: float,
        words: str,
        size: float = 11,
        tone: Tone = INK,
        bold: bool = False,
        align: str = "center",
        longest: int = 200,
        mark: str = "",
    ) -> None:
        """A line of text, its middle at the height y; `mark` names it in the SVG."""
        shown = safe(self.theme.say(words), longest)
        self.axes.text(
            x, y, shown, fontproperties=font_for(shown, bold), fontsize=size * POINTS, color=self.theme(tone),
            ha=align, va="center_baseline", parse_math=False, gid=mark or None,
        )  # fmt: skip

    def box(
        self, x: float, y: float, width: float, height: float, fill: Tone | None, edge: Tone | None = None,
        radius: float = 3, thickness: float = 1.2, dashes: Sequence[float] = (), order: float = 2, mark: str = "",
    ) -> None:  # fmt: skip
        """A rounded rectangle whose top left corner is (x, y); `mark` names it in the SVG."""
        self._patch(_rounded(x, y, width, height, radius), fill, edge, thickness, dashes, order, mark)

    def bar(self, x: float, y: float, width: float, height: float, kind: Kind) -> None:
        """A piece of a bar: filled and hatched as its kind of layer is."""
        from matplotlib.patches import Rectangle

        edge, fill = self.theme(kind.edge), self.theme(kind.fill)
        patch = Rectangle(
            (x, y), width, height, facecolor=fill, edgecolor=edge, hatch=kind.hatch, linewidth=0.7, zorder=2
        )
        self.axes.add_artist(patch)

    def line(
        self, points: Sequence[Point], tone: Tone, thickness: float = 1.2, dashes: Sequence[float] = (),
        radius: float = 0, order: float = 1,
    ) -> None:  # fmt: skip
        """A line through the points, its corners rounded."""
        self._patch(_bent(points, radius), None, tone, thickness, dashes, order)

    def arrow_head(self, x: float, y: float, tone: Tone, size: float = 3.2) -> None:
        """A small head that points down to (x, y)."""
        self._patch(_path([(x, y), (x - size * 0.8, y - size * 1.5), (x + size * 0.8, y - size * 1.5)], True), tone)

    def side_arrow(self, x: float, y: float, tone: Tone, size: float = 3.2) -> None:
        """A small head that points left to (x, y)."""
        self._patch(_path([(x, y), (x + size * 1.5, y - size * 0.8), (x + size * 1.5, y + size * 0.8)], True), tone)

    def disc(self, x: float, y: float, radius: float, fill: Tone, edge: Tone) -> None:
        """A circle around (x, y)."""
        self._patch(_rounded(x - radius, y - radius, 2 * radius, 2 * radius, radius), fill, edge, 1.2, (), 3)

    def joint(self, x: float, y: float, sign: str, radius: float = 5.5) -> None:
        """Where branches meet: a circle with + (added), × (multiplied), ‖ (side by side) or another operator."""
        self.disc(x, y, radius, PAGE, INK)
        r = radius * 0.55
        strokes: dict[str, list[list[Point]]] = {
            "+": [[(x - r, y), (x + r, y)], [(x, y - r), (x, y + r)]],
            "×": [[(x - r, y - r), (x + r, y + r)], [(x - r, y + r), (x + r, y - r)]],
            "‖": [[(x - r / 2, y - r), (x - r / 2, y + r)], [(x + r / 2, y - r), (x + r / 2, y + r)]],
            "−": [[(x - r, y), (x + r, y)]],
        }
        for points in strokes.get(sign, [[(x - r / 3, y), (x + r / 3, y)]]):
            self.line(points, INK, 1.2, order=4)

    def _patch(
        self, path: Path, fill: Tone | None, edge: Tone | None = None, thickness: float = 0,
        dashes: Sequence[float] = (), order: float = 2, mark: str = "",
    ) -> None:  # fmt: skip
        from matplotlib.patches import PathPatch

        style: dict[str, Any] = {"linestyle": (0, tuple(dashes))} if dashes else {}
        patch = PathPatch(
            path, facecolor="none" if fill is None else self.theme(fill), zorder=order,
            edgecolor="none" if edge is None else self.theme(edge), linewidth=thickness * POINTS,
            gid=mark or None, **style,
        )  # fmt: skip
        self.axes.add_artist(patch)


def _path(points: Sequence[Point], closed: bool = False) -> Path:
    from matplotlib.path import Path

    codes = [Path.MOVETO] + [Path.LINETO] * (len(points) - 1)
    if closed:
        return Path([*points, points[0]], [*codes, Path.CLOSEPOLY])
    return Path(list(points), codes)


def _bent(points: Sequence[Point], radius: float) -> Path:
    """The line through the points, each inner corner a quarter of a circle as large as its sides allow."""
    from matplotlib.path import Path

    if radius <= 0 or len(points) < 3:
        return _path(points)
    vertices, codes = [points[0]], [Path.MOVETO]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        reach = min(radius, _distance(before, corner) / 2, _distance(corner, after) / 2)
        enter, leave = _towards(corner, before, reach), _towards(corner, after, reach)
        rest = reach * (1 - _TURN)
        vertices += [enter, _towards(corner, before, rest), _towards(corner, after, rest), leave]
        codes += [Path.LINETO, Path.CURVE4, Path.CURVE4, Path.CURVE4]
    return Path([*vertices, points[-1]], [*codes, Path.LINETO])


def _rounded(x: float, y: float, width: float, height: float, radius: float) -> Path:
    from matplotlib.path import Path

    radius = min(radius, width / 2, height / 2)
    right, bottom, k = x + width, y + height, radius * (1 - _TURN)
    vertices = [
        (x + radius, y), (right - radius, y), (right - k, y), (right, y + k), (right, y + radius),
        (right, bottom - radius), (right, bottom - k), (right - k, bottom), (right - radius, bottom),
        (x + radius, bottom), (x + k, bottom), (x, bottom - k), (x, bottom - radius),
        (x, y + radius), (x, y + k), (x + k, y), (x + radius, y), (x + radius, y),
    ]  # fmt: skip
    turn = [Path.CURVE4] * 3
    codes = [
        Path.MOVETO,
        Path.LINETO,
        *turn,
        Path.LINETO,
        *turn,
        Path.LINETO,
        *turn,
        Path.LINETO,
        *turn,
        Path.CLOSEPOLY,
    ]
    return Path(vertices, codes)


def _distance(a: Point, b: Point) -> float:
    return ((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5


def _towards(start: Point, end: Point, distance: float) -> Point:
    whole = _distance(start, end) or 1.0
    return start[0] + (end[0] - start[0]) * distance / whole, start[1] + (end[1] - start[1]) * distance / whole
