"""A closed form against the integer path: at random points, at all points of its boundary, and just outside."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ...errors import AnalyzerError, CheckFailed
from .form import FIGURES, ClosedForm

SPREAD = {"n": 600, "h": 600, "w": 600, "batch": 64, "classes": 2000, "channels": 8}  # how far random points go
FAR = 96  # for other variables: widths, growth rates
BLOCKS = 8  # for numbers of blocks: the integer path builds every one
BESIDE = 70  # points from the least value on, along every size of the input


class Proof(NamedTuple):
    """How many points agreed to the last unit, and how many were refused by both, as they must be."""

    random: int
    boundary: int
    refused: int

    @property
    def text(self) -> str:
        """In a sentence."""
        outside = f"; it refuses {self.refused} outside" if self.refused else ""
        return (
            f"all {len(FIGURES)} figures of the JSON agree with counting layer by layer at {self.random} random and "
            f"{self.boundary} boundary points{outside}"
        )


def prove(form: ClosedForm, points: int = 200, seed: int = 0, beside: int = BESIDE) -> Proof:
    """Derive the figures again by the integer path at many points; CheckFailed at the first that differs."""
    refused = 0
    counts = {"random": 0, "boundary": 0}
    for kind, candidates in (("random", _random(form, points, seed)), ("boundary", _boundary(form, beside))):
        for point in candidates:
            if form.tells_of_another(point):
                continue
            if form.broken(point):
                _require_refused(form, point)
                refused += 1
            else:
                _require_equal(form, point)
                counts[kind] += 1
    return Proof(counts["random"], counts["boundary"], refused)


def _random(form: ClosedForm, points: int, seed: int) -> Iterator[dict[str, int]]:
    chance = random.Random(seed)
    for _ in range(points):
        yield {name: form.least[name] + chance.randrange(_spread(name)) for name in form.variables}


def _spread(name: str) -> int:
    return SPREAD.get(name, BLOCKS if name.startswith("blocks") else FAR)


def _boundary(form: ClosedForm, beside: int) -> Iterator[dict[str, int]]:
    """Along every variable from just below its least value on, the others at theirs and at the network's own."""
    corner = dict(form.least)
    own = {name: max(form.recipe.value(name), form.least[name]) for name in form.variables}
    for name in form.variables:
        steps = beside + 1 if name in ("n", "h", "w") else min(beside, BLOCKS)
        for place in (corner, own) if len(corner) > 1 else (corner,):
            for value in range(form.least[name], form.least[name] + steps):
                yield {**place, name: value}
            if form.least[name] > 1 and name in ("n", "h", "w"):
                yield {**place, name: form.least[name] - 1}


def _require_equal(form: ClosedForm, point: Mapping[str, int]) -> None:
    totals = form.recipe.measured(point).totals
    for name, value in form.at(point).items():
        if value != getattr(totals, name):
            where = ", ".join(f"{variable} = {number}" for variable, number in point.items())
            raise CheckFailed(form.recipe.name, f"at {where} the formula gives {value} {name}, the layers {getattr(totals, name)}.")  # fmt: skip  # noqa: E501


def _require_refused(form: ClosedForm, point: Mapping[str, int]) -> None:
    try:
        form.recipe.measured(point)
    except AnalyzerError:
        return
    where = ", ".join(f"{variable} = {number}" for variable, number in point.items())
    raise CheckFailed(form.recipe.name, f"at {where} the formula does not hold, but the layers can be measured.")
