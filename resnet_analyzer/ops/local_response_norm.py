"""Local response normalisation, AlexNet's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..dim import Dim, floor_div, product
from ..reach import Reach, Reaches, same_place
from ..shape import Shape
from .base import Cost, Op, Operations, Work
from .gradient import of_neighbours
from .spelling import Call, Reads, Spelling

if TYPE_CHECKING:
    from .keras_steps import Steps


def _read_onnx(call: Call) -> Reads | None:
    return call.reading(LocalResponseNorm(call.settings["size"], axis=1))


class LocalResponseNorm(Op):
    """a / (k + α·Σ a²)^β over `size` neighbouring channels (Krizhevsky et al. 2012, sec. 3.3).

    Per element: a square, size − 1 additions (windows counted whole), α, k, the power (a logarithm and
    an exponential, counted as two exponentials, and a multiply by β) and a division.

    >>> from resnet_analyzer.shape import Shape
    >>> LocalResponseNorm().apply(Shape(1, 1, 1, 10)).work.adds
    50
    """

    size: Dim = 5
    axis: int = -1

    kind = "normalisation"
    word = "LRN"
    storage = "own"
    gradient = of_neighbours
    counts: ClassVar[tuple[str, ...]] = ("size",)

    spellings: ClassVar[Mapping[str, Spelling]] = {"onnx": Spelling("LRN", read=_read_onnx)}

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """Each position by itself, from neighbouring channels."""
        found = list(same_place(len(inputs[0])))
        axis = self.axis % len(found)
        before = floor_div(self.size, 2)
        found[axis] = Reach(axis, 1, -before, self.size - 1 - before)
        return (tuple(found),)

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The same shape; no weights."""
        elements = shape.elements
        work = Work(
            adds=product(elements, self.size),
            multiplies=3 * elements,
            exponentials=2 * elements,
            divisions=elements,
        )
        return Cost(shape, work=work)

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """a / (k + α·Σ a²)^β with the paper's k = 2, α = 1e-4, β = 0.75 (Krizhevsky et al. 2012, sec. 3.3)."""
        from .keras_steps import operations

        size, axis, rank = self.size, self.axis % len(inputs[0]), len(inputs[0])
        channels, before = inputs[0][axis], (slice(None),) * axis
        around = (floor_div(size, 2), floor_div(size - 1, 2))
        widths = tuple([around if each == axis else (0, 0) for each in range(rank)])

        def normalise(x: Any) -> Any:
            squares = keras.ops.pad(x * x, widths)
            total = squares[(*before, slice(channels))]
            for shift in range(1, size):
                total = total + squares[(*before, slice(shift, shift + channels))]
            return x / keras.ops.power(2.0 + 1e-4 * total, 0.75)

        return operations(normalise, "local response normalisation by keras.ops")

    def as_tensorflow(self, inputs: tuple[Shape, ...], cost: Cost) -> Operations | None:
        """As it is written in Keras: a square, size − 1 sums, α, k, a power, a division per element."""
        elements = inputs[0].elements
        sums = [("AddV2", product(self.size - 1, elements))]
        return [("Mul", elements), *sums, *[(each, elements) for each in ("Mul", "AddV2", "Pow", "RealDiv")]]
