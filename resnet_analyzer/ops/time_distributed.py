"""A layer applied to every step by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..dim import product
from ..errors import UsageError
from ..reach import Along, Mixed, Reach, Reaches
from ..shape import Shape, spell
from .base import Check, Cost, Op
from .gradient import of_over_time
from .spelling import Call, Spelling

if TYPE_CHECKING:
    from .keras_steps import Steps


def _read_keras(call: Call) -> list[Op] | None:
    """Keras' layer around one of ours."""
    batch, steps, *rest = call.shapes[0]
    inner = call.words(call.settings["layer"], Shape(product(batch, steps), *rest))
    return None if inner is None or call.takes_more_than_inputs else [TimeDistributed(op) for op in inner]


class TimeDistributed(Op):
    """`layer` on every step (axis 1), with the same weights: the steps are folded into the batch.

    >>> from resnet_analyzer.ops.conv import Conv2d
    >>> cost = TimeDistributed(Conv2d(8, 3, use_bias=False)).apply(Shape(1, 10, 32, 32, 3))
    >>> cost.output, cost.work.multiply_accumulates   # 10 · 30·30·8·3·3·3
    (Shape(1, 10, 30, 30, 8), 1944000)
    """

    layer: Op

    storage = "own"
    gradient = of_over_time
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("TimeDistributed", read=_read_keras)}

    def __post_init__(self) -> None:
        if not isinstance(self.layer, Op):
            raise UsageError(f"TimeDistributed: layer must be an op, not {self.layer!r}")

    def phrase(self, strided: bool) -> tuple[str, ...]:
        """As the layer is called."""
        return self.layer.phrase(strided)

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The layer's cost on so many images; the steps come back behind the batch."""
        if len(shape) < 3:
            return Cost(None, checks=(Check(False, "needs (batch, steps, …), but gets {}.", (spell(shape),)),))
        batch, steps = shape[:2]
        cost = self.layer.apply(Shape(product(batch, steps), *shape[2:]))
        if cost.output is None:
            return cost
        output = Shape(batch, steps, *cost.output[1:])
        if self.layer.per_call:  # Keras calls it for every step
            return cost._replace(output=output, work=self.layer.apply(Shape(batch, *shape[2:])).work.times(steps))
        return cost._replace(output=output)

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...] | None:
        """Every step by itself, as the layer says; not told where the layer mixes the images of a batch."""
        frame = Shape(inputs[0][0], *inputs[0][2:])
        inner = self.layer.reach((frame,), self.layer.apply(frame))
        if inner is None or inner[0][0] != Reach(0):
            return None
        return ((Reach(0), Reach(1), *map(_behind_steps, inner[0][1:])),)

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps | None:
        """Keras' layer around a layer of Keras' own."""
        from .keras_steps import Steps

        frame = Shape(inputs[0][0], *inputs[0][2:])
        inner = self.layer.in_keras(keras, f"{name}-each", (frame,), self.layer.apply(frame))
        if inner is None or inner.layer is None or inner.before or inner.after:
            return None
        return Steps(keras.layers.TimeDistributed(inner.layer, name=name))


def _behind_steps(along: Along) -> Along:
    """The same with one axis more in front."""
    if isinstance(along, Mixed):
        return Mixed(tuple([axis + 1 for axis in along.axes]))
    return along._replace(axis=along.axis + 1)
