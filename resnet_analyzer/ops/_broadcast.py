"""Shapes that go together element by element: an axis of 1 is repeated (numpy's broadcasting)."""

from __future__ import annotations

from ..dim import Condition, Dim, equal, is_array, is_exactly, where
from ..shape import Shape, identical, spell
from .base import Check


def broadcast(verb: str, shapes: tuple[Shape, ...]) -> tuple[Shape, tuple[Check, ...]]:
    """The common shape, aligned at the last axis, where an axis of 1 is repeated; and the checks for it.

    >>> broadcast("add", (Shape(1, 7, 64), Shape(64)))[0]
    Shape(1, 7, 64)
    """
    if identical(shapes):
        return shapes[0], ()
    rank = max(len(shape) for shape in shapes)
    padded = [(1,) * (rank - len(shape)) + tuple(shape) for shape in shapes]
    output = Shape(*[common_size(axis) for axis in zip(*padded, strict=True)])
    checks = [
        Check(goes_with(size, common), _disagreement, (verb, shapes))
        for sizes in padded
        for size, common in zip(sizes, output, strict=True)
        if not is_exactly(size, 1)
    ]
    return output, tuple(checks)


def growing(shapes: tuple[Shape, ...]) -> list[Dim]:
    """The elements of each step where branches are joined one by one: as many as the axes so far need.

    >>> growing((Shape(8, 1, 1), Shape(1, 6, 1), Shape(8, 6, 4)))
    [48, 192]
    """
    return [broadcast("join", shapes[:count])[0].elements for count in range(2, len(shapes) + 1)]


def common_size(sizes: tuple[Dim, ...]) -> Dim:
    """The first size along an axis that is not 1, cell by cell on arrays; symbols are taken not to be 1.

    >>> common_size((1, 7, 1))
    7
    """
    common: Dim = 1
    for size in sizes:
        if is_exactly(common, 1):
            common = size
        elif is_array(common):
            common = where(equal(common, 1), size, common)
    return common


def goes_with(size: Dim, common: Dim) -> Condition:
    """Whether a size along an axis is the common one, or 1.

    >>> goes_with(7, 7), goes_with(5, 7)
    (True, False)
    """
    if is_exactly(size, 1):
        return True
    agrees = equal(size, common)
    return agrees | equal(size, 1) if is_array(size) else agrees


def _disagreement(verb: str, shapes: tuple[Shape, ...]) -> str:
    texts = " and ".join(spell(shape) for shape in shapes)
    return f"cannot {verb} {texts}: the branches must agree in every axis (or be 1 there)."
