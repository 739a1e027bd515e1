"""Batch normalisation, as inference runs it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from ..shape import Shape
from .base import MOVING, Cost, Op, Operations, Weight, Work, axis_index, no_axis
from .gradient import of_batch_statistics
from .spelling import Call, Reads, Spelling, same_names


def _read_keras(call: Call) -> list[Op] | None:
    """Keras 2 writes its axis as a list."""
    settings = call.settings
    axes = settings["axis"] if isinstance(settings["axis"], list) else [settings["axis"]]
    if len(axes) != 1 or settings.get("renorm"):
        return None
    return [BatchNorm(settings["scale"], settings["center"], *call.axes(axes))]


def _read_onnx(call: Call) -> Reads | None:
    """BatchNormalization: input, scale, bias, mean, variance."""
    if call.settings.get("training_mode"):
        return None
    return call.reading(BatchNorm(axis=1), gamma=1, beta=2, moving_mean=3, moving_variance=4)


def _read_torch(call: Call) -> Reads | None:
    """batch_norm(input, weight, bias, running_mean, running_var, …); without statistics of its own it is none."""
    if call.tensor("running_mean") is None:
        return None
    op = BatchNorm(call.tensor("weight") is not None, call.tensor("bias") is not None, axis=1)
    names = {"gamma": "weight", "beta": "bias", "moving_mean": "running_mean", "moving_variance": "running_var"}
    return call.reading(op, places=("input",), **names)


class BatchNorm(Op):
    """γ·(x − μ)/√(σ² + ε) + β with stored μ and σ², as one factor and one summand per channel (along `axis`).

    Per element one multiply and one addition. The factor γ/√(σ² + ε) and the summand β − μ·factor take,
    per channel and once per batch, two additions, a square root, a division and two multiplies (one
    without γ): TensorFlow, tensorflow/python/ops/nn_impl.py, batch_normalization (Ioffe & Szegedy 2015, alg. 2).

    >>> from resnet_analyzer.shape import Shape
    >>> cost = BatchNorm().apply(Shape(1, 56, 56, 64))
    >>> [weight.name for weight in cost.weights if weight.trainable], cost.work.multiplies   # 56·56·64 + 2·64
    (['gamma', 'beta'], 200832)
    """

    scale: bool = True
    center: bool = True
    axis: int = -1

    kind = "normalisation"
    word = "BN"
    keeps_places = True
    storage = "overwrites"
    gradient = of_batch_statistics
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("BatchNormalization", read=_read_onnx),
        "torch": Spelling(
            "aten.batch_norm",
            also=("aten.native_batch_norm", "aten._native_batch_norm_legit_no_training"),
            read=_read_torch,
        ),
        "keras": Spelling("BatchNormalization", same_names("scale", "center", "axis"), read=_read_keras),
    }

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The same shape; `gamma` and `beta` are trained, the moving statistics are not."""
        axis = axis_index(self.axis, len(shape))
        if axis is None:
            return no_axis(self.axis, shape)
        channels, elements = shape[axis], shape.elements
        size = (channels,)
        weights: tuple[Weight, ...] = (Weight("moving_mean", size, MOVING), Weight("moving_variance", size, MOVING))
        if self.center:
            weights = (Weight("beta", size), *weights)
        if self.scale:
            weights = (Weight("gamma", size), *weights)
        work = Work(
            adds=elements + 2 * channels,
            multiplies=elements + (2 * channels if self.scale else channels),
            divisions=channels,
            square_roots=channels,
        )
        return Cost(shape, weights, work)

    def as_tensorflow(self, inputs: tuple[Shape, ...], cost: Cost) -> Operations | None:
        """x·inv + (β − μ·inv), inv = γ·rsqrt(σ² + ε) (tensorflow/python/ops/nn_impl.py, batch_normalization)."""
        elements, channels = inputs[0].elements, inputs[0][self.axis]
        scale = [("Mul", channels)] if self.scale else []
        each = [("AddV2", channels), ("Rsqrt", channels), *scale, ("Mul", channels), ("Sub", channels)]
        return [*each, ("Mul", elements), ("AddV2", elements)]
