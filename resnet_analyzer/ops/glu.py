"""Gated linear unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..dim import divides, floor_div
from ..reach import Mixed, Reach, Reaches
from ..shape import Shape
from .activation import activation_work, require_activation
from .base import Check, Cost, Op, Work, axis_index, no_axis
from .spelling import Call, Reads, Spelling, same_names

if TYPE_CHECKING:
    from .keras_steps import Steps


def _read_torch(call: Call) -> Reads | None:
    return call.reading(GLU(call.argument("dim", default=-1)), places=("self",))


class GLU(Op):
    """a·σ(b), a and b the two halves along `axis` (Dauphin et al. 2017, eq. 1; σ another gate: Shazeer 2020).

    >>> from resnet_analyzer.shape import Shape
    >>> cost = GLU().apply(Shape(1, 10, 8))
    >>> cost.output, cost.work.multiplies   # sigmoid of 40 numbers, and 40 products
    (Shape(1, 10, 4), 80)
    """

    axis: int = -1
    gate: str = "sigmoid"
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "keras": Spelling("", same_names("axis"), also=("ops.Glu",)),
        "torch": Spelling("aten.glu", read=_read_torch),
    }

    kind = "activation"
    storage = "own"

    def __post_init__(self) -> None:
        require_activation(self.gate)

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """Half as many along the axis; the gate's work, and one multiply each."""
        axis = axis_index(self.axis, len(shape))
        if axis is None:
            return no_axis(self.axis, shape)
        output = shape.with_size(axis, floor_div(shape[axis], 2))
        elements = output.elements
        work = activation_work(self.gate, elements) + Work(multiplies=elements)
        check = Check(divides(2, shape[axis]), "an axis of {} has no two halves.", (shape[axis],))
        return Cost(output, work=work, checks=(check,))

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """Two places along the axis."""
        axis = axis_index(self.axis, len(inputs[0]))
        return (tuple([Mixed((place,)) if place == axis else Reach(place) for place in range(len(inputs[0]))]),)

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps | None:
        """By keras.ops."""
        from .keras_steps import by_ops

        gate = "silu" if self.gate == "swish" else self.gate
        function = getattr(keras.ops, gate, None)
        if function is None:
            return None

        def gated(x: Any) -> Any:
            first, second = keras.ops.split(x, 2, self.axis)
            return first * function(second)

        return by_ops(gated)
