"""What a lesson is: a name, its place in the index, a sentence on it, and a function that makes the report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from ...architectures.base import find
from ...measurement import Measurement, Row, measure
from ...registry import Registry
from ...shape import spell
from ..model import Report
from ..places import spent

Findings: TypeAlias = Sequence[str]
Make: TypeAlias = Callable[[Findings], Report]

LESSONS: Registry[Lesson] = Registry("report", __package__)


class Lesson(NamedTuple):
    """A standard report: `make(findings)` gives it; `place` orders the index, `says` is its line there.

    `findings` is what the committed cross-check tells of layers that were run against each other.
    """

    name: str
    place: int
    says: str
    make: Make


def lesson(name: str, place: int, says: str) -> Callable[[Make], Make]:
    """Register the decorated function as the maker of the standard report `name`."""

    def register(make: Make) -> Make:
        LESSONS.add(name, Lesson(name, place, says, make))
        return make

    return register


@lru_cache(maxsize=64)
def _measured(name: str, options: tuple[tuple[str, Any], ...]) -> Measurement:
    return measure(find(name).graph(**dict(options)))


def net(name: str, **options: Any) -> Measurement:
    """A registered network measured under options; the same one is measured once."""
    return _measured(name, tuple(sorted(options.items())))


def main_path(measurement: Measurement, scope: str = "") -> int:
    """MACs of the blocks in a scope, without what stands on their shortcuts.

    >>> main_path(net("resnet50"), "stage2/block2"), main_path(net("resnet34"), "stage3/block1")
    (218365952, 173408256)
    """
    return sum(
        spent(row)
        for row in measurement.rows
        if (place := row.node.scope).startswith(scope) and "/block" in place and not place.endswith("/shortcut")
    )


def title(measurement: Measurement) -> str:
    """What people call it."""
    return str(measurement.graph.about.get("title", measurement.graph.name))


def input_of(measurement: Measurement) -> str:
    """The input's size as text."""
    return spell(measurement.graph.inputs[0].op.shape)  # type: ignore[attr-defined]


def by_hand(row: Row) -> str:
    """A convolution's or dense layer's weights, multiplied out: `3·3·64·64 = 36,864`.

    >>> by_hand(net("basic", input=(8, 8, 4)).rows[1])
    '3·3·4·4 = 144'
    """
    kernel = next(weight for weight in row.weights if weight.name == "kernel")
    return f"{'·'.join(map(str, kernel.shape))} = {kernel.params:,}"
