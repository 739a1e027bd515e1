"""Concatenation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from ..dim import equal, total
from ..errors import UsageError
from ..shape import Shape, spell
from .base import Check, Cost, Op, Spelling, same_names


@dataclass(frozen=True, eq=False)
class Concatenate(Op):
    """Branches side by side along one axis, by default the channels (DenseNet, Inception).

    >>> from resnet_analyzer.shape import FeatureMap
    >>> Concatenate().apply(FeatureMap(56, 56, 64), FeatureMap(56, 56, 32)).output.channels
    96
    """

    axis: Literal["channels", "height", "width", "length"] = "channels"

    arity: ClassVar[int | None] = None
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "keras": Spelling(
            "Concatenate", same_names("axis"), {"axis": {"channels": -1, "height": 1, "width": 2, "length": 1}}
        )
    }

    def __post_init__(self) -> None:
        if self.axis not in ("channels", "height", "width", "length"):
            raise UsageError(f"Concatenate: axis must be channels, height, width or length, not {self.axis!r}")

    def rule(self, *shapes: Shape) -> Cost:
        """Sizes along the axis add up; all others must agree."""
        first = shapes[0]
        if self.axis not in first._fields or any(type(shape) is not type(first) for shape in shapes):
            return Cost(None, checks=(Check(False, _disagreement, (shapes, self.axis)),))
        along = total(getattr(shape, self.axis) for shape in shapes)
        checks = tuple(
            Check(equal(getattr(shape, name), getattr(first, name)), _disagreement, (shapes, self.axis))
            for shape in shapes[1:]
            for name in first._fields
            if name != self.axis
        )
        return Cost(first._replace(**{self.axis: along}), checks=checks)


def _disagreement(shapes: tuple[Shape, ...], axis: str) -> str:
    texts = " and ".join(spell(shape) for shape in shapes[:4]) + (" …" if len(shapes) > 4 else "")
    return f"cannot concatenate {texts} along the {axis}: all other axes must agree."
