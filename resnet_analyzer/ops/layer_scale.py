"""Layer scale: a trained factor per channel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..shape import Shape
from .base import Cost, Op, Operations, Weight, Work, axis_index, no_axis
from .gradient import of_trained_factor
from .spelling import Call, Spelling

if TYPE_CHECKING:
    from .keras_steps import Steps


def _read_keras(call: Call) -> list[Op] | None:
    """That of keras.applications' ConvNeXt."""
    return [LayerScale()]


class LayerScale(Op):
    """γ·x with one trained γ per channel, along `axis` (Touvron et al. 2021, CaiT, eq. 6; ConvNeXt).

    >>> from resnet_analyzer.shape import Shape
    >>> LayerScale().apply(Shape(1, 7, 7, 768)).weights[0].params
    768
    """

    axis: int = -1

    word = "scale"
    keeps_places = True
    storage = "own"
    gradient = of_trained_factor
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("LayerScale", read=_read_keras)}

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The same shape; one multiply per element."""
        axis = axis_index(self.axis, len(shape))
        if axis is None:
            return no_axis(self.axis, shape)
        return Cost(shape, (Weight("gamma", (shape[axis],)),), Work(multiplies=shape.elements))

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """A small layer of our own: Keras has none."""
        from .keras_steps import Steps

        axis, rank = self.axis % len(inputs[0]), len(inputs[0])

        class LayerScale(keras.layers.Layer):  # type: ignore[misc, name-defined]
            """Multiplies every channel by a factor of its own."""

            def build(self, shape: Any) -> None:
                self.gamma = self.add_weight(name="gamma", shape=(shape[axis],), initializer="ones")

            def call(self, x: Any) -> Any:
                return x * keras.ops.reshape(self.gamma, [-1 if each == axis else 1 for each in range(rank)])

            def compute_output_shape(self, shape: Any) -> Any:
                return shape

        return Steps(LayerScale(name=name), remark="layer scale as a small layer of our own")

    def as_tensorflow(self, inputs: tuple[Shape, ...], cost: Cost) -> Operations | None:
        """A product."""
        return [("Mul", inputs[0].elements)]
