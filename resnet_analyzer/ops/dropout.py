"""Layers that only training runs: dropout and stochastic depth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..errors import UsageError
from ..shape import Shape
from .base import Cost, Op
from .gradient import of_dropout
from .spelling import Call, Reads, Spelling, same_names

if TYPE_CHECKING:
    from .keras_steps import Steps


def _read_onnx(call: Call) -> Reads | None:
    """Inference passes on what it gets."""
    return call.reading(Dropout(0.0))


def _read_torch(call: Call) -> Reads | None:
    rate = call.argument("p", default=0.5)
    name = "input" if call.tensor("self") is None else "self"
    return call.reading(Dropout(float(rate)), places=(name,))


class _Drop(Op):
    rate: float = 0.5

    keeps_places = True
    storage = "view"
    gradient = of_dropout

    def __post_init__(self) -> None:
        if isinstance(self.rate, bool) or not isinstance(self.rate, (int, float)) or not 0 <= self.rate <= 1:
            raise UsageError(f"{type(self).__name__}: rate must be a number from 0 to 1, not {self.rate!r}")

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The same shape; inference does nothing here."""
        return Cost(shape)


# layers of Keras that pass on what they get, but for training
IN_TRAINING = (
    "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "AlphaDropout", "GaussianDropout", "GaussianNoise",
    "ActivityRegularization", "RandomFlip", "RandomRotation", "RandomZoom", "RandomContrast", "RandomBrightness",
    "RandomTranslation", "RandomColorDegeneration", "RandomColorJitter", "RandomElasticTransform", "RandomErasing",
    "RandomGaussianBlur", "RandomGrayscale", "RandomHue", "RandomInvert", "RandomPerspective", "RandomPosterization",
    "RandomSaturation", "RandomSharpness", "RandomShear", "RandAugment", "AugMix", "CutMix", "MixUp", "Equalization",
    "Solarization",
)  # fmt: skip


def _read_keras(call: Call) -> list[Op] | None:
    rate = call.settings.get("rate")
    return [Dropout(float(rate) if isinstance(rate, (int, float)) else 0.0)]


def _read_depth(call: Call) -> list[Op] | None:
    """That of keras.applications' ConvNeXt."""
    return [StochasticDepth(float(call.settings.get("drop_path_rate", 0)))]


class Dropout(_Drop):
    """Zeroes a share of the numbers in training (Srivastava et al. 2014); nothing at inference.

    >>> from resnet_analyzer.shape import Shape
    >>> Dropout(0.4).apply(Shape(1, 1024)).output
    Shape(1, 1024)
    """

    word = "dropout"
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "torch": Spelling(
            "aten.dropout", also=("aten.feature_dropout", "aten.alpha_dropout", "aten.native_dropout"), read=_read_torch
        ),
        "onnx": Spelling("Dropout", read=_read_onnx),
        "keras": Spelling("Dropout", same_names("rate"), also=IN_TRAINING, read=_read_keras),
    }


class StochasticDepth(_Drop):
    """Drops a whole residual branch in training (Huang et al. 2016); nothing at inference.

    >>> from resnet_analyzer.shape import Shape
    >>> StochasticDepth(0.2).apply(Shape(1, 8)).output
    Shape(1, 8)
    """

    word = "stochastic depth"
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("StochasticDepth", read=_read_depth)}

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """Dropout of whole images."""
        from .keras_steps import Steps

        shape = (None, *(1,) * (len(inputs[0]) - 1))
        return Steps(keras.layers.Dropout(self.rate, noise_shape=shape, name=name))
