"""Dense (fully connected) layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from ..dim import Dim, product
from ..reach import EVERYTHING, Reaches, same_place
from ..shape import Shape
from .activation import fused_work, require_activation, with_activation
from .base import Cost, Op, Operations, Spelling, Weight, Work, same_names
from .gradient import of_product
from .spelling import Call, Reads


def _read_onnx(call: Call) -> Reads | None:
    """Gemm and MatMul by a matrix that the file holds; Gemm's third input is a bias where it has a number per unit."""
    own = 3 if call.kind == "QLinearMatMul" else 1
    matrix = call.shape(own)
    if call.held(own) is None or matrix is None or len(matrix) != 2 or call.held(0) is not None:
        return None
    if call.kind != "Gemm":
        return call.reading(Dense(matrix[1], use_bias=False), kernel=own)
    if call.settings.get("transA"):
        return None
    units = matrix[0] if call.settings.get("transB") else matrix[1]
    bias = call.shape(2)
    if bias is None:
        return call.reading(Dense(units, use_bias=False), kernel=1)
    if call.held(2) is None or tuple(bias) not in ((units,), (1, units)):
        return None
    return call.reading(Dense(units), kernel=1, bias=2)


def _read_torch(call: Call) -> Reads | None:
    """A product with a matrix that the module holds: linear, whose matrix is (units, channels), addmm, mm, matmul."""
    names = {"aten.linear": ("input", "weight", "bias"), "aten.addmm": ("mat1", "mat2", "self")}
    read, held, bias = names.get(call.kind, ("self", "mat2" if call.kind == "aten.mm" else "other", ""))
    matrix, added = call.shape(held), call.shape(bias)
    if call.held(held) is None or matrix is None or len(matrix) != 2:
        return None
    units = matrix[0] if call.kind == "aten.linear" else matrix[1]
    if added is None:
        return call.reading(Dense(units, use_bias=False), places=(read,), kernel=held)
    return call.reading(Dense(units), places=(read,), kernel=held, bias=bias) if call.held(bias) is not None else None


class Dense(Op):
    """A matrix product over the last axis, at every position: on a feature map it is a 1×1 convolution.

    >>> from resnet_analyzer.shape import Shape
    >>> Dense(1000).apply(Shape(1, 2048)).work.multiply_accumulates
    2048000
    >>> Dense(8).apply(Shape(1, 10, 3)).work.multiply_accumulates
    240
    """

    units: Dim
    use_bias: bool = True
    activation: str | None = None

    kind = "dense"
    storage = "own"
    gradient = of_product
    counts: ClassVar[tuple[str, ...]] = ("units",)
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("Gemm", also=("MatMul", "MatMulInteger", "QLinearMatMul"), read=_read_onnx),
        "torch": Spelling("aten.linear", also=("aten.addmm", "aten.mm", "aten.matmul"), read=_read_torch),
        "keras": Spelling("Dense", same_names("units", "use_bias", "activation")),
    }

    def __post_init__(self) -> None:
        super().__post_init__()
        require_activation(self.activation)

    def phrase(self, strided: bool) -> tuple[str, ...]:
        """As `dense 1000`."""
        return (f"dense {self.units}",)

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """Each position by itself, from all its channels."""
        return ((*same_place(len(inputs[0]) - 1), EVERYTHING),)

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The input's positions with `units` channels."""
        output = shape.with_size(-1, self.units)
        elements = output.elements
        weights: tuple[Weight, ...] = (Weight("kernel", (shape[-1], self.units)),)
        if self.use_bias:
            weights += (Weight("bias", (self.units,)),)
        work = Work(product(elements, shape[-1]), elements, adds=elements if self.use_bias else 0)
        if self.activation is not None:
            work += fused_work(self.activation, output)
        return Cost(output, weights, work)

    def as_tensorflow(self, inputs: tuple[Shape, ...], cost: Cost) -> Operations | None:
        """A matrix product and the bias."""
        elements = cost.output.elements  # type: ignore[union-attr]
        bias = [("BiasAdd", elements)] if self.use_bias else []
        macs = cost.work.multiply_accumulates
        return with_activation([("MatMul", macs), *bias], self.activation, elements)
