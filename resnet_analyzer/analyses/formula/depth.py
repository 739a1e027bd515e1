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
from typing import Any

from ...dim import Dim, at_least
from ...dim.conditions import Condition, reduced
from ...dim.polynomial import polynomial, variable
from ...errors import Undecided
from ...measurement import Measurement, Row
from .form import FIGURES, ClosedForm, Figures, form_of, over_symbols, summed
from .recipe import Recipe

BLOCK = re.compile(r"(stage\d+)/(?:block|layer)(\d+)(?:/|$)")


def in_blocks(recipe: Recipe, names: Sequence[str], counts: Sequence[str], fixed: Mapping[str, int]) -> ClosedForm:
    """The closed form where some of `names` (the `counts`) are numbers of blocks.

    Undecided where the blocks of a stage are not one block repeated.
    """
    stages = recipe.tuples["blocks"]
    others = [name for name in names if name not in counts]
    plain = {name: value for name, value in fixed.items() if not re.fullmatch(r"blocks\d+", name)}
    derive = _growing if "growth_rate" in recipe.defaults and "stem_channels" in recipe.options else _repeating
    form = derive(recipe, others, plain, stages)
    given = {f"blocks{i + 1}": recipe.full(fixed)[f"blocks{i + 1}"] for i in range(stages)}
    settled = {name: value for name, value in given.items() if name not in counts}
    figures = {name: polynomial(formula.replaced(settled)) for name, formula in form.figures.items()}
    conditions = [condition.replaced(settled) for condition in form.conditions]
    conditions += [at_least(variable(name), least) for name, least in form.least.items() if name in names]
    least, rest = reduced([each for each in conditions if isinstance(each, Condition)], names)
    return replace(form, variables=tuple(names), figures=figures, least=least, conditions=rest)


def _measured(recipe: Recipe, others: Sequence[str], fixed: Mapping[str, Dim], blocks: Sequence[int]) -> tuple[Measurement, list[Any]]:  # fmt: skip  # noqa: E501
    counts = {f"blocks{i + 1}": count for i, count in enumerate(blocks)}
    return over_symbols(recipe, others, {**fixed, **counts})


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
    measured = [_measured(recipe, others, fixed, (blocks,) * count) for blocks in (1, 2, 3, 4)]
    form = form_of(recipe, others, *measured[3])
    split = [_by_stage(measurement.rows) for measurement, _ in measured]
    figures = summed(split[0][0])
    least = {}
    for index, stage in enumerate(split[0][1]):
        _require_equal_blocks(recipe, stage, split[3][1][stage])
        costs = [summed(_rows(each[1][stage])) for each in split]
        name = f"blocks{index + 1}"
        from_one = _stage(recipe, stage, costs, name, figures)
        least[name] = 1 if from_one else 2
    return replace(form, figures=figures, least={**form.least, **least})


def _rows(blocks: Mapping[int, list[Row]]) -> list[Row]:
    return [row for number in sorted(blocks) for row in blocks[number]]


def _stage(recipe: Recipe, stage: str, costs: Sequence[Figures], name: str, figures: Figures) -> bool:
    """Add a stage of so many blocks to `figures`; whether the formula holds for a lone block too."""
    from_one = True
    for figure in FIGURES:
        one, two, three, four = (cost[figure] for cost in costs)
        rest = three - two
        if four - three != rest:
            raise Undecided(f"{recipe.name}: the blocks of {stage} differ, so there is no formula in their number")
        from_one = from_one and two - one == rest
        figures[figure] = polynomial(figures[figure] + two + (variable(name) - 2) * rest)
    return from_one


def _require_equal_blocks(recipe: Recipe, stage: str, blocks: Mapping[int, Sequence[Row]]) -> None:
    """The second and third of four blocks are the same layers with the same shapes, node by node."""
    described = [[_described(row, rows[0].node.scope) for row in rows] for rows in (blocks[2], blocks[3])]
    if described[0] != described[1]:
        raise Undecided(
            f"{recipe.name}: the blocks of {stage} are not one block repeated, so there is no formula in their number"
        )


def _described(row: Row, scope: str) -> tuple[Any, ...]:
    return row.op, str(row.node.op.settings()), row.inputs, row.output, [weight.shape for weight in row.weights]


def _growing(recipe: Recipe, others: Sequence[str], fixed: Mapping[str, Dim], count: int) -> ClosedForm:
    """Stages whose blocks add channels: one block and one transition over symbols, then sum and insert."""
    from .growth import Stage, chained

    measurement, supposed = _measured(recipe, others, fixed, (1,) * count)
    form = form_of(recipe, others, measurement, supposed)
    outside, _ = _by_stage(measurement.rows)
    stem = [row for row in outside if row.node.scope.split("/")[0] == "stage1" or row.op == "Input"]
    unit = Stage.measured(recipe, others, fixed)
    start = tuple(stem[-1].output or ())[1:]
    figures = chained(summed(stem), start, unit, count)
    for blocks in ((1,) * count, tuple(2 + index % 2 for index in range(count))):
        _require_proof(recipe, others, fixed, figures, blocks)
    least = {f"blocks{i + 1}": 1 for i in range(count)}
    return replace(form, figures=figures, least={**form.least, **least})


def _require_proof(recipe: Recipe, others: Sequence[str], fixed: Mapping[str, Dim], figures: Figures, blocks: Sequence[int]) -> None:  # fmt: skip  # noqa: E501
    """The formulas at these numbers of blocks are those of the graph built with them, as formulas."""
    built = form_of(recipe, others, *_measured(recipe, others, fixed, blocks)).figures
    counts = {f"blocks{i + 1}": number for i, number in enumerate(blocks)}
    for name, formula in figures.items():
        if polynomial(formula.replaced(counts)) != built[name]:
            raise Undecided(
                f"{recipe.name}: the blocks do not add up to the network, so there is no formula in their number"
            )
