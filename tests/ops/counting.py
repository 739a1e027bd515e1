"""Numbers that count what is done to them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from typing import Any

from resnet_analyzer.ops.base import Work

DONE: Counter[str] = Counter()


class Number:
    """A number that notes every operation in DONE."""

    def __init__(self, value: float) -> None:
        self.value = value

    def _note(self, kind: str, value: float) -> Number:
        DONE[kind] += 1
        return Number(value)

    def __add__(self, other: Any) -> Number:
        return self._note("adds", self.value + plain(other))

    def __sub__(self, other: Any) -> Number:
        return self._note("adds", self.value - plain(other))

    def __rsub__(self, other: Any) -> Number:
        return self._note("adds", plain(other) - self.value)

    def __mul__(self, other: Any) -> Number:
        return self._note("multiplies", self.value * plain(other))

    def __truediv__(self, other: Any) -> Number:
        return self._note("divisions", self.value / plain(other))

    def __rtruediv__(self, other: Any) -> Number:
        return self._note("divisions", plain(other) / self.value)

    __radd__, __rmul__ = __add__, __mul__

    def sqrt(self) -> Number:
        return self._note("square_roots", math.sqrt(abs(self.value)))


def plain(number: Any) -> float:
    return number.value if isinstance(number, Number) else number


def exp(number: Number) -> Number:
    DONE["exponentials"] += 1
    return Number(math.exp(min(number.value, 50)))


def log(number: Number) -> Number:
    """Logarithms, sines, cosines and the error function are counted as exponentials."""
    DONE["exponentials"] += 1
    return Number(math.log(abs(number.value) + 1e-9))


def curved(function: Callable[[float], float]) -> Callable[[Number], Number]:
    """sin, cos or erf."""

    def run(number: Number) -> Number:
        DONE["exponentials"] += 1
        return Number(function(number.value))

    return run


erf = curved(math.erf)


def below(left: Any, right: Any) -> bool:
    DONE["compares"] += 1
    return plain(left) < plain(right)


def absolute(number: Number) -> Number:
    DONE["compares"] += 1
    return Number(abs(number.value))


def power(number: Number, exponent: Number) -> Number:
    """a^b = e^(b·ln a): the logarithm is counted as an exponential."""
    DONE["exponentials"] += 1
    return exp(exponent * Number(math.log(abs(number.value) + 1e-9)))


def larger(left: Any, right: Any) -> Number:
    DONE["compares"] += 1
    return Number(max(plain(left), plain(right)))


def smaller(left: Any, right: Any) -> Number:
    DONE["compares"] += 1
    return Number(min(plain(left), plain(right)))


def positive(number: Number) -> bool:
    DONE["compares"] += 1
    return number.value > 0


def summed(numbers: list[Number]) -> Number:
    result = numbers[0]
    for number in numbers[1:]:
        result = result + number
    return result


def largest(numbers: list[Number]) -> Number:
    result = numbers[0]
    for number in numbers[1:]:
        result = larger(result, number)
    return result


def done(run: Callable[[], Any]) -> Counter[str]:
    DONE.clear()
    run()
    return Counter(DONE)


def counted(work: Work) -> Counter[str]:
    """What an op tells, without multiply-accumulates, which have tests of their own."""
    return +Counter({name: value for name, value in work._asdict().items() if "accumul" not in name})


def numbers(count: int) -> list[Number]:
    return [Number(0.25 + 0.5 * i) for i in range(count)]
