"""Branches that are chosen while a model runs: it costs at least what the cheaper one does."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..dim import at_least, equal, holds, is_number, is_symbol
from ..graph import Node
from ..ops.base import Work
from ..ops.opaque import Opaque
from ..ops.spelling import Stored
from ..shape import Shape

MOST_CHOICES = 64  # tried in one file: branches within branches double


class State(NamedTuple):
    """What an assembler has made so far."""

    nodes: dict[str, Node]
    own: dict[str, Shape | None]
    now: dict[str, Shape | None]
    made: dict[tuple[str, int], str | Stored]
    ledger: tuple[set[str], dict[str, str], dict[str | int, str]]
    agreeing: int
    looked: tuple[int, int, int, bool]


class Tried(NamedTuple):
    """A branch as it was read: what stood after it, what it gives, the work of its known operations."""

    state: Any
    outputs: tuple[Any, ...]
    shapes: tuple[Shape | None, ...]
    work: Work
    operations: int
    unknown: int


def cheaper(then: Tried, other: Tried) -> Tried | None:
    """The branch with no more multiply-accumulates than the other one; None where that depends on a size."""
    one, two = then.work.multiply_accumulates, other.work.multiply_accumulates
    if holds(at_least(two, one)) is True:
        return then
    return other if holds(at_least(one, two)) is True else None


def are_alike(then: Tried, other: Tried) -> bool:
    """Whether both cost the same and give the same shapes, all of it known."""
    same = all(holds(equal(a, b)) is True for a, b in zip(then.work, other.work, strict=True))
    return same and agree(then, other) and not then.unknown and not other.unknown


def agree(then: Tried, other: Tried) -> bool:
    """Whether both give tensors of the same shapes."""
    return all(_same(one, two) for one, two in zip(then.shapes, other.shapes, strict=True))


def _same(one: Shape | None, two: Shape | None) -> bool:
    if one is None or two is None or len(one) != len(two):
        return False
    return all(holds(equal(a, b)) is True for a, b in zip(one, two, strict=True))


def undecided(then: Tried, other: Tried, counted: Tried) -> Opaque:
    """The row that says what was not decided, with both bounds."""
    told = [
        f"{branch} {each.operations} operations, {_macs(each)}" for branch, each in (("then", then), ("else", other))
    ]
    which = "then" if counted is then else "else"
    output = counted.shapes[0] if len(counted.shapes) and agree(then, other) else None
    return Opaque(f"an ONNX If decided while it runs: {'; '.join(told)}; counted: {which}", output)


def _macs(branch: Tried) -> str:
    macs = branch.work.multiply_accumulates
    told = f"{macs:,} MACs" if is_number(macs) else f"{macs} MACs" if is_symbol(macs) else "MACs by size"
    return f"{'≥ ' if branch.unknown else ''}{told}"
