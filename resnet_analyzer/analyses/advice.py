"""Advice on a design that is valid: what it wastes, throws away or never uses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ..graph import Graph
from ..measurement import Measurement, Row
from ..ops.batch_norm import BatchNorm
from ..ops.conv import Conv2d
from ..ops.input import Input
from ..ops.zero_padding import ZeroPadding2d
from ..shape import is_map, spell
from ..window import amounts
from .receptive_field import View, receptive_fields


class Advice(NamedTuple):
    """A remark: its kind (one word), the first layer that it is about, and the sentence."""

    kind: str
    node: str
    says: str


def advise(measurement: Measurement) -> tuple[Advice, ...]:
    """All advice on a measured network, the weightiest first."""
    rows = measurement.rows
    found = (
        *_dead(measurement.graph),
        *_twice(rows),
        *_exhausted(rows),
        *_dropped(rows),
        *_strided_pointwise(rows),
        *_biases(measurement.graph, rows),
        *_sees_everything(rows),
    )
    return tuple(found)


def _others(count: int) -> str:
    return f" and {count - 1} more" if count > 1 else ""


def _dead(graph: Graph) -> Iterator[Advice]:
    """Layers whose result nobody reads, though another layer ends the network."""
    ends = [node for node in graph.outputs if not node.training_only]
    for node in ends[:-1]:
        what = "an input that no layer reads" if isinstance(node.op, Input) else "its result is never used"
        yield Advice("dead", node.name, f"{what}: a dead branch, or an `inputs` that names another layer")


def _twice(rows: Sequence[Row]) -> Iterator[Advice]:
    """Joins that read one layer twice, as `[b, previous]` right behind b does."""
    for row in rows:
        names = row.node.inputs
        if row.node.op.kind == "merge" and len(set(names)) < len(names):
            name = next(each for each in names if names.count(each) > 1)
            yield Advice(
                "twice", row.name, f"reads {name} twice; `previous` is the layer before it, `start` what came in"
            )


def _exhausted(rows: Sequence[Row]) -> Iterator[Advice]:
    """Windows of several taps on maps of 1×1: all but one tap meet padding."""
    found = [
        row
        for row in rows
        if row.cost.windows and any(window.span > 1 and window.length == 1 for window in row.cost.windows)
    ]
    if found:
        size = spell(found[0].inputs[0])
        says = f"the feature map is down to {size}{_before(rows, found[0])}: windows there cover mostly padding"
        yield Advice("resolution", found[0].name, f"{says}{_others(len(found))}")


def _before(rows: Sequence[Row], row: Row) -> str:
    last = max((each.node.scope.partition("/")[0] for each in rows if each.node.scope.startswith("stage")), default="")
    own = row.node.scope.partition("/")[0]
    return f" before {last}" if last and own.startswith("stage") and own != last else ""


def _dropped(rows: Sequence[Row]) -> Iterator[Advice]:
    """Strides that leave real pixels at the border unread: (n + 2p − f) mod s beyond the padding."""
    by_name = {row.name: row for row in rows}
    for row in rows:
        for window in row.cost.windows:
            lost = window.dropped - window.pads[1] - _zeros(by_name, row)
            if lost > 0 and window.span > 1 and not window.same:
                says = f"{lost} of {window.length} rows or columns are never read: {window.how()}"
                says += f", remainder {window.dropped}"
                yield Advice("border", row.name, says)
                break


def _zeros(by_name: dict[str, Row], row: Row) -> int:
    """Rows of zeros that a padding layer put behind what the row reads."""
    before = by_name[row.node.inputs[0]].node.op
    return int(min(after for _, after in amounts(before.padding))) if isinstance(before, ZeroPadding2d) else 0


def _strided_pointwise(rows: Sequence[Row]) -> Iterator[Advice]:
    """1×1 convolutions with a stride: what lies between is thrown away."""
    found = [row for row in rows if isinstance(row.node.op, Conv2d) and _skips(row)]
    if found:
        vertical, horizontal = found[0].cost.windows
        share = vertical.stride * horizontal.stride
        which = "a 1×1 convolution" if len(found) == 1 else f"the first of {len(found)} 1×1 convolutions"
        says = f"{which} with stride {vertical.stride}: it uses one pixel in {share}; "
        says += "a stride in the 3×3 (v1.5), or average pooling before the 1×1 (ResNet-D), uses all"
        yield Advice("stride", found[0].name, says)


def _skips(row: Row) -> bool:
    return bool(row.cost.windows) and all(window.span == 1 and window.stride > 1 for window in row.cost.windows)


def _biases(graph: Graph, rows: Sequence[Row]) -> Iterator[Advice]:
    """Biases that the batch normalisation behind takes away again (Ioffe & Szegedy 2015, sec. 3.2)."""
    readers: dict[str, list[str]] = {}
    for node in graph:
        for name in node.inputs:
            readers.setdefault(name, []).append(node.name)
    found = [
        row
        for row in rows
        if getattr(row.node.op, "use_bias", False)
        and getattr(row.node.op, "activation", None) is None
        and (after := readers.get(row.name, []))
        and all(isinstance(graph[name].op, BatchNorm) and graph[name].op.center for name in after)  # type: ignore[attr-defined]
    ]
    if found:
        saved = sum(weight.params for row in found for weight in row.weights if weight.name == "bias")
        which = "a bias" if len(found) == 1 else f"the first of {len(found)} biases"
        says = f"{which} cancelled by batch norm: {saved:,} wasted parameters; set use_bias: false"
        yield Advice("bias", found[0].name, says)


def _sees_everything(rows: Sequence[Row]) -> Iterator[Advice]:
    """Stages in which every unit's view is at least as large as the input."""
    inputs = [row for row in rows if isinstance(row.node.op, Input)]
    if len(inputs) != 1 or not is_map(inputs[0].output):
        return
    views = receptive_fields(rows)
    height, width = inputs[0].output[1:3]
    stages: dict[str, bool] = {}
    for row in rows:
        stage = row.node.scope.partition("/")[0]
        if stage and stage != "head" and row.cost.windows:
            stages[stage] = stages.get(stage, True) and _covers(views[row.name], height, width)
    names = [stage for stage, whole in stages.items() if whole]
    if names:
        first = next(row for row in rows if row.node.scope.partition("/")[0] == names[0])
        view = views[first.name]
        sides = view.size if view is not None else None
        size = "×".join("all" if side is None else str(side) for side in sides) if sides else "everything"
        says = f"from {names[0]} on the receptive field covers the whole input: {size} of {height}×{width} at its start"
        yield Advice("view", first.name, says)


def _covers(view: View | None, height: int, width: int) -> bool:
    if view is None or view.size is None:
        return False
    return all(size is None or size >= side for size, side in zip(view.size, (height, width), strict=True))
