"""A number as people write it, and whether another one is written so."""

from __future__ import annotations

import re
from fractions import Fraction

from ..errors import UsageError
from ..frozen import NamedTuple

DECIMAL = {"": 1, "k": 10**3, "m": 10**6, "b": 10**9, "g": 10**9, "t": 10**12}
POWERS = {"k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}
NUMBER = re.compile(
    r"([0-9][0-9,_]{0,30}(?:\.[0-9]{1,15})?|\.[0-9]{1,15})\s*([kmgtb]?)(i?)\s*"
    r"(flops?|flop/s|macs?|madds?|mult-adds|ops|params?|parameters|activations|acts|b)?s?",
    re.IGNORECASE,
)
WORDS = {"f": "work", "m": "work", "o": "work", "p": "params", "a": "activations"}
UNITS = (("", 0), ("truncated", 2), ("in powers of 1,024", 4))


class Amount(NamedTuple):
    """A number as somebody wrote it: its digits, the last one's worth, its unit's letter, what it is said to be of."""

    text: str
    digits: Fraction
    step: Fraction
    unit: str
    binary: bool = False
    figure: str = ""

    @property
    def whole(self) -> bool:
        """Whether it is given to the unit."""
        return self.unit == "" and self.step == 1

    def fits(self, number: int) -> tuple[str, int] | None:
        """How a number is written so, in words, and how far-fetched that is; None where it cannot be.

        >>> amount("24.37M").fits(25557032), amount("3.8G").fits(3857973248), amount("4.11G").fits(4089184256)
        (('in powers of 1,024', 4), ('truncated', 2), None)
        """
        if self.whole:
            return UNITS[0] if number == self.digits else None
        plain, power = DECIMAL[self.unit], POWERS.get(self.unit)
        if not self.binary:
            value = Fraction(number, plain)
            if -self.step <= 2 * (value - self.digits) <= self.step:
                return UNITS[0]
            if 0 <= value - self.digits < self.step:
                return UNITS[1]
        if power and abs(2 * (Fraction(number, power) - self.digits)) <= self.step:
            return UNITS[0] if self.binary else UNITS[2]
        return None

    @property
    def value(self) -> Fraction:
        """What it says, in units of one."""
        return self.digits * (POWERS[self.unit] if self.binary else DECIMAL[self.unit])

    def distance(self, number: int) -> Fraction:
        """How far a number is from this one."""
        return abs(number - self.value)


def amount(text: str) -> Amount:
    """A number as people write it: `4.11G`, `25,557,032`, `3.8 GFLOPs`, `4.09 GMac`; UsageError for anything else.

    >>> amount("4.09 GMac").figure, amount("25,557,032").whole
    ('work', True)
    """
    match = NUMBER.fullmatch(text.strip())
    if match is None:
        raise UsageError(f"{text!r}: expected a number as tools print it: 4.11G, 25.6M, 25,557,032, 4.09 GMac")
    plain = match[1].replace(",", "").replace("_", "")
    word = (match[4] or "").lower()
    step = Fraction(1, 10 ** len(plain.partition(".")[2]))
    unit = match[2].lower().replace("b", "g")
    return Amount(text.strip(), Fraction(plain), step, unit, bool(match[3]), WORDS.get(word[:1], ""))
