"""Running sums."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..reach import Mixed, Reach, Reaches
from ..shape import Shape
from .base import Cost, Op, Work, axis_index, no_axis
from .gradient import of_running_sum
from .spelling import Call, Reads, Spelling, same_names

if TYPE_CHECKING:
    from .keras_steps import Steps


def _read_torch(call: Call) -> Reads | None:
    return call.reading(CumulativeSum(*call.axes(call.argument("dim"))), places=("self",))


def _read_onnx(call: Call) -> Reads | None:
    """CumSum along an axis that the file holds."""
    axis = call.numbers(1)
    return None if axis is None else call.reading(CumulativeSum(*call.axes(list(axis))))


class CumulativeSum(Op):
    """At every position the sum of all up to it, along `axis`: an addition at each but the first.

    >>> CumulativeSum(1).apply(Shape(1, 10, 4)).work.adds   # 9 · 4
    36
    """

    axis: int = -1
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("CumSum", read=_read_onnx),
        "keras": Spelling("", same_names("axis"), also=("ops.Cumsum",)),
        "torch": Spelling("aten.cumsum", read=_read_torch),
    }

    storage = "own"
    gradient = of_running_sum

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The same shape."""
        axis = axis_index(self.axis, len(shape))
        if axis is None:
            return no_axis(self.axis, shape)
        return Cost(shape, work=Work(adds=shape.elements - shape.with_size(axis, 1).elements))

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """All places up to its own, along the axis."""
        axis = axis_index(self.axis, len(inputs[0]))
        return (tuple([Mixed((place,)) if place == axis else Reach(place) for place in range(len(inputs[0]))]),)

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """By keras.ops."""
        from .keras_steps import by_ops

        return by_ops(lambda x: keras.ops.cumsum(x, self.axis))
