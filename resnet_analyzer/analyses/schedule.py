"""A network as a program of steps on buffers: what memory figures are worked out from.

A step is a layer: it reads buffers, and writes one of its own, or none where its output is a view. A buffer lives
from the step that writes it until the last step that reads it has run; what nobody reads is an output and stays.
`in_place` lets a step whose op may overwrite its input do so where it is that buffer's last reader and the
buffer is exactly as large. Sizes are numbers of elements: ints, or polynomials (then all figures are polynomials).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ..dim import Dim, is_exactly
from ..measurement import Row
from ..ops.base import MOVING

ALWAYS = 1 << 60  # readers of what stays to the end


class Step(NamedTuple):
    """One layer: the buffers that it reads, the one that its output is in, and those that it may write over.

    `size` is the number of elements that it allocates, 0 for a view; `needs` are the steps that must run before.
    """

    row: Row
    buffer: int
    reads: tuple[int, ...]
    size: Dim
    over: tuple[int, ...]
    needs: tuple[int, ...]

    @property
    def name(self) -> str:
        """The layer's name."""
        return self.row.name


class Moment(NamedTuple):
    """While a step runs: the elements alive, and the slot of memory that its output is in."""

    step: Step
    live: Dim
    slot: int


def steps_of(rows: Sequence[Row], fuse_bn: bool = False) -> tuple[Step, ...]:
    """The steps of one inference; `fuse_bn` folds batch normalisation into the convolution or dense layer before it."""
    rows = [row for row in rows if not row.node.training_only]
    place = {row.name: number for number, row in enumerate(rows)}
    readers = [name for row in rows for name in dict.fromkeys(row.node.inputs)]
    steps: list[Step] = []
    for number, row in enumerate(rows):
        needs = tuple(dict.fromkeys(place[name] for name in row.node.inputs))
        reads = tuple(dict.fromkeys(steps[each].buffer for each in needs))
        folded = fuse_bn and _folds(row, [steps[each].row for each in needs], readers)
        if needs and (row.node.op.storage == "view" or folded):
            steps.append(Step(row, steps[needs[0]].buffer, reads, 0, (), needs))
            continue
        over: tuple[int, ...] = ()
        if row.node.op.storage == "overwrites":
            over = tuple(
                steps[each].buffer for each in needs if _fills(row, steps[each].row, steps[steps[each].buffer].row)
            )
        steps.append(Step(row, number, reads, _elements(row), over, needs))
    return tuple(steps)


def _folds(row: Row, before: Sequence[Row], readers: Sequence[str]) -> bool:
    """Whether a normalisation by stored statistics can be made part of the weights of the layer before."""
    by_stored = row.node.op.kind == "normalisation" and any(weight.role == MOVING for weight in row.weights)
    return by_stored and len(before) == 1 and before[0].node.op.kind in ("convolution", "dense") \
        and readers.count(before[0].name) == 1  # fmt: skip


def _fills(row: Row, source: Row, root: Row) -> bool:
    """Whether the output is exactly as large as the buffer that an input is in."""
    return row.output is not None and source.output == row.output and root.output is not None \
        and is_exactly(root.output.elements - row.output.elements, 0)  # fmt: skip


def _elements(row: Row) -> Dim:
    return 0 if row.output is None or row.node.op.storage == "unknown" else row.output.elements


def exact(steps: Sequence[Step]) -> bool:
    """Whether every output is known, and whether it needs memory of its own: else figures are lower bounds."""
    return all(step.row.output is not None and step.row.node.op.storage != "unknown" for step in steps)


def readers_of(steps: Sequence[Step]) -> list[int]:
    """How many steps read each step's buffer; ALWAYS more where it is, or holds, an output of the network."""
    count = [0] * len(steps)
    read = {number for step in steps for number in step.needs}
    for number, step in enumerate(steps):
        for buffer in step.reads:
            count[buffer] += 1
        if number not in read:
            count[step.buffer] += ALWAYS
    return count


def moments(steps: Sequence[Step], in_place: bool = False, order: Sequence[int] | None = None) -> Iterator[Moment]:
    """Run the steps in their own order, or in another, and tell what is alive while each runs."""
    waiting = readers_of(steps)
    slot = list(range(len(steps)))
    live: Dim = 0
    for number in range(len(steps)) if order is None else order:
        step = steps[number]
        over = next((each for each in step.over if in_place and waiting[each] == 1), None)
        if over is not None:
            slot[number] = slot[over]
        live = live + step.size
        yield Moment(step, live if over is None else live - steps[over].size, slot[step.buffer])
        for buffer in step.reads:
            waiting[buffer] -= 1
            if waiting[buffer] == 0:
                live = live - steps[buffer].size
