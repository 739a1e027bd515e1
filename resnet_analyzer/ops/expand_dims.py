"""New axes of 1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..reach import Reach, Reaches
from ..shape import Shape
from ._axes import places, require_axes
from .base import Cost, Op, no_axis
from .gradient import of_moves
from .spelling import Call, Reads, Spelling

if TYPE_CHECKING:
    from .keras_steps import Steps


def _read_onnx(call: Call) -> Reads | None:
    """Unsqueeze: axes by attribute before opset 13, by an input after."""
    axes = call.settings.get("axes") or call.numbers(1)
    if axes is None and call.tensor(1) is not None:
        return None  # they are told while it runs
    return call.reading(ExpandDims(tuple(axes or ())))


def _read_torch(call: Call) -> Reads | None:
    return call.reading(ExpandDims((call.argument("dim"),)), places=("self",))


class ExpandDims(Op):
    """The same numbers with new axes of 1 at `axes` of the output.

    >>> ExpandDims((1, 2)).apply(Shape(8, 64)).output, ExpandDims(-1).apply(Shape(8, 64)).output
    (Shape(8, 1, 1, 64), Shape(8, 64, 1))
    """

    axes: int | tuple[int, ...] = -1
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("Unsqueeze", read=_read_onnx),
        "torch": Spelling("aten.unsqueeze", read=_read_torch),
        "keras": Spelling("", {"axes": "axis"}, also=("ops.ExpandDims",)),
    }

    kind = "shape"
    storage = "view"
    gradient = of_moves

    def __post_init__(self) -> None:
        self.__dict__["axes"] = require_axes("ExpandDims", "axes", self.axes) or ()

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """More axes; a view, no arithmetic."""
        rank = len(shape) + len(self.axes)  # type: ignore[arg-type]
        axes = places(self.axes, rank)  # type: ignore[arg-type]
        if axes is None or len(axes) != len(self.axes):  # type: ignore[arg-type]
            return no_axis(self.axes, shape)
        sizes = iter(shape)
        return Cost(Shape(*[1 if place in axes else next(sizes) for place in range(rank)]))

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """Every axis keeps its places."""
        rank = len(cost.output or ())
        new = places(self.axes, rank) or ()  # type: ignore[arg-type]
        return (tuple([Reach(place) for place in range(rank) if place not in new]),)

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """By keras.ops."""
        from .keras_steps import by_ops

        return by_ops(lambda x: keras.ops.expand_dims(x, self.axes))
