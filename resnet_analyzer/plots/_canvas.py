"""A sheet that becomes a matplotlib figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ._files import PIXELS
from ._fonts import font_for
from ._sheet import Drawable, Point, Sheet, Step
from ._words import safe
from .palette import INK, PAGE, Kind, Theme, Tone

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.path import Path

POINTS = 72 / PIXELS  # per pixel


def new_figure(width: float, height: float, theme: Theme) -> Figure:
    """An empty figure of so many pixels."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width / PIXELS, height / PIXELS), dpi=PIXELS, facecolor=theme(PAGE))


def painted(drawing: Drawable, theme: Theme) -> Figure:
    """A drawing as a figure in a theme."""
    canvas = Canvas(drawing.width, drawing.height, theme)
    drawing.put(canvas)
    return canvas.figure


class Canvas(Sheet):
    """Draws in pixels, in a theme; `figure` is the result."""

    def __init__(self, width: float, height: float, theme: Theme) -> None:
        super().__init__(width, height, theme)
        self.figure = new_figure(width, height, theme)
        self.axes = self.figure.add_axes((0.0, 0.0, 1.0, 1.0))
        self.axes.set_xlim(0, width)
        self.axes.set_ylim(height, 0)
        self.axes.set_axis_off()

    def text(
        self, x: float, y: float, words: str, size: float = 11, tone: Tone = INK, bold: bool = False,
        align: str = "center", longest: int = 200, mark: str = "",
    ) -> None:  # fmt: skip
        """A line of text, its middle at the height y; `mark` names it in the SVG."""
        shown = safe(self.theme.say(words), longest)
        self.axes.text(
            x, y, shown, fontproperties=font_for(shown, bold), fontsize=size * POINTS, color=self.theme(tone),
            ha=align, va="center_baseline", parse_math=False, gid=mark or None,
        )  # fmt: skip

    def bar(self, x: float, y: float, width: float, height: float, kind: Kind) -> None:
        """A piece of a bar: filled and hatched as its kind of layer is."""
        from matplotlib.patches import Rectangle

        edge, fill = self.theme(kind.edge), self.theme(kind.fill)
        patch = Rectangle(
            (x, y), width, height, facecolor=fill, edgecolor=edge, hatch=kind.hatch, linewidth=0.7, zorder=2
        )
        self.axes.add_artist(patch)

    def patch(
        self, outline: Sequence[Step], fill: Tone | None, edge: Tone | None = None, thickness: float = 0,
        dashes: Sequence[float] = (), order: float = 2, mark: str = "",
    ) -> None:  # fmt: skip
        """An outline, filled and drawn."""
        from matplotlib.patches import PathPatch

        style: dict[str, Any] = {"linestyle": (0, tuple(dashes))} if dashes else {}
        patch = PathPatch(
            _path(outline), facecolor="none" if fill is None else self.theme(fill), zorder=order,
            edgecolor="none" if edge is None else self.theme(edge), linewidth=thickness * POINTS,
            gid=mark or None, **style,
        )  # fmt: skip
        self.axes.add_artist(patch)


def _path(outline: Sequence[Step]) -> Path:
    from matplotlib.path import Path

    known = {"M": Path.MOVETO, "L": Path.LINETO, "C": Path.CURVE4, "Z": Path.CLOSEPOLY}
    vertices: list[Point] = []
    codes = []
    for step in outline:
        points = step.points or (vertices[0],)
        vertices += points
        codes += [known[step.code]] * len(points)
    return Path(vertices, codes)
