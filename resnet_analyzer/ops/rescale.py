"""A constant factor and summand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..shape import Shape
from ._aten import number
from .base import OPS, Cost, Op, Operations, Work
from .gradient import of_fixed_factor
from .spelling import Call, Reads, Spelling, Tensor, same_names


def _read_keras(call: Call) -> list[Op] | None:
    """Keras' Rescaling, and an operation of a tensor and one number."""
    if call.kind == "Rescaling":
        scale, offset = (_plain(call.settings[name]) for name in ("scale", "offset"))
        return [Rescale(scale, offset)]
    if call.kind == "CustomScaleLayer":  # x₀ + scale·x₁: keras/src/applications/inception_resnet_v2.py
        return [Rescale(call.settings["scale"]), OPS["Add"]()]
    left, right = call.places
    first = type(left) is not Tensor
    number = left if first else right
    if isinstance(number, bool) or not isinstance(number, (int, float)) or len(call.shapes) != 1:
        return None
    if call.kind == "ops.Subtract":
        return [Rescale(-1, number)] if first else [Rescale(1, -number)]
    return [Rescale(1, number)] if call.kind == "ops.Add" else [Rescale(number, 0)]


def _read_torch(call: Call) -> Reads | None:
    """A tensor and a number: add, sub, rsub (the number less the tensor), mul, div."""
    other = call.argument("other")
    if call.tensor("self") is None or not number(other) or call.argument("rounding_mode"):
        return None
    factor = call.argument("alpha", default=1)
    plain = other if type(other) in (int, float) else 2  # a size: some number, neither 0 nor 1
    found = {
        "aten.add": (1, plain),
        "aten.sub": (1, -plain),
        "aten.rsub": (-1, plain),
        "aten.mul": (plain, 0),
        "aten.div": (1 / plain if plain else 0.5, 0),
    }
    return None if factor != 1 else call.reading(Rescale(*found[call.kind]), places=("self",))


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, (list, tuple)) else value


class Rescale(Op):
    """scale·x + offset with constants: a scaled shortcut (He et al. 2016, sec. 3.1), 1 − g, Keras' Rescaling.

    >>> from resnet_analyzer.shape import Shape
    >>> Rescale(0.5).apply(Shape(1, 8)).work.multiplies
    8
    """

    scale: float = 1
    offset: float = 0

    keeps_places = True
    storage = "overwrites"
    gradient = of_fixed_factor
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "keras": Spelling(
            "Rescaling",
            same_names("scale", "offset"),
            also=("CustomScaleLayer", "ops.Add", "ops.Subtract", "ops.Multiply"),
            read=_read_keras,
        ),
        "torch": Spelling(
            "", also=("aten.add", "aten.sub", "aten.rsub", "aten.mul", "aten.div"), read=_read_torch, fallback=True
        ),
    }

    def label(self) -> str:
        """As `×0.5`; a gate's complement as `1 − g`."""
        if (self.scale, self.offset) == (-1, 1):
            return "1 − g"
        return f"×{self.scale}" + (f" + {self.offset}" if self.offset else "")

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """One multiply per element unless the factor is 1, one addition unless the summand is 0."""
        elements = shape.elements
        adds = elements if self.offset else 0
        return Cost(shape, work=Work(adds=adds, multiplies=0 if self.scale == 1 else elements))

    def as_tensorflow(self, inputs: tuple[Shape, ...], cost: Cost) -> Operations | None:
        """A product and a sum."""
        return [("Mul", inputs[0].elements), ("AddV2", inputs[0].elements)]
