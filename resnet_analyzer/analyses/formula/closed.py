"""Closed forms of a network: measured once over symbols, exact for every size from the least on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...dim import Dim, symbol
from ...errors import CheckFailed, Undecided, UsageError
from ...measure import Measurement
from .conditions import Condition, reduced
from .recipe import Recipe
from .symbols import Converter
from .terms import Polynomial, evaluated, polynomial, variable

FIGURES = ("params", "trainable_params", "non_trainable_params", "macs", "flops", "activations")


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
    return form_of(recipe, *over_symbols(recipe, names, fixed), Converter())


def form_of(recipe: Recipe, measurement: Measurement, offsets: Mapping[str, int], converter: Converter) -> ClosedForm:
    """What was measured over symbols, each standing for its variable less an offset, as a closed form."""
    back = {name: variable(name) - offset for name, offset in offsets.items() if offset}
    figures = {name: converter.formula(getattr(measurement.totals, name)).replaced(back) for name in FIGURES}
    found = [converter.condition(check.condition).replaced(back) for check in measurement.assumptions]
    found += [Condition("least", variable(name), polynomial(offset + 1)) for name, offset in offsets.items()]
    least, conditions = reduced(found, list(offsets))
    return ClosedForm(recipe, tuple(offsets), figures, least, conditions, measurement.unknown)


def over_symbols(recipe: Recipe, names: Sequence[str], fixed: Mapping[str, Dim]) -> tuple[Measurement, dict[str, int]]:
    """The network measured over a symbol per name, and what each symbol leaves out at the bottom.

    A builder that must know whether a width passes a fixed one (a stem's 16 channels) is given it beyond.
    """
    failure: Undecided | None = None
    for offset in (0, *_marks(recipe, names)):
        offsets = {name: offset if name not in _NEVER_SHIFTED else 0 for name in names}
        symbols: dict[str, Dim] = {name: symbol(name) + offsets[name] for name in names}
        try:
            return recipe.measured({**fixed, **symbols}), offsets
        except Undecided as error:
            failure = error
            if not set(names) - _NEVER_SHIFTED:
                break
    raise failure or Undecided(f"{recipe.name}: no formula in {', '.join(names)}")


_NEVER_SHIFTED = {"n", "h", "w", "batch", "classes", "channels"}


def _marks(recipe: Recipe, names: Sequence[str]) -> list[int]:
    """Widths that the network's own options name, and halves of them: where a comparison may change its answer.

    A bottleneck compares four times a width with the stem's channels.
    """
    options = {name: value for name, value in recipe.defaults.items() if name not in _NEVER_SHIFTED}
    named = [value for name, value in options.items() if name not in names and 1 < value <= 4096]
    return sorted({value // 2**halves for value in named for halves in range(4)} - {0})
