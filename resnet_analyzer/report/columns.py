"""Columns of tables as text: one unit for all of a column's numbers, or each number spelled as its kind asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ..numbers import UNITS, decimal, grouped, printed, short, signed
from .model import Column

MISSING = "–"


def scale_for(values: Iterable[Any]) -> tuple[int, str]:
    """The unit that a column's numbers share: the largest keeps at most four digits before the point.

    >>> scale_for([118013952, 1387266048]), scale_for([84934700]), scale_for([640])
    ((1000000, 'M'), (1000000, 'M'), (1, ''))
    """
    largest = max((value for value in values if value is not None), default=0)
    if largest < 10_000:
        return 1, ""
    return next(((size, unit) for size, unit in reversed(UNITS[:-1]) if largest < size * 10_000), UNITS[0])


def decimals_for(values: Iterable[Any]) -> int:
    """How many decimals numbers in that unit have: more where the largest has few digits before the point.

    >>> decimals_for([1387266048, 118013952]), decimals_for([84934700]), decimals_for([640])
    (1, 2, 0)
    """
    known = [value for value in values if value is not None]
    size, unit = scale_for(known)
    return (1 if max(known) >= 100 * size else 2) if unit else 0


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
            places = decimals_for(values)
            return title, [MISSING if value is None else decimal(value, size, places) for value in values]
    return title, [MISSING if value is None else spell(value) for value in values]


def _percent(millionths: int) -> str:
    return f"{decimal(millionths, 10_000, 0)} %"


def _times(millionths: int) -> str:
    return f"{decimal(millionths, 10**6, 2)}×"


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
