"""Axes of 1, repeated to a given shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..dim import Dim, is_exactly
from ..errors import UsageError
from ..reach import Reaches, repeated
from ..shape import Shape, spell
from ._broadcast import broadcast
from .base import Check, Cost, Op, require_whole
from .gradient import of_copies
from .spelling import Call, Reads, Spelling

if TYPE_CHECKING:
    from .keras_steps import Steps


def _read_onnx(call: Call) -> Reads | None:
    """Expand to sizes that the file holds or computes."""
    target = call.numbers(1)
    return None if target is None else call.reading(BroadcastTo(tuple(target)))


def _read_torch(call: Call) -> Reads | None:
    """expand to sizes, or to those of another tensor."""
    target = call.argument("size")
    if call.kind == "aten.expand_as":
        target = call.shape("other")
    if call.kind == "aten.copy":  # the source's numbers in the tensor's shape
        return call.reading(BroadcastTo(tuple(call.shape("self") or ())), places=("src",))
    return None if target is None or None in target else call.reading(BroadcastTo(tuple(target)), places=("self",))


class BroadcastTo(Op):
    """The tensor repeated to `target`, aligned at the last axis; −1 is the input's own size at that place.

    −1 as in torch.Tensor.expand; a size of 1 in the target leaves the input's own, as in ONNX (Expand).

    >>> BroadcastTo((8, -1, -1)).apply(Shape(1, 1, 768)).output, BroadcastTo((2, 3, 4)).apply(Shape(4)).output
    (Shape(8, 1, 768), Shape(2, 3, 4))
    """

    target: tuple[Dim, ...] = (-1,)
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("Expand", read=_read_onnx),
        "torch": Spelling("aten.expand", also=("aten.expand_as", "aten.broadcast_to", "aten.copy"), read=_read_torch),
        "keras": Spelling("", {"target": "shape"}, also=("ops.BroadcastTo",)),
    }

    kind = "shape"
    storage = "view"
    gradient = of_copies

    def __post_init__(self) -> None:
        if not isinstance(self.target, (tuple, list)):
            raise UsageError(f"BroadcastTo: target must be sizes, not {self.target!r}")
        target = require_whole("BroadcastTo", "target", tuple(self.target), least=-1)
        if any(is_exactly(size, 0) for size in target):
            raise UsageError("BroadcastTo: target must be at least 1 (or -1), not 0")
        self.__dict__["target"] = target

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The common shape of input and target; a view, no arithmetic."""
        own = (-1,) * (len(self.target) - len(shape)) + tuple(shape)
        if len(own) != len(self.target) or any(
            is_exactly(size, -1) and is_exactly(mine, -1) for size, mine in zip(self.target, own, strict=False)
        ):
            return Cost(None, checks=(Check(False, _no_fit, (shape, self.target)),))
        target = Shape(*[mine if is_exactly(size, -1) else size for size, mine in zip(self.target, own, strict=True)])
        output, checks = broadcast("broadcast", (shape, target))
        return Cost(
            output, checks=tuple([check._replace(sentence=_no_fit, values=(shape, target)) for check in checks])
        )

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """The only place of an axis that is repeated."""
        return (repeated(inputs[0], cost.output),)  # type: ignore[arg-type]

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """By keras.ops."""
        from .keras_steps import by_ops

        return by_ops(lambda x: keras.ops.broadcast_to(x, cost.output))


def _no_fit(shape: Shape, target: tuple[Dim, ...]) -> str:
    return f"{spell(shape)} cannot be broadcast to {spell(tuple(target))}: its axes must be 1, or agree."
