"""More arithmetic element by element: divide, maximum, minimum, average, power, compare, choose."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..errors import UsageError
from ..frozen import replace
from ..shape import Shape
from ._aten import number
from ._broadcast import broadcast
from .base import OPS, Cost, Op, Work
from .gradient import of_average, of_choice, of_quotient
from .spelling import Call, Reads, Spelling, Tensor


def _reads(name: str) -> Callable[[Call], list[Op] | None]:
    """What reads a layer of branches, and an operation whose operands are tensors and plain numbers."""

    def read(call: Call) -> list[Op] | None:
        numbers = [value for value in call.constants if type(value) in (int, float)]
        if len(numbers) != len(call.constants) or (call.kind.startswith("ops.") and len(call.places) < 2):
            return None
        return [OPS[name](len(numbers))]  # type: ignore[call-arg]

    return read


def _read_power(call: Call) -> list[Op] | None:
    """A tensor or a number above 0 to the power of the other, or of a tensor."""
    base, exponent = call.places
    if type(base) in (int, float) and base > 0:
        return [Power(base=float(base))]
    if type(base) is not Tensor or isinstance(exponent, bool):
        return None
    return [Power(None if type(exponent) is Tensor else float(exponent))]


def _read_compare(call: Call) -> list[Op] | None:
    """`ops.GreaterEqual` is greater_equal: operations are named after the relation."""
    words = {word.replace("_", ""): word for word in RELATIONS}
    numbers = [value for value in call.constants if isinstance(value, (int, float))]
    both = len(call.places) == 2 and len(numbers) == len(call.constants)
    return [Compare(len(numbers), words[call.kind.removeprefix("ops.").lower()])] if both else None


COMPARISONS = (
    "ops.Equal", "ops.NotEqual", "ops.Less", "ops.LessEqual", "ops.Greater", "ops.GreaterEqual", "ops.LogicalAnd",
    "ops.LogicalOr", "ops.LogicalXor",
)  # fmt: skip

if TYPE_CHECKING:
    from .keras_steps import Steps


def _read_onnx_power(call: Call) -> Reads | None:
    """Pow: by a number that the file holds, or a tensor."""
    exponent = call.numbers(1)
    if exponent is not None and len(exponent) == 1:
        return call.reading(Power(float(exponent[0])))
    return call.reading(Power(), places=(0, 1))


ONNX_RELATIONS = {
    "Equal": "equal", "Less": "less", "LessOrEqual": "less_equal", "Greater": "greater", "And": "logical_and",
    "GreaterOrEqual": "greater_equal", "Or": "logical_or", "Xor": "logical_xor",
}  # fmt: skip


def _read_onnx_compare(call: Call) -> Reads | None:
    return call.reading(Compare(relation=ONNX_RELATIONS[call.kind]), places=(0, 1))


TORCH_RELATIONS = {
    "aten.eq": "equal", "aten.ne": "not_equal", "aten.lt": "less", "aten.le": "less_equal", "aten.gt": "greater",
    "aten.ge": "greater_equal", "aten.logical_and": "logical_and", "aten.logical_or": "logical_or",
    "aten.logical_xor": "logical_xor", "aten.bitwise_and": "logical_and", "aten.bitwise_or": "logical_or",
}  # fmt: skip
TORCH_BRANCHES = {
    "aten.div": "Divide", "aten.floor_divide": "Divide", "aten.maximum": "Maximum", "aten.max": "Maximum",
    "aten.minimum": "Minimum", "aten.min": "Minimum",
}  # fmt: skip


def _read_torch(call: Call) -> Reads | None:
    """Two tensors, or a tensor and a number."""
    other = call.argument("other")
    if call.kind in ("aten.where", "aten.masked_fill"):
        return _read_torch_choice(call)
    op = OPS["Compare"](0, TORCH_RELATIONS[call.kind]) if call.kind in TORCH_RELATIONS else None  # type: ignore[call-arg]
    if op is None:
        op = OPS[TORCH_BRANCHES[call.kind]]()
    if call.tensor("other") is not None and call.tensor("self") is not None:
        return call.reading(op, places=("self", "other"))
    is_one = call.tensor("self") is not None and (number(other) or isinstance(other, bool))
    return call.reading(replace(op, constants=1), places=("self",)) if is_one else None  # type: ignore[call-arg]


def _read_torch_choice(call: Call) -> Reads | None:
    """A condition, and two choices, of which numbers are constants."""
    names = ("condition", "self", "other") if call.kind == "aten.where" else ("mask", "self", "value")
    tensors = tuple([name for name in names if call.tensor(name) is not None])
    return call.reading(OPS["Where"](3 - len(tensors)), places=tensors) if names[0] in tensors else None  # type: ignore[call-arg]


def _read_torch_power(call: Call) -> Reads | None:
    """By a number, or a tensor."""
    exponent = call.argument("exponent")
    if call.tensor("self") is None:
        return None
    if call.tensor("exponent") is not None:
        return call.reading(Power(), places=("self", "exponent"))
    return call.reading(Power(float(exponent)), places=("self",)) if type(exponent) in (int, float) else None


class _Elementwise(Op):
    """Branches that broadcast; `constants` so many further operands are plain numbers."""

    constants: int = 0

    kind = "merge"
    keeps_places = True
    storage = "overwrites"
    arity: ClassVar[int | None] = None
    verb: ClassVar[str] = "combine"

    def rule(self, *shapes: Shape) -> Cost:
        """The common shape; one operation per element and operand after the first."""
        output, checks = broadcast(self.verb, shapes)
        operands = len(shapes) + self.constants
        return Cost(output, work=self.each(operands).times(output.elements), checks=checks)

    def each(self, operands: int) -> Work:
        """The work of one element."""
        raise NotImplementedError


class Divide(_Elementwise):
    """The quotient of two branches, or of a branch and a number.

    >>> Divide().apply(Shape(1, 7, 8), Shape(1, 7, 1)).work.divisions
    56
    """

    gradient = of_quotient

    sign = "÷"
    verb: ClassVar[str] = "divide"
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("Div"),
        "torch": Spelling("", also=(*TORCH_BRANCHES, "aten.where", "aten.masked_fill"), read=_read_torch),
        "keras": Spelling("", also=("ops.Divide", "ops.TrueDivide", "ops.FloorDivide"), read=_reads("Divide")),
    }

    def each(self, operands: int) -> Work:
        """A division."""
        return Work(divisions=operands - 1)

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """By keras.ops."""
        from .keras_steps import by_ops

        constants = (2.0,) * self.constants
        return by_ops(lambda xs: keras.ops.divide(*(xs if isinstance(xs, list) else [xs]), *constants))


class Maximum(_Elementwise):
    """The larger of two or more branches.

    >>> Maximum().apply(Shape(1, 8), Shape(1, 8), Shape(1, 8)).work.compares
    16
    """

    gradient = of_choice

    commutative = True
    verb: ClassVar[str] = "compare"
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("Max"),
        "keras": Spelling("Maximum", also=("ops.Maximum",), read=_reads("Maximum")),
    }

    def each(self, operands: int) -> Work:
        """A compare for every operand after the first."""
        return Work(compares=operands - 1)

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """Keras' layer takes branches alone."""
        from .keras_steps import by_ops, merged

        if self.constants:
            return by_ops(lambda xs: keras.ops.maximum(xs, 2.0))
        return merged(keras, self, name, inputs, keras.ops.maximum)


class Minimum(_Elementwise):
    """The smaller of two or more branches.

    >>> Minimum(constants=1).apply(Shape(1, 8)).work.compares   # min(x, 6)
    8
    """

    gradient = of_choice

    commutative = True
    verb: ClassVar[str] = "compare"
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("Min"),
        "keras": Spelling("Minimum", also=("ops.Minimum",), read=_reads("Minimum")),
    }

    def each(self, operands: int) -> Work:
        """A compare for every operand after the first."""
        return Work(compares=operands - 1)

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """Keras' layer takes branches alone."""
        from .keras_steps import by_ops, merged

        if self.constants:
            return by_ops(lambda xs: keras.ops.minimum(xs, 2.0))
        return merged(keras, self, name, inputs, keras.ops.minimum)


class Average(_Elementwise):
    """The mean of two or more branches.

    >>> Average().apply(Shape(1, 8), Shape(1, 8), Shape(1, 8)).work[2:7]   # 16 additions, 8 divisions
    (16, 0, 0, 0, 8)
    """

    gradient = of_average

    commutative = True
    verb: ClassVar[str] = "average"
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("Mean"),
        "keras": Spelling("Average", read=_reads("Average")),
    }

    def each(self, operands: int) -> Work:
        """An addition for every operand after the first, and a division."""
        return Work(adds=operands - 1, divisions=1)

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """Keras' layer takes branches alone."""
        from .keras_steps import Steps, by_ops, layer

        if self.constants:
            return by_ops(lambda x: (x + 2.0) / 2)
        if any(len(shape) != len(inputs[0]) for shape in inputs):
            return by_ops(lambda xs: sum(xs) / len(xs))
        return Steps(layer(keras, self, name))


EXACT = {
    2: Work(multiplies=1),  # x·x
    3: Work(multiplies=2),
    0.5: Work(square_roots=1),
    -1: Work(divisions=1),
    -0.5: Work(square_roots=1, divisions=1),
}


class Power(Op):
    """A branch to the power of another, or of a number `exponent`: e^(b·log a), two exponentials and a multiply.

    A logarithm counts as an exponential. Squares, cubes, roots and inverses by number are what they are. The other way
    round, a number `base` to the power of a branch, the logarithm is a constant.

    >>> Power(2).apply(Shape(1, 8)).work.multiplies, Power().apply(Shape(1, 8), Shape(1, 8)).work.exponentials
    (8, 16)
    """

    exponent: float | None = None
    base: float | None = None

    kind = "merge"
    keeps_places = True
    storage = "overwrites"
    arity: ClassVar[int | None] = None
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("Pow", read=_read_onnx_power),
        "torch": Spelling("aten.pow", read=_read_torch_power),
        "keras": Spelling("", also=("ops.Power",), read=_read_power),
    }

    def rule(self, *shapes: Shape) -> Cost:
        """The common shape."""
        output, checks = broadcast("raise", shapes)
        each = Work(exponentials=2, multiplies=1)
        if self.exponent is not None:
            each = EXACT.get(self.exponent, each)
        if self.base is not None:
            each = Work(exponentials=1, multiplies=1)
        return Cost(output, work=each.times(output.elements), checks=checks)

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """By keras.ops."""
        from .keras_steps import by_ops

        if self.base is not None:
            return by_ops(lambda x: keras.ops.power(self.base, x))
        if self.exponent is None:
            return by_ops(lambda xs: keras.ops.power(*xs))
        return by_ops(lambda x: keras.ops.power(x, self.exponent))


RELATIONS = (
    *("equal", "not_equal", "less", "less_equal", "greater", "greater_equal"),
    *("logical_and", "logical_or", "logical_xor"),
)


class Compare(_Elementwise):
    """Whether a relation holds between two branches, or a branch and a number, element by element.

    >>> Compare(1, "less").apply(Shape(1, 8)).work.compares
    8
    """

    relation: str = "equal"

    verb: ClassVar[str] = "compare"
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("", also=tuple(ONNX_RELATIONS), read=_read_onnx_compare),
        "torch": Spelling("", also=tuple(TORCH_RELATIONS), read=_read_torch),
        "keras": Spelling("", also=COMPARISONS, read=_read_compare),
    }

    def __post_init__(self) -> None:
        if self.relation not in RELATIONS:
            raise UsageError(f"Compare: relation must be {', '.join(RELATIONS)}, not {self.relation!r}")

    def each(self, operands: int) -> Work:
        """A compare."""
        return Work(compares=operands - 1)

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """By keras.ops."""
        from .keras_steps import by_ops

        constants = (2.0,) * self.constants
        relation = getattr(keras.ops, self.relation)
        return by_ops(lambda xs: relation(*(xs if isinstance(xs, list) else [xs]), *constants))


class Where(_Elementwise):
    """A choice between two branches by a condition, element by element: one compare.

    >>> Where().apply(Shape(1, 1, 8), Shape(1, 7, 8), Shape(1, 7, 1)).output
    Shape(1, 7, 8)
    """

    verb: ClassVar[str] = "choose between"
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("Where"),
        "keras": Spelling("", also=("ops.Where",), read=_reads("Where")),
    }

    def each(self, operands: int) -> Work:
        """A compare."""
        return Work(compares=1)

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """By keras.ops."""
        from .keras_steps import by_ops

        constants = (2.0,) * self.constants
        return by_ops(lambda xs: keras.ops.where(*(xs if isinstance(xs, list) else [xs]), *constants))
