"""The font of all pictures: DejaVu Sans as it comes with matplotlib, whatever else is installed."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.font_manager import FontProperties
    from matplotlib.ft2font import FT2Font

_MEASURED_AT = 64  # points: widths are proportional to the size


@cache
def _path(bold: bool) -> str:
    from matplotlib import get_data_path

    return f"{get_data_path()}/fonts/ttf/DejaVuSans{'-Bold' if bold else ''}.ttf"


@cache
def font(bold: bool = False) -> FontProperties:
    """The font for matplotlib; its size is given where text is drawn."""
    from matplotlib.font_manager import FontProperties

    return FontProperties(fname=_path(bold))


@cache
def _face(bold: bool) -> FT2Font:
    from matplotlib.ft2font import FT2Font

    return FT2Font(_path(bold))


@cache
def letters() -> frozenset[int]:
    """The code points that both weights can draw."""
    return frozenset(_face(False).get_charmap()) & frozenset(_face(True).get_charmap())


@cache
def text_width(text: str, size: float, bold: bool = False) -> float:
    """The width of a line of text in pixels, at a size in pixels."""
    face = _face(bold)
    face.set_size(_MEASURED_AT, 72)
    face.set_text(text, 0.0)
    return face.get_width_height()[0] / 64 * size / _MEASURED_AT
