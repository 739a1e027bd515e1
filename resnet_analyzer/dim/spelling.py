"""Polynomials and conditions as people and programs write them: with mathematical signs, as LaTeX, as Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from ..errors import UsageError
from .polynomial import Atom, Floor, Largest, Polynomial, Variable, made, of_atom, polynomial
from .terms import Monomial, Number, denominator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .conditions import Condition

SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")

_marking: ContextVar[Callable[[Polynomial], str] | None] = ContextVar("marking", default=None)


@contextmanager
def marked(mark: Callable[[Polynomial], str]) -> Iterator[None]:
    """Inside, `str` of a polynomial is what `mark` says: how a text with holes is made of one with sizes in it.

    >>> from .polynomial import variable
    >>> with marked(lambda size: "{}"):
    ...     f"{variable('n')}×{variable('n')}×3"
    '{}×{}×3'
    """
    before = _marking.set(mark)
    try:
        yield
    finally:
        _marking.reset(before)


def shown(value: Polynomial) -> str:
    """A polynomial as text, or as it is `marked`."""
    mark = _marking.get()
    return TEXT.formula(value) if mark is None else mark(value)


@dataclass(frozen=True)
class Spelling:
    """How formulas are written; `letters` are the variables' signs, by name."""

    letters: Mapping[str, str] = field(default_factory=dict)

    times = "·"
    minus = "−"
    signs: ClassVar[Mapping[str, str]] = {"least": "≥", "equal": "=", "differ": "≠", "both": "and", "either": "or"}

    def formula(self, value: Polynomial) -> str:
        """A formula in one line."""
        if not value.terms:
            return "0"
        below, common = denominator(value.terms), _common(value)
        if below > 1:
            return self.over(self.formula(polynomial(value * below)), below, len(value.terms) > 1 and not common)
        if common and len(value.terms) > 1:
            factor = self.term(common, 1)
            return f"{factor}{self.times}({self.formula(_without(value, common))})"
        return self.sum(_sorted(value))

    def pieces(self, value: Polynomial, size: int) -> list[str]:
        """A formula in pieces of `size` terms each, signs at the beginning of all but the first."""
        terms = _sorted(value)
        found = [self.sum(terms[start : start + size]) for start in range(0, len(terms), size)] or ["0"]
        return [found[0], *(each if each.startswith(self.minus) else f"+ {each}" for each in found[1:])]

    def sum(self, terms: Sequence[tuple[Monomial, Number]]) -> str:
        """Terms joined by their signs."""
        text = ""
        for monomial, coefficient in terms:
            if sum(power for atom, power in monomial if _is_minimum(atom)) % 2:
                coefficient = -coefficient
            sign = self.minus if coefficient < 0 else "+"
            spelled = self.term(monomial, abs(coefficient))
            text += f" {sign} {spelled}" if text else f"{self.minus if coefficient < 0 else ''}{spelled}"
        return text

    def term(self, monomial: Monomial, coefficient: Number) -> str:
        """One term; a coefficient of 1 is not written."""
        ordered = sorted(monomial, key=lambda pair: (type(pair[0]) is not Variable, pair[0]))
        factors = [self.power(self.atom(atom), power) for atom, power in ordered]
        return self.times.join(([self.number(coefficient)] if coefficient != 1 or not factors else []) + factors)

    def number(self, value: Number) -> str:
        """A coefficient with grouped digits."""
        return f"{value:,}"

    def over(self, above: str, below: int, several: bool) -> str:
        """A quotient in one line."""
        return f"({above})/{below}" if several else f"{above}/{below}"

    def power(self, base: str, power: int) -> str:
        """base to the power."""
        return base if power == 1 else base + str(power).translate(SUPERSCRIPTS)

    def variable(self, name: str) -> str:
        """A variable's sign."""
        return self.letters.get(name, name)

    def atom(self, atom: Atom) -> str:
        """A variable's sign, a floor or ceiling, a maximum or minimum."""
        if type(atom) is Variable:
            return self.variable(atom.name)
        if type(atom) is Largest:
            smallest = _is_minimum(atom)
            ordered = sorted(atom.parts, key=lambda part: part.constant is not None)
            parts = [self.formula(polynomial(-part) if smallest else part) for part in ordered]
            return f"{self.extreme('min' if smallest else 'max')}({', '.join(parts)})"
        above, below = atom.parts
        number = below.constant
        if number is not None and 2 * above.terms.get((), 0) >= number:
            return self.ceiling(polynomial(above - (number - 1)), below)
        return self.floor(above, below)

    def extreme(self, word: str) -> str:
        """`max` or `min`."""
        return word

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
        return f"{over}/{self.formula(below) if _is_plain(below) else f'({self.formula(below)})'}"

    def condition(self, condition: Condition) -> str:
        """A condition on one line."""
        if condition.kind in ("both", "either"):
            return f" {self.signs[condition.kind]} ".join(self._part(part) for part in condition.parts)
        left, right = map(self.formula, condition.parts)
        return self.divides(left, right) if condition.kind == "divides" else f"{left} {self.signs[condition.kind]} {right}"  # fmt: skip  # noqa: E501

    def _part(self, condition: Any) -> str:
        text = self.condition(condition)
        return f"({text})" if condition.kind in ("both", "either") else text

    def divides(self, left: str, right: str) -> str:
        """left | right."""
        return f"{left} divides {right}"


@dataclass(frozen=True)
class Latex(Spelling):
    r"""As LaTeX, for math mode.

    >>> from .polynomial import floor_of, variable
    >>> Latex().formula(1000 * floor_of(variable("n") + 1, 2) ** 2)
    '1{,}000 \\left\\lceil \\frac{n}{2} \\right\\rceil^{2}'
    """

    times = " "
    minus = "-"
    signs: ClassVar[Mapping[str, str]] = {"least": r"\geq", "equal": "=", "differ": r"\neq", "both": r"\wedge", "either": r"\vee"}  # fmt: skip  # noqa: E501

    def number(self, value: Number) -> str:
        """Grouped digits without the space that a comma makes."""
        return f"{value:,}".replace(",", "{,}")

    def over(self, above: str, below: int, several: bool) -> str:
        """A fraction."""
        return rf"\frac{{{above}}}{{{below}}}"

    def power(self, base: str, power: int) -> str:
        """base to the power."""
        return base if power == 1 else f"{base}^{{{power}}}"

    def variable(self, name: str) -> str:
        """A variable's sign upright where it is a word, an index below."""
        sign = super().variable(name).translate(DIGITS)
        stem = sign.rstrip("0123456789")
        word = stem if len(stem) == 1 else r"\mathrm{" + stem.replace("_", r"\_") + "}"
        return f"{word}_{{{sign[len(stem) :]}}}" if stem != sign else word

    def extreme(self, word: str) -> str:
        r"""`\max` or `\min`."""
        return rf"\{word}"

    def floor(self, above: Polynomial, below: Polynomial) -> str:
        """⌊above / below⌋."""
        return rf"\left\lfloor {self.quotient(above, below)} \right\rfloor"

    def ceiling(self, above: Polynomial, below: Polynomial) -> str:
        """⌈above / below⌉."""
        return rf"\left\lceil {self.quotient(above, below)} \right\rceil"

    def quotient(self, above: Polynomial, below: Polynomial) -> str:
        """A fraction."""
        return rf"\frac{{{self.formula(above)}}}{{{self.formula(below)}}}"

    def divides(self, left: str, right: str) -> str:
        """left | right."""
        return rf"{left} \mid {right}"


@dataclass(frozen=True)
class Python(Spelling):
    """As a Python expression over whole numbers (or numpy arrays of them), under the variables' own names.

    >>> from .polynomial import floor_of, variable
    >>> Python().formula(1000 * floor_of(variable("n") + 1, 2) ** 2)
    '1000*((n + 1)//2)**2'
    """

    times = "*"
    minus = "-"
    signs: ClassVar[Mapping[str, str]] = {"least": ">=", "equal": "==", "differ": "!=", "both": "and", "either": "or"}

    def number(self, value: Number) -> str:
        """Plain digits."""
        return str(value)

    def over(self, above: str, below: int, several: bool) -> str:
        """Whole by construction."""
        return f"({above})//{below}"

    def power(self, base: str, power: int) -> str:
        """base to the power."""
        return base if power == 1 else f"{base}**{power}"

    def ceiling(self, above: Polynomial, below: Polynomial) -> str:
        """Python has no ceiling: the floor of what is added."""
        return self.floor(polynomial(above + (below - 1)), below)

    def floor(self, above: Polynomial, below: Polynomial) -> str:
        """above // below in brackets."""
        return f"({self.quotient(above, below)})"

    def quotient(self, above: Polynomial, below: Polynomial) -> str:
        """above // below."""
        over, under = (self.formula(each) if _is_plain(each) else f"({self.formula(each)})" for each in (above, below))
        return f"{over}//{under}"

    def divides(self, left: str, right: str) -> str:
        """No remainder."""
        return f"({right}) % ({left}) == 0"


@dataclass(frozen=True)
class _Steps(Python):
    """Every floor and maximum as a local name, worked out in a line before."""

    lines: list[str] = field(default_factory=list)
    known: dict[Atom, str] = field(default_factory=dict)

    def atom(self, atom: Atom) -> str:
        """Its name."""
        if atom not in self.known:
            spelled = super().atom(atom)
            self.known[atom] = f"a{len(self.known)}"
            self.lines.append(f"{self.known[atom]} = {spelled}")
        return self.known[atom]

    def variable(self, name: str) -> str:
        """A variable's place among the arguments; UsageError for one that is none."""
        if name not in self.letters:
            raise UsageError(f"the formula needs a value for {name}")
        return self.letters[name]

    def power(self, base: str, power: int) -> str:
        """Products are faster than powers."""
        return "*".join([base] * power)


def compiled(formulas: Sequence[Polynomial], names: Sequence[str]) -> Callable[..., tuple[int, ...]]:
    """A function that works out formulas at whole numbers, given in the order of `names`; shared parts once.

    >>> from .polynomial import variable
    >>> compiled([variable("n") // 2 + 1, 3 * (variable("n") // 2)], ["n"])(9)
    (5, 12)
    """
    steps = _Steps({name: f"v{place}" for place, name in enumerate(names)})
    results = "".join([f"{steps.formula(formula)}, " for formula in formulas])
    lines = [f"def program({', '.join(steps.letters.values())}):", *steps.lines, f"return ({results})"]
    space: dict[str, Any] = {}
    exec("\n ".join(lines), space)  # nothing but numbers, v0, a0, +, *, // and max
    return space["program"]


TEXT, LATEX, PYTHON = Spelling(), Latex(), Python()


def _is_plain(value: Polynomial) -> bool:
    """Whether a formula needs no brackets in a quotient: a number, or one variable."""
    if value.constant is not None or len(value.terms) != 1:
        return value.constant is not None
    ((monomial, coefficient),) = value.terms.items()
    return coefficient == 1 and [power for _, power in monomial] == [1]


def _is_minimum(atom: Atom) -> bool:
    """A maximum of what is only subtracted is written as a minimum: max(−n, −5) = −min(n, 5)."""
    return type(atom) is Largest and all(c < 0 for part in atom.parts for c in part.terms.values())


def _common(value: Polynomial) -> Monomial:
    """The atoms that every term has, with the least of their powers."""
    first, *others = value.terms
    shared = {atom: power for atom, power in first if type(atom) is not Largest}
    for monomial in others:
        powers = dict(monomial)
        shared = {atom: min(power, powers[atom]) for atom, power in shared.items() if atom in powers}
    return tuple(shared.items())


def _without(value: Polynomial, common: Monomial) -> Polynomial:
    removed = dict(common)
    return polynomial(made({
        tuple([(atom, power - removed.get(atom, 0)) for atom, power in monomial if power > removed.get(atom, 0)]): c
        for monomial, c in value.terms.items()
    }))  # fmt: skip


def _sorted(value: Polynomial) -> list[tuple[Monomial, Number]]:
    """High resolutions first, then high powers, the plain number last."""

    def order(term: tuple[Monomial, Number]) -> tuple[Any, ...]:
        monomial, _ = term
        degree = sum(power for _, power in monomial)
        return not monomial, max((_stride(atom) for atom, _ in monomial), default=0), -degree, monomial

    return sorted(value.terms.items(), key=order)


def _stride(atom: Atom) -> int:
    return of_atom(atom).stride if type(atom) is Floor else 1
