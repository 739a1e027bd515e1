"""Counted primitives: what one application of an op works."""

from __future__ import annotations

from ..dim import Dim, is_exactly, product
from ..frozen import NamedTuple


class Work(NamedTuple):
    """Counted primitives of one application. MACs, FLOPs and every peer's number are views on it.

    `multiply_accumulates` are those of convolutions and matrix products, `accumulators` the sums
    that they end in (the elements that such layers put out). The others are single operations.

    >>> Work(multiplies=2) + Work(multiplies=1, adds=5)
    Work(adds=5, multiplies=3, …)
    """

    multiply_accumulates: Dim = 0
    accumulators: Dim = 0
    adds: Dim = 0
    multiplies: Dim = 0
    compares: Dim = 0
    exponentials: Dim = 0
    divisions: Dim = 0
    square_roots: Dim = 0

    def __add__(self, other: Work) -> Work:  # type: ignore[override]
        return Work(*[mine + theirs for mine, theirs in zip(self, other, strict=True)])

    def times(self, count: Dim) -> Work:
        """The same work `count` times.

        >>> Work(adds=1, exponentials=1).times(10).exponentials
        10
        """
        return Work(*[0 if is_exactly(each, 0) else product(each, count) for each in self])


NO_WORK = Work()
