"""Branches that a model's file holds: the one that a constant chooses, else the cheaper one, and who chose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..graph import Node
from ..ops.base import NO_WORK, Work
from ..ops.opaque import Opaque
from ..ops.spelling import Stored
from ..shape import Shape
from ._arguments import arguments_of
from ._choice import MOST_CHOICES, Tried, agree, are_alike, cheaper, undecided
from ._looking import Looking
from .records import Record, Ref


class Branching(Looking):
    """The part of an assembler that reads branches: `choices` are those tried, `inside` how deep it stands in them.

    `spent` is the work of each node.
    """

    choices: int
    inside: int
    spent: dict[str, Work]

    def confirm(self, count: int) -> None:
        """So many shapes of a record are as its source declares them."""
        raise NotImplementedError

    def branch(self, record: Record) -> bool:
        """The records of the branch that a constant condition chooses, else of the cheaper one, in place."""
        condition = arguments_of(record, self.made)[0][:1]
        value = condition[0] if condition else None
        branches = record.settings["branches"]
        chosen = value.numbers[0] if isinstance(value, Stored) and value.numbers else None
        if chosen is None and len(branches) == 2 and self.choices < MOST_CHOICES:
            return self._either(record, branches, [each for each in condition if isinstance(each, str)])
        branch = branches.get(bool(chosen)) if chosen is not None else None
        if branch is None:
            return False
        outputs = self._branch_outputs(branch)
        self._give(record, outputs)
        self.confirm(sum(shape is not None for shape in record.outputs))
        return True

    def _branch_outputs(self, branch: Any) -> tuple[str | Stored, ...]:
        """What a branch gives, its records being read."""
        self.inside += 1
        for each in branch.records:
            self.record(each)
        self.inside -= 1
        return tuple(self.made[made.key] if isinstance(made, Ref) else made for made in branch.outputs)

    def _give(self, record: Record, outputs: tuple[str | Stored, ...]) -> None:
        for index, made in enumerate(outputs[: len(record.outputs)]):
            self.made[record.name, index] = made

    def _either(self, record: Record, branches: Mapping[bool, Any], condition: list[str]) -> bool:
        """Both branches read; the cheaper one's rows stay, and one that tells that nobody knows. False if in doubt."""
        self.choices += 1
        before = self.state()
        tried = []
        for key in (True, False):
            self.restore(before)
            outputs = self._branch_outputs(branches[key])
            tried.append(self._tried(before, outputs))
        then, other = tried
        counted = cheaper(then, other)
        if counted is None:
            self.restore(before)
            return False
        self.restore(counted.state)
        alike = are_alike(then, other)
        if not alike:
            op = undecided(then, other, counted)
            name = self.free_name(record.name)
            self.nodes[name] = Node(name, op, tuple(condition), record.scope)
            self.own[name] = self.now[name] = op.output
        self._give(record, counted.outputs)
        for index in range(0 if alike or agree(then, other) else len(counted.outputs)):
            self.made[record.name, index] = name  # of one of two shapes: nobody knows
        self.confirm(sum(shape is not None for shape in record.outputs) if agree(then, other) else 0)
        return True

    def _tried(self, before: Any, outputs: tuple[str | Stored, ...]) -> Tried:
        """What a branch has added to what stood before it."""
        new = [self.nodes[name] for name in self.nodes if name not in before.nodes]
        work = NO_WORK
        for node in new:
            work += self.spent.get(node.name, NO_WORK)
        shapes = tuple(Shape(*each.shape) if isinstance(each, Stored) else self.own[each] for each in outputs)
        unknown = sum(isinstance(node.op, Opaque) for node in new)
        return Tried(self.state(), outputs, shapes, work, len(new), unknown)
