"""What pictures are put on: a sheet of CSS pixels, (0, 0) at the top left, that takes boxes, lines and words.

`_canvas.py` makes a matplotlib figure of it, `_vector.py` an SVG without matplotlib; both draw the same.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from ._fonts import text_width
from ._words import safe
from .palette import INK, MUTED, PAGE, Kind, Theme, Tone

Point = tuple[float, float]
_TURN = 0.5523  # of the radius: a quarter of a circle as a cubic curve


class Step(NamedTuple):
    """A step of an outline: to a point (M), in a line (L), in a cubic curve (C), or back to the start (Z)."""

    code: str
    points: tuple[Point, ...] = ()


class Drawable(Protocol):
    """A picture of a known size that can be put on any sheet."""

    width: float
    height: float

    def put(self, sheet: Sheet) -> None:
        """Draw all of it."""


class Sheet(ABC):
    """Draws in pixels, in a theme."""

    def __init__(self, width: float, height: float, theme: Theme) -> None:
        self.width, self.height, self.theme = width, height, theme

    @abstractmethod
    def text(
        self, x: float, y: float, words: str, size: float = 11, tone: Tone = INK, bold: bool = False,
        align: str = "center", longest: int = 200, mark: str = "",
    ) -> None:  # fmt: skip
        """A line of text, its middle at the height y; `mark` names it in the SVG."""

    @abstractmethod
    def bar(self, x: float, y: float, width: float, height: float, kind: Kind) -> None:
        """A piece of a bar: filled and hatched as its kind of layer is."""

    @abstractmethod
    def patch(
        self, outline: Sequence[Step], fill: Tone | None, edge: Tone | None = None, thickness: float = 0,
        dashes: Sequence[float] = (), order: float = 2, mark: str = "",
    ) -> None:  # fmt: skip
        """An outline, filled and drawn; `mark` names it in the SVG.

        What has a higher `order` lies above; dashes are lengths in thicknesses of the line.
        """

    def box(
        self, x: float, y: float, width: float, height: float, fill: Tone | None, edge: Tone | None = None,
        radius: float = 3, thickness: float = 1.2, dashes: Sequence[float] = (), order: float = 2, mark: str = "",
    ) -> None:  # fmt: skip
        """A rounded rectangle whose top left corner is (x, y); `mark` names it in the SVG."""
        self.patch(_rounded(x, y, width, height, radius), fill, edge, thickness, dashes, order, mark)

    def line(
        self, points: Sequence[Point], tone: Tone, thickness: float = 1.2, dashes: Sequence[float] = (),
        radius: float = 0, order: float = 1,
    ) -> None:  # fmt: skip
        """A line through the points, its corners rounded."""
        self.patch(_bent(points, radius), None, tone, thickness, dashes, order)

    def arrow_head(self, x: float, y: float, tone: Tone, size: float = 3.2) -> None:
        """A small head that points down to (x, y)."""
        ends = [(x, y), (x - size * 0.8, y - size * 1.5), (x + size * 0.8, y - size * 1.5)]
        self.patch([*_straight(ends), Step("Z")], tone)

    def side_arrow(self, x: float, y: float, tone: Tone, size: float = 3.2) -> None:
        """A small head that points left to (x, y)."""
        ends = [(x, y), (x + size * 1.5, y - size * 0.8), (x + size * 1.5, y + size * 0.8)]
        self.patch([*_straight(ends), Step("Z")], tone)

    def disc(self, x: float, y: float, radius: float, fill: Tone, edge: Tone) -> None:
        """A circle around (x, y)."""
        self.patch(_rounded(x - radius, y - radius, 2 * radius, 2 * radius, radius), fill, edge, 1.2, (), 3)

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

    def heading(self, title: str, words: str = "") -> None:
        """What the picture shows, and a line of explanation."""
        size = min(15.0, (self.width - 28) / text_width(safe(title, 200), 1, True))
        self.text(14, 20, title, size, bold=True, align="left")
        if words:
            size = min(11.5, (self.width - 28) / text_width(safe(words, 200), 1))
            self.text(14, 40, words, size, MUTED, align="left")


def _straight(points: Sequence[Point]) -> list[Step]:
    return [Step("M", (points[0],)), *[Step("L", (point,)) for point in points[1:]]]


def _bent(points: Sequence[Point], radius: float) -> list[Step]:
    """The line through the points, each inner corner a quarter of a circle as large as its sides allow."""
    if radius <= 0 or len(points) < 3:
        return _straight(points)
    steps = [Step("M", (points[0],))]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        reach = min(radius, _distance(before, corner) / 2, _distance(corner, after) / 2)
        enter, leave = _towards(corner, before, reach), _towards(corner, after, reach)
        rest = reach * (1 - _TURN)
        curve = (_towards(corner, before, rest), _towards(corner, after, rest), leave)
        steps += [Step("L", (enter,)), Step("C", curve)]
    return [*steps, Step("L", (points[-1],))]


def _rounded(x: float, y: float, width: float, height: float, radius: float) -> list[Step]:
    radius = min(radius, width / 2, height / 2)
    right, bottom, k = x + width, y + height, radius * (1 - _TURN)
    return [
        Step("M", ((x + radius, y),)),
        Step("L", ((right - radius, y),)),
        Step("C", ((right - k, y), (right, y + k), (right, y + radius))),
        Step("L", ((right, bottom - radius),)),
        Step("C", ((right, bottom - k), (right - k, bottom), (right - radius, bottom))),
        Step("L", ((x + radius, bottom),)),
        Step("C", ((x + k, bottom), (x, bottom - k), (x, bottom - radius))),
        Step("L", ((x, y + radius),)),
        Step("C", ((x, y + k), (x + k, y), (x + radius, y))),
        Step("Z"),
    ]


def _distance(a: Point, b: Point) -> float:
    return ((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5


def _towards(start: Point, end: Point, distance: float) -> Point:
    whole = _distance(start, end) or 1.0
    return start[0] + (end[0] - start[0]) * distance / whole, start[1] + (end[1] - start[1]) * distance / whole
