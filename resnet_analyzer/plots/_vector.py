"""A sheet that becomes an SVG without matplotlib: words stay words, which a reader can select and search."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from ._files import named
from ._fonts import text_width
from ._sheet import Drawable, Sheet, Step
from ._words import safe
from .palette import INK, LIGHT, PAGE, Kind, Theme, Tone

FONT = "DejaVu Sans, Verdana, Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif"
BASELINE = 0.365  # of the size: from the middle of the digits down to their foot
_ANCHOR = {"left": "start", "center": "middle", "right": "end"}
_HATCHES = {  # as matplotlib has them, in a square of 8 pixels
    "///": "M0 8L8 0M-1 1L1-1M7 9L9 7",
    "\\\\\\": "M0 0L8 8M-1 7L1 9M7-1L9 1",
    "xxx": "M0 0L8 8M0 8L8 0",
    "+++": "M4 0V8M0 4H8",
    "---": "M0 2H8M0 6H8",
    "...": "M1 2h1.4M5 2h1.4M3 6h1.4M7 6h1",
    "ooo": "M2 4a2 2 0 1 0 4 0a2 2 0 1 0-4 0",
    "***": "M4 1V7M1 4H7M2 2L6 6M6 2L2 6",
}


def vector(drawing: Drawable, name: str, title: str, alt: str, theme: Theme = LIGHT) -> bytes:
    """A drawing as SVG; drawn light, its colours follow the reader's colour scheme."""
    sheet = VectorSheet(drawing.width, drawing.height, theme)
    drawing.put(sheet)
    return named(sheet.svg(), name, title, alt).encode()


class VectorSheet(Sheet):
    """Draws in pixels, in a theme; `svg()` is the result."""

    def __init__(self, width: float, height: float, theme: Theme) -> None:
        super().__init__(width, height, theme)
        self._parts: list[tuple[float, str]] = []
        self._hatched: dict[str, Kind] = {}

    def text(
        self, x: float, y: float, words: str, size: float = 11, tone: Tone = INK, bold: bool = False,
        align: str = "center", longest: int = 200, mark: str = "",
    ) -> None:  # fmt: skip
        """A line of text, its middle at the height y; another font is stretched to the width laid out for it."""
        shown = safe(self.theme.say(words), longest)
        if not shown:
            return
        weight = ' font-weight="bold"' if bold else ""
        wide = f' textLength="{_number(text_width(shown, size, bold))}" lengthAdjust="spacingAndGlyphs"'
        self._parts.append(
            (
                3,
                f'<text{_id(mark)} x="{_number(x)}" y="{_number(y + BASELINE * size)}" '
                f'font-size="{_number(size)}"{weight} '
                f'text-anchor="{_ANCHOR[align]}" fill="{self.theme(tone)}"{wide}>{escape(shown)}</text>',
            )
        )

    def bar(self, x: float, y: float, width: float, height: float, kind: Kind) -> None:
        """A piece of a bar: filled and hatched as its kind of layer is."""
        place = f'x="{_number(x)}" y="{_number(y)}" width="{_number(width)}" height="{_number(height)}"'
        edge, fill = self.theme(kind.edge), self.theme(kind.fill)
        self._parts.append((2, f'<rect {place} fill="{fill}" stroke="{edge}" stroke-width="0.93"/>'))
        if kind.hatch:
            self._hatched.setdefault(kind.hatch, kind)
            number = list(self._hatched).index(kind.hatch)
            self._parts.append((2, f'<rect {place} fill="url(#hatch{number})"/>'))

    def patch(
        self, outline: Sequence[Step], fill: Tone | None, edge: Tone | None = None, thickness: float = 0,
        dashes: Sequence[float] = (), order: float = 2, mark: str = "",
    ) -> None:  # fmt: skip
        """An outline, filled and drawn, named by `mark`."""
        path = "".join(step.code + " ".join(f"{_number(x)},{_number(y)}" for x, y in step.points) for step in outline)
        inside = "none" if fill is None else self.theme(fill)
        line = "" if edge is None else f' stroke="{self.theme(edge)}" stroke-width="{_number(thickness)}"'
        gaps = " ".join(_number(dash * thickness) for dash in dashes)
        dashed = f' stroke-dasharray="{gaps}"' if dashes else ""
        self._parts.append((order, f'<path{_id(mark)} d="{path}" fill="{inside}"{line}{dashed}/>'))

    def svg(self) -> str:
        """All that was drawn, what has a higher order above."""
        width, height = round(self.width), round(self.height)
        hatches = "".join(self._pattern(number, kind) for number, kind in enumerate(self._hatched.values()))
        parts = "\n".join(part for _, part in sorted(self._parts, key=lambda each: each[0]))
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
            f'height="{height}" font-family="{FONT}"><defs>{hatches}</defs>\n'
            f'<rect width="{width}" height="{height}" fill="{self.theme(PAGE)}"/>\n{parts}\n</svg>\n'
        )

    def _pattern(self, number: int, kind: Kind) -> str:
        return (
            f'<pattern id="hatch{number}" width="8" height="8" patternUnits="userSpaceOnUse">'
            f'<path d="{_HATCHES[kind.hatch]}" fill="none" stroke="{self.theme(kind.edge)}" stroke-width="0.8"/>'
            "</pattern>"
        )


def _id(mark: str) -> str:
    return f" id={quoteattr(mark)}" if mark else ""


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
