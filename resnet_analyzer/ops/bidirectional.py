"""A recurrent layer run in both directions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..dim import floor_div
from ..errors import UsageError
from ..frozen import replace
from ..reach import EVERYTHING, Reach, Reaches
from ..shape import Shape
from ._states import STATES, with_states
from .base import Cost, Op, Work
from .spelling import INPUTS, Call, Outputs, Spelling, Tensor

if TYPE_CHECKING:
    from .keras_steps import Steps


def _read_keras(call: Call) -> Outputs | list[Op] | None:
    """Keras' layer, whose two directions are one layer and its copy, or two of their own; a mask costs nothing."""
    forth, backward = _alone(call, call.settings["layer"]), call.settings.get("backward_layer")
    back = None if backward is None else _alone(call, backward)
    more = [name for name, value in call.named.items() if type(value) is Tensor and name not in (*INPUTS, "mask")]
    if forth is None or len(forth) != 1 or (back is not None and len(back) != 1) or more:
        return None
    own, kind = call.settings["layer"].settings, call.settings["layer"].kind
    op = Bidirectional(forth[0], call.settings.get("merge_mode"), None if back is None else back[0])
    return with_states(call._replace(settings={**call.settings, **own}), op, 2 * STATES.get(kind, 0))


def _alone(call: Call, layer: Any) -> list[Op] | None:
    """A direction's layer, without the states that it returns beside what it gives."""
    return call.words(replace(layer, settings={**layer.settings, "return_state": False}))


class Bidirectional(Op):
    """`layer` over the sequence and `backward` (by default the same, with weights of its own) over it reversed.

    `merge_mode` `concat` puts both outputs side by side, `sum`, `mul` and `ave` combine them number by number;
    None leaves two outputs of one shape (Schuster & Paliwal 1997; Keras' Bidirectional).

    >>> from resnet_analyzer.ops.recurrent import LSTM
    >>> cost = Bidirectional(LSTM(8, return_sequences=True)).apply(Shape(1, 10, 3))
    >>> cost.output, cost.work.multiply_accumulates   # 2 · 10 · 4·8·(3 + 8)
    (Shape(1, 10, 16), 7040)
    """

    layer: Op
    merge_mode: str | None = "concat"
    backward: Op | None = None

    kind = "recurrence"
    storage = "own"
    arity: ClassVar[int | None] = None
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("Bidirectional", read=_read_keras)}

    def __post_init__(self) -> None:
        if not isinstance(self.layer, Op) or not isinstance(self.backward, (Op, type(None))):
            raise UsageError(f"Bidirectional: layer must be an op, not {self.layer!r}")
        if self.merge_mode not in (*MERGES, "concat", None):
            raise UsageError(f"Bidirectional: merge_mode must be {WORDS} or None, not {self.merge_mode!r}")

    def phrase(self, strided: bool) -> tuple[str, ...]:
        """As `bidirectional LSTM 128`."""
        return ("bidirectional", *self.layer.phrase(strided))

    def rule(self, sequence: Shape, *states: Shape) -> Cost:  # type: ignore[override]
        """Both directions, and their merge; initial states come in halves."""
        forth_states, back_states = _halves(states)
        forth = self.layer.apply(sequence, *forth_states)
        back = (self.layer if self.backward is None else self.backward).apply(sequence, *back_states)
        weights = tuple(
            weight._replace(name=f"{direction}/{weight.name}")
            for direction, cost in (("forward", forth), ("backward", back))
            for weight in cost.weights
        )
        output, work = forth.output, forth.work + back.work
        if output is not None and back.output is not None:
            work += MERGES.get(self.merge_mode, Work()).times(output.elements)
            if self.merge_mode == "concat":
                output = output.with_size(-1, output[-1] + back.output[-1])
        unknown = tuple(dict.fromkeys(forth.unknown + back.unknown))
        return Cost(output, weights, work, forth.checks + back.checks, unknown=unknown)

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """Every step, before it and behind it."""
        return ((Reach(0), *[EVERYTHING] * (len(inputs[0]) - 1)), *[(Reach(0), EVERYTHING)] * (len(inputs) - 1))

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps | None:
        """Keras' layer around those that it holds; states and two outputs are left out."""
        from .keras_steps import Steps, layer

        if len(inputs) > 1 or self.merge_mode is None:
            return None
        back = None if self.backward is None else layer(keras, self.backward, f"backward_{name}", go_backwards=True)
        inner = layer(keras, self.layer, f"{name}-forth")
        return Steps(keras.layers.Bidirectional(inner, self.merge_mode, backward_layer=back, name=name))


MERGES: dict[str | None, Work] = {"sum": Work(adds=1), "mul": Work(multiplies=1), "ave": Work(adds=1, divisions=1)}
WORDS = "concat, sum, mul, ave"


def _halves(states: tuple[Shape, ...]) -> tuple[tuple[Shape, ...], tuple[Shape, ...]]:
    half: int = floor_div(len(states), 2)
    return states[:half], states[half:]
