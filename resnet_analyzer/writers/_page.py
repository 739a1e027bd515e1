"""What a page of one file is made of: its own style and script, a policy that allows nothing else, pictures inside."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any

_DARK = re.compile(r'\[(fill|stroke)="(#[0-9a-f]+)"\]\{\1:(#[0-9a-f]+)\}')
_STYLE = re.compile(r"\s*<style[^>]*>.*?</style>", re.DOTALL)
_SIZE = re.compile(r'width="(\d+)" height="(\d+)"')
LARGER = 1.2
LANGUAGE = {"zh": "zh-CN"}  # as pages name it
WIDE = 480  # pixels
SCRIPTS = ("page.js", "page_charts.js", "page_marks.js", "page_start.js")
_PROLOGUE = re.compile(r"^.*?(?=<svg )", re.DOTALL)


@cache
def asset(name: str) -> str:
    """A file beside this one: the page's style or its script."""
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def page(
    title: str, body: str, colours: str, live: Mapping[str, Any] | None, words: Mapping[str, str], language: str
) -> str:
    """A whole page that loads nothing: everything it shows and runs is in it, and nothing else may run."""
    style, script = asset("page.css") + colours, "".join(map(asset, SCRIPTS))
    spoken = f'<script type="application/json" id="words">{_harmless(words)}</script>'
    data = f'<script type="application/json" id="live">{_harmless(live)}</script>' if live else ""
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    return (
        f'<!doctype html>\n<html lang="{LANGUAGE.get(language, language)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="color-scheme" content="light dark">\n<title>{escape(title)}</title>\n'
        f'<link rel="icon" href="data:,">\n<style>{style}</style>\n</head>\n'
        f"<body>\n{body}\n{spoken}{data}<script>{script}</script>\n</body>\n</html>\n"
    )


def _harmless(data: Mapping[str, Any]) -> str:
    """JSON that cannot end the element it stands in."""
    return json.dumps(data, separators=(",", ":")).replace("<", "\\u003c")


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def inline(svg: bytes) -> str:
    """A picture as a part of the page; its colours are the page's to switch."""
    text = _STYLE.sub("", _PROLOGUE.sub("", svg.decode(), count=1))
    return _SIZE.sub(_larger, text, count=1)


def _larger(found: re.Match[str]) -> str:
    """The picture a little larger than in print; a wide one is marked, to stay legible on a phone."""
    width, height = (round(int(number) * LARGER) for number in found.groups())
    wide = ' class="wide"' if int(found[1]) > WIDE else ""
    return f'width="{width}" height="{height}"{wide}'


def embedded(svg: bytes, words: str) -> str:
    """A picture as an image of its own, with its own colours for light and dark."""
    return f'<img alt="{escape(words, quote=True)}" src="data:image/svg+xml;base64,{b64encode(svg).decode()}">'


def colours(pictures: Iterable[bytes]) -> str:
    """Style that switches the pictures' colours with the page's theme, by what their own style sheets say."""
    found = sorted({match for svg in pictures for match in _DARK.findall(svg.decode())})
    if not found:
        return ""
    rules = "".join(f'svg [{kind}="{light}"]{{{kind}:var(--{kind[0]}{light[1:]})}}' for kind, light, _ in found)
    light = "".join(f"--{kind[0]}{light[1:]}:{light};" for kind, light, _ in found)
    dark = "".join(f"--{kind[0]}{light[1:]}:{dark};" for kind, light, dark in found)
    return (
        f":root{{{light}}}@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}"
        f":root[data-theme=dark]{{{dark}}}{rules}"
    )
