"""Layer normalisation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..dim import product
from ..errors import UsageError
from ..shape import Shape
from ._statistics import statistics_work
from .base import Cost, Op, Operations, Weight, axis_index, no_axis
from .gradient import of_own_statistics
from .spelling import Call, Reads, Spelling, same_names


def _read_keras(call: Call) -> list[Op] | None:
    settings = call.settings
    if settings.get("rms_scaling"):
        return None
    return [LayerNorm(call.axes(settings["axis"]), settings["scale"], settings["center"])]


if TYPE_CHECKING:
    from .keras_steps import Steps


def _read_onnx(call: Call) -> Reads | None:
    """LayerNormalization: input, scale, bias; from `axis` to the last axis."""
    (first,) = call.axes(call.settings.get("axis", -1))
    op = LayerNorm(tuple(range(first, call.rank)), center=call.tensor(2) is not None)
    return call.reading(op, gamma=1, beta=2)


def _read_torch(call: Call) -> Reads | None:
    """layer_norm(input, normalized_shape, weight, bias), over the last axes."""
    axes = tuple(range(-len(call.argument("normalized_shape")), 0))
    op = LayerNorm(axes, call.tensor("weight") is not None, call.tensor("bias") is not None)
    return call.reading(op, places=("input",), gamma="weight", beta="bias")


class LayerNorm(Op):
    """Normalisation along some axes of each position by their own mean and variance (Ba et al. 2016, eq. 3).

    `axes` are `channels` (the last one: Keras, ConvNeXt), `all` (all but the batch), or numbers that
    count from the batch.

    >>> LayerNorm().apply(Shape(1, 7, 7, 96)).weights[0]
    Weight(name='gamma', shape=(96,), role='trainable')
    """

    axes: str | int | tuple[int, ...] = "channels"
    scale: bool = True
    center: bool = True

    kind = "normalisation"
    word = "LN"
    keeps_places = True
    storage = "own"
    gradient = of_own_statistics
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("LayerNormalization", read=_read_onnx),
        "torch": Spelling("aten.layer_norm", also=("aten.native_layer_norm",), read=_read_torch),
        "keras": Spelling("LayerNormalization", same_names("scale", "center"), read=_read_keras),
    }

    def __post_init__(self) -> None:
        axes = (self.axes,) if type(self.axes) is int else self.axes
        axes = tuple(axes) if isinstance(axes, list) else axes
        numbers = isinstance(axes, tuple) and axes and all(type(axis) is int for axis in axes)
        if axes not in ("channels", "all") and not numbers:
            raise UsageError(f"LayerNorm: axes must be 'channels', 'all' or numbers, not {self.axes!r}")
        self.__dict__["axes"] = axes

    def normalised(self, rank: int) -> tuple[int | None, ...]:
        """The axes as places in a shape of that rank; None for one that is not there.

        >>> LayerNorm("all").normalised(4), LayerNorm(-1).normalised(3)
        ((1, 2, 3), (2,))
        """
        if isinstance(self.axes, str):
            return tuple(range(1, rank)) if self.axes == "all" else (rank - 1,)
        return tuple(axis_index(axis, rank) for axis in sorted(self.axes))  # type: ignore[arg-type] # as Keras: -1, 1

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The same shape; gamma and beta of the normalised axes."""
        axes = self.normalised(len(shape))
        if None in axes:
            return no_axis(self.axes, shape)
        size = tuple([shape[axis] for axis in axes])  # type: ignore[index]
        groups = product(*[shape[axis] for axis in range(len(shape)) if axis not in axes])
        names = [name for name, used in (("gamma", self.scale), ("beta", self.center)) if used]
        work = statistics_work(shape.elements, groups, self.scale, self.center)
        return Cost(shape, tuple(Weight(name, size) for name in names), work)

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """Its axes from the batch."""
        from .keras_steps import Steps, layer

        axes: Any = self.normalised(len(inputs[0])) if isinstance(self.axes, str) else self.axes
        return Steps(layer(keras, self, name, axis=list(axes)))

    def as_tensorflow(self, inputs: tuple[Shape, ...], cost: Cost) -> Operations | None:
        """Mean and variance, then x·inv + (β − μ·inv), γ and β spread over all elements first.

        keras/src/ops/nn.py, _layer_normalization.
        """
        shape, axes = inputs[0], self.normalised(len(inputs[0]))
        elements, groups = shape.elements, product(*[n for axis, n in enumerate(shape) if axis not in axes])
        statistics = [("Mean", elements), ("SquaredDifference", elements), ("Mean", elements)]
        each = [("AddV2", groups), ("Rsqrt", groups), ("Neg", groups)]
        scaled = [("Mul", elements), ("Mul", elements)] if self.scale else [("Mul", groups)]
        centred = [("AddV2", elements)] if self.center else []
        return [*statistics, *each, *scaled, *centred, ("Mul", elements), ("AddV2", elements)]
