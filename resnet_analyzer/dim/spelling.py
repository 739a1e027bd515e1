"""Polynomials and conditions as people and programs write them: with mathematical signs, as LaTeX, as Python."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, ClassVar

from .terms import Atom, Formula, Monomial, Number, Terms, constant, denominator, stride

SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")

_marking: ContextVar[Callable[[Any], str] | None] = ContextVar("marking", default=None)


@contextmanager
def marked(mark: Callable[[Any], str]) -> Iterator[None]:
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


def shown(value: Formula) -> str:
    """A polynomial as text, or as it is `marked`."""
    mark = _marking.get()
    return TEXT.formula(value) if mark is None else mark(value)


@dataclass(frozen=True)
class Spelling:
    """How formulas are written, here with mathematical signs; `letters` are the variables' signs, by name."""

    letters: Mapping[str, str] = field(default_factory=dict)

    times: ClassVar[str] = "·"
    minus: ClassVar[str] = "−"
    grouping: ClassVar[str] = ","
    raised: ClassVar[str] = "{}{}"
    exponents: ClassVar[Mapping[int, int]] = SUPERSCRIPTS
    fraction: ClassVar[str] = "{}/{}"
    floor: ClassVar[str] = "⌊{}⌋"
    ceiling: ClassVar[str] = "⌈{}⌉"
    tight: ClassVar[bool] = True  # no spaces inside a floor
    function: ClassVar[str] = "{}({})"
    relations: ClassVar[Mapping[str, str]] = {
        "least": "{} ≥ {}", "equal": "{} = {}", "differ": "{} ≠ {}", "divides": "{} divides {}",
        "both": "{} and {}", "either": "{} or {}",
    }  # fmt: skip

    def formula(self, value: Formula) -> str:
        """A formula in one line."""
        return self.spelled(value.terms)

    def spelled(self, terms: Terms) -> str:
        """The sum of some terms in one line."""
        if not terms:
            return "0"
        below, common = denominator(terms), _common(terms)
        if below > 1:
            return self.quotient({monomial: int(c * below) for monomial, c in terms.items()}, {(): below})
        if common and len(terms) > 1:
            return f"{self.term(common, 1)}{self.times}({self.spelled(_without(terms, common))})"
        return self.sum(_sorted(terms))

    def pieces(self, value: Formula, size: int) -> list[str]:
        """A formula in pieces of `size` terms each, signs at the beginning of all but the first."""
        terms = _sorted(value.terms)
        found = [self.sum(terms[start : start + size]) for start in range(0, len(terms), size)] or ["0"]
        return [found[0], *(each if each.startswith(self.minus) else f"+ {each}" for each in found[1:])]

    def sum(self, terms: Sequence[tuple[Monomial, Number]]) -> str:
        """Terms joined by their signs."""
        text = ""
        for monomial, coefficient in terms:
            if sum(power for atom, power in monomial if _is_minimum(atom)) % 2:
                coefficient = -coefficient
            magnitude: Number = -coefficient if coefficient < 0 else coefficient
            sign = self.minus if coefficient < 0 else "+"
            spelled = self.term(monomial, magnitude)
            text += f" {sign} {spelled}" if text else f"{self.minus if coefficient < 0 else ''}{spelled}"
        return text

    def term(self, monomial: Monomial, coefficient: Number) -> str:
        """One term; a coefficient of 1 is not written."""
        ordered = sorted(monomial, key=lambda pair: (pair[0].kind != "variable", pair[0]))
        factors = [self.power(self.atom(atom), power) for atom, power in ordered]
        if coefficient != 1 or not factors:
            factors.insert(0, f"{coefficient:,}".replace(",", self.grouping))
        return self.times.join(factors)

    def power(self, base: str, power: int) -> str:
        """base to the power."""
        return base if power == 1 else self.raised.format(base, str(power).translate(self.exponents))

    def variable(self, name: str) -> str:
        """A variable's sign."""
        return self.letters.get(name, name)

    def atom(self, atom: Atom) -> str:
        """A variable's sign, a floor or ceiling, a maximum or minimum."""
        if atom.kind == "variable":
            return self.variable(atom.name)
        if atom.kind == "largest":
            sign = -1 if _is_minimum(atom) else 1
            ordered = sorted([part.terms for part in atom.parts], key=lambda terms: constant(terms) is not None)
            parts = [self.spelled({monomial: sign * c for monomial, c in terms.items()}) for terms in ordered]
            return self.function.format("min" if sign < 0 else "max", ", ".join(parts))
        (above, below), form = [part.terms for part in atom.parts], self.floor
        number, shift = constant(below), above.get((), 0)
        if self.ceiling and number is not None and 2 * shift >= number:
            left = shift - number + 1
            above = {**{monomial: c for monomial, c in above.items() if monomial}, **({(): left} if left else {})}
            form = self.ceiling
        inside = self.quotient(above, below)
        return form.format(inside.replace(" ", "") if self.tight else inside)

    def quotient(self, above: Terms, below: Terms) -> str:
        """above / below, in brackets where needed."""
        over = self.spelled(above)
        several = len(above) > 1 and not _common(above)
        return self.fraction.format(f"({over})" if several else over, self._bracketed(below))

    def _bracketed(self, terms: Terms) -> str:
        """A sum in brackets unless it is a number or one variable."""
        ((monomial, coefficient), *others) = terms.items() or [((), 0)]
        alone = not others and (not monomial or (coefficient == 1 and [power for _, power in monomial] == [1]))
        return self.spelled(terms) if alone else f"({self.spelled(terms)})"

    def condition(self, condition: Any) -> str:
        """A condition on one line."""
        form = self.relations[condition.kind]
        if condition.kind not in ("both", "either"):
            return form.format(*map(self.formula, condition.parts))
        parts = [self.condition(part) for part in condition.parts]
        nested = [f"({text})" if part.kind in ("both", "either") else text for part, text in zip(condition.parts, parts, strict=True)]  # fmt: skip  # noqa: E501
        return form.format("", "").join(nested)


class Latex(Spelling):
    r"""As LaTeX, for math mode.

    >>> from .polynomial import floor_of, variable
    >>> Latex().formula(1000 * floor_of(variable("n") + 1, 2) ** 2)
    '1{,}000 \\left\\lceil \\frac{n}{2} \\right\\rceil^{2}'
    """

    times, minus, grouping, tight = " ", "-", "{,}", False
    raised, exponents = "{}^{{{}}}", {}
    fraction, function = r"\frac{{{}}}{{{}}}", r"\{}({})"
    floor, ceiling = r"\left\lfloor {} \right\rfloor", r"\left\lceil {} \right\rceil"
    relations: ClassVar[Mapping[str, str]] = {
        "least": r"{} \geq {}", "equal": "{} = {}", "differ": r"{} \neq {}", "divides": r"{} \mid {}",
        "both": r"{} \wedge {}", "either": r"{} \vee {}",
    }  # fmt: skip

    def variable(self, name: str) -> str:
        """A variable's sign upright where it is a word, an index below."""
        sign = super().variable(name).translate(DIGITS)
        stem = sign.rstrip("0123456789")
        word = stem if len(stem) == 1 else r"\mathrm{" + stem.replace("_", r"\_") + "}"
        return f"{word}_{{{sign[len(stem) :]}}}" if stem != sign else word

    def quotient(self, above: Terms, below: Terms) -> str:
        """A fraction needs no brackets."""
        return self.fraction.format(self.spelled(above), self.spelled(below))


class Python(Spelling):
    """As a Python expression over whole numbers, under the variables' own names.

    >>> from .polynomial import floor_of, variable
    >>> Python().formula(1000 * floor_of(variable("n") + 1, 2) ** 2)
    '1000*((n + 1)//2)**2'
    """

    times, minus, grouping, tight = "*", "-", "", False
    raised, exponents = "{}**{}", {}
    fraction, floor, ceiling = "{}//{}", "({})", ""  # no ceilings in Python
    relations: ClassVar[Mapping[str, str]] = {
        "least": "{} >= {}", "equal": "{} == {}", "differ": "{} != {}", "divides": "({1}) % ({0}) == 0",
        "both": "{} and {}", "either": "{} or {}",
    }  # fmt: skip

    def quotient(self, above: Terms, below: Terms) -> str:
        """A product must be in brackets, or its last factor alone would be divided."""
        return self.fraction.format(self._bracketed(above), self._bracketed(below))


TEXT, LATEX, PYTHON = Spelling(), Latex(), Python()


def _is_minimum(atom: Atom) -> bool:
    """A maximum of what is only subtracted is written as a minimum: max(−n, −5) = −min(n, 5)."""
    return atom.kind == "largest" and all(c < 0 for part in atom.parts for c in part.terms.values())


def _common(terms: Terms) -> Monomial:
    """The atoms that every term has, with the least of their powers."""
    first, *others = terms
    shared = {atom: power for atom, power in first if atom.kind != "largest"}
    for monomial in others:
        powers = dict(monomial)
        shared = {atom: min(power, powers[atom]) for atom, power in shared.items() if atom in powers}
    return tuple(shared.items())


def _without(terms: Terms, common: Monomial) -> Terms:
    less = dict(common)
    return {
        tuple([(atom, power - less.get(atom, 0)) for atom, power in monomial if power > less.get(atom, 0)]): c
        for monomial, c in terms.items()
    }


def _sorted(terms: Terms) -> list[tuple[Monomial, Number]]:
    """High resolutions first, then high powers, the plain number last."""

    def order(term: tuple[Monomial, Number]) -> tuple[Any, ...]:
        monomial, _ = term
        coarsest = max([stride({((atom, 1),): 1}) or 1 for atom, _ in monomial], default=0)
        return not monomial, coarsest, -sum(power for _, power in monomial), monomial

    return sorted(terms.items(), key=order)
