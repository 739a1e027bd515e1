"""Measuring a graph: `measure` adds up what every row costs, and settles the checks."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from math import prod
from types import MappingProxyType
from typing import Any

from .dim import Condition, Dim, holds, is_array, is_exactly, is_number, is_symbol, total
from .errors import UsageError, install
from .frozen import Frozen, NamedTuple, replace
from .graph import Graph
from .ops.base import FROZEN, MOVING, TRAINABLE, UNTOLD, Check, require_whole
from .registry import Registry
from .rows import Row, count_activations, count_flops, count_macs, walk
from .shape import Shape

CHUNK_CELLS = 16_384  # cells of a numpy grid measured at once: fastest in tests/benchmarks, and memory stays flat

WRITERS: Registry[Any] = Registry("format", f"{__package__}.writers")
PLOTS: Registry[Any] = Registry("picture", f"{__package__}.plots")
FRAMES: Registry[Any] = Registry("table of layers", f"{__package__}.report")
REPORTS: Registry[Any] = Registry("report on a result", f"{__package__}.report")  # by the file's name: `diff`


def as_table(kind: str, result: Any) -> str:
    """A result as the tables that its command prints; `kind` names what REPORTS has for it."""
    return str(WRITERS["table"].fragment(REPORTS[kind](result)))


def as_html(kind: str, result: Any) -> str:
    """The same as HTML, which a notebook shows."""
    return str(WRITERS["html"].fragment(REPORTS[kind](result)))


class Totals(NamedTuple):
    """The sums over all rows. Those that `Measurement.lower_bounds` names are lower bounds.

    `params` is what papers count (trainable and frozen), `all_params` Keras' total, with the moving
    statistics.
    """

    layers: int
    params: Dim
    trainable_params: Dim
    frozen_params: Dim
    moving_statistics: Dim
    all_params: Dim
    macs: Dim
    flops: Dim
    activations: Dim


_TOUCHED = {
    "work": ("macs", "flops", "activations"),
    "weights": ("params", "trainable_params", "frozen_params", "moving_statistics", "all_params"),
    "roles": ("params", "trainable_params", "frozen_params", "moving_statistics"),
}


class Measurement(Frozen):
    """A graph measured.

    `rows` holds every layer, `valid` is True or the array of cells in which every rule holds,
    `assumptions` the conditions on symbols under which all figures hold, `unknown` the layers whose cost
    is unknown, `lower_bounds` the totals that those touch.
    """

    graph: Graph
    kept: tuple[Row, ...] | None
    totals: Totals
    valid: Condition = True
    assumptions: tuple[Check, ...] = ()
    unknown: tuple[str, ...] = ()
    lower_bounds: tuple[str, ...] = ()

    @property
    def rows(self) -> tuple[Row, ...]:
        """Every layer measured; UsageError for a grid of more than CHUNK_CELLS cells, which keeps its totals alone."""
        if self.kept is None:
            raise UsageError(
                f"{self.graph.name}: a grid of more than {CHUNK_CELLS:,} cells keeps only its totals: "
                "measure fewer sizes at once to see layers"
            )
        return self.kept

    @property
    def batch(self) -> Dim:
        """Images counted together: the first axis of the input."""
        inputs = self.graph.inputs
        return inputs[0].op.shape[0] if inputs and len(inputs[0].op.shape) else 1  # type: ignore[attr-defined]

    @property
    def status(self) -> str:
        """`complete`, or `lower_bound` where some layer's cost is unknown."""
        return "lower_bound" if self.unknown else "complete"

    def least(self, figure: str, sign: str = "≥ ") -> str:
        """The sign to print before a total of that name: "" unless it is a lower bound."""
        return sign if figure in self.lower_bounds else ""

    @cached_property
    def by_name(self) -> Mapping[str, Row]:
        """The rows by their node's name."""
        return MappingProxyType({row.name: row for row in self.rows})

    def to_dict(self) -> dict[str, Any]:
        """The JSON contract, schema 2 (see README)."""
        from .contract import measurement_data

        return measurement_data(self)

    def to_json(self) -> str:
        """The same as text."""
        import json

        from .contract import plain_number

        return json.dumps(self.to_dict(), indent=1, ensure_ascii=False, default=plain_number)

    def plot(self, kind: str = "architecture", theme: str = "light", **options: Any) -> Any:
        """A picture of this network, which a notebook shows; `svg`, `png`, `pdf` are bytes, `figure()` is matplotlib's.

        `kind` is one of `resnet-analyze draw --list`; `options` are that kind's own. UnknownName for another.
        """
        return PLOTS[kind].draw([self], theme, **options)

    def to_dataframe(self) -> Any:
        """A pandas table with a row per layer: the layers of `to_dict`, and what follows from them.

        Beside them stage, block, live_bytes (float32), receptive_field, how, params_by_hand and macs_by_hand.
        UsageError where pandas is not installed.
        """
        try:
            from pandas import DataFrame
        except ImportError:
            raise UsageError(f"to_dataframe needs pandas: {install('pandas')} (to_dict needs nothing)") from None
        return DataFrame(FRAMES["dataframe"](self)).set_index("name")

    def __repr__(self) -> str:
        return f"<Measurement of {self.graph.name}: {self.totals.layers} layers, {self.status}>"

    def __str__(self) -> str:
        if all(map(is_number, self.totals)):
            return WRITERS["table"].show(self)
        return "\n".join(
            [f"{self.graph.name}, {self.status}", *[_in_words(*each) for each in self.totals._asdict().items()]]
        )

    def _repr_html_(self) -> str | None:
        return WRITERS["html"].show(self) if all(map(is_number, self.totals)) else None


def _in_words(name: str, value: Dim) -> str:
    """A total in one line, over a grid with its ends."""
    if not is_array(value):
        return f"{name:18}{value}"
    cells = "×".join(map(str, value.shape))
    ends = f", {int(value.min()):,} to {int(value.max()):,}" if value.size else ""
    return f"{name:18}{cells} cells{ends}"


def measure(graph: Graph, batch: Dim | None = None) -> Measurement:
    """Measure every layer of `graph`, as it stands or with another `batch`: the first axis of every input.

    Plain sizes: CheckFailed where a rule does not hold. Arrays: cells where one does not hold are
    marked in `valid`, and grids are cut into chunks. Symbols: what must hold is listed in `assumptions`.

    >>> from resnet_analyzer.ops.conv import Conv2d
    >>> from resnet_analyzer.graph import GraphBuilder
    >>> from resnet_analyzer.shape import Shape
    >>> build = GraphBuilder("tiny")
    >>> _ = build.add("conv", Conv2d(16, 3), build.input(Shape(1, 8, 8, 3)))
    >>> measure(build.graph()).totals.macs   # 3·3·3 · 16 · 6·6
    15552
    """
    if not isinstance(graph, Graph):
        raise UsageError(f"measure takes a graph, as architecture(...) or load(...) give one, not {graph!r:.60}")
    if batch is not None and not is_exactly(batch, 1):
        graph = graph.with_batch(require_whole("measure", "batch", batch, least=1, axes=(0,)))
    grid = _grid(graph)
    if prod(grid) > CHUNK_CELLS:
        return _measure_in_chunks(graph, grid)
    return _summed(graph, tuple(walk(graph)))


def with_channels_last(measurement: Measurement) -> Measurement:
    """The same with every shape's channels behind its sizes, for pictures that speak of height and width."""
    first = measurement.graph.channels_first()
    if not first:
        return measurement

    def last(shape: Any, name: str) -> Any:
        is_turned = shape is not None and name in first and len(shape) > 2
        return Shape(shape[0], *shape[2:], shape[1]) if is_turned else shape

    rows = [
        row._replace(
            inputs=tuple(map(last, row.inputs, row.node.inputs)),
            cost=row.cost._replace(output=last(row.cost.output, row.name)),
        )
        for row in measurement.rows
    ]
    return replace(measurement, kept=tuple(rows))


def _checks(rows: Sequence[Row], totals: Totals) -> Iterator[Check]:
    """What must hold in all rows, and, where there are symbols, of the fields of their ops."""
    for row in rows:
        yield from row.cost.checks
    if any(map(is_symbol, totals)):
        for row in rows:
            yield from row.node.op.field_checks()


def _summed(graph: Graph, rows: tuple[Row, ...]) -> Measurement:
    valid: Condition = True
    open_checks: dict[str, Check] = {}
    totals = totals_of(rows)
    for check in _checks(rows, totals):
        if check.condition is True:
            continue
        condition = holds(check.condition)
        if is_array(condition):
            valid = condition if valid is True else valid & condition
        elif is_symbol(condition):
            open_checks.setdefault(str(condition), check)
    unknown = [row for row in rows if row.cost.unknown]
    touched = {figure for row in unknown for kind in row.cost.unknown for figure in _TOUCHED[kind]}
    bounds = tuple(figure for figure in Totals._fields if figure in touched)
    names = tuple(row.name for row in unknown)
    return Measurement(graph, rows, _finished(totals), valid, tuple(open_checks.values()), names, bounds)


def totals_of(rows: Sequence[Row]) -> Totals:
    """The sums over some rows."""
    by_role: dict[str, list[Dim]] = {TRAINABLE: [], FROZEN: [], MOVING: [], UNTOLD: []}
    for row in rows:
        for weight in row.cost.weights:
            by_role[weight.role].append(weight.params)
    trainable, frozen, moving, untold = [total(params) for params in by_role.values()]
    return Totals(
        len(rows),
        trainable + frozen,
        trainable,
        frozen,
        moving,
        trainable + frozen + moving + untold,
        total(map(count_macs, rows)),
        total(map(count_flops, rows)),
        total(map(count_activations, rows)),
    )


def _finished(totals: Totals) -> Totals:
    """The same totals, which nobody changes any more: arrays are read-only."""
    for value in totals:
        if is_array(value):
            value.setflags(write=False)  # type: ignore[union-attr]
    return totals


def _grid(graph: Graph) -> tuple[int, ...]:
    """The common shape of all arrays in the graph; () without arrays.

    UsageError if they do not go together.
    """
    if "numpy" not in sys.modules:
        return ()
    shapes = {array.shape for array in graph.arrays()}
    if not shapes:
        return ()
    import numpy

    try:
        return numpy.broadcast_shapes(*shapes)
    except ValueError as error:
        texts = " and ".join("×".join(map(str, shape)) for shape in sorted(shapes))
        raise UsageError(f"arrays of {texts} cells do not make one grid: give them all one shape") from error


def _measure_in_chunks(graph: Graph, grid: tuple[int, ...]) -> Measurement:
    """Totals of a large grid, measured CHUNK_CELLS cells at a time; rows are not kept."""
    import numpy

    cells = prod(grid)
    parts = []
    for start in range(0, cells, CHUNK_CELLS):

        def cut(array: Any, start: int = start) -> Any:
            if array.size == 1:
                return array.reshape(1)
            return numpy.broadcast_to(array, grid).flat[start : start + CHUNK_CELLS]

        part = graph.over_cells(cut)
        parts.append(replace(_summed(part, tuple(walk(part))), graph=graph, kept=None))  # rows of all would fill memory
    sizes = [min(CHUNK_CELLS, cells - start) for start in range(0, cells, CHUNK_CELLS)]

    def joined(pieces: list[Any]) -> Any:
        if not any(is_array(piece) for piece in pieces) and all(piece == pieces[0] for piece in pieces):
            return pieces[0]
        spread = [numpy.broadcast_to(piece, (size,)) for piece, size in zip(pieces, sizes, strict=True)]
        return numpy.concatenate(spread).reshape(grid)

    totals = Totals(*[joined([part.totals[i] for part in parts]) for i in range(len(Totals._fields))])
    valid = joined([part.valid for part in parts])
    first = parts[0]
    return Measurement(graph, None, _finished(totals), valid, (), first.unknown, first.lower_bounds)
