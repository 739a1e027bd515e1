"""The largest values of some variables within budgets: bisection on closed forms, checked by the integer path."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import product
from typing import NamedTuple

from ...errors import AnalyzerError, CheckFailed, Undecided, UsageError
from ..formula.closed import closed_form
from ..formula.recipe import Recipe
from ..memory_model import INFERENCE, Model
from .growth import never_falls

FURTHEST = 2**40  # no size is larger: a budget that is not met by then does not bind
MOST_POINTS = 500_000  # combinations of values that are looked at one by one
SCANNED = 4_096  # values that are tried one by one where not every one is possible


WORDS = {  # figures, as sentences have them
    "macs": "MACs",
    "flops": "FLOPs",
    "params": "params",
    "all_params": "all params",
    "activations": "activations",
    "memory": "bytes of memory",
}


class Budget(NamedTuple):
    """At most (or, if `least`, at least) so much of a figure of `measure.Totals`, or of `memory` in bytes."""

    figure: str
    amount: int
    least: bool = False


class Range(NamedTuple):
    """Values of a variable: from `start` in steps, up to `stop` (None: as far as the budget goes)."""

    name: str
    start: int | None = None
    stop: int | None = None
    step: int = 1


class Answer(NamedTuple):
    """Values that meet all budgets, the figures there, and the figures one step beyond (None: not possible)."""

    values: dict[str, int]
    figures: dict[str, int]
    beyond: dict[str, dict[str, int] | None]


class Search:
    """A network, budgets, and what may vary."""

    def __init__(
        self, recipe: Recipe, ranges: Sequence[Range], budgets: Sequence[Budget], model: Model = INFERENCE
    ) -> None:
        names = [name for each in ranges for name in recipe.expanded([each.name])]
        spread = {name: each for each in ranges for name in recipe.expanded([each.name])}
        self.recipe, self.budgets, self.model = recipe, budgets, model
        self.form = closed_form(recipe, names)
        self.ranges = [self._from(spread[name], name) for name in names]
        self._excepted = {name: values for name, values in self.form.excepted.items() if values}
        self.lowest = {name: spread[name].start or 1 for name in names}
        self.formulas = {each.figure: self.form.figures[each.figure] for each in budgets if each.figure != "memory"}

    def _from(self, given: Range, name: str) -> Range:
        least = self.form.least[name]
        start = least if given.start is None else given.start
        if start < least:  # the first of the steps that is possible
            start += -(-(least - start) // given.step) * given.step
        return Range(name, start, given.stop, given.step)

    @property
    def names(self) -> list[str]:
        """The variables."""
        return [each.name for each in self.ranges]

    @cached_property
    def least_point(self) -> dict[str, int]:
        """Every variable at its first value."""
        return {each.name: each.start or 1 for each in self.ranges}

    def fits(self, point: Mapping[str, int]) -> bool:
        """Whether all budgets are met, by the closed forms; memory and excepted values by the integer path."""
        if any(point[name] in values for name, values in self._excepted.items()):
            measured = self.measured(point)
            return all(measured[each.figure] <= each.amount for each in self.budgets)
        figures = self.form.evaluated(point)
        for budget in self.budgets:
            if budget.figure != "memory" and figures[budget.figure] > budget.amount:
                return False
        return all(self._memory(point) <= each.amount for each in self.budgets if each.figure == "memory")

    def figures(self, point: Mapping[str, int]) -> dict[str, int]:
        """All figures at a point, by the closed forms where they hold."""
        return self.measured(point) if self.form.broken(point) else self.form.at(point)

    def _memory(self, point: Mapping[str, int]) -> int:
        return self.model.total(self.recipe.measured(point))

    def measured(self, point: Mapping[str, int]) -> dict[str, int]:
        """The figures by the integer path."""
        found = self.recipe.measured(point)
        return {**found.totals._asdict(), "memory": self.model.total(found)}

    def beside_the_formula(self, along: Range, beyond: int | None) -> Iterator[int]:
        """Values where the closed form does not hold, and which fit by the integer path, the largest first.

        A width that is the stem's, a lone block where first and last block differ; only those above `beyond`.
        """
        first, low = along.start or 1, self.lowest[along.name]
        values = set(range(low, first, along.step)) if beyond is None else set()
        values |= {
            value
            for value in self.form.excepted[along.name]
            if value >= max(low, (beyond or 0) + 1)
            and (value - low) % along.step == 0
            and (along.stop is None or value <= along.stop)
        }
        for value in sorted(values, reverse=True):
            try:
                figures = self.measured({along.name: value})
            except AnalyzerError:
                continue
            if all(figures[each.figure] <= each.amount for each in self.budgets):
                yield value

    def answer(self) -> Answer:
        """The largest value of the one variable: `largest`."""
        return largest(self)

    def pareto(self) -> list[dict[str, int]]:
        """The Pareto set of several variables: `front`."""
        return front(self)

    def require_growth(self) -> None:
        """Undecided if a figure of the budgets is not known to grow with every variable."""
        if self.form.gaps:
            return  # values are tried one by one
        for figure, formula in self.formulas.items():
            for each in self.ranges:
                if not never_falls(formula, each.name, each.start or 1):
                    raise Undecided(f"{figure} of {self.recipe.name} is not known to grow with {each.name}: give it a range, and use `sweep`")  # fmt: skip  # noqa: E501


def largest(search: Search) -> Answer:
    """The largest value of the one variable that meets all budgets.

    CheckFailed if not even the first one does; UsageError if no budget binds.
    """
    (only,) = search.ranges
    search.require_growth()
    found = _scanned(search, only) if search.form.gaps else bisected(search, only, search.least_point)
    found = next(search.beside_the_formula(only, found), found)
    if found is None:
        raise CheckFailed(search.recipe.name, too_small(search))
    return verified(search, {only.name: found})


def too_small(search: Search) -> str:
    """Why not even the first value fits: what it takes, beside what it may."""
    point = search.least_point
    where = ", ".join(f"{name} = {value}" for name, value in point.items())
    figures = search.measured(point)
    over = [
        f"takes {figures[each.figure]:,} {WORDS.get(each.figure, each.figure)}, more than {each.amount:,}"
        for each in search.budgets
        if figures[each.figure] > each.amount
    ]
    return f"no value meets the budget: the smallest, {where}, {' and '.join(over) or 'is no valid network'}."


def bisected(search: Search, along: Range, point: Mapping[str, int]) -> int | None:
    """The largest value along a variable, the others as in `point`; None if not even the first fits."""
    start, step = along.start or 1, along.step

    def fits(index: int) -> bool:
        return search.fits({**point, along.name: start + index * step})

    if not fits(0):
        return None
    last = None if along.stop is None else max((along.stop - start) // step, 0)
    beyond = _first_beyond(fits, last, search, along)
    if beyond is None:
        return start + (last or 0) * step
    inside = 0
    while beyond - inside > 1:
        middle = (inside + beyond) // 2
        inside, beyond = (middle, beyond) if fits(middle) else (inside, middle)
    return start + inside * step


def _first_beyond(fits: Callable[[int], bool], last: int | None, search: Search, along: Range) -> int | None:
    """An index that does not fit, by doubling; None if all up to the last one fit."""
    moved = any(along.name in formula.variables for formula in search.formulas.values())
    if not moved and last is None and all(each.figure != "memory" for each in search.budgets):
        same = f"{_figures(search)} of {search.recipe.name} do not depend on it"
        raise UsageError(f"the budget does not limit {along.name}: {same}")
    index = 1
    while last is None or index < last:
        if not fits(index):
            return index
        if index > FURTHEST:
            raise UsageError(f"the budget does not limit {along.name}: give a smaller budget, or a range")
        index *= 2
    return None if last is None or fits(last) else last


def _figures(search: Search) -> str:
    return " and ".join(dict.fromkeys(each.figure for each in search.budgets))


def _scanned(search: Search, along: Range) -> int | None:
    """The largest possible value where conditions leave gaps."""
    start = along.start or 1
    stop = start + SCANNED * along.step if along.stop is None else along.stop
    grows = "memory" not in [each.figure for each in search.budgets]
    grows = grows and all(never_falls(each, along.name, start) for each in search.formulas.values())
    found = None
    for value in range(start, stop + 1, along.step):
        if search.form.broken({along.name: value}):
            continue
        if search.fits({along.name: value}):
            found = value
        elif grows:
            break
    return found


def verified(search: Search, point: dict[str, int]) -> Answer:
    """The answer with the integer path's figures, which must meet the budgets, and one step beyond must not.

    CheckFailed if the integer path says otherwise: then a closed form is wrong.
    """
    figures = search.measured(point)
    for budget in search.budgets:
        if figures[budget.figure] > budget.amount:
            raise CheckFailed(search.recipe.name, f"the closed form and the layers disagree about {budget.figure}.")
    beyond: dict[str, dict[str, int] | None] = {}
    for along in search.ranges:
        value = point[along.name] + along.step
        if along.stop is not None and value > along.stop:
            continue
        try:
            further = search.measured({**point, along.name: value})
        except AnalyzerError:
            beyond[along.name] = None
            continue
        if all(further[each.figure] <= each.amount for each in search.budgets):
            raise CheckFailed(search.recipe.name, f"{along.name} = {value} meets the budget too.")
        beyond[along.name] = further
    return Answer(point, figures, beyond)


def front(search: Search) -> list[dict[str, int]]:
    """All points within the budgets of which no other one is as large in every variable: the Pareto set.

    UsageError where more than MOST_POINTS combinations would have to be looked at.
    """
    search.require_growth()
    if search.form.gaps:
        raise Undecided("not every combination is possible here: use `sweep` with the constraint")
    if not search.fits(search.least_point):
        raise CheckFailed(search.recipe.name, too_small(search))
    *outer, first, second = search.ranges
    found: list[tuple[int, ...]] = []
    for values in _combinations(search, outer):
        point = {**search.least_point, **dict(zip((each.name for each in outer), values, strict=True))}
        if search.fits(point):
            found += [(*values, x, y) for x, y in _staircase(search, first, second, point)]
    return [dict(zip(search.names, values, strict=True)) for values in _maximal(found)]


def _combinations(search: Search, outer: Sequence[Range]) -> Iterator[tuple[int, ...]]:
    ranges, count = [], 1
    for along in outer:
        most = bisected(search, along, search.least_point) or 0
        ranges.append(range(along.start or 1, most + 1, along.step))
        count *= len(ranges[-1])
    if count > MOST_POINTS:
        raise UsageError(f"{count:,} combinations of {', '.join(each.name for each in outer)}: give ranges, as {outer[0].name}=1:10")  # fmt: skip  # noqa: E501
    return product(*ranges)


def _staircase(search: Search, first: Range, second: Range, point: dict[str, int]) -> Iterator[tuple[int, int]]:
    """The maximal pairs of two variables: along the edge, one bisection a step."""
    x = first.start or 1
    while True:
        y = bisected(search, second, {**point, first.name: x})
        if y is None:
            return
        furthest = bisected(search, first._replace(start=x), {**point, second.name: y})
        x = x if furthest is None else furthest
        yield x, y
        x += first.step
        if first.stop is not None and x > first.stop:
            return


def _maximal(points: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """The points that no other one reaches in every coordinate."""
    if points and len(points[0]) == 2:
        return points
    kept: list[tuple[int, ...]] = []
    for point in sorted(points, reverse=True):
        if not any(all(a >= b for a, b in zip(other, point, strict=True)) for other in kept):
            kept.append(point)
    return sorted(kept)
