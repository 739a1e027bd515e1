"""Formulas as a short Python function, factorised, every floor worked out once.

    9,408·⌈n/2⌉² + 2,048,000    →    a0 = (v0 + 1) >> 1;  a0*(a0*9408) + 2048000

It works on ints, on numpy arrays of int64 (what a step may reach is bounded beforehand, in Python's integers),
and on arrays of Python's integers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import DimensionOverflow, UsageError
from .arrays import INT64_LIMIT, any_array, larger, largest
from .terms import Atom, Formula, Terms, constant, denominator

if TYPE_CHECKING:
    import numpy

BLOCK = 12_288  # numbers worked out at once: the fastest of 4,096 to 65,536 in tests/benchmarks


class Program(NamedTuple):
    """Formulas over variables, and the function that works them out, given the variables' values in order."""

    formulas: tuple[Formula, ...]
    variables: tuple[str, ...]
    function: Callable[..., tuple[Any, ...]]

    def bound(self, highest: Mapping[str, int]) -> int:
        """A number that no step passes, where variables lie between 0 and these."""
        bounds: dict[Atom, int] = {}
        return max([1, *[_bound(formula.terms, highest, bounds) for formula in self.formulas], *bounds.values()])

    def run(self, columns: Mapping[str, Any], shape: tuple[int, ...]) -> list[numpy.ndarray]:
        """Every result at arrays of whole numbers ≥ 0, one per variable, all of that shape.

        Worked out block by block (a block stays in the cache), and in Python's integers where 64 bits might not
        hold what a step gives. DimensionOverflow if a result does not fit 64 bits.
        """
        import numpy

        arrays = [columns[name] for name in self.variables]
        exactly = self.bound(dict(zip(self.variables, map(largest, arrays), strict=True))) >= INT64_LIMIT
        flat = [array.reshape(-1) for array in arrays]
        results = [numpy.empty(prod(shape), "int64") for _ in self.formulas]
        for start in range(0, prod(shape), BLOCK):
            blocks = [array[start : start + BLOCK] for array in flat]
            found = self.function(*[block.astype(object) for block in blocks] if exactly else blocks)
            for result, value in zip(results, found, strict=True):
                if exactly and numpy.max(numpy.abs(value)) >= INT64_LIMIT:
                    raise DimensionOverflow("a figure on this grid exceeds 2**63; use smaller ranges, or single sizes")
                result[start : start + BLOCK] = value
        return [result.reshape(shape) for result in results]


def _bound(terms: Terms, highest: Mapping[str, int], bounds: dict[Atom, int]) -> int:
    """The sum of all terms' magnitudes; what floors divide is kept in `bounds` too."""
    below = denominator(terms)
    magnitudes = []
    for monomial, coefficient in terms.items():
        sizes = [_atom_bound(atom, highest, bounds) ** power for atom, power in monomial]
        magnitudes.append(abs(int(coefficient * below)) * prod(sizes))
    return sum(magnitudes)


def _atom_bound(atom: Atom, highest: Mapping[str, int], bounds: dict[Atom, int]) -> int:
    if atom.kind == "variable":
        return max(highest[atom.name], 1)
    if atom not in bounds:
        bounds[atom] = max([1, *[_bound(part.terms, highest, bounds) for part in atom.parts]])
    divisor = constant(atom.parts[-1].terms) if atom.kind == "floor" else None
    return bounds[atom] // int(divisor or 1) + 1  # of a negative number ⌊x/s⌋ may reach one further


def compiled(formulas: Sequence[Formula], variables: Sequence[str]) -> Program:
    """The program that works out some formulas over these variables.

    >>> from .polynomial import variable
    >>> n = variable("n")
    >>> compiled([n // 2 + 1, 3 * n * n + 5 * n + 7], ["n"]).function(9)
    (5, 295)
    """
    steps = _Steps(variables)
    results = "".join([f"{steps.formula(formula.terms)}, " for formula in formulas])
    lines = [f"def program({', '.join(steps.names.values())}):", *steps.lines, f"return ({results})"]
    space: dict[str, Any] = {"largest": _largest}
    exec("\n ".join(lines), space)  # nothing but whole numbers, v0, a0, +, *, //, >> and largest
    return Program(tuple(formulas), tuple(variables), space["program"])


def _largest(*values: Any) -> Any:
    return larger(values) if any_array(values) else max(values)


class _Steps:
    """Lines that work out floors and maxima, each under a name."""

    def __init__(self, variables: Sequence[str]) -> None:
        self.names = {name: f"v{place}" for place, name in enumerate(variables)}
        self.lines: list[str] = []
        self._known: dict[Atom, str] = {}

    def formula(self, terms: Terms) -> str:
        """atom·Q + R for the atom that is in most terms, Q and R likewise."""
        number, below = constant(terms), denominator(terms)
        if below > 1:
            return f"({self.formula({monomial: int(c * below) for monomial, c in terms.items()})})//{below}"
        if number is not None:
            return str(number)
        counts: dict[Atom, int] = {}
        for atom in [atom for monomial in terms for atom, _ in monomial]:
            counts[atom] = counts.get(atom, 0) + 1
        common = max(sorted(counts), key=counts.__getitem__)
        inside: Terms = {}
        rest: Terms = {}
        for monomial, coefficient in terms.items():
            less = tuple([(atom, power - (atom == common)) for atom, power in monomial if power > (atom == common)])
            (rest if common not in dict(monomial) else inside)[less] = coefficient
        text = self.atom(common) if inside == {(): 1} else f"{self.atom(common)}*({self.formula(inside)})"
        return f"{text} + {self.formula(rest)}" if rest else text

    def atom(self, atom: Atom) -> str:
        """The name of a variable, floor or maximum; UsageError for a variable that is not given."""
        if atom.kind == "variable":
            if atom.name not in self.names:
                raise UsageError(f"the formula needs a value for {atom.name}")
            return self.names[atom.name]
        if atom not in self._known:
            parts = [self.formula(part.terms) for part in atom.parts]
            line = f"largest({', '.join(parts)})" if atom.kind == "largest" else self._quotient(atom, parts)
            self._known[atom] = f"a{len(self._known)}"
            self.lines.append(f"{self._known[atom]} = {line}")
        return self._known[atom]

    def _quotient(self, atom: Atom, parts: Sequence[str]) -> str:
        number = int(constant(atom.parts[1].terms) or 0)
        if number > 0 and number & (number - 1) == 0:
            return f"({parts[0]}) >> {number.bit_length() - 1}"
        return f"({parts[0]}) // ({parts[1]})"
