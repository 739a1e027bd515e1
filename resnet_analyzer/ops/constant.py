"""Tensors that the model itself holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..errors import UsageError
from ..shape import Shape
from .base import MOVING, TRAINABLE, Cost, Op, Weight, require_whole
from .gradient import of_moves, of_nothing
from .spelling import Call, Reads, Spelling

if TYPE_CHECKING:
    from .keras_steps import Steps


def _read_constant(call: Call) -> list[Op]:
    """Numbers that a layer's code reads."""
    return [Constant(call.settings["shape"])]  # type: ignore[call-arg]


def _read_parameter(call: Call) -> list[Op]:
    """A weight that a layer's code reads as a tensor."""
    moving = call.settings["role"] == MOVING
    return [Parameter(call.settings["shape"], call.settings["weight"], moving)]  # type: ignore[call-arg]


def _read_like(call: Call) -> Reads | None:
    """What is put there may be told by a tensor, too."""
    return call.reading(FilledLike())


class Constant(Op):
    """Numbers of a given shape, written into the model: no weight, no work.

    >>> Constant((1, 49, 49)).apply().output
    Shape(1, 49, 49)
    """

    shape: tuple[int, ...] = ()

    kind = "input"
    storage = "own"
    gradient = of_moves
    arity: ClassVar[int | None] = 0
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("", also=("Constant",), read=_read_constant)}

    def __post_init__(self) -> None:
        if not isinstance(self.shape, (tuple, list)):
            raise UsageError(f"Constant: shape must be sizes, not {self.shape!r}")
        self.__dict__["shape"] = require_whole("Constant", "shape", Shape(*self.shape), least=1)

    def rule(self) -> Cost:  # type: ignore[override]
        """The shape itself."""
        return Cost(self.shape)  # type: ignore[arg-type]

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """Numbers, for other layers to read."""
        from .keras_steps import by_ops

        return by_ops(lambda _none: keras.ops.ones(self.shape))


class Parameter(Op):
    """A weight that other layers read as a tensor: a class token, positions (Dosovitskiy et al. 2021, sec. 3.1).

    `moving` for one that nobody trains.

    >>> Parameter((1, 197, 768)).apply().weights[0].params
    151296
    """

    shape: tuple[int, ...] = ()
    weight: str = "weight"
    moving: bool = False

    kind = "input"
    word = "parameter"
    storage = "own"
    gradient = of_nothing
    arity: ClassVar[int | None] = 0
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("", also=("Parameter",), read=_read_parameter)}

    def __post_init__(self) -> None:
        if not isinstance(self.shape, (tuple, list)):
            raise UsageError(f"Parameter: shape must be sizes, not {self.shape!r}")
        self.__dict__["shape"] = require_whole("Parameter", "shape", Shape(*self.shape), least=1)

    def rule(self) -> Cost:  # type: ignore[override]
        """The shape itself, and a weight of that shape."""
        return Cost(self.shape, (Weight(self.weight, tuple(self.shape), MOVING if self.moving else TRAINABLE),))  # type: ignore[arg-type]

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps | None:
        """A Keras layer reads something: it has none for a weight alone."""
        return None


class FilledLike(Op):
    """One and the same number in the shape of its input: no arithmetic (numpy.zeros_like, full_like).

    >>> FilledLike().apply(Shape(1, 16, 64)).output
    Shape(1, 16, 64)
    """

    kind = "shape"
    word = "filled"
    keeps_places = True
    storage = "own"
    gradient = of_nothing
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "keras": Spelling("", also=("ops.ZerosLike", "ops.OnesLike", "ops.EmptyLike", "ops.FullLike"), read=_read_like)
    }

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The same shape."""
        return Cost(shape)

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """By keras.ops."""
        from .keras_steps import by_ops

        return by_ops(lambda x: keras.ops.zeros_like(x))
