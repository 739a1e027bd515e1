"""Parametric ReLU."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..dim import is_exactly, product
from ..errors import UsageError
from ..shape import Shape
from .base import Cost, Op, Operations, Weight, Work, axis_index, no_axis
from .gradient import of_trained_factor
from .spelling import Call, Reads, Spelling


def _read_keras(call: Call) -> list[Op] | None:
    return [PReLU(call.axes(call.settings.get("shared_axes") or []))]


if TYPE_CHECKING:
    from .keras_steps import Steps


def _read_onnx(call: Call) -> Reads | None:
    """PRelu: the axes along which the slope is 1 share it."""
    slope = call.shape(1)
    if slope is None or call.held(1) is None:
        return None
    whole = (1,) * (call.rank - len(slope)) + tuple(slope)
    shared = tuple(axis for axis in range(1, call.rank) if whole[axis] == 1)
    return call.reading(PReLU(shared), alpha=1)


def _read_torch(call: Call) -> Reads | None:
    """prelu(self, weight): a slope for each channel, or one in all."""
    slope = call.shape("weight")
    if slope is None:
        return None
    shared = tuple([axis for axis in range(1, call.rank) if axis != 1 or is_exactly(product(*slope), 1)])
    return call.reading(PReLU(shared), places=("self",), alpha="weight")


class PReLU(Op):
    """x if x > 0 else α·x with a trained α (He et al. 2015, Delving Deep into Rectifiers, eq. 1).

    One α per element (`none` shared: Keras' default), per channel of the last axis (`positions` shared:
    the paper), or one in all (`all` shared: PyTorch's default); or the axes that share one, as numbers
    that count from the batch.

    >>> PReLU("positions").apply(Shape(1, 7, 7, 64)).weights[0].shape
    (1, 1, 64)
    """

    shared: str | tuple[int, ...] = "none"

    kind = "activation"
    word = "PReLU"
    keeps_places = True
    storage = "overwrites"
    gradient = of_trained_factor
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("PRelu", read=_read_onnx),
        "torch": Spelling("aten.prelu", also=("aten._prelu_kernel",), read=_read_torch),
        "keras": Spelling("PReLU", read=_read_keras),
    }

    def __post_init__(self) -> None:
        shared = tuple(self.shared) if isinstance(self.shared, list) else self.shared
        numbers = isinstance(shared, tuple) and all(type(axis) is int for axis in shared)
        if shared not in ("none", "positions", "all") and not numbers:
            raise UsageError(f"PReLU: shared must be 'none', 'positions', 'all' or axes, not {self.shared!r}")
        self.__dict__["shared"] = shared or "none"

    def shared_axes(self, rank: int) -> tuple[int | None, ...]:
        """The axes along which there is one α, as places in a shape of that rank; None for one that is not there.

        >>> PReLU("positions").shared_axes(4), PReLU((-1,)).shared_axes(3)
        ((1, 2), (2,))
        """
        if isinstance(self.shared, str):
            return tuple(range(1, {"none": 1, "positions": rank - 1, "all": rank}[self.shared]))
        return tuple(axis_index(axis, rank) for axis in self.shared)

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The same shape; `alpha` in as many axes but the batch, 1 where it is shared."""
        shared = self.shared_axes(len(shape))
        if None in shared:
            return no_axis(self.shared, shape)
        size = tuple([1 if axis in shared else shape[axis] for axis in range(1, len(shape))])
        work = Work(compares=shape.elements, multiplies=shape.elements)
        return Cost(shape, (Weight("alpha", size),), work)

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """Its shared axes from the batch."""
        from .keras_steps import Steps, layer

        return Steps(layer(keras, self, name, shared_axes=list(self.shared_axes(len(inputs[0]))) or None))

    def as_tensorflow(self, inputs: tuple[Shape, ...], cost: Cost) -> Operations | None:
        """relu(x) + (−α)·relu(−x) (keras/src/layers/activations/prelu.py)."""
        elements, alphas = inputs[0].elements, cost.weights[0].params
        names = ("Relu", "Neg", "Relu", "Mul", "AddV2")
        return [("Neg", alphas), *[(each, elements) for each in names]]
