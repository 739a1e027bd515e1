"""Steps of a sequence that a mask leaves out: found, and left out of a mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..dim import Dim, product
from ..reach import EVERYTHING, Mixed, Reach, Reaches
from ..shape import Shape, spell
from .base import CHANNELS_LAST, Check, Cost, Op, Work
from .spelling import Call, Outputs, Spelling

if TYPE_CHECKING:
    from .keras_steps import Steps


class Masking(Op):
    """Steps whose numbers are all one value become 0, and are masked (Keras' Masking).

    A comparison per number, another to join those of a step, and a product with the mask (masking.py of Keras 3).

    >>> Masking().apply(Shape(1, 10, 4)).work.multiplies
    40
    """

    storage = "own"
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("Masking")}

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The same shape."""
        steps = product(*shape[:-1])
        return Cost(shape, work=Work(compares=shape.elements + shape.elements - steps, multiplies=shape.elements))

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """All numbers of its own step."""
        return ((*[Reach(0)] * (len(inputs[0]) - 1), EVERYTHING),)


def _read_keras(call: Call) -> Outputs | None:
    """GlobalAveragePooling1D of a sequence whose steps come last, called with a mask."""
    if call.tensor("mask") is None or call.settings.get("data_format", CHANNELS_LAST) != CHANNELS_LAST:
        return None
    keepdims = bool(call.settings.get("keepdims"))
    return Outputs((MaskedAverage(keepdims),), (0, call.tensor("mask")))  # type: ignore[arg-type]


class MaskedAverage(Op):
    """The mean over those steps that a mask keeps: reads the sequence, and the mask (batch, steps).

    A product with the mask, a sum over the steps, one over the mask, and a division per channel
    (global_average_pooling1d.py of Keras 3).

    >>> cost = MaskedAverage().apply(Shape(1, 10, 4), Shape(1, 10))
    >>> cost.output, cost.work.multiplies, cost.work.adds, cost.work.divisions   # 9·4 + 9 additions
    (Shape(1, 4), 40, 45, 4)
    """

    keepdims: bool = False

    kind = "pooling"
    storage = "own"
    arity: ClassVar[int | None] = 2
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "keras": Spelling("", also=("GlobalAveragePooling1D",), read=_read_keras)
    }

    def rule(self, sequence: Shape, mask: Shape) -> Cost:  # type: ignore[override]
        """(batch, channels)."""
        if len(sequence) != 3 or len(mask) != 2:
            sentence = "needs (batch, steps, channels) and a mask (batch, steps), but gets {} and {}."
            return Cost(None, checks=(Check(False, sentence, (spell(sequence), spell(mask))),))
        batch, steps, channels = sequence
        output = Shape(batch, 1, channels) if self.keepdims else Shape(batch, channels)
        sums: Dim = product(batch, steps - 1, channels) + product(batch, steps - 1)
        return Cost(output, work=Work(adds=sums, multiplies=sequence.elements, divisions=output.elements))

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """All steps."""
        one: Any = (Mixed((1,)),) if self.keepdims else ()
        return ((Reach(0), *one, EVERYTHING), (Reach(0), EVERYTHING))

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps:
        """Keras' pooling, called with the mask by its name."""
        from .keras_steps import operations

        pool = keras.layers.GlobalAveragePooling1D(keepdims=self.keepdims, name=name)
        return operations(lambda xs: pool(xs[0], mask=xs[1]), "Keras' pooling with a mask")
