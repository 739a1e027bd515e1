"""Normalisation by stored statistics of the data: Keras' preprocessing layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..dim import product
from ..errors import UsageError
from ..shape import Shape
from .base import MOVING, Cost, Op, Operations, Weight, Work, axis_index, no_axis
from .gradient import of_fixed_factor
from .spelling import Call, Spelling


def _read_keras(call: Call) -> list[Op] | None:
    """Statistics given in the settings are constants, and no weights."""
    settings = call.settings
    constant = settings.get("mean") is not None
    axis = settings.get("axis", -1)
    axes = call.axes(() if axis is None else axis)
    return None if settings.get("invert") or not axes else [Normalization(not constant, axes)]


if TYPE_CHECKING:
    from .keras_steps import Steps


class Normalization(Op):
    """(x − mean)/max(√variance, ε) with statistics of the data set, per channel, and a count of the data.

    The statistics are weights that nobody trains, or constants (`stored` False): Keras'
    keras/src/layers/preprocessing/normalization.py. Per element a subtraction and a division; per
    channel a square root and a compare. `axis` are the axes that have statistics of their own.

    >>> sum(weight.params for weight in Normalization().apply(Shape(1, 224, 224, 3)).weights)
    7
    """

    stored: bool = True
    axis: int | tuple[int, ...] = -1

    kind = "normalisation"
    word = "normalised"
    keeps_places = True
    storage = "own"
    gradient = of_fixed_factor
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("Normalization", read=_read_keras)}

    def __post_init__(self) -> None:
        axes = (self.axis,) if type(self.axis) is int else self.axis
        if not isinstance(axes, (tuple, list)) or not all(type(axis) is int for axis in axes):
            raise UsageError(f"Normalization: axis must be a number or several, not {self.axis!r}")
        self.__dict__["axis"] = axes[0] if len(axes) == 1 else tuple(axes)

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The same shape; `mean`, `variance` and a scalar `count`, none of them trained."""
        given = (self.axis,) if isinstance(self.axis, int) else self.axis
        axes = [axis_index(axis, len(shape)) for axis in given]
        if None in axes:
            return no_axis(self.axis, shape)
        size = tuple([shape[axis] for axis in axes])  # type: ignore[index]
        each = product(*size)
        names = [("mean", size), ("variance", size), ("count", ())]
        weights = tuple(Weight(name, of, MOVING) for name, of in names) if self.stored is True else ()
        elements = shape.elements
        return Cost(shape, weights, Work(adds=elements, divisions=elements, compares=each, square_roots=each))

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """With statistics of its own, or constants."""
        from .keras_steps import Steps

        shape = inputs[0]
        axes = (self.axis,) if isinstance(self.axis, int) else self.axis
        constants = {} if self.stored else {"mean": 0.0, "variance": 1.0}
        if not self.stored and len(axes) == 1:
            constants = {name: [value] * shape[axes[0]] for name, value in constants.items()}  # type: ignore[misc]
        return Steps(keras.layers.Normalization(name=name, axis=self.axis, **constants))

    def as_tensorflow(self, inputs: tuple[Shape, ...], cost: Cost) -> Operations | None:
        """A difference and a quotient per element, a root and a maximum per channel."""
        axes = (self.axis,) if isinstance(self.axis, int) else self.axis
        each, elements = product(*[inputs[0][axis] for axis in axes]), inputs[0].elements
        return [("Sub", elements), ("RealDiv", elements), ("Sqrt", each), ("Maximum", each)]
