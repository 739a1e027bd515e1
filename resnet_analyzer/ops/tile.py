"""The same numbers several times."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..dim import Dim, is_exactly, product
from ..reach import Mixed, Reach, Reaches
from ..shape import Shape
from .base import Cost, Op, axis_index, no_axis, require_whole
from .gradient import of_copies
from .spelling import Call, Reads, Spelling

if TYPE_CHECKING:
    from .keras_steps import Steps


def _read_tile(call: Call) -> list[Op] | None:
    times = call.argument("repeats", 1)
    return [Tile(tuple(times) if isinstance(times, list) else (times,))]


def _read_repeat(call: Call) -> list[Op] | None:
    return [Repeat(call.argument("repeats", 1), *call.axes(call.argument("axis", 2)))]


def _read_onnx(call: Call) -> Reads | None:
    times = call.numbers(1)
    return None if times is None else call.reading(Tile(tuple(times)))


def _read_torch(call: Call) -> Reads | None:
    """repeat and tile of whole tensors; repeat_interleave of every position along an axis."""
    if call.kind == "aten.repeat_interleave":
        axis = call.argument("dim")
        times = call.argument("repeats")
        return None if axis is None else call.reading(Repeat(times, *call.axes(axis)), places=("self",))
    return call.reading(Tile(tuple(call.argument("repeats", default=call.argument("dims")))), places=("self",))


class Tile(Op):
    """The whole tensor so many times along each axis; as numpy.tile, aligned at the last axis.

    >>> Tile((1, 2, 3)).apply(Shape(4, 5, 6)).output, Tile((2, 1)).apply(Shape(4, 5, 6)).output
    (Shape(4, 10, 18), Shape(4, 10, 6))
    """

    times: tuple[Dim, ...] = (1,)
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("Tile", read=_read_onnx),
        "torch": Spelling("aten.repeat", also=("aten.tile", "aten.repeat_interleave"), read=_read_torch),
        "keras": Spelling("", also=("ops.Tile",), read=_read_tile),
    }

    kind = "shape"
    storage = "own"
    gradient = of_copies

    def __post_init__(self) -> None:
        times = (self.times,) if not isinstance(self.times, (tuple, list)) else tuple(self.times)
        self.__dict__["times"] = require_whole("Tile", "times", times, least=1)

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The sizes multiplied; copies are no arithmetic."""
        rank = max(len(part) for part in (shape, self.times))
        sizes = (1,) * (rank - len(shape)) + tuple(shape)
        times = (1,) * (rank - len(self.times)) + self.times
        return Cost(Shape(*[product(size, count) for size, count in zip(sizes, times, strict=True)]))

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """The place in the copy."""
        rank, times = len(cost.output or ()), self.times
        first = rank - len(inputs[0])
        whole = (1,) * (rank - len(times)) + times
        return (
            tuple([Reach(place) if is_exactly(whole[place], 1) else Mixed((place,)) for place in range(first, rank)]),
        )

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """By keras.ops."""
        from .keras_steps import by_ops

        whole = (1,) * (len(inputs[0]) - len(self.times)) + self.times
        return by_ops(lambda x: keras.ops.tile(x, whole))


class Repeat(Op):
    """Every position along `axis` so many `times` in a row.

    >>> Repeat(2, 1).apply(Shape(1, 7, 64)).output
    Shape(1, 14, 64)
    """

    times: Dim = 1
    axis: int = -1

    kind = "shape"
    storage = "own"
    gradient = of_copies
    counts: ClassVar[tuple[str, ...]] = ("times",)
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("", also=("ops.Repeat",), read=_read_repeat)}

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The size multiplied; copies are no arithmetic."""
        axis = axis_index(self.axis, len(shape))
        if axis is None:
            return no_axis(self.axis, shape)
        return Cost(shape.with_size(axis, product(shape[axis], self.times)))

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """Place o reads ⌊o/times⌋."""
        axis = axis_index(self.axis, len(inputs[0]))
        found = Reach(axis or 0, low=1 - self.times, divisor=self.times)
        return (tuple([found if place == axis else Reach(place) for place in range(len(inputs[0]))]),)

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """By keras.ops."""
        from .keras_steps import by_ops

        return by_ops(lambda x: keras.ops.repeat(x, self.times, self.axis))


class RepeatVector(Op):
    """Every vector of a batch `times` times, along a new axis behind the batch (Keras' RepeatVector).

    >>> RepeatVector(7).apply(Shape(1, 64)).output
    Shape(1, 7, 64)
    """

    times: Dim = 1

    kind = "shape"
    storage = "own"
    gradient = of_copies
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("RepeatVector", {"times": "n"})}
    counts: ClassVar[tuple[str, ...]] = ("times",)

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """A new axis behind the batch; copies are no arithmetic."""
        return Cost(Shape(shape[0], self.times, *shape[1:]))

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """The vector at every step."""
        return ((Reach(0), Reach(2)),)
