"""Axes of 1, taken away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..dim import equal, is_exactly
from ..reach import Reaches, removed
from ..shape import Shape, spell
from ._axes import places, require_axes
from .base import Check, Cost, Op, no_axis
from .gradient import of_moves
from .spelling import Call, Reads, Spelling

if TYPE_CHECKING:
    from .keras_steps import Steps


def _read_onnx(call: Call) -> Reads | None:
    """Squeeze: axes by attribute before opset 13, by an input after."""
    axes = call.settings.get("axes") or call.numbers(1)
    if axes is None and call.tensor(1) is not None:
        return None  # they are told while it runs
    return call.reading(Squeeze(None if axes is None else tuple(axes)))


def _read_torch(call: Call) -> Reads | None:
    """Axes that are not 1 stay as they are."""
    given = call.argument("dim")
    axes = None if given is None else tuple([axis for axis in call.axes(given) if is_exactly(call.shapes[0][axis], 1)])
    return call.reading(Squeeze(axes), places=("self",))


class Squeeze(Op):
    """The same numbers without `axes`, each of which must be 1; without `axes` all that are a plain 1.

    >>> Squeeze((1, 2)).apply(Shape(1, 1, 1, 2048)).output
    Shape(1, 2048)
    """

    axes: tuple[int, ...] | None = None
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("Squeeze", read=_read_onnx),
        "torch": Spelling("aten.squeeze", read=_read_torch),
        "keras": Spelling("", {"axes": "axis"}, also=("ops.Squeeze",)),
    }

    kind = "shape"
    storage = "view"
    gradient = of_moves

    def __post_init__(self) -> None:
        self.__dict__["axes"] = require_axes("Squeeze", "axes", self.axes)

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """Fewer axes; a view, no arithmetic."""
        if self.axes is None:
            return Cost(Shape(*[size for size in shape if not is_exactly(size, 1)]))
        axes = places(self.axes, len(shape))
        if axes is None:
            return no_axis(self.axes, shape)
        sentence = "axis {} of {} is not 1, so it cannot be squeezed."
        checks = tuple([Check(equal(shape[axis], 1), sentence, (axis, spell(shape))) for axis in axes])
        return Cost(Shape(*[size for place, size in enumerate(shape) if place not in axes]), checks=checks)

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """Axes that are kept keep their places."""
        rank = len(inputs[0])
        if self.axes is None:
            gone = [place for place, size in enumerate(inputs[0]) if is_exactly(size, 1)]
        else:
            gone = list(places(self.axes, rank) or ())
        return (removed(rank, gone),)

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """By keras.ops."""
        from .keras_steps import by_ops

        axes = None if self.axes is None else places(self.axes, len(inputs[0]))
        return by_ops(lambda x: keras.ops.squeeze(x, axes))
