"""Element by element: add, subtract, multiply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..dim import Condition, Dim, equal, is_array, is_exactly, where
from ..shape import Shape, identical, spell
from .base import Check, Cost, Op, Spelling, Work


def _broadcast(verb: str, shapes: tuple[Shape, ...]) -> tuple[Shape, tuple[Check, ...]]:
    """The common shape, aligned at the last axis, where an axis of 1 is repeated; and the checks for it."""
    if identical(shapes):
        return shapes[0], ()
    rank = max(len(shape) for shape in shapes)
    padded = [(1,) * (rank - len(shape)) + tuple(shape) for shape in shapes]
    output = Shape(*[_common(axis) for axis in zip(*padded, strict=True)])
    checks = [
        Check(_agrees(size, common), _disagreement, (verb, shapes))
        for sizes in padded
        for size, common in zip(sizes, output, strict=True)
        if not is_exactly(size, 1)
    ]
    return output, tuple(checks)


def _common(sizes: tuple[Dim, ...]) -> Dim:
    """The first size along an axis that is not 1, cell by cell on arrays; symbols are taken not to be 1."""
    common: Dim = 1
    for size in sizes:
        if is_exactly(common, 1):
            common = size
        elif is_array(common):
            common = where(equal(common, 1), size, common)
    return common


def _agrees(size: Dim, common: Dim) -> Condition:
    agrees = equal(size, common)
    return agrees | equal(size, 1) if is_array(size) else agrees


def _disagreement(verb: str, shapes: tuple[Shape, ...]) -> str:
    texts = " and ".join(spell(shape) for shape in shapes)
    return f"cannot {verb} {texts}: the branches must agree in every axis (or be 1 there)."


@dataclass(frozen=True, eq=False)
class Add(Op):
    """The sum of two or more branches: the residual connection.

    >>> from resnet_analyzer.shape import Shape
    >>> Add().apply(Shape(1, 56, 56, 256), Shape(1, 56, 56, 256)).work.adds
    802816
    >>> Add().apply(Shape(1, 28, 28, 512), Shape(1, 56, 56, 256)).checks[3].text
    'cannot add 28×28×512 and 56×56×256: the branches must agree in every axis (or be 1 there).'
    """

    arity: ClassVar[int | None] = None
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("Add", also=("ops.Add",))}

    def rule(self, *shapes: Shape) -> Cost:
        """One addition per element and branch after the first."""
        output, checks = _broadcast("add", shapes)
        return Cost(output, work=Work(adds=(len(shapes) - 1) * output.elements), checks=checks)


@dataclass(frozen=True, eq=False)
class Subtract(Op):
    """The difference of two branches.

    >>> from resnet_analyzer.shape import Shape
    >>> Subtract().apply(Shape(1, 8), Shape(1, 8)).work.adds
    8
    """

    arity: ClassVar[int | None] = 2
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("Subtract", also=("ops.Subtract",))}

    def rule(self, left: Shape, right: Shape) -> Cost:  # type: ignore[override]
        """One addition per element."""
        output, checks = _broadcast("subtract", (left, right))
        return Cost(output, work=Work(adds=output.elements), checks=checks)


@dataclass(frozen=True, eq=False)
class Multiply(Op):
    """The product of two or more branches: gates, squeeze-and-excitation.

    >>> from resnet_analyzer.shape import Shape
    >>> Multiply().apply(Shape(1, 7, 7, 64), Shape(1, 1, 1, 64)).output
    Shape(1, 7, 7, 64)
    """

    arity: ClassVar[int | None] = None
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("Multiply", also=("ops.Multiply",))}

    def rule(self, *shapes: Shape) -> Cost:
        """One multiply per element and branch after the first."""
        output, checks = _broadcast("multiply", shapes)
        return Cost(output, work=Work(multiplies=(len(shapes) - 1) * output.elements), checks=checks)
