"""Einstein's summation: matrix products, traces, sums and outer products by one equation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..dim import Dim, is_exactly
from ..errors import UsageError
from ..reach import Reaches
from ..shape import Shape
from ._equation import ELLIPSIS, contract, parse, reaches
from .activation import fused_work, require_activation
from .base import Check, Cost, Op, Spelling, Weight, Work, same_names
from .gradient import of_contraction, of_product
from .spelling import Call, Reads

if TYPE_CHECKING:
    from .keras_steps import Steps


def _read_onnx(call: Call) -> Reads | None:
    return call.reading(Einsum(call.settings["equation"]), places=tuple(range(len(call.places))))


def _read_torch(call: Call) -> list[Op]:
    return [Einsum(call.argument("equation"))]


PRODUCTS = ("ops.Tensordot", "ops.Dot", "ops.Outer", "ops.Vdot")


def _read_keras(call: Call) -> list[Op] | None:
    """keras.ops.einsum; numpy's products by axes, as equations. Those that flatten are read where nothing does."""
    if call.kind == "ops.Einsum":
        return [Einsum(call.argument("subscripts"))] if len(call.shapes) == len(call.places) else None
    if len(call.places) != 2 or len(call.shapes) != 2:
        return None
    first, second = (len(shape) for shape in call.shapes)
    summed = _summed(call, first, second)
    if summed is None:
        return None
    left = [chr(ord("a") + axis) for axis in range(first)]
    right = [chr(ord("A") + axis) for axis in range(second)]
    for one, other in zip(*summed, strict=True):
        right[other] = left[one]
    kept = [name for axis, name in enumerate(left) if axis not in summed[0]]
    kept += [name for axis, name in enumerate(right) if axis not in summed[1]]
    return [Einsum(f"{''.join(left)},{''.join(right)}->{''.join(kept)}")]


def _summed(call: Call, first: int, second: int) -> tuple[list[int], list[int]] | None:
    """The axes of both operands that are summed over, pair by pair; None for products that flatten."""
    if call.kind == "ops.Tensordot":
        axes = call.argument("axes", 2, 2)
        if type(axes) is int and not 0 <= axes <= min(first, second):  # of a stranger's file, any number
            return None
        if type(axes) is int:
            return list(range(first - axes, first)), list(range(axes))
        pairs = [each if isinstance(each, (list, tuple)) else [each] for each in axes]
        return [axis % first for axis in pairs[0]], [axis % second for axis in pairs[1]]
    if call.kind in ("ops.Outer", "ops.Vdot"):
        flat = first == second == 1
        return None if not flat else ([], []) if call.kind == "ops.Outer" else ([0], [0])
    if not first or not second:
        return None
    return [first - 1], [second - 1 if second == 1 else second - 2]


class Einsum(Op):
    """The sum that `equation` names, as numpy.einsum: letters for axes, `...` for the rest, which broadcast.

    Two operands cost a multiply-accumulate for every combination of places along all axes; several are taken
    two at a time, from the left; of one alone the sums are additions.

    >>> cost = Einsum("bqhd,bkhd->bhqk").apply(Shape(1, 10, 8, 64), Shape(1, 12, 8, 64))
    >>> cost.output, cost.work.multiply_accumulates   # 10·12·8·64
    (Shape(1, 8, 10, 12), 61440)
    """

    equation: str = "ij,jk->ik"

    kind = "dense"
    word = "einsum"
    storage = "own"
    gradient = of_contraction
    arity: ClassVar[int | None] = None
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("Einsum", read=_read_onnx),
        "torch": Spelling("aten.einsum", read=_read_torch),
        "keras": Spelling("", also=("ops.Einsum", *PRODUCTS), read=_read_keras),
    }

    def __post_init__(self) -> None:
        parse("Einsum", self.equation)

    def rule(self, *shapes: Shape) -> Cost:
        """The axes of the output, in their order."""
        equation = parse("Einsum", self.equation)
        if len(shapes) != len(equation.operands):
            sentence = "{} has {} operands, and gets {}."
            return Cost(None, checks=(Check(False, sentence, (self.equation, len(equation.operands), len(shapes))),))
        output, work, checks = contract(equation, shapes)
        return Cost(output, work=work, checks=checks)

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...] | None:
        """The same places along axes of one name; everything along those that are summed."""
        equation = parse("Einsum", self.equation)
        return reaches(equation, inputs, cost.output)

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """By keras.ops."""
        from .keras_steps import by_ops

        return by_ops(lambda xs: keras.ops.einsum(self.equation, *(xs if isinstance(xs, list) else [xs])))


class EinsumDense(Op):
    """A dense layer by an equation between input and kernel (Keras' EinsumDense).

    `output_shape` are the sizes behind the batch (0 or None: what the input has there), from which the kernel
    takes the axes that the input lacks; `bias_axes` the output's axes that have a bias of their own.

    >>> cost = EinsumDense("abc,cde->abde", (0, 8, 64), "de").apply(Shape(1, 10, 512))
    >>> [weight.shape for weight in cost.weights], cost.work.multiply_accumulates   # 10·512·8·64
    ([(512, 8, 64), (8, 64)], 2621440)
    """

    equation: str = "...x,xy->...y"
    output_shape: tuple[Dim, ...] = (1,)
    bias_axes: str | None = None
    activation: str | None = None

    kind = "dense"
    word = "dense"
    storage = "own"
    gradient = of_product
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "keras": Spelling("EinsumDense", same_names("equation", "output_shape", "bias_axes", "activation"))
    }

    def __post_init__(self) -> None:
        given = (self.output_shape,) if not isinstance(self.output_shape, (tuple, list)) else self.output_shape
        self.__dict__["output_shape"] = tuple([0 if size is None else size for size in given])
        require_activation(self.activation)
        equation, axes = parse("EinsumDense", self.equation), self.bias_axes
        if len(equation.operands) != 2:
            raise UsageError(f"EinsumDense: {self.equation!r} must have two operands, input and kernel")
        if axes is not None and not (isinstance(axes, str) and axes and set(axes) <= set(equation.output)):
            raise UsageError(f"EinsumDense: bias_axes must be axes of the output of {self.equation}, not {axes!r}")

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The equation's output; a kernel of the axes that it names."""
        equation = parse("EinsumDense", self.equation)
        read, kernel = equation.operands
        known = _by_name(read, tuple(shape), len(shape) - len(read) + 1)
        given = _by_name(equation.output, (0, *self.output_shape), len(self.output_shape) + 2 - len(equation.output))
        if known is None or given is None:
            sentence = "the equation {} does not fit an input of {} axes and an output of {}."
            values = (self.equation, len(shape), len(self.output_shape) + 1)
            return Cost(None, checks=(Check(False, sentence, values),))
        sizes = {**{name: size for name, size in given.items() if not is_exactly(size, 0)}, **known}
        missing = [name for name in (*kernel, *equation.output) if name not in sizes and name != ELLIPSIS]
        if len(missing):
            sentence = "nothing tells the size of axis {} of {}."
            return Cost(None, checks=(Check(False, sentence, (missing[0], self.equation)),))
        weights: tuple[Weight, ...] = (Weight("kernel", tuple([sizes[name] for name in kernel])),)
        output, work, checks = contract(equation, (shape, Shape(*weights[0].shape)))
        if output is None:
            return Cost(None, checks=checks)
        if self.bias_axes is not None:
            first_axis = next(place for place, name in enumerate(equation.output) if name in self.bias_axes)
            biased = [1 if name not in self.bias_axes else sizes[name] for name in equation.output[first_axis:]]
            weights += (Weight("bias", tuple(biased)),)
            work += Work(adds=output.elements)
        work += fused_work(self.activation, output)
        return Cost(output, weights, work, checks=checks)

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...] | None:
        """As the equation says of the input."""
        found = reaches(parse("EinsumDense", self.equation), inputs, cost.output)
        return None if found is None else found[:1]

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """All sizes are told; behind `...` those that are named, from the end."""
        from .keras_steps import Steps, layer

        sizes = tuple(cost.output or ())[1:]
        if ELLIPSIS in parse("EinsumDense", self.equation).output:
            sizes = self.output_shape
        return Steps(layer(keras, self, name, output_shape=sizes))


def _by_name(names: tuple[str, ...], sizes: tuple[Dim, ...], unnamed_rank: int) -> dict[str, Dim] | None:
    """The size of every named axis; None where they are not as many."""
    if ELLIPSIS not in names:
        return dict(zip(names, sizes, strict=True)) if len(names) == len(sizes) else None
    if unnamed_rank < 0:
        return None
    place = names.index(ELLIPSIS)
    before, after = dict(zip(names[:place], sizes, strict=False)), names[place + 1 :]
    return {**before, **dict(zip(reversed(after), reversed(sizes), strict=False))}
