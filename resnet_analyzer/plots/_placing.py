"""Places for the names of points, so that none lies on another: nearest first, the crowded ones last."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, pi, sin
from typing import NamedTuple

REACH = (8, 12, 18, 26, 36, 48, 62, 80, 100, 130, 170, 220)
TURNS = 16
POINT = 5.0  # half the room of a point


class Spot(NamedTuple):
    """A rectangle in pixels."""

    left: float
    bottom: float
    right: float
    top: float

    def meets(self, other: Spot) -> bool:
        """Whether they overlap."""
        return (
            self.left < other.right and other.left < self.right and self.bottom < other.top and other.bottom < self.top
        )

    def nearest(self, point: tuple[float, float]) -> tuple[float, float]:
        """The place in it that is nearest to a point."""
        return min(max(point[0], self.left), self.right), min(max(point[1], self.bottom), self.top)

    def distance(self, point: tuple[float, float]) -> float:
        """How far a point is from it."""
        x, y = self.nearest(point)
        return ((x - point[0]) ** 2 + (y - point[1]) ** 2) ** 0.5


def place(
    points: Sequence[tuple[float, float]],
    sizes: Sequence[tuple[float, float]],
    taken: Sequence[Spot],
    width: float,
    height: float,
) -> list[Spot]:
    """A rectangle for each point, within the panel, on no other rectangle and no point.

    >>> [spot.left > 10 for spot in place([(10, 10)], [(20, 12)], [], 100, 100)]
    [True]
    """
    full = [*taken, *(Spot(x - POINT, y - POINT, x + POINT, y + POINT) for x, y in points)]
    found: dict[int, Spot] = {}
    for index in sorted(range(len(points)), key=lambda each: (-_crowd(points, each), points[each])):
        found[index] = _free(points[index], sizes[index], full, width, height)
        full.append(found[index])
    return [found[index] for index in range(len(points))]


def _crowd(points: Sequence[tuple[float, float]], index: int) -> int:
    x, y = points[index]
    return -sum(abs(x - u) < 40 and abs(y - v) < 20 for u, v in points)


def _free(
    point: tuple[float, float], size: tuple[float, float], full: Sequence[Spot], width: float, height: float
) -> Spot:
    """The first rectangle around the point that is free; the last one tried if none is."""
    spot = Spot(0, 0, 0, 0)
    for reach in REACH:
        for turn in range(TURNS):
            angle = 2 * pi * turn / TURNS
            x = point[0] + cos(angle) * (reach + size[0] / 2)
            y = point[1] + sin(angle) * (reach + size[1] / 2 - 3)
            spot = Spot(x - size[0] / 2, y - size[1] / 2, x + size[0] / 2, y + size[1] / 2)
            inside = spot.left >= 0 and spot.right <= width and spot.bottom >= 2 and spot.top <= height
            if inside and not any(spot.meets(other) for other in full):
                return spot
    return spot
