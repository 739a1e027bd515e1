"""Vectors made of length 1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from ..reach import EVERYTHING, Reach, Reaches
from ..shape import Shape
from ._axes import places, require_axes
from .base import Cost, Op, Work, no_axis
from .spelling import Call, Reads, Spelling


def _read_keras(call: Call) -> list[Op] | None:
    """Keras' layer, and its operation for lengths of order 2."""
    axis = call.settings.get("axis", -1)
    return [UnitNorm(call.axes(axis))] if call.settings.get("order", 2) in (2, None) else None


def _read_onnx(call: Call) -> Reads | None:
    """LpNormalization of order 2."""
    return call.reading(UnitNorm(call.axes(call.settings.get("axis", -1)))) if call.settings.get("p", 2) == 2 else None


class UnitNorm(Op):
    """x·min(1/√Σ x², 1/ε) along `axes` (keras/src/ops/nn.py, normalize): Keras' UnitNormalization.

    A square and its sum per number, a square root, a division and a compare per vector, a multiply per number.

    >>> UnitNorm().apply(Shape(3, 10)).work[2:]   # 27 additions, 60 multiplies, 3 compares, 3 divisions, 3 roots
    (27, 60, 3, 0, 3, 3)
    """

    axes: int | tuple[int, ...] = -1

    kind = "normalisation"
    storage = "own"
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("LpNormalization", read=_read_onnx),
        "keras": Spelling("UnitNormalization", {"axes": "axis"}, also=("ops.Normalize",), read=_read_keras),
    }

    def __post_init__(self) -> None:
        self.__dict__["axes"] = require_axes("UnitNorm", "axes", self.axes) or ()

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The same shape."""
        axes = places(self.axes, len(shape))  # type: ignore[arg-type]
        if axes is None:
            return no_axis(self.axes, shape)
        elements = shape.elements
        vectors = Shape(*[1 if place in axes else size for place, size in enumerate(shape)]).elements
        work = Work(
            adds=elements - vectors,
            multiplies=2 * elements,
            compares=vectors,
            divisions=vectors,
            square_roots=vectors,
        )
        return Cost(shape, work=work)

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """Everything along the axes."""
        axes = places(self.axes, len(inputs[0])) or ()  # type: ignore[arg-type]
        return (tuple([EVERYTHING if place in axes else Reach(place) for place in range(len(inputs[0]))]),)
