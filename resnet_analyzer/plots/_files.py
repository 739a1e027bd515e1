"""A figure as bytes: the same for the same picture, in every run; SVGs follow the reader's colour scheme."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from ..files import writing
from ._words import safe
from .palette import LIGHT, Theme, tones

if TYPE_CHECKING:
    from matplotlib.figure import Figure


PIXELS = 96  # per inch: a CSS pixel
SHARP = 2  # PNG pixels per CSS pixel
LONGEST_ALT, LONGEST_TITLE = 4000, 300

_SETTINGS = {
    "svg.fonttype": "path",
    "svg.hashsalt": "resnet-analyzer",
    "hatch.linewidth": 0.6,
    "path.simplify": False,
    "axes.unicode_minus": True,
}
_STYLE = re.compile(r' style="([^"]*)"')
_METADATA = re.compile(r"\s*<metadata>.*?</metadata>", re.DOTALL)
_PROLOGUE = re.compile(r"^.*?<svg ", re.DOTALL)
_SIZE = re.compile(r'width="([\d.]+)pt" height="([\d.]+)pt"')
_ID = re.compile(r'(\bid="|href="#|url\(#)')
_NUMBER = re.compile(r"(\d+\.\d{3})\d+")
_COMMENT = re.compile(r"\s*<!--.*?-->", re.DOTALL)


@contextmanager
def settings() -> Iterator[None]:
    """matplotlib as it comes, whatever the user has set, for as long as one picture is drawn."""
    import matplotlib

    with matplotlib.rc_context():
        matplotlib.rcParams.update(_defaults())
        yield


@cache
def _defaults() -> dict[str, Any]:
    import matplotlib

    kept = {key: matplotlib.rcParamsDefault[key] for key in matplotlib.rcParamsDefault if _drawn(key)}
    return {**kept, **_SETTINGS}


def _drawn(key: str) -> bool:
    """Whether a setting changes how things look (and is no longer to be decided, as the backend is)."""
    groups = ("axes", "figure", "font", "grid", "hatch", "lines", "markers", "patch", "path", "savefig", "svg", "text")
    return key.split(".")[0] in (*groups, "xtick", "ytick", "legend", "mathtext", "agg", "image", "contour")


def save(figure: Figure, path: str, **options: Any) -> None:
    """Write a figure to a file, in the format of its ending; OutputError if it cannot be written."""
    ending = path.lower().rpartition(".")[2]
    with writing(path) as file:
        figure.savefig(file, format=ending, metadata={"Date": None} if ending == "svg" else None, **options)


def png_bytes(paint: Callable[[Theme], Figure], theme: Theme, title: str) -> bytes:
    """What is painted in a theme as PNG."""
    with settings():
        figure = paint(theme)
        file = BytesIO()
        metadata = {"Software": None, "Title": safe(title, LONGEST_TITLE), "Description": None}
        figure.savefig(file, format="png", dpi=PIXELS * SHARP, facecolor=figure.get_facecolor(), metadata=metadata)
    return file.getvalue()


def pdf_bytes(paint: Callable[[Theme], Figure], theme: Theme, title: str) -> bytes:
    """What is painted in a theme as PDF, the same bytes in every run."""
    with settings():
        figure = paint(theme)
        file = BytesIO()
        metadata = {"CreationDate": None, "Producer": None, "Creator": None, "Title": safe(title, LONGEST_TITLE)}
        figure.savefig(file, format="pdf", facecolor=figure.get_facecolor(), metadata=metadata)
    return file.getvalue()


def svg_bytes(paint: Callable[[Theme], Figure], name: str, title: str, alt: str) -> bytes:
    """What is painted as SVG: drawn light, with a style sheet that switches every colour on a dark page."""
    with settings():
        figure = paint(LIGHT)
        file = BytesIO()
        nothing = {"Date": None, "Creator": None, "Format": None, "Type": None}
        figure.savefig(file, format="svg", facecolor=figure.get_facecolor(), metadata=nothing)
    return _finished(file.getvalue().decode(), name, title, alt).encode()


def _finished(text: str, name: str, title: str, alt: str) -> str:
    """matplotlib's SVG without its prologue and metadata, in CSS pixels, and named."""
    text = _COMMENT.sub("", _METADATA.sub("", _PROLOGUE.sub("<svg ", text, count=1)))
    text = _NUMBER.sub(r"\1", _STYLE.sub(_attributes, text))
    return named(_SIZE.sub(_in_pixels, text, count=1), name, title, alt)


def named(text: str, name: str, title: str, alt: str) -> str:
    """An SVG with its title and description, its parts under names of its own, ready for a dark page."""
    title, alt = safe(title, LONGEST_TITLE), safe(alt, LONGEST_ALT)
    prefix = f"{name}-{sha256(text.encode()).hexdigest()[:8]}-"
    text = _ID.sub(rf"\g<1>{prefix}", text)
    head = f"<title>{escape(title)}</title>\n <desc>{escape(alt)}</desc>\n <style>{_dark(text)}</style>"
    start, rest = text.split(">", 1)
    return f'{start} role="img" aria-label={quoteattr(alt)}>\n {head}{rest}'


def _in_pixels(found: re.Match[str]) -> str:
    width, height = (round(float(points) * PIXELS / 72) for points in found.groups())
    return f'width="{width}" height="{height}"'


def _attributes(found: re.Match[str]) -> str:
    """`style="fill: #fff; stroke: #000"` as attributes, which a style sheet may override."""
    pairs = [pair.split(":", 1) for pair in found[1].split(";") if ":" in pair]
    return "".join(f' {name.strip()}="{value.strip()}"' for name, value in pairs)


def _dark(text: str) -> str:
    """The rules for a dark page, of the colours that occur."""
    rules = [
        f'[{name}="{tone.light}"]{{{name}:{tone.dark}}}'
        for tone in tones()
        for name in ("fill", "stroke")
        if f'{name}="{tone.light}"' in text and tone.light != tone.dark
    ]
    return f"@media (prefers-color-scheme:dark){{{''.join(rules)}}}"
