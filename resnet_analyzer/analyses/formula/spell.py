"""Formulas for people: a sign for every variable, the shortest form, and what is left at multiples of all strides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...dim.polynomial import Polynomial, Value, floor_atom, made, polynomial, variable
from ...dim.spelling import SUBSCRIPTS
from ...dim.terms import Atom, stride

LETTERS = {"batch": "b", "classes": "c", "width": "w", "growth_rate": "k", "cardinality": "g", "channels": "ch"}


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


FURTHEST = 9  # how far a floor is shifted
MOST_TERMS = 40  # of a formula that is tidied


def tidied(value: Polynomial) -> Polynomial:
    """The same formula with floors shifted where that leaves fewer terms: t² − 4t + 4 is (t − 2)².

    For people only: ⌊(n + 1)/4⌋ − 2 is written ⌊(n − 7)/4⌋, which equal formulas would not share.

    >>> t = (variable("n") + 1) // 4
    >>> tidied(3 * t * t - 12 * t + 12)
    3·⌊(n−7)/4⌋²
    """
    if len(value.terms) > MOST_TERMS:
        return value
    for atom in value.atoms:
        if atom.kind == "floor" and atom.parts[1].constant is not None:
            shifted = [_shifted(value, atom, by) for by in range(1, FURTHEST)]
            value = min([value, *shifted], key=lambda each: len(each.terms))
    return value


def _shifted(value: Polynomial, atom: Atom, by: int) -> Polynomial:
    """The formula in ⌊x/s⌋ − by, which is written as one floor."""
    above, below = atom.parts
    other = floor_atom(polynomial(above - by * below), below) + by
    result: Value = 0
    for monomial, coefficient in value.terms.items():
        rest = made({tuple([pair for pair in monomial if pair[0] != atom]): coefficient})
        result = result + rest * other ** dict(monomial).get(atom, 0)
    return polynomial(result)


def scaled(value: Polynomial, name: str, letter: str) -> tuple[int, Polynomial] | None:
    """(S, the polynomial in k) for a variable that is S·k, S the product of all strides; None where there is none.

    >>> scaled(3 * ((variable("n") + 1) // 2) ** 2, "n", "k")
    (2, 3·k²)
    """
    multiple = stride(value.terms)
    if multiple < 2:
        return None
    found = polynomial(value.replaced({name: multiple * variable(letter)}))
    return (multiple, found) if all(atom.kind == "variable" for atom in found.atoms) else None
