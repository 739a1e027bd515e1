"""The Pareto front: designs of which no other is at least as good in everything and better in something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy


def front(points: Any) -> numpy.ndarray:
    """Which rows of an array, smaller being better in every column, are on the front; equal rows all are.

    >>> import numpy
    >>> front(numpy.array([[1, 5], [2, 2], [3, 3], [2, 2], [5, 1]])).tolist()
    [True, True, False, True, True]
    """
    import numpy

    if not len(points):
        return numpy.zeros(0, bool)
    rows, inverse = numpy.unique(points, axis=0, return_inverse=True)  # sorted: whatever beats a row stands before it
    kept = _of_two(rows) if points.shape[1] == 2 else _of_many(rows)
    return kept[inverse.reshape(-1)]


def _of_two(rows: Any) -> numpy.ndarray:
    """Two columns: a row stays if its second one is less than all before."""
    import numpy

    kept = numpy.ones(len(rows), bool)
    kept[1:] = rows[1:, 1] < numpy.minimum.accumulate(rows[:, 1])[:-1]
    return kept


def _of_many(rows: Any) -> numpy.ndarray:
    """Any columns: a row on the front strikes out all that it beats; the next that is left is on the front."""
    import numpy

    left, place = numpy.arange(len(rows)), 0
    while place < len(left):
        better = (rows[left] < rows[left[place]]).any(axis=1)  # somewhere better than this one: not beaten by it
        better[place] = True
        left, place = left[better], int(better[:place].sum()) + 1
    kept = numpy.zeros(len(rows), bool)
    kept[left] = True
    return kept


class Front:
    """A front that grows table by table, in flat memory: columns by number, with −1 where larger is better."""

    def __init__(self, columns: list[tuple[int, int]]) -> None:
        self.columns = columns
        self.table: Any = None

    def add(self, table: Any) -> None:
        """Take in a table; only what is on the front of all so far is kept, in order."""
        import numpy

        joined = table if self.table is None else numpy.concatenate([self.table, table])
        goals = numpy.stack([joined[:, column] * sign for column, sign in self.columns], axis=1)
        self.table = joined[front(goals)]
