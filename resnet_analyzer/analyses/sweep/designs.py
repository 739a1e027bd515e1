"""What a sweep is over: structures (networks, styles, options that are words), each with a grid of numbers.

Every design has one number, counted over all structures; the last variable of a grid moves fastest. So any
process can work out any part, and the order of results is always the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import NamedTuple

from ...dim.conditions import Condition
from ...dim.polynomial import Polynomial
from ...errors import CheckFailed, NeedsNumbers, UsageError
from ..formula.closed import FIGURES, ClosedForm, closed_form
from ..formula.recipe import Recipe

SIZES = ("n", "h", "w", "batch", "classes", "channels")
LIMIT = 2**62  # designs that can be numbered
MOST_COUNTED = 1_024  # values of a variable that no formula has


class SweptAxis(NamedTuple):
    """A variable and its values, in order."""

    name: str
    values: Sequence[int]


class Structure(NamedTuple):
    """A network whose figures are formulas in the axes with more than one value; `fixed` are the others.

    `label` are the words that make it, for output: its name, its style.
    """

    label: tuple[str, ...]
    axes: tuple[SweptAxis, ...]
    fixed: tuple[tuple[str, int], ...]
    formulas: tuple[Polynomial, ...]
    conditions: tuple[Condition, ...]

    @property
    def designs(self) -> int:
        """How many there are."""
        return prod(len(axis.values) for axis in self.axes)


class Space(NamedTuple):
    """All designs of a sweep: structures, the variables and figures to print, and how many were impossible."""

    structures: tuple[Structure, ...]
    variables: tuple[str, ...]
    figures: tuple[str, ...]
    impossible: int = 0

    @property
    def designs(self) -> int:
        """How many designs there are in all."""
        return sum(structure.designs for structure in self.structures)


def space_of(
    recipes: Sequence[tuple[tuple[str, ...], Recipe]], values: Mapping[str, Sequence[int]], figures: Sequence[str]
) -> Space:
    """The designs of all networks over all values of their variables.

    UnknownName for a variable that a network does not have; UsageError for more designs than can be numbered.
    """
    structures: list[Structure] = []
    names: dict[str, None] = {}
    impossible = 0
    for label, recipe in recipes:
        named = {name: list(each) for given, each in values.items() for name in recipe.expanded([given])}
        names |= dict.fromkeys(named)
        found, lost = _structures(label, recipe, named, figures)
        structures += found
        impossible += lost
    space = Space(tuple(structures), tuple(names), tuple(figures), impossible)
    if space.designs > LIMIT:
        raise UsageError(f"{space.designs:,} designs are more than can be numbered: give coarser ranges")
    return space


def _structures(
    label: tuple[str, ...], recipe: Recipe, values: Mapping[str, list[int]], figures: Sequence[str]
) -> tuple[list[Structure], int]:
    """The structures of one network, and how many of its designs are impossible.

    Values where a closed form does not hold are looked at one by one: a width that is the stem's makes a
    network of its own.
    """
    fixed = {name: each[0] for name, each in values.items() if len(each) == 1}
    moving = {name: each for name, each in values.items() if len(each) > 1}
    try:
        form = closed_form(recipe, list(moving), fixed)
    except CheckFailed:
        return [], prod(map(len, values.values()))
    except NeedsNumbers as error:
        return _counted(label, recipe, values, figures, min(error.names & set(moving)))
    found: list[Structure] = []
    impossible = 0
    inside = dict(moving)
    for name, each in moving.items():
        excepted = set(form.excepted[name])
        below = [value for value in each if value < form.least[name] or value in excepted]
        inside[name] = [value for value in each if value >= form.least[name] and value not in excepted]
        if below and name in SIZES:
            impossible += len(below) * prod(len(inside[other]) for other in moving if other != name)
        for value in () if name in SIZES else below:
            rest = {**{other: inside[other] for other in moving}, **{other: [at] for other, at in fixed.items()}}
            more, lost = _structures(label, recipe, {**rest, name: [value]}, figures)
            found, impossible = found + more, impossible + lost
    if all(inside.values()):
        found.append(_structure(label, form, inside, fixed, figures))
    return found, impossible


def _counted(
    label: tuple[str, ...], recipe: Recipe, values: Mapping[str, list[int]], figures: Sequence[str], name: str
) -> tuple[list[Structure], int]:
    """A structure per value of a variable that decides what the layers are; UsageError for too many."""
    if len(values[name]) > MOST_COUNTED:
        raise UsageError(f"{name} decides what the layers are: at most {MOST_COUNTED:,} values, not {len(values[name]):,}")  # fmt: skip  # noqa: E501
    found: list[Structure] = []
    impossible = 0
    for value in values[name]:
        more, lost = _structures(label, recipe, {**values, name: [value]}, figures)
        found, impossible = found + more, impossible + lost
    return found, impossible


def _structure(
    label: tuple[str, ...],
    form: ClosedForm,
    values: Mapping[str, Sequence[int]],
    fixed: Mapping[str, int],
    figures: Sequence[str],
) -> Structure:
    formulas = tuple(form.figures[name] for name in figures)
    axes = tuple(SweptAxis(name, _spaced(values[name])) for name in values)
    return Structure(label, axes, tuple(fixed.items()), formulas, form.conditions)


def _spaced(values: Sequence[int]) -> Sequence[int]:
    """Evenly spaced values as a range: they need no memory."""
    step = values[1] - values[0] if len(values) > 1 else 1
    span = range(values[0], values[-1] + (1 if step > 0 else -1), step) if step else values
    return span if list(span) == list(values) else tuple(values)


def checked_figures(names: Sequence[str]) -> tuple[str, ...]:
    """Names of figures; UsageError for one that is none."""
    for name in names:
        if name not in FIGURES:
            raise UsageError(f"unknown figure {name!r}. Known: {', '.join(FIGURES)}.")
    return tuple(dict.fromkeys(names))
