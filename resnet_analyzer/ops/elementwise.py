"""Element by element: add, subtract, multiply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..shape import Shape
from ._broadcast import broadcast, growing
from .base import OPS, Cost, Op, Operations, Spelling, Work
from .gradient import of_difference, of_gate, of_sum
from .spelling import Call, Reads

if TYPE_CHECKING:
    from .keras_steps import Steps


def _read_torch(call: Call) -> Reads | None:
    """Two tensors; a number is a rescaling."""
    if call.tensor("self") is None or call.tensor("other") is None:
        return None
    op = OPS[_IN_TORCH[call.kind]]()
    return call.reading(op, places=("other", "self") if call.kind == "aten.rsub" else ("self", "other"))


_IN_TORCH = {"aten.add": "Add", "aten.sub": "Subtract", "aten.rsub": "Subtract", "aten.mul": "Multiply"}


class Add(Op):
    """The sum of two or more branches: the residual connection.

    >>> from resnet_analyzer.shape import Shape
    >>> Add().apply(Shape(1, 56, 56, 256), Shape(1, 56, 56, 256)).work.adds
    802816
    >>> Add().apply(Shape(1, 28, 28, 512), Shape(1, 56, 56, 256)).checks[3].text
    'cannot add 28×28×512 and 56×56×256: the branches must agree in every axis (or be 1 there).'
    """

    kind = "merge"
    sign = "+"
    commutative = True
    keeps_places = True
    storage = "overwrites"
    gradient = of_sum
    arity: ClassVar[int | None] = None
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("Add", also=("Sum",)),
        "torch": Spelling("", also=tuple(_IN_TORCH), read=_read_torch),
        "keras": Spelling("Add", also=("ops.Add",)),
    }

    def rule(self, *shapes: Shape) -> Cost:
        """One addition per element and branch after the first."""
        output, checks = broadcast("add", shapes)
        return Cost(output, work=Work(adds=(len(shapes) - 1) * output.elements), checks=checks)

    def as_tensorflow(self, inputs: tuple[Shape, ...], cost: Cost) -> Operations | None:
        """Branch by branch."""
        return [("AddV2", elements) for elements in growing(inputs)]

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """Keras' layer, for branches of one rank."""
        from .keras_steps import merged

        return merged(keras, self, name, inputs, keras.ops.add)


class Subtract(Op):
    """The difference of two branches.

    >>> from resnet_analyzer.shape import Shape
    >>> Subtract().apply(Shape(1, 8), Shape(1, 8)).work.adds
    8
    """

    kind = "merge"
    sign = "−"
    keeps_places = True
    storage = "overwrites"
    gradient = of_difference
    arity: ClassVar[int | None] = 2
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("Sub"),
        "keras": Spelling("Subtract", also=("ops.Subtract",)),
    }

    def rule(self, left: Shape, right: Shape) -> Cost:  # type: ignore[override]
        """One addition per element."""
        output, checks = broadcast("subtract", (left, right))
        return Cost(output, work=Work(adds=output.elements), checks=checks)

    def as_tensorflow(self, inputs: tuple[Shape, ...], cost: Cost) -> Operations | None:
        """Branch by branch."""
        return [("Sub", elements) for elements in growing(inputs)]

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """Keras' layer, for branches of one rank."""
        from .keras_steps import merged

        return merged(keras, self, name, inputs, keras.ops.subtract)


class Multiply(Op):
    """The product of two or more branches: gates, squeeze-and-excitation.

    >>> from resnet_analyzer.shape import Shape
    >>> Multiply().apply(Shape(1, 7, 7, 64), Shape(1, 1, 1, 64)).output
    Shape(1, 7, 7, 64)
    """

    kind = "gate"
    sign = "×"
    commutative = True
    keeps_places = True
    storage = "overwrites"
    gradient = of_gate
    arity: ClassVar[int | None] = None
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("Mul"),
        "keras": Spelling("Multiply", also=("ops.Multiply",)),
    }

    def rule(self, *shapes: Shape) -> Cost:
        """One multiply per element and branch after the first."""
        output, checks = broadcast("multiply", shapes)
        return Cost(output, work=Work(multiplies=(len(shapes) - 1) * output.elements), checks=checks)

    def as_tensorflow(self, inputs: tuple[Shape, ...], cost: Cost) -> Operations | None:
        """Branch by branch."""
        return [("Mul", elements) for elements in growing(inputs)]

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """Keras' layer, for branches of one rank."""
        from .keras_steps import merged

        return merged(keras, self, name, inputs, keras.ops.multiply)
