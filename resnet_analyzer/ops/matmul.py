"""Matrix product of two tensors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..dim import equal, product
from ..reach import EVERYTHING, Reach, Reaches, repeated
from ..shape import Shape, spell
from ._broadcast import broadcast
from .base import OPS, Check, Cost, Op, Work
from .gradient import of_contraction
from .spelling import Call, Reads, Spelling

if TYPE_CHECKING:
    from .keras_steps import Steps


def _read_onnx(call: Call) -> Reads | None:
    """MatMul of two tensors, whole numbers too; Gemm of two, with a third that is added."""
    if call.kind != "Gemm":
        return call.reading(MatMul(), places=(0, 3) if call.kind == "QLinearMatMul" else (0, 1))
    op = MatMul(bool(call.settings.get("transA")), bool(call.settings.get("transB")))
    if call.tensor(2) is None:
        return call.reading(op, places=(0, 1))
    return call.reading(op, OPS["Add"](), places=(2, 0, 1))


_IN_TORCH = {
    "aten.matmul": ("self", "other"), "aten.bmm": ("self", "mat2"), "aten.mm": ("self", "mat2"),
    "aten.mv": ("self", "vec"), "aten.dot": ("self", "tensor"), "aten.linear": ("input", "weight", "bias"),
    "aten.addmm": ("mat1", "mat2", "self"), "aten.baddbmm": ("batch1", "batch2", "self"),
}  # fmt: skip


def _read_torch(call: Call) -> Reads | None:
    """A product of two tensors, and a third one that is added."""
    names = _IN_TORCH[call.kind]
    product_alone = MatMul(transpose_b=call.kind == "aten.linear")
    if call.tensor(names[-1]) is None or len(names) == 2:
        return call.reading(product_alone, places=names[:2])
    return call.reading(product_alone, OPS["Add"](), places=(names[2], *names[:2]))


class MatMul(Op):
    """The matrix product over the last two axes; those before broadcast, a vector loses its axis (numpy.matmul).

    `transpose_a` and `transpose_b` turn the last two axes of the first and the second input round before.
    One multiply-accumulate per element of the output and inner position.

    >>> cost = MatMul(transpose_b=True).apply(Shape(2, 8, 10, 64), Shape(2, 8, 12, 64))
    >>> cost.output, cost.work.multiply_accumulates   # 2·8·10·12 · 64
    (Shape(2, 8, 10, 12), 122880)
    """

    transpose_a: bool = False
    transpose_b: bool = False

    kind = "dense"
    word = "matrix product"
    storage = "own"
    gradient = of_contraction
    arity: ClassVar[int | None] = 2
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("", also=("MatMul", "Gemm", "MatMulInteger", "QLinearMatMul"), read=_read_onnx, fallback=True),
        "keras": Spelling("", also=("ops.Matmul",)),
        "torch": Spelling("", also=tuple(_IN_TORCH), read=_read_torch, fallback=True),
    }

    def rule(self, left: Shape, right: Shape) -> Cost:  # type: ignore[override]
        """Rows of the first, columns of the second."""
        a, b = _matrix(left, self.transpose_a, row=True), _matrix(right, self.transpose_b, row=False)
        if a is None or b is None:
            sentence = "a matrix product needs one axis at least: not {} and {}."
            return Cost(None, checks=(Check(False, sentence, (spell(left), spell(right))),))
        batch, checks = broadcast("multiply", (Shape(*a[:-2]), Shape(*b[:-2])))
        rows = () if len(left) == 1 else (a[-2],)
        columns = () if len(right) == 1 else (b[-1],)
        output = Shape(*batch, *rows, *columns)
        sentence = "cannot multiply {} by {}: {} columns meet {} rows."
        meet = Check(equal(a[-1], b[-2]), sentence, (spell(left), spell(right), a[-1], b[-2]))
        elements = output.elements
        return Cost(output, work=Work(product(elements, a[-1]), elements), checks=(*checks, meet))

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...] | None:
        """A row of the first and a column of the second; of vectors it is not told."""
        rank = len(cost.output or ())
        if cost.output is None or len(inputs[0]) < 2 or len(inputs[1]) < 2:
            return None
        row, column = (Reach(rank - 2), EVERYTHING), (EVERYTHING, Reach(rank - 1))
        batch = Shape(*cost.output[:-2])
        a, b = (repeated(Shape(*shape[:-2]), batch) for shape in inputs)
        return (
            (*a, *(reversed(row) if self.transpose_a else row)),
            (*b, *(reversed(column) if self.transpose_b else column)),
        )

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """By keras.ops."""
        from .keras_steps import by_ops

        flips = (self.transpose_a, self.transpose_b)
        return by_ops(
            lambda xs: keras.ops.matmul(
                *[
                    keras.ops.swapaxes(x, -1, -2) if flip and len(x.shape) > 1 else x
                    for x, flip in zip(xs, flips, strict=True)
                ]
            )
        )


def _matrix(shape: Shape, transposed: bool, row: bool) -> Shape | None:
    """The shape as that of matrices: a vector is a row on the left, a column on the right."""
    if len(shape) == 0:
        return None
    if len(shape) == 1:
        return Shape(1, shape[0]) if row else Shape(shape[0], 1)
    return Shape(*shape[:-2], shape[-1], shape[-2]) if transposed else shape
