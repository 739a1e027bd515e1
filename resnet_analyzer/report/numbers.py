"""How numbers are spelled for people: grouped digits, a unit that fits, percent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
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


def short(number: int, word: str = "") -> str:
    """Four digits and a unit, rounded to the nearest.

    >>> short(3857973248, "MACs"), short(40551040), short(640, "MACs")
    ('3.858 GMACs', '40.55 M', '640 MACs')
    """
    size, unit = _unit(number)
    digits = max(0, 4 - len(str(number // size))) if unit else 0
    return f"{_rounded(number, size, digits)} {unit}{word}".rstrip()


def printed(number: int, digits: int = 6) -> str:
    """A published, rounded number as it was printed: no more digits than it has, and at most `digits`.

    >>> printed(3800000000), printed(25500000), printed(270000), printed(25557032, 4)
    ('3.8 G', '25.5 M', '270 k', '25.56 M')
    """
    size, unit = _unit(number)
    return f"{number / size:.{digits}g} {unit}".rstrip()


def _unit(number: int) -> tuple[int, str]:
    return next((pair for pair in UNITS if number >= pair[0]), UNITS[-1])


def _rounded(number: int, size: int, digits: int) -> str:
    """number / size with so many decimals; in whole numbers, since a float holds only 16 digits."""
    scaled = (number * 10**digits + size // 2) // size
    whole, rest = divmod(scaled, 10**digits)
    return f"{whole:,}.{rest:0{digits}d}" if digits else f"{whole:,}"


def scale_for(values: Iterable[Any]) -> tuple[int, str]:
    """The unit that a column's numbers share: the largest keeps at most five digits before the point.

    >>> scale_for([118013952, 1387266048]), scale_for([640])
    ((1000000, 'M'), (1, ''))
    """
    largest = max((value for value in values if value is not None), default=0)
    if largest < 10_000:
        return 1, ""
    return next(((size, unit) for size, unit in reversed(UNITS[:-1]) if largest < size * 100_000), UNITS[0])


def spell_column(column: Column, values: Sequence[Any]) -> tuple[str, list[str]]:
    """A column's title, with the unit that its numbers share, and every value as text.

    >>> spell_column(Column("MACs", "scaled"), [118013952, None])
    ('MMACs', ['118.0', '–'])
    """
    title, spell = column.title, _SPELL.get(column.kind, str)
    if column.kind == "scaled":
        size, unit = scale_for(values)
        title = f"{unit}{title}"
        if unit:
            return title, [MISSING if value is None else _rounded(value, size, 1) for value in values]
    return title, [MISSING if value is None else spell(value) for value in values]


def share(part: int, whole: int) -> int:
    """A part of a whole in millionths, rounded down; 0 of nothing.

    >>> share(1, 4)
    250000
    """
    return part * 1_000_000 // whole if whole else 0


def _percent(millionths: int) -> str:
    return f"{_rounded(millionths, 10_000, 0)} %"


def _times(millionths: int) -> str:
    return f"{_rounded(millionths, 10**6, 2)}×"


def signed(number: int) -> str:
    """A difference, with its sign.

    >>> signed(26560), signed(-3), signed(0)
    ('+26,560', '−3', '0')
    """
    return f"{'+' if number > 0 else '−' if number < 0 else ''}{grouped(abs(number))}"


def percent(part: int, whole: int) -> str:
    """A part of a whole, in percent.

    >>> percent(14964736, 25557032)
    '59 %'
    """
    return _percent(share(part, whole))


def times(large: int, small: int) -> str:
    """How many times one number is another.

    >>> times(1179648, 69632)
    '16.94×'
    """
    return _times(share(large, small))


def _printed(number: int) -> str:
    return printed(number, 4)


_SPELL: dict[str, Callable[[Any], str]] = {
    "count": grouped,
    "signed": signed,
    "short": short,
    "scaled": grouped,
    "share": _percent,
    "ratio": _times,
    "printed": _printed,
}
