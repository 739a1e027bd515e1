"""Numbers made few-valued, and back: fake-quantised models (QuantizeLinear and DequantizeLinear of ONNX)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from ..shape import Shape
from .base import OPS, Cost, Op, Spelling, Work
from .spelling import Call, Outputs, Reads


def _read_quantize(call: Call) -> Reads | Outputs | None:
    """QuantizeLinear by a scale that the file holds; DynamicQuantizeLinear by the range of the numbers."""
    if call.kind == "QuantizeLinear":
        return call.reading(Quantize())
    return Outputs((Quantize(), OPS["Max"](), OPS["Min"]())[: call.settings["outputs"]])


class Quantize(Op):
    """round(x / scale) + zero point, kept between the least and the largest value (onnx/docs/Operators.md).

    A division, an addition and two compares per number; the rounding is not counted.

    >>> Quantize().apply(Shape(1, 8)).work.divisions
    8
    """

    kind = "other"
    word = "quantize"
    keeps_places = True
    storage = "own"
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("QuantizeLinear", also=("DynamicQuantizeLinear",), read=_read_quantize)
    }

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The same shape."""
        elements = shape.elements
        return Cost(shape, work=Work(adds=elements, compares=2 * elements, divisions=elements))


class Dequantize(Op):
    """(x − zero point)·scale (onnx/docs/Operators.md): an addition and a multiply per number.

    >>> Dequantize().apply(Shape(1, 8)).work.multiplies
    8
    """

    kind = "other"
    word = "dequantize"
    keeps_places = True
    storage = "own"
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("DequantizeLinear", read=lambda call: call.reading(Dequantize()))
    }

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The same shape."""
        return Cost(shape, work=Work(adds=shape.elements, multiplies=shape.elements))
