"""A layer of code in a graph: what its code calls, read in its place, if that gives what the layer declares."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import replace
from typing import Any

from ..dim import is_number
from ..graph import Node
from ..ops.base import Op
from ..ops.opaque import Opaque
from ..ops.spelling import Array, Spelling, Stored
from ..shape import Shape
from ._agreement import agrees, as_declared
from .records import INSIDE, Declared, Looked, Record, Ref


class Looking:
    """The part of an assembler that looks into layers.

    `looked` are how many more records were read than the source lists, how many more declared shapes there
    are with them, how many rows are unknown, and whether sizes that the source leaves open were taken as they are.
    """

    nodes: dict[str, Node]
    own: dict[str, Shape | None]
    now: dict[str, Shape | None]
    made: dict[tuple[str, int], str | Stored]
    agreeing: int
    looked: tuple[int, int, int, bool]
    asked: Any
    ledger: Any

    def record(self, record: Record) -> None:
        """Read one record."""
        raise NotImplementedError

    def state(self) -> Any:
        """All that reading changes, as it is now."""
        raise NotImplementedError

    def restore(self, state: Any) -> None:
        """As it was then."""
        raise NotImplementedError

    def candidates(self, kind: str) -> list[tuple[type[Op], Spelling]]:
        """The ops that a kind may stand for."""
        raise NotImplementedError

    def free_name(self, name: str) -> str:
        """A name that no row has."""
        raise NotImplementedError

    def is_opened(self, record: Record) -> bool:
        """Whether a layer may be looked into: one of a framework's own, for which there is an op, stays one row."""
        if record.look is None:
            return False
        known = self.candidates(record.kind) if record.namespace else []
        return all(spelling.fallback or op.__name__ == "Activation" for op, spelling in known)

    def look(self, record: Record, reads: list[str | Array], wholly: bool = False) -> bool:
        """Whether the records of what a layer's code calls stand in its place; False where nothing is seen of it.

        `wholly`: only if all of it is known.
        """
        assert record.look is not None
        start, best = self.state(), None
        ways = [(*view, way) for view in self._views(record, reads) for way in (0, 1)]
        for shapes, fixed, way in ways:
            found = record.look(shapes, way)
            outputs = () if found is None else found.outputs[: len(record.outputs)]
            if found is None or len(outputs) < len(record.outputs):
                continue
            self._inside(record, found)
            if self._stands_for(record, outputs, start.looked[2]):
                self._add_left(record)
                self.looked = (*self.looked[:3], self.looked[3] or fixed)
                if best is None or self.looked[2] < best.looked[2]:
                    best = self.state()
                if best.looked[2] == start.looked[2]:
                    return True
            self.restore(start)
        if best is None or wholly:
            return False
        self.restore(best)
        return True

    def _views(self, record: Record, reads: list[str | Array]) -> Iterator[tuple[tuple[Declared, ...], bool]]:
        """The shapes on which a layer's code may be looked into, and whether that fixes what the source leaves open.

        First those that the source declares, its open sizes open; where code needs numbers, those that we know.
        """
        sizes = self.own if self.asked is None else self.now
        known = [sizes[read] for read in reads if isinstance(read, str)]
        declared = [ref.shape for ref in record.inputs]
        whole = [shape for shape in known if shape is not None]
        if self.asked is None and all(map(_is_open_or_so, known, declared)):
            yield (), False
        elif len(whole) == len(declared) and None not in declared:
            yield tuple(_open_again(now, theirs or ()) for now, theirs in zip(whole, declared, strict=True)), False
        if len(whole) == len(known) and all(is_number(size) for shape in whole for size in shape):
            yield tuple(tuple(shape) for shape in whole), True

    def _inside(self, record: Record, found: Looked) -> None:
        """The records of a layer that was looked into; at the size asked for, if it was there."""
        inner = self
        if self.asked is not None:
            inner = copy(self)
            inner.asked, inner.own, inner.now = None, self.now, {}
        for each in found.records:
            inner.labelled(each)
        if inner is not self:
            self.nodes, self.now, self.made = inner.nodes, inner.own, inner.made
            self.agreeing, self.looked = inner.agreeing, inner.looked
        more = _declared(*found.records) - _declared(record)
        self.looked = (self.looked[0] + len(found.records) - 1, self.looked[1] + more, *self.looked[2:])

    def labelled(self, record: Record) -> None:
        """A record that was found inside another, under a name that no other row has."""
        label = record.name.partition(INSIDE)[0]
        name, number = label, 1
        while name in self.nodes:
            number += 1
            name = f"{label}#{number}"
        self.record(replace(record, name=name))
        for index in range(len(record.outputs)):
            if (name, index) in self.made:
                self.made[record.name, index] = self.made[name, index]

    def _stands_for(self, record: Record, outputs: tuple[Ref | None, ...], unknown: int) -> bool:
        """Let what was found be a record's outputs, if they have the shapes that it declares.

        Of a layer that declares what its own code does not give, the code holds, where all of it is known:
        there were so many `unknown` rows before.
        """
        for index, (ref, theirs) in enumerate(zip(outputs, record.outputs, strict=True)):
            if ref is None:  # nothing, which nobody reads
                continue
            made = self.made[ref.key]
            if isinstance(made, str) and self.asked is not None:
                self.own.setdefault(made, as_declared(theirs, 1))
            ours = self.own[made] if isinstance(made, str) else None
            same = theirs is None or ours is None or agrees(ours, theirs)
            if not same and self.looked[2] > unknown:
                return False
            self.made[record.name, index] = made
        return True

    def _add_left(self, record: Record) -> None:
        """The weights of a layer that its code does not use."""
        left = self.ledger.slots(record)
        if left:
            name = self.free_name(f"{record.name}/unused")
            op = Opaque("weights that its layer does not use", None, left)  # type: ignore[call-arg]
            self.nodes[name] = Node(name, op, (), record.scope, training_only=True)


def _is_open_or_so(known: Shape | None, declared: Declared | None) -> bool:
    """Whether a shape that a layer reads is the one that it was declared on, as far as we know it."""
    return known is None or declared is None or agrees(known, declared)


def _declared(*records: Record) -> int:
    """How many tensors of records have a declared shape."""
    return sum(shape is not None for record in records for shape in record.outputs)


def _open_again(now: Shape, declared: Declared) -> Declared:
    """A shape with its sizes open where the source leaves them open, or where they are symbols."""
    sizes = zip(now, declared, strict=True)
    return tuple(size if is_number(size) and theirs is not None else None for size, theirs in sizes)
