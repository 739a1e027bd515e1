"""Committed reports read back: their tables as texts, and what a spelled number says."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parents[2] / "reports"
UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
CELL = re.compile(r"(?<!\\)\|")
NUMBER = re.compile(r"([+−-]?)([\d,]+)(?:\.(\d+))? ?([kMGT]?)(?:MACs|B)?( %|×)?")
UNESCAPE = re.compile(r"\\(.)")


class Read(NamedTuple):
    """A table of a report: where it stands, its titles, and its rows by title."""

    report: str
    section: str
    title: str
    columns: list[str]
    rows: list[dict[str, str]]


def names():
    """The reports, without the cross-check's own, which holds times."""
    return sorted(path.stem for path in FOLDER.glob("*.md") if path.stem != "crosscheck")


def plain(text):
    """Text without markdown's escapes."""
    text = UNESCAPE.sub(r"\1", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def tables(report):
    """All tables of a report, a first column that is told once filled in again."""
    found, section, title, lines = [], "", "", []
    for line in [*(FOLDER / f"{report}.md").read_text(encoding="utf-8").splitlines(), ""]:
        if line.startswith("|"):
            lines.append([plain(cell) for cell in CELL.split(line)[1:-1]])
            continue
        if lines:
            found.append(_table(report, section, title, lines))
            title, lines = "", []
        if line.startswith("## "):
            section, title = plain(line[3:]), ""
        if line.startswith("### "):
            title = plain(line[4:])
    return found


def _table(report, section, title, lines):
    columns, _, *rows = lines
    before = ""
    for row in rows:
        before = row[0] = row[0] or before
    return Read(report, section, title, columns, [dict(zip(columns, row, strict=True)) for row in rows])


def says(text, value, unit=""):
    """Whether a spelled number (under a title with that unit) says `value`: to its last digit."""
    if text == "–":
        return not value
    match = NUMBER.fullmatch(text)
    assert match, text
    sign, whole, decimals, own, kind = match.groups()
    shown = Fraction(f"{whole.replace(',', '')}.{decimals or 0}") * (-1 if sign in ("−", "-") else 1)
    size = Fraction(UNITS[own or unit])
    if kind == " %":
        size = Fraction(1, 100)
    half = size / 2 / 10 ** len(decimals or "")
    exact = size == 1 and not decimals and kind is None
    return shown == value if exact else abs(shown * size - value) <= half + Fraction(1, 10**6)


def unit_of(title, word):
    """The unit in a title: `M` of `MMACs`."""
    unit = title.removesuffix(word)
    assert unit in UNITS, title
    return unit


def column(table, word):
    """The title of the column that holds MACs or FLOPs, with its unit."""
    (title,) = [title for title in table.columns if title.endswith(word) and title.removesuffix(word) in UNITS]
    return title, unit_of(title, word)
