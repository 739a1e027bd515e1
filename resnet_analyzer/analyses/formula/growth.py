"""Stages of blocks that widen what they pass on (DenseNet), with the number of blocks as a variable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ...dim import Dim, symbol
from ...dim.polynomial import Polynomial, Value, made, polynomial, variable
from ...errors import Undecided
from ...measurement import Measurement, Row
from .form import Figures, over_symbols, summed
from .recipe import Recipe

H, W, C, I = "height of stage", "width of stage", "channels of stage", "blocks before"  # noqa: E741


class Stage(NamedTuple):
    """What a stage is made of, over its input's height, width and channels.

    `block` costs one block, which adds `growth` channels; `transition` what follows a stage, and `next` the
    shape that it passes on; `head` what follows the last stage.
    """

    block: Figures
    growth: Value
    transition: Figures
    next: tuple[Value, ...]
    head: Figures

    @classmethod
    def measured(cls, recipe: Recipe, others: Sequence[str], fixed: Mapping[str, Dim]) -> Stage:
        """Measured on a small network of the family whose stem passes on what comes in, over symbols."""
        free = [name for name in others if name not in ("n", "h", "w")]
        sides = {"h": symbol(H), "w": symbol(W)}

        def built(*blocks: int) -> Measurement:
            small = recipe.varied({"small_input": True, "stem_channels": symbol(C), "blocks": blocks})  # type: ignore[misc]
            values = {name: value for name, value in fixed.items() if name not in ("n", "stem_channels")}
            return over_symbols(small, free, {**values, **sides})[0]

        two, one = built(1, 1), built(1)
        first = _rows(two, "stage2/layer1")
        growth = first[-1].output[-1] - variable(C)  # type: ignore[index]
        entering = {C: variable(C) - growth}  # what follows a block, over its own input
        between = _rows(two, "stage2/transition")

        def figures(rows: Sequence[Row], over: Mapping[str, Value]) -> Figures:
            found = summed(rows)
            return {name: polynomial(formula.replaced(over)) for name, formula in found.items()}

        onward = tuple(polynomial(size).replaced(entering) for size in (between[-1].output or ())[1:])
        head = figures(_rows(one, "head"), entering)
        return cls(figures(first, {}), growth, figures(between, entering), onward, head)


def _rows(measurement: Measurement, scope: str) -> list[Row]:
    return [row for row in measurement.rows if f"{row.node.scope}/".startswith(f"{scope}/")]


def chained(stem: Figures, start: tuple[Value, ...], unit: Stage, count: int) -> Figures:
    """Stem, `count` stages with transitions between, head: every stage over what the one before passes on."""
    figures, state = dict(stem), start
    for index in range(count):
        number = variable(f"blocks{index + 1}")
        for name, formula in unit.block.items():
            summed = _over_blocks(formula, unit.growth, number)
            figures[name] = polynomial(figures[name] + _inserted(summed, state))
        height, width, channels = state
        state = (height, width, channels + number * unit.growth)
        after = unit.transition if index + 1 < count else unit.head
        for name, formula in after.items():
            figures[name] = polynomial(figures[name] + _inserted(formula, state))
        state = tuple(_inserted(size, state) for size in unit.next)
    return figures


def _inserted(formula: Value, state: tuple[Value, ...]) -> Value:
    return polynomial(formula).replaced(dict(zip((H, W, C), state, strict=True)))


def _over_blocks(block: Polynomial, growth: Value, number: Polynomial) -> Value:
    """The sum of a block's formula over channels C, C + growth … of so many blocks."""
    over = polynomial(block.replaced({C: variable(C) + variable(I) * growth}))
    ((((before, _),), _),) = variable(I).terms.items()
    result: Value = 0
    for monomial, coefficient in over.terms.items():
        power = dict(monomial).get(before, 0)
        part = made({tuple([pair for pair in monomial if pair[0] != before]): coefficient})
        if I in polynomial(part).variables or power > 3:
            raise Undecided("a block's cost is no polynomial in its channels: no formula in the number of blocks")
        result = result + part * power_sum(power, number)
    return result


def power_sum(power: int, count: Polynomial) -> Value:
    """0ᵖ + 1ᵖ + … + (count − 1)ᵖ as a formula, for p up to 3.

    >>> power_sum(1, variable("d")).at(d=5), power_sum(2, variable("d")).at(d=5)
    (10, 30)
    """
    from fractions import Fraction

    pairs = count * (count - 1) * Fraction(1, 2)
    return (count, pairs, pairs * (2 * count - 1) * Fraction(1, 3), pairs * pairs)[power]
