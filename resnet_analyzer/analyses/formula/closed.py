"""Closed forms of a network: measured once over symbols, exact for every size from the least on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...dim import Dim, supposing, symbol
from ...errors import CheckFailed, UsageError
from ...measurement import Measurement
from .conditions import Condition, reduced
from .recipe import Recipe
from .symbols import Converter
from .terms import Polynomial, evaluated

FIGURES = (
    "params", "trainable_params", "frozen_params", "moving_statistics", "all_params", "macs", "flops", "activations"
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class ClosedForm:
    """Exact formulas of a network's figures in some of its sizes; the others have plain values.

    `figures` by their name in `measure.Totals`; they hold from `least` on (per variable), where all
    `conditions` hold. `unknown` names layers whose cost is not known: the figures are then lower bounds.
    """

    recipe: Recipe
    variables: tuple[str, ...]
    figures: Mapping[str, Polynomial]
    least: Mapping[str, int]
    conditions: tuple[Condition, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def excepted(self) -> dict[str, tuple[int, ...]]:
        """Single values of a variable at which the network is another one (a width that is the stem's)."""
        found = {each.exception for each in self.conditions} - {None}
        return {name: tuple(sorted(v for n, v in found if n == name)) for name in self.variables}  # type: ignore[misc]

    @property
    def gaps(self) -> tuple[Condition, ...]:
        """The conditions that do more than except single values."""
        return tuple(each for each in self.conditions if each.exception is None)

    def apart(self, point: Mapping[str, int]) -> bool:
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
        point = {name: given.get(name, self.recipe.value(name)) for name in self.variables}
        broken = self.broken(point)
        if broken:
            raise CheckFailed(self.recipe.name, broken)
        return evaluated(self.figures, point)

    def broken(self, point: Mapping[str, int]) -> str:
        """A sentence on the first condition that does not hold at a point; empty where all hold."""
        for name, least in self.least.items():
            if point[name] < least:
                return f"{name} must be at least {least}, not {point[name]}."
        for condition in self.conditions:
            if not condition.holds(point):
                return f"a condition on {', '.join(sorted(point))} does not hold: {spelled(condition)}."
        return ""


def spelled(condition: Condition) -> str:
    """A condition in plain text, for messages."""
    from .spell import TEXT

    return TEXT.condition(condition)


def closed_form(recipe: Recipe, variables: Sequence[str], fixed: Mapping[str, int] | None = None) -> ClosedForm:
    """The closed form of a network in `variables`; `fixed` sets others to numbers first.

    Undecided where the network is not one formula in them; UnknownName for what cannot vary.
    """
    names = recipe.expanded(list(variables))
    recipe.full({**dict.fromkeys(names, 1), **(fixed or {})})  # refuses n beside h and w
    counts = [name for name in names if name.startswith("blocks") and name[6:].isdecimal()]
    if counts and "blocks" in recipe.tuples:
        from .depth import in_blocks

        return in_blocks(recipe, names, counts, fixed or {})
    return measured_form(recipe, names, fixed or {})


def measured_form(recipe: Recipe, names: Sequence[str], fixed: Mapping[str, Dim]) -> ClosedForm:
    """The closed form in sizes that do not change how many layers there are."""
    return form_of(recipe, names, *over_symbols(recipe, names, fixed), Converter())


def form_of(
    recipe: Recipe, names: Sequence[str], measurement: Measurement, supposed: Sequence[Any], converter: Converter
) -> ClosedForm:
    """What was measured over symbols as a closed form; it holds where what was `supposed` does."""
    figures = {name: converter.formula(getattr(measurement.totals, name)) for name in FIGURES}
    found = [converter.condition(check.condition) for check in measurement.assumptions]
    found += [converter.condition(condition) for condition in supposed]
    least, conditions = reduced(found, names)
    return ClosedForm(recipe, tuple(names), figures, least, conditions, measurement.unknown)


def over_symbols(recipe: Recipe, names: Sequence[str], fixed: Mapping[str, Dim]) -> tuple[Measurement, list[Any]]:
    """The network measured over a symbol per name, and what builders had to suppose.

    A builder that asks whether a width is the stem's 16 channels goes on with no; 16 itself is then excepted.
    """
    symbols = {name: symbol(name) for name in names}
    with supposing() as supposed:
        return recipe.measured({**fixed, **symbols}), supposed
