"""Arithmetic of small whole-number tensors that say shapes: over numbers and symbols, exact, never guessed.

Files compute sizes from sizes (Shape, Gather, Concat, Reshape in ONNX; sym_size and its like in PyTorch's).
Here such tensors stay what they are, so that a reshape's target holds for every size. A number is a
dimension (int or symbol), an exact fraction, or an exact quotient of a symbol and a number. What would take
a decision on a symbol is None: not known.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import product as combinations
from math import prod
from typing import Any, NamedTuple

from ..dim import at_least, equal, floor_div, holds, is_symbol, maximum, minimum

MOST = 256  # numbers of a tensor that is followed


class Quotient(NamedTuple):
    """A symbolic number divided by a plain one: h·0.5 is (h, 2).

    >>> floor(Quotient(7, 2))
    3
    """

    numerator: Any
    denominator: int


class Values(NamedTuple):
    """A small tensor: its shape, and its numbers row by row; None for one that is not known.

    >>> Values((2,), (3, 4)).numbers
    (3, 4)
    """

    shape: tuple[int, ...]
    numbers: tuple[Any, ...]


def exact(number: Any) -> Any:
    """A number of a file as it is reckoned with: a float as the fraction that it is; None for one that is none.

    >>> exact(0.03125), exact(2.0), exact(True), exact(float("inf"))
    (Fraction(1, 32), 2, True, None)
    """
    if isinstance(number, bool) or type(number) is int:
        return number
    if isinstance(number, float):
        try:
            return _plain(Fraction(number))
        except (OverflowError, ValueError):
            return None
    return number


def _plain(number: Fraction) -> Any:
    return number.numerator if number.denominator == 1 else number


def _quotient(number: Any) -> tuple[Any, int]:
    """A number as numerator and denominator."""
    if isinstance(number, (Quotient, Fraction)):
        return number.numerator, number.denominator
    return number, 1


def _made(numerator: Any, denominator: int) -> Any:
    """A quotient in its plainest form."""
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    if denominator == 1:
        return numerator
    if is_symbol(numerator):
        return Quotient(numerator, denominator)
    return _plain(Fraction(numerator, denominator))


def add(left: Any, right: Any) -> Any:
    """The sum."""
    (a, b), (c, d) = _quotient(left), _quotient(right)
    return _made(a + c, b) if b == d else _made(a * d + c * b, b * d)


def subtract(left: Any, right: Any) -> Any:
    """The difference."""
    return add(left, multiply(right, -1))


def multiply(left: Any, right: Any) -> Any:
    """The product; factors that divide go out first: (h·1/4)·4 is h.

    >>> multiply(Fraction(1, 2), 6)
    3
    """
    (a, b), (c, d) = _quotient(left), _quotient(right)
    if type(a) is int and a % d == 0:
        a, d = a // d, 1
    if type(c) is int and c % b == 0:
        c, b = c // b, 1
    return _made(a * c, b * d)


def divide(left: Any, right: Any) -> Any:
    """The exact quotient; None for one by a symbol that does not go out."""
    (a, b), (c, d) = _quotient(left), _quotient(right)
    if is_symbol(c):
        if not is_symbol(a):
            return None
        whole = floor_div(a * d, c)
        return _made(whole, b) if holds(equal(whole * c, a * d)) is True else None
    return None if c == 0 else _made(a * d, b * c)


def floor(number: Any) -> Any:
    """The whole number at or below."""
    numerator, denominator = _quotient(number)
    return numerator if denominator == 1 else floor_div(numerator, denominator)


def ceiling(number: Any) -> Any:
    """The whole number at or above."""
    numerator, denominator = _quotient(number)
    return numerator if denominator == 1 else floor_div(numerator + (denominator - 1), denominator)


def truncated(number: Any) -> Any:
    """What a cast to a whole number leaves: towards zero; of a symbol, sizes being at least 1, the floor."""
    if isinstance(number, bool):
        return int(number)
    if isinstance(number, Fraction):
        return int(number)
    return floor(number)


def whole_divide(left: Any, right: Any) -> Any:
    """Division of whole numbers, towards zero; symbols are sizes, and at least 1.

    >>> whole_divide(7, 2), whole_divide(-7, 2)
    (3, -3)
    """
    if type(left) is int and type(right) is int:
        return None if right == 0 else int(Fraction(left, right))
    if type(right) is int and right <= 0:
        return None if right == 0 else -floor_div(left, -right)
    return floor_div(left, right) if holds(at_least(left, 0)) is True else None


def modulo(left: Any, right: Any) -> Any:
    """The remainder."""
    if not _whole(left, right) or (type(right) is int and right == 0):
        return None
    if type(left) is int and type(right) is int:
        return left % right
    return left - right * floor_div(left, right)


def power(left: Any, right: Any) -> Any:
    """A small whole power."""
    if type(right) is not int or not 0 <= right <= 8:
        return None
    result: Any = 1
    for _ in range(right):
        result = multiply(result, left)
    return result


def _whole(*numbers: Any) -> bool:
    return all(type(number) is int or is_symbol(number) for number in numbers)


def _decided(condition: Any) -> Any:
    settled = holds(condition)
    return settled if isinstance(settled, bool) else None


def _compared(relation: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """A relation of two numbers, on whole numbers after the denominators are gone."""

    def function(left: Any, right: Any) -> Any:
        (a, b), (c, d) = _quotient(_number(left)), _quotient(_number(right))
        return _decided(relation(a * d, c * b))

    return function


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, bool) else value


def _picked(choose: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def function(left: Any, right: Any) -> Any:
        if _whole(left, right):
            return choose(left, right)
        (a, b), (c, d) = _quotient(left), _quotient(right)
        return _made(choose(a * d, c * b), b * d)

    return function


# Functions of numbers, number by number, with broadcasting; a None among the numbers makes None
ELEMENTWISE: dict[str, Callable[..., Any]] = {
    "add": add,
    "subtract": subtract,
    "multiply": multiply,
    "divide": divide,
    "whole_divide": whole_divide,
    "modulo": modulo,
    "power": power,
    "floor": floor,
    "ceiling": ceiling,
    "truncated": truncated,
    "same": lambda number: number,
    "negative": lambda number: multiply(number, -1),
    "maximum": _picked(maximum),
    "minimum": _picked(minimum),
    "equal": _compared(equal),
    "less": _compared(lambda left, right: at_least(right, left + 1)),
    "greater": _compared(lambda left, right: at_least(left, right + 1)),
    "less_equal": _compared(lambda left, right: at_least(right, left)),
    "greater_equal": _compared(at_least),
    "not": lambda value: not value,
    "and": lambda left, right: bool(left) and bool(right),
    "or": lambda left, right: bool(left) or bool(right),
}


def elementwise(name: str, *operands: Values) -> Values | None:
    """A function of the table on tensors that broadcast; None where they do not, or are too many.

    >>> elementwise("multiply", Values((2,), (3, 4)), Values((), (10,)))
    Values(shape=(2,), numbers=(30, 40))
    """
    shape = common_shape([operand.shape for operand in operands])
    if shape is None or prod(shape) > MOST:
        return None
    spread = [expand(operand, shape) for operand in operands]
    function = ELEMENTWISE[name]
    numbers = zip(*[operand.numbers for operand in spread], strict=True)
    return Values(shape, tuple(None if None in each else function(*each) for each in _rows(numbers)))


def _rows(numbers: Any) -> Any:
    return [tuple(each) for each in numbers]


def where(condition: Values, then: Values, otherwise: Values) -> Values | None:
    """A choice number by number; where the condition is not known, None unless both are the same."""
    shape = common_shape([condition.shape, then.shape, otherwise.shape])
    if shape is None or prod(shape) > MOST:
        return None
    rows = zip(*[expand(each, shape).numbers for each in (condition, then, otherwise)], strict=True)
    return Values(shape, tuple(None if test is None else one if test else other for test, one, other in rows))


def common_shape(shapes: Sequence[tuple[int, ...]]) -> tuple[int, ...] | None:
    """numpy's broadcasting of plain shapes; None where they do not go together."""
    rank = max(map(len, shapes))
    sizes = []
    for axis in zip(*[(1,) * (rank - len(shape)) + shape for shape in shapes], strict=True):
        others = {size for size in axis if size != 1}
        if len(others) > 1:
            return None
        sizes.append(others.pop() if others else 1)
    return tuple(sizes)


def expand(values: Values, shape: tuple[int, ...]) -> Values:
    """The tensor repeated along axes of 1 to a shape that it goes with."""
    if values.shape == shape:
        return values
    own = (1,) * (len(shape) - len(values.shape)) + values.shape
    numbers = [
        values.numbers[_place([0 if size == 1 else at for at, size in zip(each, own, strict=True)], own)]
        for each in _places(shape)
    ]
    return Values(shape, tuple(numbers))


def _places(shape: tuple[int, ...]) -> Any:
    return combinations(*map(range, shape))


def _place(index: Sequence[int], shape: tuple[int, ...]) -> int:
    place = 0
    for at, size in zip(index, shape, strict=True):
        place = place * size + at
    return place


def gather(data: Values, picked: Values, axis: int) -> Values | None:
    """Positions along an axis; None for one that is not there, or not known."""
    axis %= len(data.shape)
    length = data.shape[axis]
    if not all(type(at) is int and -length <= at < length for at in picked.numbers):
        return None
    shape = (*data.shape[:axis], *picked.shape, *data.shape[axis + 1 :])
    if prod(shape) > MOST:
        return None
    split = axis + len(picked.shape)
    numbers = []
    for each in _places(shape):
        at = picked.numbers[_place(each[axis:split], picked.shape)] % length
        numbers.append(data.numbers[_place((*each[:axis], at, *each[split:]), data.shape)])
    return Values(shape, tuple(numbers))


def sliced(data: Values, ranges: dict[int, slice]) -> Values:
    """Python's slices along some axes."""
    kept = [range(size)[ranges.get(axis, slice(None))] for axis, size in enumerate(data.shape)]
    numbers = [data.numbers[_place(each, data.shape)] for each in combinations(*kept)]
    return Values(tuple(map(len, kept)), tuple(numbers))


def concatenated(parts: Sequence[Values], axis: int) -> Values | None:
    """Tensors side by side; None where they do not go together, or are too many."""
    rank = len(parts[0].shape)
    if any(len(part.shape) != rank for part in parts) or not -rank <= axis < rank:
        return None
    axis %= rank
    if rank == 1:
        numbers = tuple(number for part in parts for number in part.numbers)
        return Values((len(numbers),), numbers) if len(numbers) <= MOST else None
    others = {(*part.shape[:axis], *part.shape[axis + 1 :]) for part in parts}
    if len(others) != 1 or sum(len(part.numbers) for part in parts) > MOST:
        return None
    before = prod(parts[0].shape[:axis])
    chunks = [len(part.numbers) // max(before, 1) for part in parts]
    numbers = tuple(
        number
        for row in range(before)
        for part, chunk in zip(parts, chunks, strict=True)
        for number in part.numbers[row * chunk : (row + 1) * chunk]
    )
    along = sum(part.shape[axis] for part in parts)
    return Values((*parts[0].shape[:axis], along, *parts[0].shape[axis + 1 :]), numbers)


def transposed(data: Values, order: Sequence[int]) -> Values:
    """The axes in another order."""
    shape = tuple(data.shape[axis] for axis in order)
    numbers = []
    for each in _places(shape):
        index = [0] * len(order)
        for at, axis in zip(each, order, strict=True):
            index[axis] = at
        numbers.append(data.numbers[_place(index, data.shape)])
    return Values(shape, tuple(numbers))


def reduced(name: str, data: Values, axes: Sequence[int], keepdims: bool) -> Values:
    """All numbers along some axes made one by a function of the table: `add`, `multiply`, `maximum`, `minimum`."""
    function = ELEMENTWISE[name]
    kept = tuple(1 if axis in axes else size for axis, size in enumerate(data.shape))
    found: dict[int, Any] = {}
    for place, each in enumerate(_places(data.shape)):
        target = _place([0 if axis in axes else at for axis, at in enumerate(each)], kept)
        number = data.numbers[place]
        if target in found:
            found[target] = None if None in (found[target], number) else function(found[target], number)
        else:
            found[target] = number
    shape = kept if keepdims else tuple(size for axis, size in enumerate(data.shape) if axis not in axes)
    return Values(shape, tuple(found[place] for place in range(len(found))))
