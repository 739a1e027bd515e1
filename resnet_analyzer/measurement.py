"""One loop over a graph: `walk` applies the rules in order, `measure` adds up and settles the checks."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod
from operator import index
from typing import Any, NamedTuple

from .conventions.activations import activations as count_activations
from .conventions.flops import flops as count_flops
from .conventions.macs import macs as count_macs
from .dim import Condition, Dim, at_least, holds, is_array, is_symbol, over_cells, total
from .errors import CheckFailed, UsageError
from .graph import Graph, Node
from .ops.base import NO_WORK, Check, Cost, Weight, Work, require_whole
from .ops.opaque import Opaque
from .registry import Registry
from .shape import Shape

CHUNK_CELLS = 16_384  # cells of a numpy grid measured at once: fastest in tests/benchmarks, and memory stays flat

WRITERS: Registry[Any] = Registry("format", f"{__package__}.writers")


class Row(NamedTuple):
    """One node measured: the shapes it read and everything that it cost, per image."""

    node: Node
    inputs: tuple[Shape, ...]
    cost: Cost

    @property
    def name(self) -> str:
        """The node's name."""
        return self.node.name

    @property
    def op(self) -> str:
        """The op's class name, as `Conv2d`."""
        return type(self.node.op).__name__

    @property
    def output(self) -> Shape | None:
        """The shape that comes out; None if it cannot be known."""
        return self.cost.output

    @property
    def weights(self) -> tuple[Weight, ...]:
        """Named weights."""
        return self.cost.weights

    @property
    def params(self) -> Dim:
        """Numbers in all weights, moving statistics included (as Keras counts)."""
        return total(weight.params for weight in self.cost.weights)

    @property
    def trainable_params(self) -> Dim:
        """Numbers in the trainable weights (as torch and papers count)."""
        return total(weight.params for weight in self.cost.weights if weight.trainable)

    @property
    def work(self) -> Work:
        """Counted primitives for one image alone, with what is done once per batch."""
        return self.work_for(1)

    def work_for(self, batch: Dim) -> Work:
        """Counted primitives for a batch: per image times `batch`, and once per batch."""
        cost = self.cost
        work = cost.work if type(batch) is int and batch == 1 else cost.work.times(batch)
        return work if cost.work_per_batch is NO_WORK else work + cost.work_per_batch

    @property
    def status(self) -> str:
        """`exact`, or `unknown` where the cost cannot be told."""
        return "exact" if self.cost.exact else "unknown"

    def how(self) -> str:
        """The window formula with its numbers; both axes where they differ; empty without a window."""
        formulas = dict.fromkeys(window.how() for window in self.cost.windows)
        return ", ".join(formulas)


class Totals(NamedTuple):
    """The sums over all rows, for the batch measured. Where the status is `lower_bound`, at least so much."""

    layers: int
    params: Dim
    trainable_params: Dim
    non_trainable_params: Dim
    macs: Dim
    flops: Dim
    activations: Dim


def walk(graph: Graph, failed: Callable[[Row, Check], None] | None = None) -> Iterator[Row]:
    """Apply every op to the shapes before it, in order; CheckFailed at the first rule that does not hold.

    Rules over arrays and symbols stay open: they stand in the rows' checks, for `measure` to collect.
    With `failed`, which is told of each layer's first broken rule, the walk goes on as far as shapes allow.
    """
    shapes: dict[str, Shape | None] = {}
    for node in graph.nodes:
        inputs = tuple([shapes[name] for name in node.inputs])
        known = None not in inputs or type(node.op) is Opaque  # which may tell its shape all the same
        cost = node.op.apply(*inputs) if known else _UNKNOWN
        for check in cost.checks:
            if check.condition is not True and holds(check.condition) is False:
                if failed is None:
                    raise CheckFailed(node.name, check.text)
                failed(Row(node, inputs, cost), check)  # type: ignore[arg-type]
                cost = cost._replace(output=_possible(cost.output))
                break
        if node.training_only:
            cost = cost._replace(work=NO_WORK, work_per_batch=NO_WORK)
        if node.weights_of:
            cost = cost._replace(weights=())
        if node.frozen:
            cost = cost._replace(weights=tuple([weight._replace(trainable=False) for weight in cost.weights]))
        shapes[node.name] = cost.output
        yield Row(node, inputs, cost)  # type: ignore[arg-type]


_UNKNOWN = Cost(None, exact=False)


def _possible(shape: Shape | None) -> Shape | None:
    """A shape that a broken rule left, if there can be one."""
    return shape if shape is not None and all(at_least(size, 1) is not False for size in shape) else None


@dataclass(frozen=True, eq=False)
class Measurement:
    """A graph measured.

    `rows` holds every layer (empty for a grid of more than CHUNK_CELLS cells, whose totals alone are
    kept), `batch` the images counted, `valid` is True or the array of cells in which every rule
    holds, `assumptions` the conditions on symbols under which all figures hold.
    """

    graph: Graph
    rows: tuple[Row, ...]
    totals: Totals
    batch: Dim = 1
    valid: Condition = True
    assumptions: tuple[Check, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def status(self) -> str:
        """`complete`, or `lower_bound` where some layer's cost is unknown."""
        return "lower_bound" if self.unknown else "complete"

    @cached_property
    def by_name(self) -> dict[str, Row]:
        """The rows by their node's name."""
        return {row.name: row for row in self.rows}

    def to_dict(self) -> dict[str, Any]:
        """The JSON contract, schema 1 (see README)."""
        return _as_dict(self)

    def to_json(self) -> str:
        """The same as text."""
        import json

        return json.dumps(self.to_dict(), indent=1, ensure_ascii=False, default=_plain)

    def to_dataframe(self) -> Any:
        """A pandas table with a line per layer: the layers of `to_dict`; UsageError where pandas is not installed."""
        try:
            from pandas import DataFrame
        except ImportError:
            raise UsageError("to_dataframe needs pandas: pip install pandas (to_dict needs nothing)") from None
        return DataFrame(self.to_dict()["layers"]).set_index("name")

    def __str__(self) -> str:
        return WRITERS["table"].show(self)

    def _repr_html_(self) -> str:
        return WRITERS["html"].show(self)


def measure(graph: Graph, batch: Dim = 1) -> Measurement:
    """Measure every layer of `graph`; figures of work are for `batch` images.

    Plain sizes: CheckFailed where a rule does not hold. Arrays: cells where one does not hold are
    marked in `valid`, and grids are cut into chunks. Symbols: what must hold is listed in `assumptions`.

    >>> from resnet_analyzer.ops.conv2d import Conv2d
    >>> from resnet_analyzer.graph import GraphBuilder
    >>> from resnet_analyzer.shape import FeatureMap
    >>> build = GraphBuilder("tiny")
    >>> _ = build.add("conv", Conv2d(16, 3), build.input(FeatureMap(8, 8, 3)))
    >>> measure(build.graph()).totals.macs   # 3·3·3 · 16 · 6·6
    15552
    """
    batch = require_whole("measure", "batch", batch, least=1, axes=(0,))
    grid = _grid(graph, batch)
    if prod(grid) > CHUNK_CELLS:
        return _measure_in_chunks(graph, batch, grid)
    return _summed(graph, tuple(walk(graph)), batch)


def _summed(graph: Graph, rows: tuple[Row, ...], batch: Dim) -> Measurement:
    valid: Condition = True
    open_checks: dict[str, Check] = {}
    for row in rows:
        for check in row.cost.checks:
            if check.condition is True:
                continue
            condition = holds(check.condition)
            if is_array(condition):
                valid = condition if valid is True else valid & condition
            elif is_symbol(condition):
                open_checks.setdefault(str(condition), check)
    unknown = tuple(row.name for row in rows if not row.cost.exact)
    return Measurement(graph, rows, _totals(rows, batch), batch, valid, tuple(open_checks.values()), unknown)


def _totals(rows: tuple[Row, ...], batch: Dim) -> Totals:
    params = total(row.params for row in rows if row.cost.weights)
    trainable = total(row.trainable_params for row in rows if row.cost.weights)
    layers = len(rows)
    work = [row.work_for(batch) for row in rows]
    return Totals(
        layers,
        params,
        trainable,
        params - trainable,
        total(map(count_macs, work)),
        total(map(count_flops, work)),
        total(map(count_activations, work)),
    )


def _grid(graph: Graph, batch: Dim) -> tuple[int, ...]:
    """The common shape of all arrays in the graph; () without arrays.

    UsageError if they do not go together.
    """
    if "numpy" not in sys.modules:
        return ()
    shapes = {array.shape for array in graph.arrays()} | ({batch.shape} if is_array(batch) else set())
    if not shapes:
        return ()
    import numpy

    try:
        return numpy.broadcast_shapes(*shapes)
    except ValueError as error:
        texts = " and ".join("×".join(map(str, shape)) for shape in sorted(shapes))
        raise UsageError(f"arrays of {texts} cells do not make one grid: give them all one shape") from error


def _measure_in_chunks(graph: Graph, batch: Dim, grid: tuple[int, ...]) -> Measurement:
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
        summed = _summed(part, tuple(walk(part)), over_cells(cut, batch))
        parts.append(replace(summed, graph=graph, rows=()))  # or the rows of all chunks would stay in memory
    sizes = [min(CHUNK_CELLS, cells - start) for start in range(0, cells, CHUNK_CELLS)]

    def joined(pieces: list[Any]) -> Any:
        if not any(is_array(piece) for piece in pieces) and all(piece == pieces[0] for piece in pieces):
            return pieces[0]
        spread = [numpy.broadcast_to(piece, (size,)) for piece, size in zip(pieces, sizes, strict=True)]
        return numpy.concatenate(spread).reshape(grid)

    totals = Totals(*[joined([part.totals[i] for part in parts]) for i in range(len(Totals._fields))])
    valid = joined([part.valid for part in parts])
    return Measurement(graph, (), totals, batch, valid, unknown=parts[0].unknown)


def _plain(value: Any) -> int:
    try:
        return index(value)  # a numpy int that came in by `about`
    except TypeError:
        raise UsageError("JSON holds plain numbers, and this graph was measured over a grid or symbols") from None


def _as_dict(measurement: Measurement) -> dict[str, Any]:
    graph, totals = measurement.graph, measurement.totals
    inputs = [node.op.shape._asdict() for node in graph.inputs]  # type: ignore[attr-defined]
    return {
        "schema": 1,
        "model": graph.name,
        "style": graph.about.get("style"),
        "input": inputs[0] if len(inputs) == 1 else inputs,
        "batch": measurement.batch,
        "classes": graph.about.get("classes"),
        "status": measurement.status,
        "totals": totals._asdict(),
        "layers": [_layer(row, measurement.batch) for row in measurement.rows],
        "unknown": list(measurement.unknown),
    }


def _layer(row: Row, batch: Dim) -> dict[str, Any]:
    work = row.work_for(batch)
    return {
        "name": row.name,
        "op": row.op,
        "inputs": list(row.node.inputs),
        "output_shape": None if row.output is None else list(row.output),
        "params": row.params,
        "trainable_params": row.trainable_params,
        "macs": count_macs(work),
        "flops": count_flops(work),
        "weights": {weight.name: list(weight.shape) for weight in row.weights},
        "status": row.status,
    }
