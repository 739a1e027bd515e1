"""How numbers are spelled for people: grouped digits, a unit that fits, percent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .model import Column

UNITS = ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k"), (1, ""))
MISSING = "–"


def grouped(number: int) -> str:
    """Digits in groups of three.

    >>> grouped(25557032)
    '25,557,032'
    """
    return f"{number:,}"


def short(number: int) -> str:
    """Four digits and a unit, rounded to the nearest.

    >>> short(3857973248), short(40551040), short(640)
    ('3.858 G', '40.55 M', '640')
    """
    size, unit = next((pair for pair in UNITS if number >= pair[0]), UNITS[-1])
    if not unit:
        return str(number)
    digits = 3 - min(3, len(str(number // size)) - 1)
    return f"{number / size:,.{digits}f} {unit}"


def scale_for(values: Iterable[Any]) -> tuple[int, str]:
    """The unit that a column's numbers share: the largest keeps at most four digits before the point.

    >>> scale_for([118013952, 1387266048]), scale_for([640])
    ((1000000, 'M'), (1, ''))
    """
    largest = max((value for value in values if value is not None), default=0)
    for size, unit in reversed(UNITS):
        if largest < size * 10_000:
            return size, unit
    return UNITS[0]


def spell_column(column: Column, values: list[Any]) -> tuple[str, list[str]]:
    """A column's title, with the unit that its numbers share, and every value as text.

    >>> spell_column(Column("MACs", "scaled"), [118013952, None])
    ('MACs (M)', ['118.0', '–'])
    """
    title, spell = column.title, _SPELL.get(column.kind, str)
    if column.kind == "scaled":
        size, unit = scale_for(values)
        if unit:
            title, spell = f"{title} ({unit})", lambda value: f"{value / size:,.1f}"
    return title, [MISSING if value is None else spell(value) for value in values]


def _percent(millionths: int) -> str:
    return f"{millionths / 10_000:.0f} %"


def printed(number: int) -> str:
    """A published, rounded number as it was printed: no more digits than it has.

    >>> printed(3800000000), printed(25500000), printed(270000)
    ('3.8 G', '25.5 M', '270 k')
    """
    size, unit = next((pair for pair in UNITS if number >= pair[0]), UNITS[-1])
    return f"{number / size:g} {unit}".strip()


def _times(thousandths: int) -> str:
    return f"{thousandths / 1000:,.2f}×"


_SPELL = {"count": grouped, "scaled": grouped, "share": _percent, "ratio": _times}


def share(part: int, whole: int) -> int:
    """A part of a whole in millionths, rounded down; 0 of nothing.

    >>> share(1, 4)
    250000
    """
    return part * 1_000_000 // whole if whole else 0
