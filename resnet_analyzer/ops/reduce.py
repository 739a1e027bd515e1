"""Numbers along any axes made one: sum, mean, largest, smallest, product, variance, norms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..dim import Dim
from ..errors import UsageError
from ..reach import EVERYTHING, Reach, Reaches, removed
from ..shape import Shape
from ._axes import places, require_axes
from .base import OPS, Cost, Op, Work, no_axis
from .gradient import of_largest, of_mean, of_moves
from .spelling import Call, Outputs, Reads, Spelling


def _reads(name: str) -> Callable[[Call], list[Op] | None]:
    """What reads an operation of keras.ops that reduces."""

    def read(call: Call) -> list[Op] | None:
        axis, order = call.argument("axis", 1), call.settings.get("ord")
        axes = None if axis is None else call.axes(axis)
        keepdims = bool(call.argument("keepdims", default=False))
        if call.settings.get("initial") is not None or len(call.shapes) != 1:
            return None
        if order is None:
            return [OPS[name](axes, keepdims)]  # type: ignore[call-arg]
        one_axis = axes is not None and len(axes) == 1
        return [OPS[name](axes, keepdims, order)] if one_axis and order in (1, 2) else None  # type: ignore[call-arg]

    return read


def _spelled(name: str, *also: str) -> Mapping[str, Spelling]:
    return {"keras": Spelling("", also=also, read=_reads(name))}


if TYPE_CHECKING:
    from .keras_steps import Steps


IN_ONNX = {
    "ReduceSum": "Sum", "ReduceMean": "Mean", "ReduceMax": "Max", "ReduceMin": "Min", "ReduceProd": "Prod",
    "ReduceLogSumExp": "LogSumExp", "ArgMax": "ArgMax", "ArgMin": "ArgMax", "ReduceL2": "Norm",
}  # fmt: skip


def _read_onnx(call: Call) -> Reads | None:
    """Axes by attribute, or by an input; none are all."""
    keepdims = bool(call.settings.get("keepdims", 1))
    if call.kind.startswith("Arg"):
        return call.reading(OPS["ArgMax"](call.axes(call.settings.get("axis", 0)), keepdims))  # type: ignore[call-arg]
    if call.tensor(1) is not None and call.numbers(1) is None:
        return None
    axes = call.settings.get("axes") or call.numbers(1)
    if not axes and call.settings.get("noop_with_empty_axes"):
        return None
    places = call.axes(list(axes)) if axes else None
    if call.kind == "ReduceL1":
        return call.reading(OPS["Norm"](places, keepdims, order=1))  # type: ignore[call-arg]
    if call.kind == "ReduceSumSquare":
        return call.reading(OPS["Power"](2), OPS["Sum"](places, keepdims))  # type: ignore[call-arg]
    if call.kind == "ReduceLogSum":
        return call.reading(OPS["Sum"](places, keepdims), OPS["Activation"]("log"))  # type: ignore[call-arg]
    return call.reading(OPS[IN_ONNX[call.kind]](places, keepdims))  # type: ignore[call-arg]


IN_TORCH = {
    "aten.sum": "Sum", "aten.mean": "Mean", "aten.amax": "Max", "aten.max": "Max", "aten.amin": "Min",
    "aten.min": "Min", "aten.prod": "Prod", "aten.var": "Variance", "aten.std": "Std",
    "aten.logsumexp": "LogSumExp", "aten.argmax": "ArgMax", "aten.argmin": "ArgMax",
}  # fmt: skip


def _read_torch(call: Call) -> Reads | Outputs | None:
    """sum(self, dim, keepdim) and its likes; max and min along an axis give places, too."""
    if call.argument("other") is not None:
        return None
    dim, keepdims = call.argument("dim"), bool(call.argument("keepdim"))
    axes = None if dim is None or dim == [] else call.axes(dim)
    if call.kind == "aten.var_mean":
        return Outputs((Variance(axes, keepdims), Mean(axes, keepdims)), (0,))
    if call.kind in ("aten.linalg_vector_norm", "aten.norm"):
        order = call.argument("ord", default=call.argument("p", default=2))
        return call.reading(Norm(axes, keepdims, int(order)), places=("self",)) if order in (1, 2) else None
    op = OPS[IN_TORCH[call.kind]](axes, keepdims)  # type: ignore[call-arg]
    if call.kind in ("aten.max", "aten.min") and axes is not None:
        return Outputs((op, ArgMax(axes, keepdims)), (0,))
    return call.reading(op, places=("self",))


class _Reduction(Op):
    """One number for all along `axes` (None: all of them); `keepdims` keeps each as an axis of 1."""

    axes: tuple[int, ...] | None = None
    keepdims: bool = False

    kind = "pooling"
    storage = "own"
    word: ClassVar[str] = "reduction"
    function: ClassVar[str] = ""  # of keras.ops

    def __post_init__(self) -> None:
        self.__dict__["axes"] = require_axes(type(self).__name__, "axes", self.axes)

    def phrase(self, strided: bool) -> tuple[str, ...]:
        """As `mean`."""
        return (self.word,)

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The other axes, and the work of reducing the elements to those."""
        axes = places(self.axes, len(shape))
        if axes is None:
            return no_axis(self.axes, shape)
        kept = Shape(*[1 if place in axes else size for place, size in enumerate(shape)])
        output = kept if self.keepdims else Shape(*[size for place, size in enumerate(shape) if place not in axes])
        return Cost(output, work=self.reducing(shape.elements, kept.elements))

    def reducing(self, elements: Dim, outputs: Dim) -> Work:
        """The work of making `outputs` numbers of `elements`."""
        raise NotImplementedError

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """Everything along the axes that are reduced."""
        axes = places(self.axes, len(inputs[0])) or ()
        if not self.keepdims:
            return (removed(len(inputs[0]), axes),)
        return (tuple([EVERYTHING if place in axes else Reach(place) for place in range(len(inputs[0]))]),)

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """By keras.ops."""
        from .keras_steps import by_ops

        axes = None if self.axes is None else places(self.axes, len(inputs[0]))
        function = getattr(keras.ops, self.function)
        return by_ops(lambda x: function(x, axis=axes, keepdims=self.keepdims))


class Sum(_Reduction):
    """Sums: an addition per number but the first of each.

    >>> Sum((1, 2)).apply(Shape(1, 7, 7, 8)).work.adds   # 48 · 8
    384
    """

    function = "sum"
    word: ClassVar[str] = "sum"
    gradient = of_moves
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("", also=(*IN_ONNX, "ReduceL1", "ReduceSumSquare", "ReduceLogSum"), read=_read_onnx),
        "torch": Spelling(
            "", also=("aten.var_mean", "aten.linalg_vector_norm", "aten.norm", *IN_TORCH), read=_read_torch
        ),
        **_spelled("Sum", "ops.Sum"),
    }

    def reducing(self, elements: Dim, outputs: Dim) -> Work:
        """Additions."""
        return Work(adds=elements - outputs)


class Mean(_Reduction):
    """Means: a sum and a division each.

    >>> Mean((1, 2), keepdims=True).apply(Shape(1, 7, 7, 8)).output
    Shape(1, 1, 1, 8)
    """

    function = "mean"
    word: ClassVar[str] = "mean"
    gradient = of_mean
    spellings: ClassVar[Mapping[str, Spelling]] = _spelled("Mean", "ops.Mean")

    def reducing(self, elements: Dim, outputs: Dim) -> Work:
        """Additions and divisions."""
        return Work(adds=elements - outputs, divisions=outputs)


class Max(_Reduction):
    """The largest number: a compare per number but the first.

    >>> Max(-1).apply(Shape(1, 7, 8)).work.compares
    49
    """

    function = "max"
    word: ClassVar[str] = "max"
    gradient = of_largest
    spellings: ClassVar[Mapping[str, Spelling]] = _spelled("Max", "ops.Max", "ops.Amax")

    def reducing(self, elements: Dim, outputs: Dim) -> Work:
        """Compares."""
        return Work(compares=elements - outputs)


class Min(_Reduction):
    """The smallest number: a compare per number but the first.

    >>> Min().apply(Shape(1, 7, 8)).output
    Shape()
    """

    function = "min"
    word: ClassVar[str] = "min"
    gradient = of_largest
    spellings: ClassVar[Mapping[str, Spelling]] = _spelled("Min", "ops.Min", "ops.Amin")

    def reducing(self, elements: Dim, outputs: Dim) -> Work:
        """Compares."""
        return Work(compares=elements - outputs)


class Prod(_Reduction):
    """Products: a multiply per number but the first.

    >>> Prod(1).apply(Shape(2, 5)).work.multiplies
    8
    """

    function = "prod"
    word: ClassVar[str] = "product"
    spellings: ClassVar[Mapping[str, Spelling]] = _spelled("Prod", "ops.Prod")

    def reducing(self, elements: Dim, outputs: Dim) -> Work:
        """Multiplies."""
        return Work(multiplies=elements - outputs)


class Variance(_Reduction):
    """Mean squares of the differences to the mean: two means, and a subtraction and a multiply per number.

    >>> Variance(-1).apply(Shape(1, 10)).work[2:7]   # 9 + 10 + 9 additions, 10 multiplies, 2 divisions
    (28, 10, 0, 0, 2)
    """

    function = "var"
    word: ClassVar[str] = "variance"
    spellings: ClassVar[Mapping[str, Spelling]] = _spelled("Variance", "ops.Var")

    def reducing(self, elements: Dim, outputs: Dim) -> Work:
        """Two passes."""
        return Work(adds=3 * elements - 2 * outputs, multiplies=elements, divisions=2 * outputs)


class Std(_Reduction):
    """Standard deviations: the square root of each variance.

    >>> Std(-1).apply(Shape(3, 10)).work.square_roots
    3
    """

    function = "std"
    word: ClassVar[str] = "standard deviation"
    spellings: ClassVar[Mapping[str, Spelling]] = _spelled("Std", "ops.Std")

    def reducing(self, elements: Dim, outputs: Dim) -> Work:
        """The variance's, and a square root."""
        return Work(adds=3 * elements - 2 * outputs, multiplies=elements, divisions=2 * outputs, square_roots=outputs)


class LogSumExp(_Reduction):
    """log Σ e^(x − max x) + max x: the logarithm counts as an exponential.

    >>> LogSumExp(-1).apply(Shape(1, 10)).work[2:6]   # 10 + 9 + 1 additions, 9 compares, 11 exponentials
    (20, 0, 9, 11)
    """

    function = "logsumexp"
    word: ClassVar[str] = "log-sum-exp"
    spellings: ClassVar[Mapping[str, Spelling]] = _spelled("LogSumExp", "ops.Logsumexp")

    def reducing(self, elements: Dim, outputs: Dim) -> Work:
        """A maximum, differences, exponentials, a sum, and its logarithm with the maximum added again."""
        return Work(adds=2 * elements, compares=elements - outputs, exponentials=elements + outputs)


class Norm(_Reduction):
    """Lengths: `order` 2 is √Σ x², 1 is Σ |x| (each absolute value one compare).

    >>> Norm(-1).apply(Shape(1, 10)).work.multiplies, Norm(-1, order=1).apply(Shape(1, 10)).work.compares
    (10, 10)
    """

    order: int = 2

    word: ClassVar[str] = "norm"
    spellings: ClassVar[Mapping[str, Spelling]] = _spelled("Norm", "ops.Norm")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.order not in (1, 2):
            raise UsageError(f"Norm: order must be 1 or 2, not {self.order!r}")

    def reducing(self, elements: Dim, outputs: Dim) -> Work:
        """Squares or absolute values, their sum, and for squares the root."""
        by_order = {
            1: Work(adds=elements - outputs, compares=elements),
            2: Work(adds=elements - outputs, multiplies=elements, square_roots=outputs),
        }
        return by_order[self.order]

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """By keras.ops."""
        from .keras_steps import by_ops

        axes = None if self.axes is None else places(self.axes, len(inputs[0]))
        if self.order == 1:
            return by_ops(lambda x: keras.ops.sum(keras.ops.abs(x), axes, keepdims=self.keepdims))
        return by_ops(lambda x: keras.ops.sqrt(keras.ops.sum(x * x, axes, keepdims=self.keepdims)))


class ArgMax(_Reduction):
    """The place of the largest (or smallest) number: a compare per number but the first.

    >>> ArgMax(-1).apply(Shape(1, 1000)).work.compares
    999
    """

    word: ClassVar[str] = "arg max"
    spellings: ClassVar[Mapping[str, Spelling]] = _spelled("ArgMax", "ops.Argmax", "ops.Argmin")

    def reducing(self, elements: Dim, outputs: Dim) -> Work:
        """Compares."""
        return Work(compares=elements - outputs)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.axes is not None and len(self.axes) != 1:
            raise UsageError(f"ArgMax: axes must be one, or None for all, not {self.axes!r}")

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """By keras.ops."""
        from .keras_steps import by_ops

        axis = None if self.axes is None else self.axes[0]
        return by_ops(lambda x: keras.ops.argmax(x, axis, keepdims=self.keepdims))
