"""What the middle unit of a layer sees, drawn on the input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from ..analyses.fields import Field, fields
from ..errors import UnknownName, UsageError
from ..measurement import Measurement
from ._canvas import Canvas
from ._words import safe, title_of
from .base import Picture, plot
from .palette import FAINT, INK, KINDS, MUTED

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .palette import Theme

WIDTH, HEIGHT, TOP, AREA = 600.0, 392.0, 62.0, 310.0
FURTHEST = 2  # a field is drawn up to so many images beyond the edge
MOST = 8  # fields that are drawn
ROW = 30.0

Box = tuple[tuple[int, int], ...]  # first and last pixel along height and width


class Seen(NamedTuple):
    """A layer and the box of pixels that its middle unit sees, those beyond the edge counted."""

    name: str
    box: Box
    size: str


@plot("receptive", "what the middle unit of a layer sees, on the input, with the layers before it")
def draw(measurements: Sequence[Measurement], layer: str | None = None) -> Picture:
    """The input with the field of one layer (by default the last that has one), and those of the stages before."""
    measurement = measurements[0]
    image, shown = _shown(measurement, layer)
    last = shown[-1]
    title = f"What a unit of {safe(last.name)} sees"
    words = ", ".join(f"{safe(each.name)} {each.size}" for each in shown)
    alt = f"{safe(title_of(measurement))}: the pixels that the middle unit of a layer sees of {_size(image)}: {words}."
    return Picture(
        "receptive", title, alt, lambda theme: _paint(title_of(measurement), image, shown, theme), data=shown
    )


def _size(image: tuple[int, int]) -> str:
    return f"{image[0]}×{image[1]}"


def _shown(measurement: Measurement, layer: str | None) -> tuple[tuple[int, int], list[Seen]]:
    """The input's two sides, and the fields to draw: of stages in order, that of the chosen layer last."""
    found = [each for each in fields(measurement) if each.row.node.inputs]
    told = [each for each in found if each.view is not None and each.view.sides]
    if layer is not None and layer not in {each.name for each in found}:
        raise UnknownName("layer", layer, [each.name for each in found])
    told = told[: next((place for place, each in enumerate(told) if each.name == layer), len(told)) + 1]
    plain = [each for each in told if each.size and None not in each.size]
    if not (plain or told) or (layer is not None and told[-1].name != layer):
        raise UsageError(f"{measurement.graph.name}: no field can be drawn: {layer or 'no layer'} tells what it sees")
    chosen = told[-1] if layer is not None or not plain else plain[-1]
    shape = measurement.graph.inputs[0].op.shape  # type: ignore[attr-defined]
    sides = shape[2:] if measurement.graph.data_format == "channels_first" else shape[1:-1]
    image = (sides[0], sides[1] if len(sides) > 1 else 1)
    ends: dict[str, Field] = {}
    for each in plain:
        ends[each.row.node.scope.split("/")[0] or each.name] = each
    before = [each for each in ends.values() if each is not chosen and not _same(each, chosen)]
    thinned = before[-(MOST - 1) :]
    return image, [Seen(each.name, _box(each, image), _words(each)) for each in (*thinned, chosen)]


def _same(one: Field, other: Field) -> bool:
    return one.size == other.size


def _words(each: Field) -> str:
    return "×".join("all" if size is None else str(size) for size in each.size or ())


def _box(each: Field, image: tuple[int, int]) -> Box:
    """What the middle unit sees along the first two sides."""
    box = []
    for side, pixels in zip((*each.view.sides, None)[:2], image, strict=True):  # type: ignore[union-attr]
        box.append((0, pixels - 1) if side is None else side.sees(each.row.output[side.along] // 2))  # type: ignore[index, operator]
    return tuple(box)


def _paint(title: str, image: tuple[int, int], shown: Sequence[Seen], theme: Theme) -> Figure:
    canvas = Canvas(WIDTH, HEIGHT, theme)
    canvas.text(14, 20, safe(f"What a unit of {shown[-1].name} sees", 70), 15, bold=True, align="left")
    canvas.text(
        14, 41, safe(f"{title}, input {_size(image)}: the middle unit of each layer", 90), 11.5, MUTED, align="left"
    )
    lows = [max(min(0, *(each.box[axis][0] for each in shown)), -FURTHEST * image[axis]) for axis in (0, 1)]
    highs = [
        min(max(image[axis], *(each.box[axis][1] + 1 for each in shown)), (FURTHEST + 1) * image[axis])
        for axis in (0, 1)
    ]
    scale = AREA / max(highs[0] - lows[0], highs[1] - lows[1])

    def rectangle(box: Box) -> tuple[float, float, float, float]:
        (top, bottom), (left, right) = [
            (max(first, low), min(last + 1, high)) for (first, last), low, high in zip(box, lows, highs, strict=True)
        ]
        return (14 + (left - lows[1]) * scale, TOP + (top - lows[0]) * scale,
                max((right - left) * scale, 1), max((bottom - top) * scale, 1))  # fmt: skip

    canvas.box(*rectangle(((0, image[0] - 1), (0, image[1] - 1))), FAINT, INK, radius=0, thickness=1.6, order=1)
    look = KINDS["convolution"]
    for order, each in enumerate(reversed(shown)):
        chosen = each is shown[-1]
        inside = _clipped(each.box, image)
        if chosen and inside is not None:
            canvas.box(*rectangle(inside), look.fill, None, radius=0, order=1.5)
        edge, dashes = (look.edge, ()) if chosen else (MUTED, (3, 2))
        canvas.box(*rectangle(each.box), None, edge, radius=0, thickness=2 if chosen else 1, dashes=dashes,
                   order=2 + order / 100)  # fmt: skip
    _names(canvas, shown)
    return canvas.figure


def _clipped(box: Box, image: tuple[int, int]) -> Box | None:
    """The part of a box that lies on the image."""
    cut = tuple((max(first, 0), min(last, side - 1)) for (first, last), side in zip(box, image, strict=True))
    return cut if all(first <= last for first, last in cut) else None


def _names(canvas: Canvas, shown: Sequence[Seen]) -> None:
    """The fields' names and sizes at the right, from the smallest to the chosen one."""
    x = 14 + AREA + 22
    for place, each in enumerate(shown):
        y = TOP + 10 + place * ROW
        chosen = each is shown[-1]
        tone = KINDS["convolution"].edge if chosen else MUTED
        canvas.line([(x, y), (x + 22, y)], tone, 2 if chosen else 1, () if chosen else (3, 2))
        canvas.text(x + 30, y - 6, safe(each.name, 34), 11, INK, bold=chosen, align="left", longest=34)
        canvas.text(x + 30, y + 8, f"{each.size} pixels", 10.5, MUTED, align="left")
    canvas.text(
        14, HEIGHT - 10, "The filled square is the input; beyond its edge lies padding.", 10.5, MUTED, align="left"
    )
