"""The key of a drawing: one line per few entries, as many as fit."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ..frozen import NamedTuple
from ._fonts import text_width
from ._sheet import Sheet
from .palette import INK, KINDS, MUTED, Kind

SIZE = 10.5
LINE_HEIGHT = 18
GAP = 14
SIDE = 14


class LegendItem(NamedTuple):
    """A sign and what it means; `sample` is box, bar (hatched), line, dashes, joint, or text for words alone."""

    sample: str
    word: str
    kind: Kind | None = None
    sign: str = ""


MEETINGS = {"+": "addition", "‖": "concatenation", "×": "multiplication", "−": "subtraction"}


def kind_items(kinds: Collection[str], sample: str = "box") -> list[LegendItem]:
    """The key to the colours of some kinds of layers."""
    return [LegendItem(sample, KINDS[name].word, KINDS[name]) for name in KINDS if name in kinds]


def meeting_items(signs: Collection[str]) -> list[LegendItem]:
    """The key to the signs where branches meet."""
    return [LegendItem("joint", word, sign=sign) for sign, word in MEETINGS.items() if sign in signs]


_WIDTHS = {"box": 16, "bar": 22, "line": 22, "dashes": 22, "joint": 12, "text": 0}


def _width(entry: LegendItem) -> float:
    sample = _WIDTHS[entry.sample]
    return sample + (5 if sample else 0) + text_width(entry.word, SIZE)


def _lines(entries: Sequence[LegendItem], width: float) -> list[list[LegendItem]]:
    lines: list[list[LegendItem]] = []
    x = 0.0
    for entry in entries:
        if not lines or x + _width(entry) > width - 2 * SIDE or entry.sample == "text":
            lines.append([])
            x = 0
        lines[-1].append(entry)
        x += _width(entry) + GAP
    return lines


def legend_height(entries: Sequence[LegendItem], width: float) -> float:
    """The height of the key, with room above."""
    return LINE_HEIGHT * len(_lines(entries, width)) + 8


def draw_legend(canvas: Sheet, entries: Sequence[LegendItem], y: float, width: float) -> None:
    """Draw the key from y downwards."""
    for line in _lines(entries, width):
        x = float(SIDE)
        for entry in line:
            _draw(canvas, entry, x, y + LINE_HEIGHT / 2)
            x += _width(entry) + GAP
        y += LINE_HEIGHT


def _draw(canvas: Sheet, entry: LegendItem, x: float, y: float) -> None:
    sample = _WIDTHS[entry.sample]
    if entry.kind and entry.sample == "bar":
        canvas.bar(x, y - 5.5, sample, 11, entry.kind)
    elif entry.kind:
        canvas.box(x, y - 5.5, sample, 11, entry.kind.fill, entry.kind.edge)
    elif entry.sample in ("line", "dashes"):
        canvas.line([(x, y), (x + sample, y)], INK, 1.3, (4, 2.2) if entry.sample == "dashes" else ())
    elif entry.sample == "joint":
        canvas.joint(x + 6, y, entry.sign, 5)
    canvas.text(x + sample + (5 if sample else 0), y, entry.word, SIZE, MUTED, align="left")
