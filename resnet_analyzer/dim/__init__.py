"""A dimension is a Python int, a numpy array of ints, or a symbol (a polynomial): the only gate between them.

Rules in `ops/` and `window` are written once over `+ * -` and these functions. What arrays and symbols need
(numpy, `arrays`, `polynomial`, `conditions`) is imported only where there is one: whoever made it has done so.

Symbols come from `symbol`, which makes them positive integers. Equal sizes are equal expressions, and what
turns out to be a number (n − n) is a plain int.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from operator import index
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from ..errors import Undecided, UsageError

if TYPE_CHECKING:
    import numpy

    from .polynomial import Polynomial

Dim: TypeAlias = Any  # int | numpy.ndarray | polynomial.Polynomial
Condition: TypeAlias = Any  # bool | numpy.ndarray of bool | conditions.Condition

T = TypeVar("T")

_SYMBOLS = f"{__name__}.polynomial"


def is_symbol(value: object) -> bool:
    """True for a polynomial in symbols, or a condition on one."""
    symbols = sys.modules.get(_SYMBOLS)
    return symbols is not None and isinstance(value, symbols.Symbolic)


def is_array(value: object) -> bool:
    """True for a numpy array; a numpy scalar is a number, not an array."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, numpy.ndarray)


def is_number(value: object) -> bool:
    """True for a plain whole number (a bool is none)."""
    return type(value) is int


def is_exactly(value: object, number: int) -> bool:
    """True for the plain number itself: the one comparison on which a rule may branch.

    >>> is_exactly(1, 1), is_exactly(symbol("n"), 1)
    (True, False)
    """
    return type(value) is int and value == number


def symbol(name: str, least: int = 1) -> Polynomial:
    """A whole number without a value yet, at least `least`.

    >>> floor_div(symbol("n") - 1, 2) + 1
    ⌈n/2⌉
    """
    from .polynomial import variable

    return variable(name, least)


def dimension(value: object, what: str = "a dimension") -> Dim:
    """`value` as a dimension: ints, numpy ints and arrays of no axes as int, arrays as int64, symbols as they are.

    UsageError for anything else (fractions, text, a bool), naming `what`.

    >>> dimension(7), dimension("7", "the stride")
    Traceback (most recent call last):
        ...
    resnet_analyzer.errors.UsageError: the stride must be a whole number, not '7'
    """
    if type(value) is int or is_symbol(value):
        return value
    if is_array(value):
        return _int64(value, what)
    if not isinstance(value, bool) and getattr(value, "dtype", "") != "bool":  # numpy 2.0 takes its own True for 1
        try:
            return index(value)  # type: ignore[arg-type]
        except TypeError:
            pass
    raise UsageError(f"{what} must be a whole number, not {value!r}")


def _int64(array: Any, what: str) -> numpy.ndarray | int:
    if array.dtype.kind not in "iu":
        raise UsageError(f"{what} must hold whole numbers, not {array.dtype}")
    if not array.ndim:
        return int(array)
    own = array.astype("int64")  # a copy: what was measured does not change with the caller's array
    own.setflags(write=False)
    return own


def floor_div(numerator: Dim, divisor: Dim) -> Dim:
    """⌊numerator / divisor⌋, with nested floors merged: ((n + a)//s + b)//t = (n + a + b·s)//(s·t).

    The identity holds for all integers with s, t ≥ 1 (Graham, Knuth, Patashnik, Concrete Mathematics,
    eq. 3.11). On symbols whole multiples leave the floor first, and an exact quotient is none.

    >>> n = symbol("n")
    >>> floor_div(floor_div(n - 1, 2) + 1 - 1, 2) + 1, floor_div(64 * n * n, n)
    (⌈n/4⌉, 64·n)
    """
    return numerator // divisor


def ceil_div(numerator: Dim, divisor: Dim) -> Dim:
    """⌈numerator / divisor⌉, spelled so that it is the same floor as everywhere else.

    >>> ceil_div(7, 2), ceil_div(symbol("n"), 2)
    (4, ⌈n/2⌉)
    """
    return floor_div(numerator + (divisor - 1), divisor)


def prime_factors(number: Dim) -> tuple[int, ...] | None:
    """The prime factors of a plain number, the smallest first; None for arrays, symbols, and 2^32 and more.

    >>> prime_factors(12), prime_factors(1), prime_factors(symbol("n"))
    ((2, 2, 3), (), None)
    """
    if not is_number(number) or number >= 2**32:
        return None
    found, factor = [], 2
    while factor * factor <= number:
        while number % factor == 0:
            found.append(factor)
            number //= factor
        factor += 1
    return (*found, number) if number > 1 else tuple(found)


def product(*factors: Dim) -> Dim:
    """The product of all factors; 1 of none. DimensionOverflow if an array would pass `arrays.PRODUCT_LIMIT`.

    >>> product(3, 3, 64)
    576
    """
    result: Dim = 1
    for factor in factors:
        if type(factor) is not int:
            return _product(factors)
        result = result * factor
    return result


def _product(factors: tuple[Dim, ...]) -> Dim:
    """The product of which a factor is no plain int."""
    if "numpy" in sys.modules and any(map(is_array, factors)):
        from .arrays import guarded_product

        return guarded_product(factors)
    number, result = 1, 1
    for factor in factors:
        if type(factor) is int:
            number = number * factor
        else:
            result = result * factor
    return result * number


def total(terms: Iterable[Dim]) -> Dim:
    """The sum of all terms; DimensionOverflow if an array sum would pass `arrays.INT64_LIMIT`.

    >>> total([1, 2, 3])
    6
    """
    terms = list(terms)
    symbols = sys.modules.get(_SYMBOLS)
    result = sum(terms) if symbols is None else symbols.sum_of(terms)
    if type(result) is not int and is_array(result):
        from .arrays import guarded_total

        return guarded_total(terms)
    return result


def equal(left: Dim, right: Dim) -> Condition:
    """left = right, as a bool, an array of bools, or a condition on symbols.

    >>> n = symbol("n")
    >>> equal(floor_div(n + 1, 2), ceil_div(n, 2)), equal(n, n + 1), equal(n, 3)
    (True, False, n = 3)
    >>> equal(2 * floor_div(n, 2), n)
    2 divides n
    """
    if type(left) is int and type(right) is int:
        return left == right
    if is_symbol(left) or is_symbol(right):
        from .conditions import equal as compared

        return compared(left, right)
    return left == right


def at_least(left: Dim, right: Dim) -> Condition:
    """left ≥ right; on symbols a floor is opened first, since ⌊x⌋ ≥ k exactly when x ≥ k for whole k.

    >>> n = symbol("n")
    >>> at_least(floor_div(n - 1, 2) + 1, 1), at_least(floor_div(n - 3, 2) + 1, 4)
    (True, n ≥ 9)
    """
    if type(left) is int and type(right) is int:
        return left >= right
    if is_symbol(left) or is_symbol(right):
        from .conditions import at_least as compared

        return compared(left, right)
    return left >= right


def divides(divisor: Dim, number: Dim) -> Condition:
    """divisor | number: no remainder.

    >>> divides(32, 64), divides(3, 64), divides(2, 4 * symbol("n"))
    (True, False, True)
    """
    if is_symbol(number) or is_symbol(divisor):
        from .conditions import divides as compared

        return compared(divisor, number)
    return number % divisor == 0


def maximum(left: Dim, right: Dim) -> Dim:
    """The larger of two dimensions, cell by cell on arrays.

    >>> maximum(3, 5)
    5
    """
    if is_symbol(left) or is_symbol(right):
        from .polynomial import largest_of

        return largest_of(left, right)
    if is_array(left) or is_array(right):
        import numpy

        return numpy.maximum(left, right)
    return left if left >= right else right


def minimum(left: Dim, right: Dim) -> Dim:
    """The smaller of two dimensions, cell by cell on arrays.

    >>> minimum(3, 5)
    3
    """
    return -maximum(-left, -right)


def where(condition: Condition, then: Dim, otherwise: Dim) -> Dim:
    """`then` where the condition holds, else `otherwise`.

    >>> where(True, 1, 2)
    1
    """
    if is_symbol(condition):
        from .conditions import where as chosen

        return chosen(condition, then, otherwise)
    if is_array(condition):
        import numpy

        return numpy.where(condition, then, otherwise)
    return then if condition else otherwise


@contextmanager
def supposing() -> Iterator[list[Condition]]:
    """Inside, symbols that are not known to be equal count as unequal; what was so supposed is listed.

    It holds for this thread or task alone.

    >>> with supposing() as supposed:
    ...     certain(equal(symbol("width"), 16)), supposed
    (False, [width ≠ 16])
    """
    from .conditions import SUPPOSED

    found: list[Condition] = []
    before = SUPPOSED.set(found)
    try:
        yield found
    finally:
        SUPPOSED.reset(before)


def suppose(condition: Condition) -> bool:
    """Whether a condition may hold; one that depends on symbols is listed where somebody is `supposing`.

    >>> with supposing() as supposed:
    ...     suppose(at_least(floor_div(symbol("width"), 2), 1)), suppose(False), supposed
    (True, False, [width ≥ 2])
    """
    if is_symbol(condition):
        from .conditions import SUPPOSED

        supposed = SUPPOSED.get()
        if supposed is not None and condition not in supposed:
            supposed.append(condition)
        return True
    return condition is not False


def certain(condition: Condition) -> bool:
    """The condition as a plain yes or no; Undecided if it depends on a symbol or differs between cells.

    >>> certain(at_least(symbol("n"), 1))
    True
    >>> certain(at_least(symbol("n"), 2))
    Traceback (most recent call last):
        ...
    resnet_analyzer.errors.Undecided: cannot decide whether n ≥ 2: give a number
    """
    if is_symbol(condition):
        from .conditions import SUPPOSED

        supposed = SUPPOSED.get()
        if supposed is not None and condition.is_equation:
            supposed.append(~condition)
            return False
        raise Undecided(f"cannot decide whether {condition}: give a number")
    if is_array(condition):
        if condition.all() or not condition.any():
            return bool(condition.all())
        raise Undecided("the answer differs between the cells of the grid: give a number")
    return bool(condition)


def holds(condition: Condition) -> Condition:
    """A settled condition as True or False, an open one (array with both, symbol) as it is."""
    if condition is True or condition is False or is_symbol(condition):
        return condition
    if is_array(condition):
        return True if condition.all() else condition
    return bool(condition)


def over_cells(function: Callable[[Dim], Dim], value: T) -> T:
    """Apply `function` to every array in a dimension or (nested) tuple of dimensions; keep the rest.

    Shapes and named tuples, which are made from their parts one by one, keep their type. This is how a
    grid is cut into chunks.
    """
    if isinstance(value, tuple):
        parts = [over_cells(function, part) for part in value]
        return tuple(parts) if type(value) is tuple else type(value)(*parts)  # type: ignore[return-value]
    return function(value) if is_array(value) else value
