"""Positions shifted round."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..reach import Mixed, Reach, Reaches
from ..shape import Shape
from ._axes import places, require_axes
from .base import Cost, Op, no_axis
from .gradient import of_moves
from .spelling import Call, Reads, Spelling

if TYPE_CHECKING:
    from .keras_steps import Steps


def _read_torch(call: Call) -> Reads | None:
    axes = call.argument("dims") or None
    shift = call.argument("shifts")
    return call.reading(Roll(tuple(shift) if isinstance(shift, list) else shift, axes), places=("self",))


class Roll(Op):
    """Positions moved by `shift` along `axes`; those that leave come in at the other end (Liu et al. 2021, Swin).

    >>> Roll((-3, -3), (1, 2)).apply(Shape(1, 56, 56, 96)).output
    Shape(1, 56, 56, 96)
    """

    shift: Any = 1
    axes: tuple[int, ...] | None = None
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "keras": Spelling("", {"shift": "shift", "axes": "axis"}, also=("ops.Roll",)),
        "torch": Spelling("aten.roll", read=_read_torch),
    }

    kind = "shape"
    storage = "own"
    gradient = of_moves

    def __post_init__(self) -> None:
        self.__dict__["axes"] = require_axes("Roll", "axes", self.axes)

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The same shape; copies are no arithmetic."""
        return no_axis(self.axes, shape) if places(self.axes, len(shape)) is None else Cost(shape)

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...] | None:
        """Other places along the axes that are rolled."""
        rolled = places(self.axes, len(inputs[0])) or ()
        if self.axes is None:
            return None
        return (tuple([Mixed((place,)) if place in rolled else Reach(place) for place in range(len(inputs[0]))]),)

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """By keras.ops."""
        from .keras_steps import by_ops

        shift = self.shift if self.axes is None or isinstance(self.shift, int) else tuple(self.shift)
        axes = None if self.axes is None else self.axes[0] if len(self.axes) == 1 else self.axes
        if isinstance(axes, tuple) and isinstance(shift, int):
            shift = (shift,) * len(axes)
        return by_ops(lambda x: keras.ops.roll(x, shift, axes))
