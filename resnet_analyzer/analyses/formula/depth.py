"""The number of blocks per stage as a variable: a stage of d blocks costs first + (d − 1)·rest.

Both are read from graphs with 1, 2, 3 and 4 blocks, whose added blocks must be the same layers with the
same shapes, node by node: then every further block is one more of them (the builder reads only what the
block before put out). Where blocks widen what they pass on (DenseNet), a block is measured over a symbol
for its input's channels, and the stage is the sum of that formula over its blocks, by Faulhaber's
formulas (Graham, Knuth, Patashnik, Concrete Mathematics, eq. 2.46 and 6.78).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, TypeAlias

from ...dim import Dim
from ...errors import Undecided
from ...measurement import Measurement, Row, totals_of
from .closed import FIGURES, ClosedForm, form_of, over_symbols
from .conditions import Condition, reduced
from .recipe import Recipe
from .symbols import Converter
from .terms import Polynomial, polynomial, variable

BLOCK = re.compile(r"(stage\d+)/(?:block|layer)(\d+)(?:/|$)")

Figures: TypeAlias = dict[str, Polynomial]


def in_blocks(recipe: Recipe, names: Sequence[str], counts: Sequence[str], fixed: Mapping[str, int]) -> ClosedForm:
    """The closed form where some of `names` (the `counts`) are numbers of blocks.

    Undecided where the blocks of a stage are not one block repeated.
    """
    stages = recipe.tuples["blocks"]
    others = [name for name in names if name not in counts]
    plain = {name: value for name, value in fixed.items() if not re.fullmatch(r"blocks\d+", name)}
    derive = _growing if "growth_rate" in recipe.defaults and "stem_channels" in _options(recipe) else _repeating
    form = derive(recipe, others, plain, stages)
    given = {f"blocks{i + 1}": recipe.full(fixed)[f"blocks{i + 1}"] for i in range(stages)}
    settled = {name: value for name, value in given.items() if name not in counts}
    figures = {name: formula.replaced(settled) for name, formula in form.figures.items()}
    conditions = [condition.replaced(settled) for condition in form.conditions]
    conditions += [Condition("least", variable(name), polynomial(least)) for name, least in form.least.items() if name in names]  # fmt: skip  # noqa: E501
    least, rest = reduced(conditions, names)
    return replace(form, variables=tuple(names), figures=figures, least=least, conditions=rest)


def _options(recipe: Recipe) -> set[str]:
    return set(recipe.options)


def _measured(recipe: Recipe, others: Sequence[str], fixed: Mapping[str, Dim], blocks: Sequence[int]) -> tuple[Measurement, list[Any]]:  # fmt: skip  # noqa: E501
    counts = {f"blocks{i + 1}": count for i, count in enumerate(blocks)}
    return over_symbols(recipe, others, {**fixed, **counts})


def _summed(rows: Sequence[Row], batch: Dim, converter: Converter) -> Figures:
    """The figures of some rows as formulas."""
    sums = totals_of(rows)
    return {name: converter.formula(getattr(sums, name)) for name in FIGURES}


def _by_stage(rows: Sequence[Row]) -> tuple[list[Row], dict[str, dict[int, list[Row]]]]:
    """Rows outside of blocks, and rows of blocks by stage and number."""
    outside: list[Row] = []
    stages: dict[str, dict[int, list[Row]]] = {}
    for row in rows:
        match = BLOCK.match(row.node.scope)
        if match:
            stages.setdefault(match[1], {}).setdefault(int(match[2]), []).append(row)
        else:
            outside.append(row)
    return outside, stages


def _repeating(recipe: Recipe, others: Sequence[str], fixed: Mapping[str, Dim], count: int) -> ClosedForm:
    """Stages whose blocks put out what they take in, from the second or third on."""
    converter = Converter()
    measured = [_measured(recipe, others, fixed, (blocks,) * count) for blocks in (1, 2, 3, 4)]
    form = form_of(recipe, others, *measured[3], converter)
    split = [_by_stage(measurement.rows) for measurement, _ in measured]
    batch = measured[0][0].batch
    figures = _summed(split[0][0], batch, converter)
    least = []
    for index, stage in enumerate(split[0][1]):
        _require_equal_blocks(recipe, stage, split[3][1][stage])
        costs = [_summed(_rows(each[1][stage]), batch, converter) for each in split]
        name = f"blocks{index + 1}"
        from_one = _stage(recipe, stage, costs, name, figures)
        least.append(Condition("least", variable(name), polynomial(1 if from_one else 2)))
    return replace(form, figures=figures, conditions=(*form.conditions, *least))


def _rows(blocks: Mapping[int, list[Row]]) -> list[Row]:
    return [row for number in sorted(blocks) for row in blocks[number]]


def _stage(recipe: Recipe, stage: str, costs: Sequence[Figures], name: str, figures: Figures) -> bool:
    """Add a stage of so many blocks to `figures`; whether the formula holds for a lone block too."""
    from_one = True
    for figure in FIGURES:
        one, two, three, four = (cost[figure] for cost in costs)
        rest = three - two
        if four - three != rest:
            raise Undecided(f"{recipe.name}: the blocks of {stage} do not repeat: no formula in their number")
        from_one = from_one and two - one == rest
        figures[figure] = figures[figure] + two + (variable(name) - 2) * rest
    return from_one


def _require_equal_blocks(recipe: Recipe, stage: str, blocks: Mapping[int, Sequence[Row]]) -> None:
    """The second and third of four blocks are the same layers with the same shapes, node by node."""
    described = [[_described(row, rows[0].node.scope) for row in rows] for rows in (blocks[2], blocks[3])]
    if described[0] != described[1]:
        raise Undecided(f"{recipe.name}: the blocks of {stage} are not one block repeated: no formula in their number")


def _described(row: Row, scope: str) -> tuple[Any, ...]:
    return row.op, str(row.node.op.settings()), row.inputs, row.output, [weight.shape for weight in row.weights]


def _growing(recipe: Recipe, others: Sequence[str], fixed: Mapping[str, Dim], count: int) -> ClosedForm:
    """Stages whose blocks add channels: one block and one transition over symbols, then sum and insert."""
    from .growth import Stage, chained

    converter = Converter()
    measurement, supposed = _measured(recipe, others, fixed, (1,) * count)
    form = form_of(recipe, others, measurement, supposed, converter)
    outside, _ = _by_stage(measurement.rows)
    stem = [row for row in outside if row.node.scope.split("/")[0] == "stage1" or row.op == "Input"]
    unit = Stage.measured(recipe, others, fixed, converter)
    start = tuple(converter.formula(size) for size in stem[-1].output or ())
    figures = chained(_summed(stem, measurement.batch, converter), start, unit, count)
    for blocks in ((1,) * count, tuple(2 + index % 2 for index in range(count))):
        _require_proof(recipe, others, fixed, converter, figures, blocks)
    least = [Condition("least", variable(f"blocks{i + 1}"), polynomial(1)) for i in range(count)]
    return replace(form, figures=figures, conditions=(*form.conditions, *least))


def _require_proof(recipe: Recipe, others: Sequence[str], fixed: Mapping[str, Dim], converter: Converter, figures: Figures, blocks: Sequence[int]) -> None:  # fmt: skip  # noqa: E501
    """The formulas at these numbers of blocks are those of the graph built with them, as formulas."""
    built = form_of(recipe, others, *_measured(recipe, others, fixed, blocks), converter).figures
    counts = {f"blocks{i + 1}": number for i, number in enumerate(blocks)}
    for name, formula in figures.items():
        if formula.replaced(counts) != built[name]:
            raise Undecided(f"{recipe.name}: the blocks do not add up to the network: no formula in their number")


def power_sum(power: int, count: Polynomial) -> Polynomial:
    """0ᵖ + 1ᵖ + … + (count − 1)ᵖ as a formula, for p up to 3.

    >>> power_sum(1, variable("d")).at(d=5), power_sum(2, variable("d")).at(d=5)
    (10, 30)
    """
    before = count - 1
    return (
        count,
        count * before * Fraction(1, 2),
        count * before * (2 * count - 1) * Fraction(1, 6),
        (count * before * Fraction(1, 2)) ** 2,
    )[power]
