"""Working out a part of a sweep: which designs, their figures, and which of them are kept."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from operator import eq, ge, ne
from typing import TYPE_CHECKING, Any, NamedTuple

from ...dim.polynomial import Polynomial
from ...dim.program import Program, compiled
from .designs import Space, Structure

if TYPE_CHECKING:
    import numpy

CHUNK = 1_000_000  # designs worked out at once: a few tens of megabytes
ABSENT = -1  # in place of a variable that a network does not have


class Constraint(NamedTuple):
    """A figure is at most (or at least) so much."""

    figure: str
    amount: int
    least: bool = False


class Sampling(NamedTuple):
    """So many designs at random, each as likely as any other, drawn chunk by chunk from a seed."""

    designs: int
    seed: int = 0


@dataclass(frozen=True)
class Job:
    """A whole sweep, ready to be worked out in any order by anyone: plain data.

    A table is an int64 array with a row per design that is kept: the number of its structure, its
    variables, its figures.
    """

    space: Space
    constraints: tuple[Constraint, ...] = ()
    sampling: Sampling | None = None
    chunk: int = CHUNK

    @property
    def designs(self) -> int:
        """How many designs are looked at."""
        return self.space.designs if self.sampling is None else self.sampling.designs

    @property
    def chunks(self) -> int:
        """Into how many parts the work falls."""
        return -(-self.designs // self.chunk)

    def table(self, chunk: int) -> numpy.ndarray:
        """The kept designs of one part."""
        import numpy

        parts = [self._of_structure(number, indices) for number, indices in self._indices(chunk)]
        width = 1 + len(self.space.variables) + len(self.space.figures)
        return numpy.concatenate(parts) if parts else numpy.empty((0, width), "int64")

    def _indices(self, chunk: int) -> list[tuple[int, Any]]:
        """The designs of a part: for every structure touched, its number and the designs' numbers within it."""
        import numpy

        start, stop = chunk * self.chunk, min((chunk + 1) * self.chunk, self.designs)
        drawn = None
        if self.sampling is not None:
            random = numpy.random.default_rng([self.sampling.seed, chunk])
            drawn = numpy.sort(random.integers(self.space.designs, size=stop - start))
        found, first = [], 0
        for number, structure in enumerate(self.space.structures):
            end = first + structure.designs
            if drawn is None:
                indices = numpy.arange(max(start, first), max(min(stop, end), max(start, first))) - first
            else:
                indices = drawn[numpy.searchsorted(drawn, first) : numpy.searchsorted(drawn, end)] - first
            if len(indices):
                found.append((number, indices))
            first = end
        return found

    def _of_structure(self, number: int, indices: Any) -> numpy.ndarray:
        import numpy

        structure = self.space.structures[number]
        program = self._programs[number]
        columns = values_at(structure, indices)
        results = program.run(columns, indices.shape)
        figures = results[: len(self.space.figures)]
        kept = self._kept(structure, figures, results[len(self.space.figures) :])
        fixed = dict(structure.fixed)
        variables = [columns[name] if name in columns else fixed.get(name, ABSENT) for name in self.space.variables]
        rows = slice(None) if kept is None else numpy.flatnonzero(kept)
        length = len(indices) if kept is None else len(rows)  # type: ignore[arg-type]
        table = numpy.empty((length, 1 + len(variables) + len(figures)), "int64")
        for place, column in enumerate([number, *variables, *figures]):
            table[:, place] = column if isinstance(column, int) else column[rows]
        return table

    @cached_property
    def _programs(self) -> list[Program]:
        return [_program(structure) for structure in self.space.structures]

    def _kept(self, structure: Structure, figures: list[Any], sides: list[Any]) -> Any:
        """Which designs are possible and meet the constraints; None for all."""
        masks = []
        for place, condition in enumerate(each.comparison for each in structure.conditions):
            left, right = sides[2 * place], sides[2 * place + 1]
            if condition.kind == "divides":
                masks.append(right % left == 0)
            else:
                masks.append({"least": ge, "equal": eq, "differ": ne}[condition.kind](left, right))
        for constraint in self.constraints:
            values = figures[self.space.figures.index(constraint.figure)]
            masks.append(values >= constraint.amount if constraint.least else values <= constraint.amount)
        kept = None
        for mask in masks:
            kept = mask if kept is None else kept & mask
        return kept


def _program(structure: Structure) -> Program:
    sides: list[Polynomial] = [side for each in structure.conditions for side in each.comparison.parts]
    return compiled([*structure.formulas, *sides], [axis.name for axis in structure.axes])


def values_at(structure: Structure, indices: Any) -> dict[str, Any]:
    """The values of a structure's axes at designs given by their numbers; the last axis moves fastest."""
    import numpy

    columns = {}
    rest = indices
    for axis in reversed(structure.axes):
        place = rest
        if axis is not structure.axes[0]:
            rest = place // len(axis.values)
            place = place - rest * len(axis.values)
        if isinstance(axis.values, range):
            columns[axis.name] = place * axis.values.step + axis.values.start
        else:
            columns[axis.name] = numpy.asarray(axis.values, "int64")[place]
    return columns
