"""Formulas as people write them: with mathematical signs, as LaTeX, as Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import lcm
from typing import ClassVar

from .conditions import Condition
from .terms import Atom, Floor, Largest, Monomial, Number, Polynomial, Variable, collected, of_atom, polynomial

LETTERS = {"batch": "b", "classes": "c", "width": "w", "growth_rate": "k", "cardinality": "g", "channels": "ch"}
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def letters_for(names: Sequence[str]) -> dict[str, str]:
    """A short sign for every variable, each its own: d₁ for blocks1, w for width where w is not the input's.

    >>> letters_for(["h", "w", "width", "blocks2"])
    {'h': 'h', 'w': 'w', 'width': 'width', 'blocks2': 'd₂'}
    """
    found: dict[str, str] = {}
    for name in names:
        stem = name.rstrip("0123456789")
        short = "d" + name[len(stem) :].translate(SUBSCRIPTS) if stem == "blocks" else LETTERS.get(name, name)
        found[name] = short if short not in names or short == name else name
    return found


def scale_letter(letters: Mapping[str, str]) -> str:
    """A letter for n = 32k that no variable has."""
    return next(letter for letter in "kmpq" if letter not in letters.values())


@dataclass(frozen=True)
class Spelling:
    """How formulas are written; `letters` are the variables' signs, by name."""

    letters: Mapping[str, str] = field(default_factory=dict)

    times = "·"
    minus = "−"
    signs: ClassVar[Mapping[str, str]] = {"least": "≥", "equal": "=", "differ": "≠"}

    def formula(self, value: Polynomial) -> str:
        """A formula in one line."""
        if not value.terms:
            return "0"
        below = lcm(*[Fraction(c).denominator for _, c in value.terms])
        if below > 1:
            return self.over(self.formula(value * below), below, len(value.terms) > 1)
        common = _common(value)
        if common and len(value.terms) > 1:
            factor = self.term(common, 1)
            return f"{factor}{self.times}({self.formula(_without(value, common))})"
        return self.sum(sorted(value.terms, key=_order))

    def pieces(self, value: Polynomial, size: int) -> list[str]:
        """A formula in pieces of `size` terms each, signs at the beginning of all but the first."""
        terms = sorted(value.terms, key=_order)
        found = [self.sum(terms[start : start + size]) for start in range(0, len(terms), size)] or ["0"]
        return [found[0], *(each if each.startswith(self.minus) else f"+ {each}" for each in found[1:])]

    def sum(self, terms: Sequence[tuple[Monomial, Number]]) -> str:
        """Terms joined by their signs."""
        text = ""
        for monomial, coefficient in terms:
            sign = self.minus if coefficient < 0 else "+"
            spelled = self.term(monomial, -coefficient if coefficient < 0 else coefficient)
            text += f" {sign} {spelled}" if text else f"{self.minus if coefficient < 0 else ''}{spelled}"
        return text

    def term(self, monomial: Monomial, coefficient: Number) -> str:
        """One term; a coefficient of 1 is not written."""
        factors = [self.power(self.atom(atom), power, atom) for atom, power in sorted(monomial, key=_factor_order)]
        shown = [self.number(coefficient)] if coefficient != 1 or not factors else []
        return self.times.join(shown + factors)

    def number(self, value: Number) -> str:
        """A coefficient with grouped digits."""
        return f"{value:,}"

    def over(self, above: str, below: int, several: bool) -> str:
        """A quotient in one line."""
        return f"({above})/{below}" if several else f"{above}/{below}"

    def power(self, base: str, power: int, atom: Atom) -> str:
        """base to the power."""
        return base if power == 1 else base + str(power).translate(SUPERSCRIPTS)

    def atom(self, atom: Atom) -> str:
        """A variable's sign, a floor or ceiling, a maximum."""
        if isinstance(atom, Variable):
            return self.letters.get(atom.name, atom.name)
        if isinstance(atom, Largest):
            return self.largest([self.formula(part) for part in atom.parts])
        number = atom.divisor.constant
        shift = dict(atom.numerator.terms).get((), 0)
        if number is not None and 2 * shift >= number:
            return self.ceiling(atom.numerator - (int(number) - 1), atom.divisor)
        return self.floor(atom.numerator, atom.divisor)

    def floor(self, above: Polynomial, below: Polynomial) -> str:
        """⌊above / below⌋."""
        return f"⌊{self.quotient(above, below)}⌋"

    def ceiling(self, above: Polynomial, below: Polynomial) -> str:
        """⌈above / below⌉."""
        return f"⌈{self.quotient(above, below)}⌉"

    def quotient(self, above: Polynomial, below: Polynomial) -> str:
        """above / below, with brackets where needed."""
        inside = self.formula(above).replace(" ", "")
        over = inside if len(above.terms) == 1 else f"({inside})"
        return f"{over}/{self.formula(below) if _plain(below) else f'({self.formula(below)})'}"

    def largest(self, parts: Sequence[str]) -> str:
        """The maximum of some formulas."""
        return f"max({', '.join(parts)})"

    def condition(self, condition: Condition) -> str:
        """A condition on one line."""
        left, right = self.formula(condition.left), self.formula(condition.right)
        if condition.kind == "divides":
            return f"{left} divides {right}"
        return f"{left} {self.signs[condition.kind]} {right}"


@dataclass(frozen=True)
class Latex(Spelling):
    r"""As LaTeX, for math mode.

    >>> from .terms import floor_of, variable
    >>> Latex().formula(1000 * floor_of(variable("n") + 1, 2) ** 2)
    '1{,}000 \\left\\lceil \\frac{n}{2} \\right\\rceil^{2}'
    """

    times = " "
    minus = "-"
    signs: ClassVar[Mapping[str, str]] = {"least": r"\geq", "equal": "=", "differ": r"\neq"}

    def number(self, value: Number) -> str:
        """Grouped digits without the space that a comma makes."""
        return f"{value:,}".replace(",", "{,}")

    def over(self, above: str, below: int, several: bool) -> str:
        """A fraction."""
        return rf"\frac{{{above}}}{{{below}}}"

    def power(self, base: str, power: int, atom: Atom) -> str:
        """base to the power."""
        return base if power == 1 else f"{base}^{{{power}}}"

    def atom(self, atom: Atom) -> str:
        """A variable's sign upright where it is a word, an index below."""
        if not isinstance(atom, Variable):
            return super().atom(atom)
        sign = self.letters.get(atom.name, atom.name)
        stem = sign.rstrip("₀₁₂₃₄₅₆₇₈₉0123456789")
        index = "".join(str("₀₁₂₃₄₅₆₇₈₉".find(c)) if c in "₀₁₂₃₄₅₆₇₈₉" else c for c in sign[len(stem) :])
        word = stem if len(stem) == 1 else r"\mathrm{" + stem.replace("_", r"\_") + "}"
        return f"{word}_{{{index}}}" if index else word

    def floor(self, above: Polynomial, below: Polynomial) -> str:
        """⌊above / below⌋."""
        return rf"\left\lfloor {self.quotient(above, below)} \right\rfloor"

    def ceiling(self, above: Polynomial, below: Polynomial) -> str:
        """⌈above / below⌉."""
        return rf"\left\lceil {self.quotient(above, below)} \right\rceil"

    def quotient(self, above: Polynomial, below: Polynomial) -> str:
        """A fraction."""
        return rf"\frac{{{self.formula(above)}}}{{{self.formula(below)}}}"

    def largest(self, parts: Sequence[str]) -> str:
        """The maximum of some formulas."""
        return rf"\max({', '.join(parts)})"

    def condition(self, condition: Condition) -> str:
        """A condition for math mode."""
        if condition.kind == "divides":
            return rf"{self.formula(condition.left)} \mid {self.formula(condition.right)}"
        return super().condition(condition)


@dataclass(frozen=True)
class Python(Spelling):
    """As a Python expression over whole numbers, under the variables' own names.

    >>> from .terms import floor_of, variable
    >>> Python().formula(1000 * floor_of(variable("n") + 1, 2) ** 2)
    '1000*((n + 1)//2)**2'
    """

    times = "*"
    minus = "-"
    signs: ClassVar[Mapping[str, str]] = {"least": ">=", "equal": "==", "differ": "!="}

    def number(self, value: Number) -> str:
        """Plain digits."""
        return str(value)

    def over(self, above: str, below: int, several: bool) -> str:
        """Whole by construction."""
        return f"({above})//{below}"

    def power(self, base: str, power: int, atom: Atom) -> str:
        """base to the power."""
        return base if power == 1 else f"{base}**{power}"

    def ceiling(self, above: Polynomial, below: Polynomial) -> str:
        """Python has no ceiling: the floor of what is added."""
        return self.floor(above + (below - 1), below)

    def floor(self, above: Polynomial, below: Polynomial) -> str:
        """above // below in brackets."""
        return f"({self.quotient(above, below)})"

    def quotient(self, above: Polynomial, below: Polynomial) -> str:
        """above // below."""
        over = self.formula(above) if _plain(above) else f"({self.formula(above)})"
        return f"{over}//{self.formula(below) if _plain(below) else f'({self.formula(below)})'}"

    def condition(self, condition: Condition) -> str:
        """A condition as an expression."""
        if condition.kind == "divides":
            return f"({self.formula(condition.right)}) % ({self.formula(condition.left)}) == 0"
        return super().condition(condition)


TEXT, LATEX, PYTHON = Spelling(), Latex(), Python()


def with_letters(spelling: Spelling, letters: Mapping[str, str]) -> Spelling:
    """The same spelling with signs for the variables."""
    return replace(spelling, letters=letters)


def _plain(value: Polynomial) -> bool:
    """Whether a formula needs no brackets in a quotient: a number, or one variable."""
    if value.constant is not None or len(value.terms) != 1:
        return value.constant is not None
    monomial, coefficient = value.terms[0]
    return coefficient == 1 and [power for _, power in monomial] == [1]


def _common(value: Polynomial) -> Monomial:
    """The atoms that every term has, with the least of their powers."""
    shared = dict(value.terms[0][0])
    for monomial, _ in value.terms[1:]:
        powers = dict(monomial)
        shared = {atom: min(power, powers[atom]) for atom, power in shared.items() if atom in powers}
    return tuple(shared.items())


def _without(value: Polynomial, common: Monomial) -> Polynomial:
    removed = dict(common)
    return collected(
        (tuple((atom, power - removed.get(atom, 0)) for atom, power in monomial if power > removed.get(atom, 0)), c)
        for monomial, c in value.terms
    )


def _order(term: tuple[Monomial, Number]) -> tuple[bool, float, int, str]:
    """High resolutions first, then high powers, the plain number last."""
    monomial, _ = term
    degree = sum(power for _, power in monomial)
    return not monomial, max((_stride(atom) for atom, _ in monomial), default=0), -degree, repr(monomial)


def _factor_order(factor: tuple[Atom, int]) -> tuple[bool, str]:
    """Plain variables before floors."""
    return not isinstance(factor[0], Variable), repr(factor[0])


def _stride(atom: Atom) -> float:
    if isinstance(atom, Floor):
        inner = max((_stride(each) for each in atom.numerator.atoms), default=1)
        return inner * float(atom.divisor.constant or 1)
    return 1


FURTHEST = 9  # how far a floor is shifted
MOST_TERMS = 40  # of a formula that is tidied


def tidied(value: Polynomial) -> Polynomial:
    """The same formula with floors shifted where that leaves fewer terms: t² − 4t + 4 is (t − 2)².

    For people only: ⌊(n + 1)/4⌋ − 2 is written ⌊(n − 7)/4⌋, which equal formulas would not share.

    >>> from .terms import floor_of, variable
    >>> t = floor_of(variable("n") + 1, 4)
    >>> TEXT.formula(tidied(3 * t * t - 12 * t + 12))
    '3·⌊(n−7)/4⌋²'
    """
    if len(value.terms) > MOST_TERMS:
        return value
    for atom in value.atoms:
        if isinstance(atom, Floor) and atom.divisor.constant is not None:
            shifted = [_shifted(value, atom, by) for by in range(1, FURTHEST)]
            value = min([value, *shifted], key=lambda each: len(each.terms))
    return value


def _shifted(value: Polynomial, atom: Floor, by: int) -> Polynomial:
    """The formula in ⌊x/s⌋ − by, which is written as one floor."""
    other = of_atom(Floor(atom.numerator - by * atom.divisor, atom.divisor)) + by
    result = polynomial(0)
    for monomial, coefficient in value.terms:
        power = dict(monomial).get(atom, 0)
        rest = collected([(tuple(pair for pair in monomial if pair[0] != atom), coefficient)])
        result = result + rest * other**power
    return result


def scaled(value: Polynomial, name: str, letter: str) -> tuple[int, Polynomial] | None:
    """(S, the polynomial in k) for a variable that is S·k, S the product of all strides; None where there is none.

    >>> from .terms import floor_of, variable
    >>> stride, found = scaled(3 * floor_of(variable("n") + 1, 2) ** 2, "n", "k")
    >>> stride, TEXT.formula(found)
    (2, '3·k²')
    """
    stride = lcm(*[int(atom.divisor.constant or 1) * _inner(atom) for atom in value.atoms if isinstance(atom, Floor)])
    if stride == 1:
        return None
    found = value.replaced({name: stride * polynomial(collected([(((Variable(letter), 1),), 1)]))})
    return (stride, found) if all(isinstance(atom, Variable) for atom in found.atoms) else None


def _inner(atom: Floor) -> int:
    inner = [each for each in atom.numerator.atoms if isinstance(each, Floor)]
    return lcm(*[int(each.divisor.constant or 1) * _inner(each) for each in inner])
