"""Values as people write them: 32:512:32 (both ends included), 64,96,128, or both."""

from __future__ import annotations

import re

from ...errors import UsageError

SPAN = re.compile(r"(\d{1,12})(?::(\d{1,12})(?::([1-9]\d{0,11}))?)?", re.ASCII)
MOST = 10_000_000  # values of one variable


def values_of(text: str, name: str) -> list[int]:
    """The whole numbers that a text lists, in order, each once; UsageError, naming the option, for anything else.

    >>> values_of("32:96:32,224", "--input")
    [32, 64, 96, 224]
    """
    found: dict[int, None] = {}
    for part in text.split(","):
        match = SPAN.fullmatch(part.strip())
        if match is None:
            raise UsageError(f"{name} {text!r}: expected whole numbers as 64,96,128 or ranges as 32:512:32")
        first, last, step = (int(number) if number else None for number in match.groups())
        last = first if last is None else last
        if first is None or last is None or first < 1 or last < first:
            raise UsageError(f"{name} {text!r}: a range goes from 1 or more upwards, as 32:512:32")
        span = range(first, last + 1, step or 1)
        if len(span) > MOST:
            raise UsageError(f"{name} {text!r}: {len(span):,} values are more than {MOST:,}: give a coarser step")
        found.update(dict.fromkeys(span))
    return list(found)
