"""Formulas as short programs: factorised, every part worked out once.

    9,408·⌈n/2⌉² + 2,048,000    →    r1 = n + 1;  r2 = r1 >> 1;  r3 = 9408 · r2;  r4 = r2 · r3;  r5 = r4 + 2048000

`sweep.arrays` runs them over numpy arrays. What a step may reach is bounded here, in Python's integers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ...dim.polynomial import Polynomial, made, polynomial
from ...dim.terms import Atom, Number, Terms, denominator
from ...errors import UsageError


class Operand(NamedTuple):
    """A register, or where that is None a plain number."""

    register: int | None
    value: int = 0


class Instruction(NamedTuple):
    """out = left op right, for op add, mul, floordiv, rshift or max; at least one side is a register."""

    op: str
    out: int
    left: Operand
    right: Operand


class Program(NamedTuple):
    """Steps over registers, the first of which hold the variables; where the results are; how many registers.

    Registers are used again as soon as nothing reads them any more.
    """

    variables: tuple[str, ...]
    steps: tuple[Instruction, ...]
    results: tuple[Operand, ...]
    registers: int

    def bound(self, largest: Mapping[str, int]) -> int:
        """The largest number that any step can give, where variables lie between 0 and these."""
        bounds = {number: largest[name] for number, name in enumerate(self.variables)}
        highest = max([1, *bounds.values(), *(abs(result.value) for result in self.results)])
        for step in self.steps:
            left, right = (
                abs(each.value) if each.register is None else bounds[each.register] for each in (step.left, step.right)
            )
            bounds[step.out] = _bounded(step, left, right)
            highest = max(highest, left, bounds[step.out])
        return highest


def _bounded(step: Instruction, left: int, right: int) -> int:
    if step.op == "add":
        return left + right
    if step.op == "mul":
        return left * right
    if step.op == "max" or step.right.register is not None:
        return max(left, right)
    divisor = 2**right if step.op == "rshift" else right
    return left // divisor + 1  # of a negative number ⌊x/s⌋ may reach one further


def compiled(formulas: Sequence[Polynomial], variables: Sequence[str]) -> Program:
    """The program that works out some formulas over these variables; parts that they share are shared.

    >>> from ...dim.polynomial import variable
    >>> n = variable("n")
    >>> [step.op for step in compiled([3 * n * n + 5 * n + 7], ["n"]).steps]   # (3·n + 5)·n + 7
    ['mul', 'add', 'mul', 'add']
    """
    compiler = _Compiler(variables)
    results = [compiler.formula(formula) for formula in formulas]
    return _packed(tuple(variables), compiler.steps, results)


class _Compiler:
    """Turns formulas into steps, each with a register of its own."""

    def __init__(self, variables: Sequence[str]) -> None:
        self.steps: list[Instruction] = []
        self.variables = {name: Operand(number) for number, name in enumerate(variables)}
        self._known: dict[Polynomial | Atom, Operand] = {}

    def emit(self, op: str, left: Operand, right: Operand) -> Operand:
        out = len(self.variables) + len(self.steps)
        self.steps.append(Instruction(op, out, left, right))
        return Operand(out)

    def formula(self, value: Polynomial) -> Operand:
        if value.constant is not None:
            return _number(value.constant)
        if value not in self._known:
            below = denominator(value.terms)
            found = self._horner(polynomial(value * below))
            self._known[value] = found if below == 1 else self.emit("floordiv", found, Operand(None, below))
        return self._known[value]

    def _horner(self, value: Polynomial) -> Operand:
        """atom · Q + R for the atom that is in most terms, Q and R likewise."""
        if value.constant is not None:
            return _number(value.constant)
        counts: dict[Atom, int] = {}
        for monomial in value.terms:
            for each, _ in monomial:
                counts[each] = counts.get(each, 0) + 1
        atom = max(value.atoms, key=counts.__getitem__)
        inside, rest = _divided(value, atom)
        found = self.atom(atom)
        if inside.constant != 1:
            found = self.emit("mul", self._horner(inside), found)
        if rest.constant != 0:
            found = self.emit("add", found, self._horner(rest))
        return found

    def atom(self, atom: Atom) -> Operand:
        if atom.kind == "variable":
            if atom.name not in self.variables:
                raise UsageError(f"the sweep has no values for {atom.name}")
            return self.variables[atom.name]
        if atom not in self._known:
            self._known[atom] = self._floor(atom) if atom.kind == "floor" else self._largest(atom.parts)
        return self._known[atom]

    def _floor(self, atom: Atom) -> Operand:
        above, below = map(self.formula, atom.parts)
        number = below.value
        if below.register is None and number & (number - 1) == 0:
            return self.emit("rshift", above, Operand(None, number.bit_length() - 1))
        return self.emit("floordiv", above, below)

    def _largest(self, parts: Sequence[Polynomial]) -> Operand:
        first, *others = sorted(map(self.formula, parts), key=lambda part: part.register is None)
        for part in others:
            first = self.emit("max", first, part)
        return first


def _number(value: Number) -> Operand:
    if value.denominator != 1:
        raise UsageError(f"a formula that is the fraction {value} makes no sense")
    return Operand(None, int(value))


def _divided(value: Polynomial, atom: Atom) -> tuple[Polynomial, Polynomial]:
    """(Q, R) with value = atom · Q + R, R without the atom."""
    inside: Terms = {}
    rest: Terms = {}
    for monomial, coefficient in value.terms.items():
        if any(each == atom for each, _ in monomial):
            less = tuple((each, power - (each == atom)) for each, power in monomial if power > (each == atom))
            inside[less] = coefficient
        else:
            rest[monomial] = coefficient
    return polynomial(made(inside)), polynomial(made(rest))


def _packed(variables: tuple[str, ...], steps: Sequence[Instruction], results: Sequence[Operand]) -> Program:
    """The same steps over as few registers as they need; those of variables and results are kept."""
    last = {each.register: place for place, step in enumerate(steps) for each in (step.left, step.right)}
    kept = {result.register for result in results} | set(range(len(variables)))
    place_of: dict[int | None, int] = {number: number for number in range(len(variables))}
    free: list[int] = []
    count, packed = len(variables), []
    for place, step in enumerate(steps):
        left, right = (each if each.register is None else Operand(place_of[each.register]) for each in (step.left, step.right))  # fmt: skip  # noqa: E501
        ended = {each.register for each in (step.left, step.right)} - kept - {None}
        free += [place_of[number] for number in sorted(ended, key=str) if last[number] == place]
        if not free:
            free.append(count)
            count += 1
        place_of[step.out] = free.pop()
        packed.append(Instruction(step.op, place_of[step.out], left, right))
    found = tuple(each if each.register is None else Operand(place_of[each.register]) for each in results)
    return Program(variables, tuple(packed), found, count)
