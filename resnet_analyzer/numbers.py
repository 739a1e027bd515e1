"""How numbers are spelled for people: grouped digits, a unit that fits, percent."""

from __future__ import annotations

UNITS = ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k"), (1, ""))


def grouped(number: int) -> str:
    """Digits in groups of three.

    >>> grouped(25557032)
    '25,557,032'
    """
    return f"{number:,}"


def short(number: int, word: str = "") -> str:
    """Four digits and a unit, rounded to the nearest.

    >>> short(3857973248, "MACs"), short(40551040), short(640, "MACs"), short(9999999)
    ('3.858 GMACs', '40.55 M', '640 MACs', '10.00 M')
    """
    size, unit = _unit(number)
    digits = max(0, 4 - len(str(number // size))) if unit else 0
    if digits and (number * 10**digits + size // 2) // size >= 10**4:
        digits -= 1  # rounding up gave one more
    return f"{decimal(number, size, digits)} {unit}{word}".rstrip()


def many(count: int, word: str, plural: str = "") -> str:
    """A count of things, grouped: one of them is not several.

    >>> many(1, "layer"), many(1234, "layer"), many(2, "match", "matches")
    ('1 layer', '1,234 layers', '2 matches')
    """
    return f"{grouped(count)} {word if count == 1 else plural or f'{word}s'}"


def counted(number: int) -> str:
    """A number in full where that is short, else rounded.

    >>> counted(69632), counted(1179648)
    ('69,632', '1.180 M')
    """
    return grouped(number) if number < 100_000 else short(number)


def about(number: int) -> str:
    """A number in full, or where it is long by its power of two or ten.

    >>> about(512), about(2**54), about(3**40)
    ('512', '2^54', '1.2e19')
    """
    if number < 1_000_000:
        return grouped(number)
    power = number.bit_length() - 1
    if number == 1 << power:
        return f"2^{power}"
    digits = str(number)
    return f"{digits[0]}.{digits[1]}e{len(digits) - 1}"


def printed(number: int, digits: int = 6) -> str:
    """A published, rounded number as it was printed: no more digits than it has, and at most `digits`.

    >>> printed(3800000000), printed(25500000), printed(270000), printed(25557032, 4)
    ('3.8 G', '25.5 M', '270 k', '25.56 M')
    """
    size, unit = _unit(number)
    return f"{number / size:.{digits}g} {unit}".rstrip()


def _unit(number: int) -> tuple[int, str]:
    return next((pair for pair in UNITS if number >= pair[0]), UNITS[-1])


def decimal(number: int, size: int, digits: int) -> str:
    """number / size with so many decimals; in whole numbers, since a float holds only 16 digits.

    >>> decimal(118013952, 10**6, 1)
    '118.0'
    """
    scaled = (number * 10**digits + size // 2) // size
    whole, rest = divmod(scaled, 10**digits)
    return f"{whole:,}.{rest:0{digits}d}" if digits else f"{whole:,}"


def share(part: int, whole: int) -> int:
    """A part of a whole in millionths, rounded down; 0 of nothing.

    >>> share(1, 4)
    250000
    """
    return part * 1_000_000 // whole if whole else 0


def signed(number: int) -> str:
    """A difference, with its sign.

    >>> signed(26560), signed(-3), signed(0)
    ('+26,560', '−3', '0')
    """
    return f"{'+' if number > 0 else '−' if number < 0 else ''}{grouped(abs(number))}"


def percent(part: int, whole: int) -> str:
    """A part of a whole, in percent.

    >>> percent(14964736, 25557032)
    '59 %'
    """
    return f"{decimal(share(part, whole), 10_000, 0)} %"


def times(large: int, small: int) -> str:
    """How many times one number is another.

    >>> times(1179648, 69632)
    '16.94×'
    """
    return f"{decimal(share(large, small), 10**6, 2)}×"
