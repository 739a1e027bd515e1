"""The table that benchmarks end in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Line(NamedTuple):
    """One benchmark: what was measured, the figure that the goal speaks of, the goal, and what it was made of."""

    what: str
    figure: str
    goal: str
    made_of: str


def table(lines: Iterable[Line]) -> str:
    """The lines, aligned.

    >>> print(table([Line("a", "2 ×", "≤ 3 ×", "4 ms / 2 ms")]))
    what  figure   goal  of
    a        2 ×  ≤ 3 ×  4 ms / 2 ms
    """
    rows = [Line("what", "figure", "goal", "of"), *lines]
    what, figure, goal = (max(len(row[column]) for row in rows) for column in range(3))
    return "\n".join(f"{row.what:<{what}}  {row.figure:>{figure}}  {row.goal:>{goal}}  {row.made_of}" for row in rows)
