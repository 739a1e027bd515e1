"""Where an axis has its marks, and how they are spelled."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10

from ..numbers import UNITS

FEWEST = 2  # marks that are too few to read an axis by
NARROW = 4  # times: a range with room for round marks at equal distances, though it is logarithmic


def spelled(value: int | float) -> str:
    """A mark in as few characters as it needs.

    >>> spelled(2_000_000), spelled(25_500), spelled(1202), spelled(0)
    ('2 M', '25.5 k', '1202', '0')
    """
    size, unit = next((pair for pair in UNITS if value >= max(pair[0], 10_000)), UNITS[-1])
    return f"{value / size:g} {unit}".rstrip()


def linear(largest: float, most: int = 5) -> list[int]:
    """Round marks from 0 to just past the largest value.

    >>> linear(37), linear(0)
    ([0, 10, 20, 30, 40], [0, 1])
    """
    if largest <= 0:
        return [0, 1]
    step = largest / most
    power = 10 ** floor(log10(step)) if step >= 1 else 1
    step = next((power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= step), power * 10)
    step = max(1, int(step)) if step == int(step) else max(1, ceil(step))
    return [int(step) * index for index in range(ceil(largest / step) + 1)]


def logarithmic(smallest: float, largest: float, most: int = 7) -> list[float]:
    """1, 2 and 5 times powers of ten within the range, or fewer of them if those are too many.

    >>> logarithmic(15, 400)
    [20, 50, 100, 200]
    >>> logarithmic(1, 10**9)
    [1, 100, 10000, 1000000, 100000000]
    >>> logarithmic(10_800_000, 27_600_000)
    [15000000, 20000000, 25000000]
    """
    powers = range(floor(log10(smallest)), ceil(log10(largest)) + 1)
    for factors in ((1, 2, 5), (1, 3), (1,)):
        marks = [factor * 10**power for power in powers for factor in factors if power >= 0]
        marks = [mark for mark in marks if smallest <= mark <= largest]
        if len(marks) <= most:
            narrow = len(marks) <= FEWEST and largest < NARROW * smallest
            return (_round(smallest, largest, most) if narrow else []) or list(marks)
    return list(marks[:: ceil(len(marks) / most)])


def _round(smallest: float, largest: float, most: int) -> list[float]:
    """Round numbers at equal distances: for a range of less than about a decade."""
    for power in range(floor(log10(largest)), -1, -1):
        for factor in (5, 2, 1):
            step = factor * 10**power
            marks = [step * index for index in range(ceil(smallest / step), floor(largest / step) + 1)]
            if FEWEST < len(marks) <= most:
                return list(marks)
    return []


def padded(values: Sequence[float], share: float = 0.06) -> tuple[float, float]:
    """The range of some positive values on a logarithmic axis, with a margin."""
    low, high = log10(min(values)), log10(max(values))
    margin = max((high - low) * share, 0.04)
    return 10 ** (low - margin), 10 ** (high + margin)
