"""Products and sums over arrays of int64, which would wrap in silence: what they may reach is bounded first."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import DimensionOverflow, UsageError

if TYPE_CHECKING:
    import numpy

INT64_LIMIT = 2**63  # numpy's int64 holds what is below; it wraps silently above
PRODUCT_LIMIT = 2**59  # products on a grid stay below, so that a sum of several, or one doubled, can't wrap either


def any_array(values: Iterable[object]) -> bool:
    """Whether one of them is a numpy array; whoever made an array has imported numpy already."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and any(isinstance(value, numpy.ndarray) for value in values)


def largest(value: Any) -> int:
    """The largest absolute value of a number or array, as a Python int that cannot wrap.

    UsageError for a symbol: a grid and a symbol do not mix.
    """
    if any_array((value,)):
        return max(int(value.max()), -int(value.min())) if value.size else 0
    if not hasattr(value, "__abs__"):
        raise UsageError(f"a grid of numbers and the symbol {value} cannot be measured together: give one or the other")
    return abs(value)


def guarded_product(factors: Sequence[Any]) -> Any:
    """The product of numbers and arrays; DimensionOverflow if an array would pass PRODUCT_LIMIT.

    What it may reach is first bounded by the largest values (cheap).
    """
    numbers, bound = 1, 1
    arrays: list[numpy.ndarray] = []
    for factor in factors:
        bound *= largest(factor)
        if any_array((factor,)):
            arrays.append(factor)
        else:
            numbers *= factor
    if not arrays:
        return numbers
    if bound >= PRODUCT_LIMIT:
        exact: Any = float(numbers)
        for factor in arrays:
            exact = exact * factor
        if (abs(exact) >= PRODUCT_LIMIT).any():
            raise DimensionOverflow("a figure on this grid exceeds 2**59; use smaller ranges, or single sizes")
    result: Any = numbers if abs(numbers) < PRODUCT_LIMIT else 0  # too large for int64 only where all cells hold 0
    for factor in arrays:
        result = result * factor
    return result


def guarded_total(terms: Sequence[Any]) -> Any:
    """The sum of numbers and arrays; DimensionOverflow if an array would pass INT64_LIMIT."""
    result = sum(terms)
    if any_array((result,)) and sum(map(largest, terms)) >= INT64_LIMIT:
        exact = sum(term * 1.0 for term in terms)
        if (abs(exact) >= INT64_LIMIT * (1 - 1e-9)).any():  # float64 carries 53 bits: leave a margin
            raise DimensionOverflow("a total on this grid exceeds 2**63; use smaller ranges, or single sizes")
    return result


def larger(values: Sequence[Any]) -> Any:
    """The largest of numbers and arrays, cell by cell."""
    import numpy

    result = values[0]
    for value in values[1:]:
        result = numpy.maximum(result, value)
    return result
