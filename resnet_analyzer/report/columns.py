"""Columns of tables as text: one unit for all of a column's numbers, or each number spelled as its kind asks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

from ..numbers import UNITS, decimal, grouped, printed, short, signed
from .model import Column, Table

MISSING = "–"
# what terminals show two columns wide, of what our words are in: ideographs and their punctuation (Unicode, UAX #11)
IDEOGRAPHS = "\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6"


@cache
def _ideograph() -> re.Pattern[str]:
    """Compiled where somebody needs it: that takes as long as a whole table in English."""
    return re.compile(f"[{IDEOGRAPHS}]")


def has_ideographs(text: str) -> bool:
    """Whether a text has letters that take two columns.

    >>> has_ideographs("7×7"), has_ideographs("参数量")
    (False, True)
    """
    return max(text, default="") >= IDEOGRAPHS[0] and _ideograph().search(text) is not None


def screen_width(text: str) -> int:
    """How many columns of a terminal a text takes.

    >>> screen_width("7×7, 64, /2"), screen_width("参数量")
    (11, 6)
    """
    return len(text) + (len(_ideograph().findall(text)) if has_ideographs(text) else 0)


def padded(text: str, size: int, right: bool = False) -> str:
    """A text with spaces behind it (before it, if it stands at the right edge) to fill so many columns.

    >>> padded("占比", 6, right=True), padded("占比", 6)
    ('  占比', '占比  ')
    """
    room = " " * max(size - screen_width(text), 0)
    return f"{room}{text}" if right else f"{text}{room}"


def cut(text: str, size: int) -> str:
    """A text that takes at most so many columns, with an ellipsis where something is left out.

    >>> cut("global average pool", 8), cut("全局平均池化", 8)
    ('global …', '全局平…')
    """
    if screen_width(text) <= size:
        return text
    kept = text[: size - 1]
    while screen_width(kept) > size - 1:
        kept = kept[:-1]
    return f"{kept}…"


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


def filled(tables: Sequence[Table]) -> list[Table]:
    """Tables of the same columns without those that are empty in all of them, as stages of a model that has none.

    >>> (table,) = filled([Table((Column("stage"), Column("what")), (("", "3×3"), ("", "1×1")))])
    >>> table.rows
    (('3×3',), ('1×1',))
    """
    count, rows = len(tables[0].columns), [row for table in tables for row in table.rows]
    kept = [i for i in range(count) if not rows or any(row[i] != "" for row in rows)]
    if len(kept) in (0, count):
        return list(tables)

    def part(cells: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(cells[i] for i in kept) if cells else ()

    return [
        table._replace(columns=part(table.columns), rows=tuple(map(part, table.rows)), total=part(table.total))
        for table in tables
    ]


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
