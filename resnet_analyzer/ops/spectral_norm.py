"""A layer whose kernel training divides by its largest singular value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..errors import UsageError
from ..reach import Reaches
from ..shape import Shape
from .base import MOVING, Check, Cost, Op, Weight
from .spelling import Call, Spelling

if TYPE_CHECKING:
    from .keras_steps import Steps


def _read_keras(call: Call) -> list[Op] | None:
    """Keras' wrapper around one of ours that has a kernel or a table."""
    inner = call.words(call.settings["layer"])
    return None if not inner or call.takes_more_than_inputs else [SpectralNorm(inner[0]), *inner[1:]]


class SpectralNorm(Op):
    """`layer`, and beside its kernel the vector by which training finds the largest singular value.

    Only a step of training multiplies by the kernel and divides it (Miyato et al. 2018, algorithm 1); inference is
    that of the layer alone (keras/src/layers/normalization/spectral_normalization.py).

    >>> from resnet_analyzer.ops.dense import Dense
    >>> [weight.shape for weight in SpectralNorm(Dense(7)).apply(Shape(1, 12)).weights]
    [(12, 7), (7,), (1, 7)]
    """

    layer: Op

    kind = "other"
    storage = "own"
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("SpectralNormalization", read=_read_keras)}

    def __post_init__(self) -> None:
        if not isinstance(self.layer, Op):
            raise UsageError(f"SpectralNorm: layer must be an op, not {self.layer!r}")

    def phrase(self, strided: bool) -> tuple[str, ...]:
        """As the layer is called."""
        return self.layer.phrase(strided)

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The layer's cost, and a vector as long as its kernel's last axis."""
        cost = self.layer.apply(shape)
        kernels = [weight for weight in cost.weights if weight.name in ("kernel", "embeddings")]
        if cost.output is None or len(kernels) != 1:
            sentence = "a {} has no kernel, nor a table, to normalise."
            return Cost(None, checks=(*cost.checks, Check(False, sentence, (type(self.layer).__name__,))))
        vector = Weight("vector_u", (1, kernels[0].shape[-1]), MOVING)
        return cost._replace(weights=(*cost.weights, vector))

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...] | None:
        """As the layer's."""
        return self.layer.reach(inputs, self.layer.apply(*inputs))

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps | None:
        """Keras' layer around a layer of Keras' own."""
        inner = self.layer.in_keras(keras, f"{name}-each", inputs, self.layer.apply(*inputs))
        if inner is None or inner.layer is None or inner.before or inner.after:
            return None
        return inner._replace(layer=keras.layers.SpectralNormalization(inner.layer, name=name))
