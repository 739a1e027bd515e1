"""What a closed form is, and how one comes of measuring a network over symbols."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from ...dim import Dim, supposing, symbol
from ...dim.conditions import Condition, reduced
from ...dim.polynomial import Polynomial, polynomial
from ...dim.program import compiled
from ...errors import CheckFailed, UsageError
from ...measurement import Measurement, Row, Totals, as_html, as_table, totals_of
from .recipe import Recipe

FIGURES = (
    "params", "trainable_params", "frozen_params", "moving_statistics", "all_params", "macs", "flops", "activations"
)  # fmt: skip

Figures: TypeAlias = dict[str, Polynomial]


@dataclass(frozen=True, eq=False)
class ClosedForm:
    """Exact formulas of a network's figures in some of its sizes; the others have plain values.

    `figures` by their name in `measure.Totals`; they hold from `least` on (per variable), where all
    `conditions` hold. `unknown` names layers whose cost is not known, `lower_bounds` the figures that
    are then lower bounds.
    """

    recipe: Recipe
    variables: tuple[str, ...]
    figures: Mapping[str, Polynomial]
    least: Mapping[str, int]
    conditions: tuple[Condition, ...] = ()
    unknown: tuple[str, ...] = ()
    lower_bounds: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<ClosedForm of {self.recipe.name} in {', '.join(self.variables)}>"

    def __str__(self) -> str:
        return as_table("formula", self)

    def _repr_html_(self) -> str:
        return as_html("formula", self)

    @property
    def excepted(self) -> dict[str, tuple[int, ...]]:
        """Single values of a variable at which the network is another one (a width that is the stem's)."""
        found = {each.exception for each in self.conditions} - {None}
        return {name: tuple(sorted(v for n, v in found if n == name)) for name in self.variables}  # type: ignore[misc]

    @property
    def gaps(self) -> tuple[Condition, ...]:
        """The conditions that do more than except single values."""
        return tuple(each for each in self.conditions if each.exception is None)

    def tells_of_another(self, point: Mapping[str, int]) -> bool:
        """Whether the network is possible at a point, but another one than the formulas tell of."""
        failed = [each.kind for each in self.conditions if not each.holds(point)]
        low = any(point[name] < least for name, least in self.least.items())
        return not low and bool(failed) and set(failed) == {"differ"}

    def at(self, values: Mapping[str, int] | None = None, **more: int) -> dict[str, int]:
        """All figures at whole numbers; CheckFailed where a condition does not hold.

        A variable that is not given has the network's own value.
        """
        given = {**(values or {}), **more}
        for name in given:
            if name not in self.variables:
                raise UsageError(f"this closed form is in {', '.join(self.variables)}, not in {name}")
        point = {name: given[name] if name in given else self.recipe.value(name) for name in self.variables}
        broken = self.broken(point)
        if broken:
            raise CheckFailed(self.recipe.name, broken)
        return self.evaluated(point)

    def evaluated(self, point: Mapping[str, int]) -> dict[str, int]:
        """All figures at a point, whether the conditions hold there or not."""
        return dict(zip(self.figures, self._program(*[point[name] for name in self.variables]), strict=True))

    @cached_property
    def _program(self) -> Callable[..., tuple[int, ...]]:
        return compiled(list(self.figures.values()), self.variables).function

    def broken(self, point: Mapping[str, int]) -> str:
        """A sentence on the first condition that does not hold at a point; empty where all hold."""
        for name, least in self.least.items():
            if point[name] < least:
                return f"{name} must be at least {least}, not {point[name]}."
        for condition in self.conditions:
            if not condition.holds(point):
                return f"a condition on {', '.join(sorted(point))} does not hold: {condition}."
        return ""


def figures_of(totals: Totals) -> Figures:
    """All figures as formulas."""
    return {name: polynomial(getattr(totals, name)) for name in FIGURES}


def summed(rows: Sequence[Row]) -> Figures:
    """All figures of some rows as formulas."""
    return figures_of(totals_of(rows))


def form_of(
    recipe: Recipe, names: Sequence[str], measurement: Measurement, supposed: Sequence[Condition]
) -> ClosedForm:
    """What was measured over symbols, as a closed form; it holds where what was `supposed` does."""
    least, conditions = reduced([*[check.condition for check in measurement.assumptions], *supposed], names)
    figures, bounds = figures_of(measurement.totals), measurement.lower_bounds
    return ClosedForm(recipe, tuple(names), figures, least, conditions, measurement.unknown, bounds)


def over_symbols(recipe: Recipe, names: Sequence[str], fixed: Mapping[str, Dim]) -> tuple[Measurement, list[Any]]:
    """The network measured over a symbol per name, and what builders had to suppose.

    A builder that asks whether a width is the stem's 16 channels goes on with no; 16 itself is then excepted.
    """
    symbols = {name: symbol(name) for name in names}
    with supposing() as supposed:
        return recipe.measured({**fixed, **symbols}), supposed
