"""What a record reads: the nodes and constants behind its references, and their shapes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..dim import Dim
from ..ops.spelling import Array, Stored, Tensor
from ..shape import Shape
from ._agreement import agrees, as_declared
from .records import Record, Ref, printable

Read = str | Array  # the name of a node, or a constant


def arguments_of(
    record: Record, made: Mapping[tuple[str, int], str | Stored]
) -> tuple[list[str | Array], tuple[Any, ...], dict[str, Any]]:
    """What a record reads, constant arrays too; and its arguments, with a `Tensor` for each of those."""
    reads: list[str | Array] = []

    def place(value: Any) -> Any:
        if isinstance(value, (Ref, Array)):
            reads.append(made[value.key] if isinstance(value, Ref) else value)
            return Tensor(len(reads) - 1)
        if isinstance(value, (list, tuple)):
            return [place(each) for each in value]
        if isinstance(value, dict):
            return {name: place(each) for name, each in value.items()}
        return value

    places: list[Any] = []
    named: dict[str, Any] = {}
    for each in record.arguments:
        value = place(each.value)
        if each.name:
            named[each.name] = value
        else:
            places.append(value)
    return reads, tuple(places), named


def shapes_of(
    record: Record, reads: list[str | Array], own: Mapping[str, Shape | None], batch: Dim | None
) -> tuple[list[Shape | None], bool]:
    """The shapes that a record reads at the source's own size, and whether they are those that it was declared on.

    Where we know none, the declared one holds (an open first axis being `batch`). A nested model may be called
    on another size than it was built on: its declared shapes then say nothing of this call.
    """
    declared = [ref.shape for argument in record.arguments for ref in _refs_and_arrays(argument.value)]
    shapes: list[Shape | None] = []
    comparable = True
    for read, theirs in zip(reads, declared, strict=True):
        if isinstance(read, Array):
            shapes.append(Shape(*read.shape))
            continue
        ours = own[read]
        if ours is None:
            ours = as_declared(theirs, batch)
        comparable &= theirs is None or ours is None or agrees(ours, theirs)
        shapes.append(ours)
    return shapes, comparable


def _refs_and_arrays(value: Any) -> Iterator[Any]:
    """Every tensor in an argument's value, in order."""
    if isinstance(value, (Ref, Array)):
        yield value if isinstance(value, Ref) else Ref("", 0, None)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _refs_and_arrays(part)
    elif isinstance(value, dict):
        for part in value.values():
            yield from _refs_and_arrays(part)


def stored_in(reads: list[str | Array]) -> dict[int, Stored]:
    """Those of the tensors that a record reads that its source holds, by their number."""
    return {place: read for place, read in enumerate(reads) if isinstance(read, Stored)}


def numbered(name: str, index: int) -> str:
    """The name of an output of a record: the first has the record's own.

    >>> numbered("split", 0), numbered("split", 1)
    ('split', 'split:2')
    """
    return name if not index else f"{name}:{index + 1}"


def constant_name(record: Record, place: int, array: Array) -> str:
    """What a constant array in a record's call is called; a tensor of the file by its own name."""
    if isinstance(array, Stored):
        own = record.namespace == "torch" and array.name in array.roots
        return printable(array.name) if own else f"{printable(array.name)}:constant"
    return f"{record.name}:constant{place or ''}"
