"""Root-mean-square normalisation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..dim import product
from ..reach import EVERYTHING, Reach, Reaches
from ..shape import Shape
from ._axes import places, require_axes
from .base import Cost, Op, Spelling, Weight, Work, no_axis
from .gradient import of_mean_square
from .spelling import Call, Reads

if TYPE_CHECKING:
    from .keras_steps import Steps


def _read_torch(call: Call) -> Reads | None:
    """rms_norm(input, normalized_shape, weight), over the last axes."""
    axes = tuple(range(-len(call.argument("normalized_shape")), 0))
    return call.reading(RMSNorm(axes, call.tensor("weight") is not None), places=("input",), scale="weight")


def _read_onnx(call: Call) -> Reads | None:
    """RMSNormalization: input and scale; from `axis` to the last axis."""
    (first,) = call.axes(call.settings.get("axis", -1))
    return call.reading(RMSNorm(tuple(range(first, call.rank))), scale=1)


class RMSNorm(Op):
    """γ·x/√(mean x² + ε) along `axes`, with a trained γ unless `scale` is off (Zhang & Sennrich 2019, eq. 4).

    Of a group of m: m squares, m − 1 additions and a division, ε an addition, a square root and a division (1/√);
    then m multiplies by that, and m by γ.

    >>> cost = RMSNorm().apply(Shape(1, 10, 64))
    >>> cost.weights[0], cost.work.multiplies
    (Weight(name='scale', shape=(64,), role='trainable'), 1920)
    """

    axes: int | tuple[int, ...] = -1
    scale: bool = True

    kind = "normalisation"
    word = "RMS norm"
    storage = "own"
    gradient = of_mean_square
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("RMSNormalization", also=("SimplifiedLayerNormalization",), read=_read_onnx),
        "keras": Spelling("RMSNormalization", {"axes": "axis"}),
        "torch": Spelling("aten.rms_norm", read=_read_torch),
    }

    def __post_init__(self) -> None:
        self.__dict__["axes"] = require_axes("RMSNorm", "axes", self.axes) or ()

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The same shape; `scale` of the normalised axes."""
        axes = places(self.axes, len(shape))  # type: ignore[arg-type]
        if axes is None:
            return no_axis(self.axes, shape)
        elements = shape.elements
        groups = product(*[size for place, size in enumerate(shape) if place not in axes])
        work = Work(
            adds=elements,  # m − 1 and ε
            multiplies=(3 if self.scale else 2) * elements,
            divisions=2 * groups,
            square_roots=groups,
        )
        weights = (Weight("scale", tuple([shape[axis] for axis in axes])),) if self.scale else ()
        return Cost(shape, weights, work)

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """Everything along the axes."""
        axes = places(self.axes, len(inputs[0])) or ()  # type: ignore[arg-type]
        return (tuple([EVERYTHING if place in axes else Reach(place) for place in range(len(inputs[0]))]),)

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """Keras' layer always has a factor."""
        from .keras_steps import Steps, by_ops, layer

        if self.scale:
            return Steps(layer(keras, self, name, axis=list(places(self.axes, len(inputs[0])) or ())))  # type: ignore[arg-type]
        return by_ops(lambda x: keras.ops.rms_normalization(x, axis=self.axes))
