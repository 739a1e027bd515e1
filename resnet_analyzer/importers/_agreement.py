"""Whether an op gives what a source declares: shapes as far as they are fixed, weights by shape and role."""

from __future__ import annotations

from typing import Any

from ..dim import Dim, equal, holds, is_exactly, is_number, is_symbol
from ..ops.base import FROZEN, MOVING, TRAINABLE, Weight
from ..shape import Shape
from .records import Declared, Slot


class Different(Exception):
    """An op that would say a record, and does not give what the source declares; the text says what."""


def agrees(ours: Shape | None, theirs: Declared) -> bool:
    """Whether our shape is the declared one, as far as that is fixed."""
    if ours is None or len(ours) != len(theirs):
        return False
    return all(_may_be(mine, size) for mine, size in zip(ours, theirs, strict=True))


def _may_be(mine: Dim, size: Any) -> bool:
    """Whether a size is the declared one: open ones are any, symbols theirs unless that can never be."""
    if is_symbol(size):
        return holds(equal(mine, size)) is not False
    return type(size) is not int or _same(mine, size)


def _same(mine: Dim, size: int) -> bool:
    return bool(is_number(mine)) and mine == size


def as_declared(shape: Declared | None, batch: Dim | None) -> Shape | None:
    """A declared shape as ours, an open first axis being the batch; None where another axis is open, or empty."""
    sizes = [batch if place == 0 and size is None else size for place, size in enumerate(shape or ())]
    whole = all(size is not None and not isinstance(size, str) and not is_exactly(size, 0) for size in sizes)
    return None if shape is None or not whole else Shape(*sizes)  # type: ignore[arg-type]


def spelled_shape(shape: Declared) -> str:
    """A declared shape as people write it: `?` for an open axis, without an open batch.

    >>> spelled_shape((None, 56, None, 64))
    '56×?×64'
    """
    return "×".join("?" if size is None else str(size) for size in (shape[1:] if shape[:1] == (None,) else shape))


def require_weights(ours: tuple[Weight, ...], theirs: tuple[Slot, ...]) -> None:
    """`Different` where the weights are others than the source's, or not trained as one."""
    mine = sorted((weight.shape, weight.role == MOVING) for weight in ours)
    if mine != sorted((slot.shape, slot.role == MOVING) for slot in theirs):
        raise Different(f"we find weights of {_list_of(ours)}, it has {_list_of(theirs)}")
    if FROZEN not in [*[each.role for each in ours], *[each.role for each in theirs]]:
        return
    found = matched(ours, theirs)
    roles = [(weight.role, found[weight.name].role) for weight in ours]
    trained = {role for own, role in roles if own == TRAINABLE}
    if {FROZEN, TRAINABLE} <= trained or (FROZEN, TRAINABLE) in roles:
        raise Different("some of its weights are frozen and some are not")


def _list_of(weights: tuple[Weight, ...] | tuple[Slot, ...]) -> str:
    """The shapes of weights, a few of them."""
    spelled = ["×".join(map(str, each.shape)) or "one number" for each in weights[:6]]
    return ", ".join(spelled + ["…"] * (len(weights) > 6)) or "nothing"


def matched(ours: tuple[Weight, ...], theirs: tuple[Slot, ...]) -> dict[str, Slot]:
    """The source's slot of each of our weights: of its name, else the next one of its shape."""
    left = list(theirs)
    found = {}
    for weight in sorted(ours, key=lambda weight: not any(slot.name == weight.name for slot in theirs)):
        fitting = [slot for slot in left if slot.shape == weight.shape]
        if fitting:
            slot = next((slot for slot in fitting if slot.name == weight.name), fitting[0])
            left.remove(slot)
            found[weight.name] = slot
    return found
