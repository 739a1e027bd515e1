"""Other shapes for the same numbers: flatten, reshape, permute."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..dim import Dim, divides, equal, floor_div, is_exactly, product
from ..errors import UsageError
from ..shape import Shape, Vector, shape_of, spell
from .base import Check, Cost, Op, Spelling, require_whole


@dataclass(frozen=True, eq=False)
class Flatten(Op):
    """All numbers in one vector.

    >>> from resnet_analyzer.shape import FeatureMap
    >>> Flatten().apply(FeatureMap(7, 7, 512)).output
    Vector(channels=25088)
    """

    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("Flatten")}

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """A vector of as many elements."""
        return Cost(Vector(shape.elements))


@dataclass(frozen=True, eq=False)
class Reshape(Op):
    """Another shape of 1 to 3 axes, channels last; one axis may be −1: what is left.

    >>> from resnet_analyzer.shape import FeatureMap
    >>> Reshape((49, -1)).apply(FeatureMap(7, 7, 512)).output
    Sequence(length=49, channels=512)
    """

    target: tuple[Dim, ...] = (-1,)

    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("Reshape", {"target": "target_shape"})}

    def __post_init__(self) -> None:
        if not isinstance(self.target, (tuple, list)) or not 1 <= len(self.target) <= 3:
            raise UsageError(f"Reshape: target must have 1 to 3 axes, not {self.target!r}")
        target = require_whole("Reshape", "target", self.target, least=-1)
        open_axes = [size for size in target if is_exactly(size, -1)]
        if len(open_axes) > 1:
            raise UsageError(f"Reshape: only one axis may be -1, not {len(open_axes)}")
        require_whole("Reshape", "target", tuple(size for size in target if not is_exactly(size, -1)), least=1)
        self.__dict__["target"] = target

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The target; it must hold exactly as many numbers."""
        known = product(*[size for size in self.target if not is_exactly(size, -1)])
        is_open = any(is_exactly(size, -1) for size in self.target)
        fits = divides(known, shape.elements) if is_open else equal(known, shape.elements)
        rest = floor_div(shape.elements, known)
        output = shape_of(*[rest if is_exactly(size, -1) else size for size in self.target])
        return Cost(output, checks=(Check(fits, _mismatch, (shape, self.target)),))


def _mismatch(shape: Shape, target: tuple[Dim, ...]) -> str:
    return f"{spell(shape)} ({shape.elements} numbers) cannot be reshaped to {spell(target)}."


@dataclass(frozen=True, eq=False)
class Permute(Op):
    """The axes in another order, counted from 1 as Keras does.

    >>> from resnet_analyzer.shape import FeatureMap
    >>> Permute((3, 1, 2)).apply(FeatureMap(7, 8, 512)).output
    FeatureMap(height=512, width=7, channels=8)
    """

    axes: tuple[int, ...] = (1, 2, 3)

    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("Permute", {"axes": "dims"})}

    def __post_init__(self) -> None:
        self.__dict__["axes"] = require_whole("Permute", "axes", tuple(self.axes), least=1, axes=(1, 2, 3))
        if sorted(self.axes) != list(range(1, len(self.axes) + 1)):
            raise UsageError(f"Permute: axes must be 1 to {len(self.axes)} in some order, not {self.axes!r}")

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The same numbers along other axes."""
        agrees = len(self.axes) == len(shape)
        check = Check(agrees, "cannot permute {} by {} axes.", (spell(shape), len(self.axes)))
        return Cost(shape_of(*[shape[axis - 1] for axis in self.axes]) if agrees else None, checks=(check,))
