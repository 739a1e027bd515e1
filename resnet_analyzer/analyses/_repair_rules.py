"""Candidates of repairs, by the rule that a layer breaks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields
from math import gcd
from typing import Any

from ..design import Reading, Suggestion
from ..errors import AnalyzerError
from ..measurement import Row, walk
from ..ops.concatenate import Concatenate
from ..ops.elementwise import Add, Multiply, Subtract
from ..shape import Shape, is_map
from ..window import amounts, pair
from ._repair_edits import field_suggestion, input_suggestion, removed, replaced_word
from ._repair_path import channel_source
from .diagnose import Finding

LARGEST_INPUT = 4096
LARGEST_GRAPH = 2_000  # layers: the search for an input walks the graph some twenty times


def broken_rule(reading: Reading, finding: Finding) -> Iterator[Suggestion]:
    """What may repair the rule that a layer breaks, the likelier changes first."""
    row = reading.rows[finding.node]
    op = row.node.op
    if isinstance(op, (Add, Subtract, Multiply, Concatenate)):
        from ._repair_alike import alike
        from ._repair_branches import branches

        yield from alike(reading, finding)
        yield from branches(reading, row)
        return
    yield from _some(_kind_of_shape(reading, row))
    if row.inputs and is_map(row.inputs[0]):
        if hasattr(op, "groups"):
            yield from _some(_groups(reading, row))
        yield from _some(_window(reading, row))
    yield from _some(_own_fields(reading, row))
    yield from _some(_larger_input(reading, row))
    if row.cost.windows and not all(window.fits is True for window in row.cost.windows):
        from ._repair_joins import another_input

        yield from _some(another_input(reading))
    if not row.weights:
        yield from _some([removed(reading, row.name)])


def _some(suggestions: Iterable[Suggestion | None]) -> Iterator[Suggestion]:
    return (suggestion for suggestion in suggestions if suggestion is not None)


def _kind_of_shape(reading: Reading, row: Row) -> Iterator[Suggestion | None]:
    """A vector where a feature map is needed: what flattened it goes, or keeps its axes."""
    if not row.inputs or is_map(row.inputs[0]):
        return
    if type(row.node.op).__name__.startswith("Global"):
        yield removed(reading, row.name)
    name = row.node.inputs[0]
    while name in reading.rows:
        before = reading.rows[name]
        flattens = bool(before.inputs) and is_map(before.inputs[0])
        if flattens and not is_map(before.output):
            yield field_suggestion(reading, name, "keepdims", True)
            yield removed(reading, name)
            return
        if not before.node.inputs:
            return
        name = before.node.inputs[0]


def _groups(reading: Reading, row: Row) -> Iterator[Suggestion | None]:
    """Groups that divide, or numbers that the groups divide."""
    groups: int = row.node.op.groups  # type: ignore[attr-defined]
    channels: int = row.inputs[0][-1]
    filters: int = getattr(row.node.op, "filters", channels)
    if channels % groups == 0 and filters % groups == 0:
        return
    entry = reading.origins.get(row.name)
    names = ("cardinality",) if entry is not None and entry.op is None else ("groups",)
    common = gcd(channels, filters)
    divisors = [number for number in range(1, min(common, 4096) + 1) if common % number == 0]
    for number in sorted(divisors, key=lambda each: abs(each - groups))[:3]:
        yield from (field_suggestion(reading, row.name, name, number) for name in names)
    for number in _multiples(filters, groups):
        yield field_suggestion(reading, row.name, "filters", number)
    for number in _multiples(channels, groups):
        yield field_suggestion(reading, row.name, "inner", number)
        source = channel_source(reading, row.node.inputs[0])
        if source is not None:
            yield field_suggestion(reading, source[0], source[1], number)


def _multiples(number: int, factor: int) -> list[int]:
    """The multiples of `factor` below and above a number, the nearer one first; none for a multiple."""
    below = number // factor * factor
    near = [each for each in (below, below + factor) if each > 0 and each != number]
    return sorted(near, key=lambda each: abs(each - number)) if number % factor else []


def _window(reading: Reading, row: Row) -> Iterator[Suggestion | None]:
    """A window that does not fit: padding, a smaller kernel, a stride or pool before it less."""
    if not row.cost.windows or all(window.fits is True for window in row.cost.windows):
        return
    sizes = tuple(window.span for window in row.cost.windows)
    halves = tuple(size // 2 for size in sizes)
    yield field_suggestion(reading, row.name, "padding", halves[0] if halves[0] == halves[1] else halves)
    yield field_suggestion(reading, row.name, "padding", "same")
    largest = tuple(_largest(window) for window in row.cost.windows)
    for field in ("kernel_size", "pool_size"):
        yield field_suggestion(reading, row.name, field, largest[0] if largest[0] == largest[1] else largest)
    yield field_suggestion(reading, row.name, "dilation_rate", 1)
    if type(row.node.op).__name__ == "AveragePool2d":
        yield replaced_word(reading, row.name, "global_average_pool2d: {keepdims: true}")
        yield replaced_word(reading, row.name, "global_average_pool2d")
    if type(row.node.op).__name__ == "MaxPool2d":
        yield removed(reading, row.name)
    yield from less_stride(reading, row.node.inputs[0])


def _largest(window: Any) -> int:
    """The largest kernel that fits, odd if the wanted one is."""
    most = max((window.length + sum(window.pads) - 1) // window.dilation + 1, 1)
    size = min(window.size, most)
    return size - 1 if size % 2 == 0 and window.size % 2 and size > 1 else size


def less_stride(reading: Reading, name: str, most: int = 3) -> Iterator[Suggestion | None]:
    """The nearest layers above that make the map smaller: without their stride, pools taken out."""
    found = 0
    while name in reading.rows and found < most:
        row = reading.rows[name]
        strides = pair(getattr(row.node.op, "strides", 1))
        if strides != (1, 1) and row.cost.windows:
            found += 1
            if type(row.node.op).__name__.endswith("Pool2d"):
                yield removed(reading, name)
            yield field_suggestion(reading, name, "strides", 1)
            yield field_suggestion(reading, name, "stride", 1)
        if not row.node.inputs:
            return
        name = row.node.inputs[0]


def _own_fields(reading: Reading, row: Row) -> Iterator[Suggestion | None]:
    """Settings that other rules bound: reshaping, cropping, padding of pools, output padding, order of axes."""
    op, name = row.node.op, row.name
    held = {field.name: getattr(op, field.name) for field in fields(op)}
    if "target" in held:
        target = held["target"][1:]  # designs leave the batch out
        for index in range(len(target)):
            yield field_suggestion(reading, name, "target", (*target[:index], -1, *target[index + 1 :]))
        yield field_suggestion(reading, name, "target", (-1,))
    if "cropping" in held and row.inputs and is_map(row.inputs[0]):
        (top, bottom), (left, right) = amounts(held["cropping"])
        most = (min(row.inputs[0][1:3]) - 1) // 2
        yield field_suggestion(reading, name, "cropping", min(most, max(top, bottom, left, right)))
        yield field_suggestion(reading, name, "cropping", 0)
    if "axes" in held and row.inputs and isinstance(held["axes"], tuple):
        rank = len(row.inputs[0]) - 1
        kept = [axis for axis in held["axes"][1:] if axis <= rank]
        yield field_suggestion(reading, name, "axes", (*kept, *range(len(held["axes"]), rank + 1)))
    if held.get("output_padding") is not None:
        step = min(pair(held["strides"]))
        yield field_suggestion(reading, name, "output_padding", max(step - 1, 0))
    if "padding" in held and not isinstance(held["padding"], str):
        size = min(pair(held.get("pool_size", held.get("kernel_size", 1))))
        yield field_suggestion(reading, name, "padding", size // 2)
        yield field_suggestion(reading, name, "padding", 0)


def _larger_input(reading: Reading, row: Row) -> Iterator[Suggestion | None]:
    """The least input (both sizes alike, or scaled) for which no layer breaks a rule any more."""
    shape, graph = reading.header.input, reading.graph
    if not is_map(shape) or graph is None or len(graph.inputs) != 1 or len(graph) > LARGEST_GRAPH:
        return

    def holds(size: int) -> bool:
        height, width = max(size, shape[1]), max(size, shape[2])
        try:
            for _ in walk(graph.with_input(Shape(1, height, width, shape[-1]))):
                pass
        except AnalyzerError:
            return False
        return True

    low = min(shape[1], shape[2])
    high = low
    while high < LARGEST_INPUT and not holds(high):
        high *= 2
    if high >= LARGEST_INPUT:
        return
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    yield input_suggestion(reading, max(high, shape[1]), max(high, shape[2]))
