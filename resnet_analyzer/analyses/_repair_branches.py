"""Candidates of repairs where branches that meet do not agree."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product

from ..design import Reading, Suggestion, quoted, spelled_input
from ..measurement import Row
from ..ops.batch_norm import BatchNorm
from ..ops.concatenate import Concatenate
from ..shape import Shape, is_map
from ..window import pair
from ._repair_edits import both, field_suggestion, inputs_suggestion, inserted, removed, suggested_entry, without_key
from ._repair_path import channel_setter, channel_source
from .diagnose import common_ancestors

PAIRS = 24  # pairs of changes that are tried


def branches(reading: Reading, row: Row) -> Iterator[Suggestion]:
    """What may bring the branches together: at the block, in one branch, or a projection on one."""
    entry = reading.origins.get(row.name)
    if entry is not None and entry.op is None:
        yield from _block(reading, row)
        return
    shapes = [reading.rows[name].output for name in row.node.inputs]
    if len({shape[1:3] for shape in shapes if is_map(shape)}) > 1:
        from ._repair_joins import another_input, at_every_join

        yield from _some(*another_input(reading))
        yield from at_every_join(reading)
    yield from each_branch(reading, row)


def each_branch(reading: Reading, row: Row) -> Iterator[Suggestion]:
    """Changes in one branch after the other."""
    shapes = [reading.rows[name].output for name in row.node.inputs]
    for index, name in enumerate(row.node.inputs):
        for wanted in dict.fromkeys(shape for shape in shapes if shape is not None and shape != shapes[index]):
            others = [each for each in row.node.inputs if each != name]
            yield from _branch(reading, row, index, wanted, others)
    for name in row.node.inputs:
        if not is_map(reading.rows[name].output):
            yield from _flattened(reading, name)


def _block(reading: Reading, row: Row) -> Iterator[Suggestion]:
    """A block of the vocabulary: another shortcut, no stride."""
    yield from _some(
        without_key(reading, row.name, "projection"),
        field_suggestion(reading, row.name, "projection", True),
        field_suggestion(reading, row.name, "shortcut", "B"),
        field_suggestion(reading, row.name, "shortcut", "A"),
        field_suggestion(reading, row.name, "stride", 1),
    )
    before = reading.rows[row.node.inputs[-1]].output
    entry = reading.origins[row.name]
    if is_map(before):
        expansion = 4 if "basic" not in str(getattr(entry.fields.get("block"), "value", "")) else 1
        width = field_suggestion(reading, row.name, "width", max(before[-1] // expansion, 1))
        yield from _some(width, both(field_suggestion(reading, row.name, "stride", 1), width))


def _some(*suggestions: Suggestion | None) -> Iterator[Suggestion]:
    return (suggestion for suggestion in suggestions if suggestion is not None)


def _branch(reading: Reading, row: Row, index: int, wanted: Shape, others: list[str]) -> Iterator[Suggestion]:
    """Changes in one branch that may give it the wanted shape."""
    name = row.node.inputs[index]
    shape = reading.rows[name].output
    if not is_map(shape) or not is_map(wanted):
        yield from _some(*(_channels(reading, name, wanted, others) if shape is not None else ()))
        return
    if not isinstance(row.node.op, Concatenate):  # an axis of 1 is repeated: it agrees with every size
        wanted = Shape(1, *[own if 1 in (own, want) else want for own, want in zip(shape[1:], wanted[1:], strict=True)])
    own = _own_nodes(reading, name, others)
    along = "channels" if isinstance(row.node.op, Concatenate) and row.node.op.axis in (-1, 3) else ""
    fits = along == "channels" or shape[-1] == wanted[-1]
    channels = [] if fits else _channels(reading, name, wanted, others)
    sizes = [] if shape[1:3] == wanted[1:3] else list(_sizes(reading, own, shape, wanted))
    if not channels and shape[1:3] != wanted[1:3]:
        yield from sizes
    elif channels and shape[1:3] == wanted[1:3]:
        yield from _some(*channels)
    else:
        yield from _some(*(both(one, two) for one, two in islice(product(channels, sizes), PAIRS)))
    identity = not any(reading.rows[each].weights for each in own)
    if identity and (along != "channels" or shape[1:3] != wanted[1:3]):
        keep = shape[-1] if along == "channels" else wanted[-1]
        yield from _projection(reading, row, index, Shape(1, wanted[1], wanted[2], keep))
    yield from _another(reading, row, index, wanted, others)


def _own_nodes(reading: Reading, name: str, others: list[str]) -> list[str]:
    """The nodes of a branch that no other branch shares, the last ones first."""
    shared = common_ancestors(reading, others)
    own: list[str] = []
    waiting = [name]
    while waiting:
        each = waiting.pop(0)
        if each in shared or each in own or each not in reading.rows:
            continue
        own.append(each)
        waiting.extend(reading.rows[each].node.inputs)
    return own


def _channels(reading: Reading, name: str, wanted: Shape, others: list[str]) -> list[Suggestion | None]:
    """The last layer of the branch that sets the channels, with the wanted number."""
    setter = channel_setter(reading, name)
    if isinstance(reading.rows[setter].node.op, Concatenate):
        return list(_behind_concatenation(reading, reading.rows[setter], wanted[-1]))
    for each in _own_nodes(reading, name, others):
        op = reading.rows[each].node.op
        for field in ("filters", "units"):
            if hasattr(op, field):
                return [field_suggestion(reading, each, field, wanted[-1])]
        if len(reading.rows[each].node.inputs) > 1 and isinstance(op, Concatenate):
            return []
    return []


def _behind_concatenation(reading: Reading, row: Row, wanted: int) -> Iterator[Suggestion | None]:
    """The filters of each branch that give the concatenation the wanted channels; the branch that is unlike first."""
    if None in (*row.inputs, row.output):
        return
    channels = [shape[-1] for shape in row.inputs if shape is not None]
    for index, name in enumerate(row.node.inputs):
        number = channels[index] + wanted - sum(channels)
        source = channel_source(reading, name)
        if source is None or number < 1 or number == channels[index]:
            continue
        others = channels[:index] + channels[index + 1 :]
        change = field_suggestion(reading, *source, number)
        if change is not None:
            says = f"{change.says} in {quoted(source[0])[1:-1]}"
            yield change._replace(says=says, likely=2 * others.count(number) > len(others))


def _sizes(reading: Reading, own: list[str], shape: Shape, wanted: Shape) -> Iterator[Suggestion]:
    """Padding or stride of each window of the branch that changes the size as wanted."""
    for name in own:
        row = reading.rows[name]
        if not row.cost.windows:
            if type(row.node.op).__name__ in ("ZeroPadding2d", "Cropping2d"):
                yield from _some(removed(reading, name))
            continue
        vertical, horizontal = row.cost.windows
        halves = (vertical.span // 2, horizontal.span // 2)
        strides = pair(row.node.op.strides)  # type: ignore[attr-defined]
        even = [(field, getattr(row.node.op, field, None)) for field in ("pool_size", "kernel_size")]
        yield from _some(
            field_suggestion(reading, name, "padding", halves[0] if halves[0] == halves[1] else halves),
            field_suggestion(reading, name, "padding", "same"),
            *(field_suggestion(reading, name, "padding", less) for less in range(min(halves[0], 4))),
            *(
                field_suggestion(reading, name, field, pair(size)[0] + 1)
                for field, size in even
                if size is not None and pair(size)[0] == pair(size)[1] and pair(size)[0] % 2 == 0
            ),
            *(field_suggestion(reading, name, "strides", each) for each in _strides(shape, wanted, strides)),
            *((removed(reading, name),) if type(row.node.op).__name__.endswith("Pool2d") else ()),
        )


def _strides(shape: Shape, wanted: Shape, strides: tuple[int, int]) -> list[int]:
    """Strides that bring the branch nearer to the wanted size."""
    ratio = shape[1] / wanted[1]
    near = round(strides[0] * ratio)
    return [each for each in dict.fromkeys((near, 1, 2)) if each >= 1 and (each, each) != strides]


def _projection(reading: Reading, row: Row, index: int, wanted: Shape) -> Iterator[Suggestion]:
    """A 1×1 convolution on a branch, with the stride and the channels that the other one has."""
    name = row.node.inputs[index]
    shape = reading.rows[name].output
    stride = max(-(-shape[1] // wanted[1]), 1)  # type: ignore[index]
    if any((size - 1) // stride + 1 != want for size, want in zip(shape[1:3], wanted[1:3], strict=True)):  # type: ignore[index]
        return
    taken = set(reading.rows)
    scope = row.node.scope
    new = next(each for each in _names() if (f"{scope}/{each}" if scope else each) not in taken)
    bias = any(isinstance(each.node.op, BatchNorm) for each in reading.rows.values())
    said = {"name": new, "filters": wanted[-1], "strides": stride}
    said |= {"inputs": spelled_input(name, scope, taken)} | ({"use_bias": False} if bias else {})
    add = inserted(reading, row.name, suggested_entry(reading, "conv2d", said), "")
    names = list(row.node.inputs)
    names[index] = f"{scope}/{new}" if scope else new
    reads = inputs_suggestion(reading, row, names, "")
    says = f"projection: 1×1, {wanted[-1]} filters{f', stride {stride}' if stride > 1 else ''} on {name}"
    suggestion = both(add, reads)
    if suggestion is not None:
        yield Suggestion(says, suggestion.edits, row.name)


def _names() -> Iterator[str]:
    yield "projection"
    number = 2
    while True:
        yield f"projection_{number}"
        number += 1


def _another(reading: Reading, row: Row, index: int, wanted: Shape, others: list[str]) -> Iterator[Suggestion]:
    """Another layer of the wanted shape to read: one that a wrong name may have meant."""
    name = row.node.inputs[index]
    shared = common_ancestors(reading, [name])
    inside = common_ancestors(reading, others) - shared
    nodes = list(reading.rows)
    nodes = nodes[: nodes.index(row.name if name in inside else name)]
    inside |= _other_copies(reading, row)
    nodes = [each for each in nodes if each not in inside]
    for each in reversed(nodes):
        if reading.rows[each].output == wanted and each not in row.node.inputs:
            names = [each if place == index else old for place, old in enumerate(row.node.inputs)]
            yield from _some(inputs_suggestion(reading, row, names, f"reads {each} instead of {name}"))
            return


def _other_copies(reading: Reading, row: Row) -> set[str]:
    """The layers of other repeats of the block: their entries are written once for all, where this one stands."""
    groups = row.node.scope.split("/")
    inside = {"/".join(groups[:depth]) for depth in range(1, len(groups) + 1)}
    own = {reading.place(each.name).start for each in reading.rows.values() if each.node.scope in inside}
    outside = (each for each in reading.rows.values() if each.node.scope and each.node.scope not in inside)
    return {each.name for each in outside if reading.place(each.name).start in own}


def _flattened(reading: Reading, name: str) -> Iterator[Suggestion]:
    """A branch that was made a vector: keeps its axes, or is not flattened."""
    while name in reading.rows:
        row = reading.rows[name]
        if row.inputs and is_map(row.inputs[0]) and not is_map(row.output):
            yield from _some(field_suggestion(reading, name, "keepdims", True), removed(reading, name))
            return
        if not row.node.inputs:
            return
        name = row.node.inputs[0]
