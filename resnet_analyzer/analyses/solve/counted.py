"""Solving where a variable decides what the layers are: no formula has it, so its values are counted out.

How often a design repeats a block is such a variable. Its values are tried one after another, each measured layer
by layer: all of a range that ends, else up to the first that is over the budget. The others are then solved for by
their closed forms, as everywhere.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from ...errors import AnalyzerError, CheckFailed, NeedsNumbers, UsageError
from ..formula.closed import ClosedForm
from ..formula.recipe import Recipe
from ..memory_model import INFERENCE, Model
from .budget import Answer, Budget, Range, Search, too_small, verified

MOST_COUNTED = 1_024  # values of a range without an end


def search_of(recipe: Recipe, ranges: Sequence[Range], budgets: Sequence[Budget], model: Model = INFERENCE) -> Search:
    """The search by closed forms; by counting for what has none."""
    try:
        return Search(recipe, ranges, budgets, model)
    except NeedsNumbers as error:
        return Counted(recipe, ranges, budgets, model, error.names)


class Counted(Search):
    """A search in which the `structural` variables are counted out."""

    def __init__(
        self,
        recipe: Recipe,
        ranges: Sequence[Range],
        budgets: Sequence[Budget],
        model: Model,
        structural: Collection[str],
    ) -> None:
        self.recipe, self.budgets, self.model = recipe, budgets, model
        self.ranges = [
            each._replace(name=name, start=1 if each.start is None else each.start)
            for each in ranges
            for name in recipe.expanded([each.name])
        ]
        self.structural = [each for each in self.ranges if each.name in structural]
        self.form = ClosedForm(recipe, tuple(self.names), {}, {})

    def figures(self, point: Mapping[str, int]) -> dict[str, int]:
        """All figures at a point, by the integer path."""
        return self.measured(point)

    def answer(self) -> Answer:
        """The largest value of the one variable; CheckFailed where none fits."""
        points = self._points
        if not points:
            raise CheckFailed(self.recipe.name, too_small(self))
        return verified(self, points[-1])

    def pareto(self) -> list[dict[str, int]]:
        """All points of which no other one is as large in every variable; CheckFailed where none fits."""
        if not self._points:
            raise CheckFailed(self.recipe.name, too_small(self))
        values = [tuple(point[name] for name in self.names) for point in self._points]
        kept = [
            each
            for each in dict.fromkeys(values)
            if not any(other != each and all(a >= b for a, b in zip(other, each, strict=True)) for other in values)
        ]
        return [dict(zip(self.names, each, strict=True)) for each in sorted(kept)]

    @cached_property
    def _points(self) -> list[dict[str, int]]:
        """For every value of the first structural variable the points of the others."""
        along, *_ = self.structural
        rest = [each for each in self.ranges if each is not along]
        found: list[dict[str, int]] = []
        for value in self._values(along):
            more = self._beside({along.name: value}, rest)
            if not more and along.stop is None:
                return found
            found += [{along.name: value, **each} for each in more]
        if along.stop is None:
            raise UsageError(f"the budget does not limit {along.name}: give a smaller budget, or a range")
        return found

    def _values(self, along: Range) -> Iterator[int]:
        start = along.start or 1
        stop = start + (MOST_COUNTED - 1) * along.step if along.stop is None else along.stop
        return iter(range(start, stop + 1, along.step))

    def _beside(self, fixed: Mapping[str, int], rest: Sequence[Range]) -> list[dict[str, int]]:
        """The largest values of the other variables, this one being fixed; none where nothing fits."""
        recipe = replace(self.recipe, defaults={**self.recipe.defaults, **fixed})
        if not rest:
            try:
                figures = self.measured(fixed)
            except AnalyzerError:
                return []
            return [{}] if all(figures[each.figure] <= each.amount for each in self.budgets) else []
        try:
            search = search_of(recipe, rest, self.budgets, self.model)
            return [search.answer().values] if len(search.ranges) == 1 else search.pareto()
        except CheckFailed:
            return []
