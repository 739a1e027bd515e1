"""The font of all pictures: DejaVu Sans as it comes with matplotlib; another for Chinese, Japanese and Korean."""

from __future__ import annotations

from collections.abc import Container
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

from ._metrics import EM, widths

if TYPE_CHECKING:
    from matplotlib.font_manager import FontProperties
    from matplotlib.ft2font import FT2Font

EASTERN = ("CJK", "Source Han", "WenQuanYi", "Droid Sans Fallback", "PingFang", "Hiragino", "SimHei", "Microsoft YaHei")
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
def eastern() -> str | None:
    """The file of an installed font with Chinese, Japanese or Korean letters; None where there is none."""
    from matplotlib.font_manager import fontManager

    known = {each.name: each.fname for each in fontManager.ttflist}
    for wanted in EASTERN:
        for name, file in sorted(known.items()):
            if wanted in name:
                return str(file)
    return None


@cache
def _has_matplotlib() -> bool:
    return find_spec("matplotlib") is not None


@cache
def eastern_letters() -> Container[int]:
    """The code points of that font; without matplotlib all such letters, whose font is the reader's."""
    if not _has_matplotlib():
        return range(0x2E80, 0x10000)
    from matplotlib.ft2font import FT2Font

    file = eastern()
    return frozenset(FT2Font(file).get_charmap()) if file else frozenset()


def font_for(words: str, bold: bool = False) -> FontProperties:
    """The font that has all letters of some words: the usual one, else the eastern one if there is one."""
    from matplotlib.font_manager import FontProperties

    if words.isascii() or all(ord(each) in letters() for each in words) or not eastern():
        return font(bold)
    return FontProperties(fname=eastern())


@cache
def _face(bold: bool) -> FT2Font:
    from matplotlib.ft2font import FT2Font

    return FT2Font(_path(bold))


@cache
def letters() -> frozenset[int]:
    """The code points that both weights can draw."""
    if not _has_matplotlib():
        return frozenset(widths(False)) & frozenset(widths(True))
    return frozenset(_face(False).get_charmap()) & frozenset(_face(True).get_charmap())


@cache
def text_width(text: str, size: float, bold: bool = False) -> float:
    """The width of a line of text in pixels, at a size in pixels."""
    if not _has_matplotlib():
        known = widths(bold)
        return sum(known.get(ord(each), EM) for each in text) * size / EM
    face = _face(bold)
    face.set_size(_MEASURED_AT, 72)
    face.set_text(text, 0.0)
    return face.get_width_height()[0] / 64 * size / _MEASURED_AT
