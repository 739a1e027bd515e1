"""Concatenation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from ..dim import equal, total
from ..errors import UsageError
from ..reach import Mixed, Reaches, same_place
from ..shape import Shape, spell
from .base import Check, Cost, Op, axis_index
from .gradient import of_moves
from .spelling import Call, Spelling, same_names


def _read_keras(call: Call) -> list[Op] | None:
    return None if call.constants else [Concatenate(call.settings.get("axis", -1))]


def _read_torch(call: Call) -> list[Op]:
    return [Concatenate(call.argument("dim", default=0))]


class Concatenate(Op):
    """Branches side by side along one axis, by default the last: the channels (DenseNet, Inception).

    `axis` counts from the batch, or is a word: `channels` (the last), `height` or `length` (the first
    after the batch), `width` (the second).

    >>> from resnet_analyzer.shape import Shape
    >>> Concatenate().apply(Shape(1, 56, 56, 64), Shape(1, 56, 56, 32)).output
    Shape(1, 56, 56, 96)
    """

    axis: int | str = -1

    kind = "merge"
    sign = "‖"
    storage = "own"
    gradient = of_moves
    arity: ClassVar[int | None] = None
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("Concat", same_names("axis")),
        "torch": Spelling("aten.cat", also=("aten.concat", "aten.concatenate"), read=_read_torch),
        "keras": Spelling("Concatenate", same_names("axis"), also=("ops.Concatenate",), read=_read_keras),
    }

    def __post_init__(self) -> None:
        axis = AXES.get(self.axis, self.axis) if isinstance(self.axis, str) else self.axis
        if type(axis) is not int:
            raise UsageError(f"Concatenate: axis must be a number, or {', '.join(AXES)}; not {self.axis!r}")
        self.__dict__["axis"] = axis

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """The same place; along the axis of concatenation each branch has a stretch of its own."""
        rank = len(inputs[0])
        axis: int = self.axis % rank  # type: ignore[assignment, operator]
        found = tuple([Mixed((axis,)) if each.axis == axis else each for each in same_place(rank)])
        return (found,) * len(inputs)

    def rule(self, *shapes: Shape) -> Cost:
        """Sizes along the axis add up; all others must agree."""
        first = shapes[0]
        axis = axis_index(self.axis, len(first))  # type: ignore[arg-type]
        if axis is None or any(len(shape) != len(first) for shape in shapes):
            return Cost(None, checks=(Check(False, _disagreement, (shapes, self.axis)),))
        along = total(shape[axis] for shape in shapes)
        checks = tuple(
            Check(equal(shape[place], first[place]), _disagreement, (shapes, self.axis))
            for shape in shapes[1:]
            for place in range(len(first))
            if place != axis
        )
        return Cost(first.with_size(axis, along), checks=checks)


AXES: dict[str, int] = {"channels": -1, "height": 1, "width": 2, "length": 1}


def _disagreement(shapes: tuple[Shape, ...], axis: int) -> str:
    texts = " and ".join(spell(shape) for shape in shapes[:4]) + (" …" if len(shapes) > 4 else "")
    along = "the channels" if axis in (-1, len(shapes[0]) - 1) else f"axis {axis}"
    return f"cannot concatenate {texts} along {along}: all other axes must agree."
