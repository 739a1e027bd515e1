"""Settings as people type them, each read as the type that its default has."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .errors import UsageError

DIGITS = 12  # of a number that somebody types: more is a typing error, and would fill the memory
NUMBER = re.compile(rf"[+-]?[0-9]{{1,{DIGITS}}}")


def typed(name: str, text: str, example: Any) -> Any:
    """`text` as a value of the type of `example`: yes/no, a number, numbers by commas, or text.

    >>> typed("blocks", "3,4,23,3", (3, 4, 6, 3)), typed("aux", "yes", False)
    ((3, 4, 23, 3), True)
    """
    nested = isinstance(example, tuple) and any(isinstance(part, tuple) for part in example)
    read, expected = NESTED if nested else READERS.get(type(example), (str, "a word"))
    try:
        return read(text)
    except (KeyError, ValueError):
        raise UsageError(f"{name}: expected {expected}, not {text!r}") from None


def _yes_or_no(text: str) -> bool:
    return {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}[text.lower()]


def whole(text: str) -> int:
    """A whole number in plain digits; ValueError for anything else."""
    if not NUMBER.fullmatch(text):
        raise ValueError
    return int(text)


def fraction(text: str) -> float:
    """A number with or without a point; ValueError for anything else."""
    if not text.isascii():  # float takes the digits of every script
        raise ValueError
    number = float(text)
    if not abs(number) < 10**DIGITS:  # neither too large, nor infinite, nor nan
        raise ValueError
    return number


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(whole(part.strip()) for part in text.split(","))


def _lists(text: str) -> tuple[tuple[int, ...], ...]:
    return tuple(map(_numbers, text.split("/")))


def _number_or_word(text: str) -> int | str | tuple[int, ...]:
    numbers = _numbers(text) if text.replace(",", "").isdecimal() else ()
    return numbers if len(numbers) > 1 else numbers[0] if numbers else text


NESTED = _lists, "whole numbers with commas between, a slash between lists, as 3,3/3,3,3"
READERS: dict[type, tuple[Callable[[str], Any], str]] = {
    bool: (_yes_or_no, "yes or no"),
    int: (whole, f"a whole number of at most {DIGITS} digits"),
    float: (fraction, "a number, as 0.5"),
    tuple: (_numbers, "whole numbers with commas between, as 3,4,6,3"),
    type(None): (_number_or_word, "a word, a whole number, or several with commas between"),
}
