"""Settings that give a wanted figure exactly: which network has 25,557,032 parameters?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from math import gcd
from operator import mul
from typing import NamedTuple

from ...architectures.base import Architecture
from ...dim.polynomial import Polynomial, variable
from ...errors import AnalyzerError, UsageError
from ..formula.closed import closed_form
from ..formula.recipe import Recipe, recipe_of
from .budget import MOST_POINTS, SCANNED, Budget, Range, Search, bisected

FIGURES = {
    "params": ("params", "all_params"),
    "parameters": ("params", "all_params"),
    "activations": ("activations",),
    "macs": ("macs",),
    "flops": ("flops",),
    "layers": ("layers",),
    **{name: (name,) for name in ("trainable_params", "frozen_params", "all_params", "moving_statistics")},
}
MOST_CLASSES = 22_000  # ImageNet-21k has 21,841: a classifier of more is no likely meaning of a number


class ExactSettings(NamedTuple):
    """A network at whose `values` (of what may vary; empty: as it stands) a figure is exactly the wanted one."""

    network: str
    style: str
    figure: str
    values: dict[str, int]


def figures_named(text: str) -> tuple[str, ...]:
    """The figures that people mean by a word: `params` may be the trainable ones or all; UsageError for none."""
    found = FIGURES.get(text.strip().lower().replace("-", "_"))
    if found is None:
        raise UsageError(f"--match … {text}: expected params, macs, flops or activations")
    return found


def matches_among(
    architectures: Sequence[Architecture], amount: int, figures: Sequence[str]
) -> Iterator[ExactSettings]:
    """Registered networks, in every style, as they stand or with another number of classes."""
    for architecture in architectures:
        for style in architecture.styles:
            recipe = recipe_of(architecture, style=style)
            tried: tuple[dict[str, int], ...] = ({"classes": 1}, {"classes": 2}) if architecture.classes else ({}, {})
            one, two = (recipe.measured(values).totals for values in tried)
            for figure in figures:
                yield from _by_classes(recipe, figure, amount, getattr(one, figure), getattr(two, figure))


def _by_classes(recipe: Recipe, figure: str, amount: int, one: int, two: int) -> Iterator[ExactSettings]:
    """Figures are linear in the number of classes; what follows from that is measured before it is told."""
    step = two - one
    if step == 0 and one != amount:
        return
    own = recipe.defaults.get("classes", 0)  # a block has no classifier
    classes = own if step == 0 else 1 + (amount - one) // step
    values = {} if classes == own else {"classes": classes}
    if classes > MOST_CLASSES and classes != own:
        return
    if classes < min(own, 1) or getattr(recipe.measured(values).totals, figure) != amount:
        return
    yield ExactSettings(recipe.name, recipe.style, figure, values)


def matches(recipe: Recipe, amount: int, figures: Sequence[str], names: Sequence[str] = ()) -> Iterator[ExactSettings]:
    """Values of `names` together (without names: of every variable alone) at which a figure is the wanted one."""
    groups = [recipe.expanded(list(names))] if names else [[], *([name] for name in recipe.variables if name != "w")]
    for figure in figures:
        seen: set[tuple[tuple[str, int], ...]] = set()
        for group in groups:
            for values in _solved(recipe, figure, amount, group):
                changed = tuple((name, value) for name, value in values.items() if value != recipe.value(name))
                if not names and values.get("classes", 0) > MOST_CLASSES:
                    continue
                if changed not in seen and getattr(recipe.measured(values).totals, figure) == amount:
                    seen.add(changed)
                    yield ExactSettings(recipe.name, recipe.style, figure, values if names else dict(changed))


def _solved(recipe: Recipe, figure: str, amount: int, names: list[str]) -> Iterator[dict[str, int]]:
    """Candidates: all but the last variable are walked through, the last one is found by bisection."""
    if not names or figure == "layers":
        yield {}
        return
    try:
        form = closed_form(recipe, names)
        if figure not in form.figures or not form.figures[figure].variables:
            return
        search = Search(recipe, [Range(name) for name in names], [Budget(figure, amount)])
        if form.gaps:
            yield from _tried(search, figure, amount)
            return
        search.require_growth()
        if search.fits(search.least_point):
            yield from _walked(search, figure, amount)
        if len(names) == 1:
            yield from ({names[0]: value} for value in search.beside_the_formula(search.ranges[0], None))
    except UsageError:
        if len(names) > 1:
            raise
    except AnalyzerError:
        return  # no formula in this variable: it is not searched


def _tried(search: Search, figure: str, amount: int) -> Iterator[dict[str, int]]:
    for values in product(*[range(each.start or 1, SCANNED) for each in search.ranges[:1]]):
        point = dict(zip(search.names, values, strict=True))
        if not search.form.broken(point) and search.form.at(point)[figure] == amount:
            yield point


def _walked(search: Search, figure: str, amount: int) -> Iterator[dict[str, int]]:
    """All but the last variable as far as the amount allows, the last one by bisection."""
    formula = search.form.figures[figure]
    linear = _linear(formula, search.names)
    if linear is not None:
        yield from _sums(search, *linear, amount)
        return
    count = 0
    waiting = [search.least_point]
    for along in search.ranges[:-1]:
        points = []
        for point in waiting:
            most = bisected(search, along, point) or 0
            count += max(most, 0)
            if count > MOST_POINTS:
                raise UsageError(f"more than {MOST_POINTS:,} combinations of {', '.join(search.names)}: name fewer")
            points += [{**point, along.name: value} for value in range(along.start or 1, most + 1)]
        waiting = points
    last = search.ranges[-1]
    for point in waiting:
        found = bisected(search, last, point)
        if found is not None and formula.at({**point, last.name: found}) == amount:
            yield {**point, last.name: found}


def _linear(formula: Polynomial, names: Sequence[str]) -> tuple[list[int], int] | None:
    """The coefficients and the constant of a formula that is a plain sum; None for any other."""
    terms = dict(formula.terms)
    constant = terms.pop((), 0)
    coefficients = [terms.pop(next(iter(variable(name).terms)), 0) for name in names]
    whole = all(type(each) is int and each > 0 for each in coefficients)
    return (coefficients, int(constant)) if whole and not terms else None  # type: ignore[return-value]


def _sums(search: Search, steps: list[int], constant: int, amount: int) -> Iterator[dict[str, int]]:
    """Whole values, each from its least on, with steps·values + constant = amount; the divisors left to right prune."""
    starts = [each.start or 1 for each in search.ranges]
    divisors = [gcd(*steps[place:]) for place in range(len(steps))]
    waiting: list[tuple[tuple[int, ...], int]] = [((), amount - constant)]
    for place, step in enumerate(steps):
        after = sum(map(mul, steps[place + 1 :], starts[place + 1 :]))
        found = []
        for values, rest in waiting:
            if rest % divisors[place]:
                continue
            if place + 1 == len(steps):
                exact = rest // step if rest >= starts[place] * step and rest % step == 0 else None
                found += [] if exact is None else [((*values, exact), 0)]
                continue
            spread = range(starts[place], (rest - after) // step + 1)
            found += [((*values, value), rest - value * step) for value in spread]
        if len(found) > 4 * MOST_POINTS:
            raise UsageError(f"too many combinations of {', '.join(search.names)}: name fewer")
        waiting = found
    for values, _ in waiting:
        yield dict(zip(search.names, values, strict=True))
