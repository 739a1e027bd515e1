"""A dimension is a Python int, a numpy array of ints, or a sympy expression: the only gate between them.

Rules in `ops/` and `window` are written once over `+ * -` and these functions. numpy and sympy are
recognised without being imported: whoever made an array or a symbol has imported them already.

Symbols come only from `symbol`, which makes them positive integers, and every floor goes through
`floor_div`, which keeps one canonical spelling, so that equal sizes are equal expressions.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from operator import index
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from ..errors import DimensionOverflow, Undecided, UsageError

if TYPE_CHECKING:
    import numpy
    import sympy

Dim: TypeAlias = Any  # int | numpy.ndarray | sympy.Expr
Condition: TypeAlias = Any  # bool | numpy.ndarray of bool | sympy.Basic

T = TypeVar("T")

INT64_LIMIT = 2**63  # numpy's int64 holds what is below; it wraps silently above
PRODUCT_LIMIT = 2**59  # products on a grid stay below, so that a sum of several, or one doubled, can't wrap either


def is_symbol(value: object) -> bool:
    """True for a sympy expression or condition."""
    sympy = sys.modules.get("sympy")
    return sympy is not None and isinstance(value, sympy.Basic)


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


def symbol(name: str) -> sympy.Symbol:
    """A positive whole number without a value yet.

    >>> floor_div(symbol("n") - 1, 2) + 1
    floor(n/2 + 1/2)
    """
    import sympy

    return sympy.Symbol(name, integer=True, positive=True)


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
    return array.astype("int64", copy=False) if array.ndim else int(array)


def floor_div(numerator: Dim, divisor: Dim) -> Dim:
    """⌊numerator / divisor⌋, with nested floors merged: ((n + a)//s + b)//t = (n + a + b·s)//(s·t).

    The identity holds for all integers with s, t ≥ 1 (Graham, Knuth, Patashnik, Concrete
    Mathematics, eq. 3.11). A symbolic result keeps the added constant between 0 and the divisor.

    >>> n = symbol("n")
    >>> floor_div(floor_div(n - 1, 2) + 1 - 1, 2) + 1
    floor(n/4 + 3/4)
    """
    if type(numerator) is int and type(divisor) is int:
        return numerator // divisor
    if is_symbol(numerator) or is_symbol(divisor):
        return _symbolic_floor_div(numerator, divisor)
    return numerator // divisor


def _symbolic_floor_div(numerator: Dim, divisor: Dim) -> sympy.Expr:
    import sympy

    constant, rest = sympy.expand(numerator).as_coeff_Add()
    if isinstance(rest, sympy.floor) and constant.is_integer:
        rest = rest.args[0]
    quotient = sympy.expand((rest + constant) / divisor)
    whole = sympy.floor(quotient.as_coeff_Add()[0])
    return sympy.floor(quotient - whole) + whole


def ceil_div(numerator: Dim, divisor: Dim) -> Dim:
    """⌈numerator / divisor⌉, spelled so that it is the same floor as everywhere else.

    >>> ceil_div(7, 2), ceil_div(symbol("n"), 2)
    (4, floor(n/2 + 1/2))
    """
    return floor_div(numerator + (divisor - 1), divisor)


def product(*factors: Dim) -> Dim:
    """The product of all factors; 1 of none. DimensionOverflow if an array would pass PRODUCT_LIMIT.

    >>> product(3, 3, 64)
    576
    """
    result: Dim = 1
    for factor in factors:
        if type(factor) is not int and is_array(factor):
            return _array_product(factors)
        result = result * factor
    return result


def _array_product(factors: tuple[Dim, ...]) -> numpy.ndarray:
    """The product of which a factor is an array; what it may reach is first bounded by the largest values (cheap)."""
    numbers, bound = 1, 1
    arrays: list[numpy.ndarray] = []
    for factor in factors:
        bound *= largest(factor)
        if is_array(factor):
            arrays.append(factor)
        else:
            numbers *= factor
    if bound >= PRODUCT_LIMIT:
        exact: Dim = float(numbers)
        for factor in arrays:
            exact = exact * factor
        if (abs(exact) >= PRODUCT_LIMIT).any():
            raise DimensionOverflow("a figure on this grid passes 2**59; use smaller ranges, or single sizes")
    result: Dim = numbers if abs(numbers) < PRODUCT_LIMIT else 0  # too large for int64 only where all cells hold 0
    for factor in arrays:
        result = result * factor
    return result


def largest(value: Dim) -> int:
    """The largest absolute value of a number or array, as a Python int that cannot wrap.

    UsageError for a symbol: a grid and a symbol do not mix.
    """
    if is_array(value):
        return max(int(value.max()), -int(value.min())) if value.size else 0
    if is_symbol(value):
        raise UsageError(f"a grid of numbers and the symbol {value} cannot be measured together: give one or the other")
    return abs(value)


def total(terms: Iterable[Dim]) -> Dim:
    """The sum of all terms; DimensionOverflow if an array sum would pass 2**63.

    >>> total([1, 2, 3])
    6
    """
    terms = list(terms)
    result = sum(terms)
    if type(result) is not int and is_array(result) and sum(largest(term) for term in terms) >= INT64_LIMIT:
        exact = sum(term * 1.0 for term in terms)
        if (abs(exact) >= INT64_LIMIT * (1 - 1e-9)).any():  # float64 carries 53 bits: leave a margin
            raise DimensionOverflow("a total on this grid passes 2**63; use smaller ranges, or single sizes")
    return result


def equal(left: Dim, right: Dim) -> Condition:
    """left = right, as a bool, an array of bools, or a condition on symbols.

    >>> n = symbol("n")
    >>> equal(floor_div(n + 1, 2), ceil_div(n, 2)), equal(n, n + 1), equal(n, 3)
    (True, False, Eq(n, 3))
    """
    if is_symbol(left) or is_symbol(right):
        import sympy

        return _settled(sympy.Eq(sympy.expand(left - right), 0), spelled=sympy.Eq(left, right))
    return left == right


def at_least(left: Dim, right: Dim) -> Condition:
    """left ≥ right; on symbols a floor is opened first, since ⌊x⌋ ≥ k exactly when x ≥ k for whole k.

    >>> n = symbol("n")
    >>> at_least(floor_div(n - 1, 2) + 1, 1), at_least(floor_div(n - 3, 2) + 1, 4)
    (True, n >= 9)
    """
    if is_symbol(left) or is_symbol(right):
        return _symbolic_at_least(left - right)
    return left >= right


def _symbolic_at_least(difference: Any) -> Condition:
    import sympy

    difference = sympy.expand(difference)
    constant, rest = difference.as_coeff_Add()
    if isinstance(rest, sympy.floor) and constant.is_integer:
        return _symbolic_at_least(rest.args[0] + constant)
    if difference.is_nonnegative:
        return True
    if difference.is_negative:
        return False
    coefficient, atom = rest.as_coeff_Mul()
    if atom.is_Symbol and coefficient.is_positive:
        bound = sympy.ceiling(-constant / coefficient)
        return True if bound <= 1 else sympy.Ge(atom, bound)
    return _settled(sympy.Ge(difference, 0))


def _settled(condition: Any, spelled: Any = None) -> Condition:
    """A sympy condition as a Python bool where sympy decided it, else as it is (or better spelled)."""
    import sympy

    if condition in (sympy.true, sympy.false):
        return condition == sympy.true
    return condition if spelled is None else spelled


def divides(divisor: Dim, number: Dim) -> Condition:
    """divisor | number: no remainder.

    >>> divides(32, 64), divides(3, 64), divides(2, 4 * symbol("n"))
    (True, False, True)
    """
    if is_symbol(number) or is_symbol(divisor):
        import sympy

        return _settled(sympy.Eq(sympy.Mod(number, divisor), 0))
    return number % divisor == 0


def maximum(left: Dim, right: Dim) -> Dim:
    """The larger of two dimensions, cell by cell on arrays.

    >>> maximum(3, 5)
    5
    """
    if is_symbol(left) or is_symbol(right):
        import sympy

        return sympy.Max(left, right)
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
        import sympy

        return sympy.Piecewise((then, condition), (otherwise, True))
    if is_array(condition):
        import numpy

        return numpy.where(condition, then, otherwise)
    return then if condition else otherwise


_supposed: list[Condition] | None = None


@contextmanager
def supposing() -> Iterator[list[Condition]]:
    """Inside, symbols that are not known to be equal count as unequal; what was so supposed is listed.

    >>> with supposing() as supposed:
    ...     certain(equal(symbol("width"), 16)), supposed
    (False, [Ne(width, 16)])
    """
    global _supposed
    before, _supposed = _supposed, []
    try:
        yield _supposed
    finally:
        _supposed = before


def suppose(condition: Condition) -> bool:
    """Whether a condition may hold; one that depends on symbols is listed where somebody is `supposing`.

    >>> with supposing() as supposed:
    ...     suppose(at_least(floor_div(symbol("width"), 2), 1)), suppose(False), supposed
    (True, False, [width >= 2])
    """
    if is_symbol(condition):
        if _supposed is not None and condition not in _supposed:
            _supposed.append(condition)
        return True
    return condition is not False


def certain(condition: Condition) -> bool:
    """The condition as a plain yes or no; Undecided if it depends on a symbol or differs between cells.

    >>> certain(at_least(symbol("n"), 1))
    True
    >>> certain(at_least(symbol("n"), 2))
    Traceback (most recent call last):
        ...
    resnet_analyzer.errors.Undecided: whether n >= 2 is not known: give a number
    """
    if is_symbol(condition):
        if _supposed is not None and condition.is_Relational and condition.rel_op == "==":
            _supposed.append(~condition)
            return False
        raise Undecided(f"whether {condition} is not known: give a number")
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
