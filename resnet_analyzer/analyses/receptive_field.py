"""The receptive field: which input pixels a unit of a layer can see, exactly, on any directed graph.

Unit p of a layer sees the pixels p·jump + first … p·jump + last along an axis. A window of span f,
stride s and padding p before turns (jump, first, last) into

    jump·s,   first − p·jump,   last + (f − 1 − p)·jump

(Araujo, Norris, Sim 2019, Computing Receptive Fields of Convolutional Neural Networks, eqs. 1 to 4), and
where branches meet, the union of what they see counts. Normalisation by an image's own statistics is
not counted as seeing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ..measurement import Row
from ..ops.cropping import Cropping2d
from ..ops.input import Input
from ..ops.zero_padding import ZeroPadding2d
from ..shape import is_map
from ..window import Window, amounts


class Axis(NamedTuple):
    """What unit 0 sees along an axis, and how far the next unit's view is moved."""

    jump: int = 1
    first: int = 0
    last: int = 0

    @property
    def size(self) -> int:
        """Pixels from the first to the last that a unit sees, those beyond the image's edge counted.

        >>> Axis(2, -3, 3).size
        7
        """
        return self.last - self.first + 1

    def through(self, window: Window) -> Axis:
        """The view behind a window.

        >>> Axis().through(Window(224, 7, 2, 3, 3)).through(Window(112, 3, 2, 1, 1))
        Axis(jump=4, first=-5, last=5)
        """
        before = window.pads[0]
        return Axis(
            self.jump * window.stride,
            self.first - before * self.jump,
            self.last + (window.span - 1 - before) * self.jump,
        )

    def moved(self, before: int) -> Axis:
        """The view behind `before` pixels of padding (below 0: of cropping)."""
        return Axis(self.jump, self.first - before * self.jump, self.last - before * self.jump)


class View(NamedTuple):
    """What a unit sees: along both axes, or the whole image."""

    height: Axis = Axis()
    width: Axis = Axis()
    whole: bool = False

    @property
    def size(self) -> tuple[int, int] | None:
        """Height and width in pixels; None for the whole image, whatever its size."""
        return None if self.whole else (self.height.size, self.width.size)


WHOLE = View(whole=True)


def receptive_fields(rows: Iterable[Row]) -> dict[str, View | None]:
    """The view of every node by its name, in the order of `rows`; None where it cannot be told.

    >>> from resnet_analyzer.architectures.base import architecture
    >>> from resnet_analyzer.measurement import measure
    >>> receptive_fields(measure(architecture("resnet18")).rows)["stage5/block2/relu"].size
    (435, 435)
    """
    views: dict[str, View | None] = {}
    for row in rows:
        before = [views[name] for name in row.node.inputs]
        views[row.name] = _view(row, before)
    return views


def _view(row: Row, before: list[View | None]) -> View | None:
    if isinstance(row.node.op, Input):
        return View()
    known = [view for view in before if view is not None]
    if len(known) < len(before) or row.output is None or not known:
        return None
    if any(view.whole for view in known):
        return WHOLE
    if row.cost.windows:
        vertical, horizontal = row.cost.windows
        return View(known[0].height.through(vertical), known[0].width.through(horizontal))
    if isinstance(row.node.op, (ZeroPadding2d, Cropping2d)):
        return _moved(row.node.op, known[0])
    if len(known) > 1:
        return _union(known) if getattr(row.node.op, "axis", "channels") == "channels" else None
    return _passed(row, known[0])


def _moved(op: ZeroPadding2d | Cropping2d, view: View) -> View:
    (top, _), (left, _) = amounts(op.padding if isinstance(op, ZeroPadding2d) else op.cropping)
    sign = 1 if isinstance(op, ZeroPadding2d) else -1
    return View(view.height.moved(sign * top), view.width.moved(sign * left))


def _union(views: list[View]) -> View | None:
    """Everything that any branch sees; None where their units are not equally far apart."""
    axes = []
    for axis in ("height", "width"):
        parts = [getattr(view, axis) for view in views]
        if len({part.jump for part in parts}) > 1:
            return None
        axes.append(Axis(parts[0].jump, min(part.first for part in parts), max(part.last for part in parts)))
    return View(axes[0], axes[1])


def _passed(row: Row, view: View) -> View | None:
    """Position by position the view stays; what makes one position of many sees everything."""
    source, output = row.inputs[0], row.output
    assert output is not None
    if is_map(source) and is_map(output) and source[1:3] == output[1:3]:
        return view
    return WHOLE if all(size == 1 for size in output[:-1]) else None
