"""Sizes as people write them on the command line: 4.1G, 26M, 300k, 25,557,032."""

from __future__ import annotations

import re
from fractions import Fraction

from ..errors import UsageError

UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
BYTES = {**UNITS, "ki": 2**10, "mi": 2**20, "gi": 2**30, "ti": 2**40}
NUMBER = re.compile(r"([0-9][0-9,_]{0,30}(?:\.[0-9]{1,15})?|\.[0-9]{1,15})\s*([kmgt]?i?)(b?)", re.IGNORECASE)


def quantity(text: str, what: str, in_bytes: bool = False) -> int:
    """The whole number that a size means, exactly: `4.1G` is 4,100,000,000; UsageError, naming `what`.

    For bytes the units may be KiB, MiB, GiB too, and end in B.

    >>> quantity("4.1G", "--max-macs"), quantity("512MiB", "--max-memory", in_bytes=True)
    (4100000000, 536870912)
    """
    match = NUMBER.fullmatch(text.strip())
    units = BYTES if in_bytes else UNITS
    unit = match[2].lower() if match else None
    if match is None or unit not in units or (match[3] and not in_bytes):
        examples = "512M, 512MiB or 2.5GB" if in_bytes else "4.1G, 26M, 300k or 25,557,032"
        raise UsageError(f"{what} {text!r}: expected a size, as {examples}")
    number = Fraction(match[1].replace(",", "").replace("_", "")) * units[unit]
    if number.denominator != 1:
        raise UsageError(f"{what} {text!r}: is not a whole number")
    return int(number)
