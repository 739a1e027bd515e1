"""Recurrent layers as ONNX and PyTorch have them: steps first, one or two directions in one op."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from ..dim import Dim, equal
from ..errors import UsageError
from ..frozen import replace
from ..reach import EVERYTHING, Mixed, Reach, Reaches
from ..shape import Shape, spell
from .base import OPS, Check, Cost, Op, Spelling, Weight
from .spelling import Call, Outputs

CELLS = {"LSTM": 4, "GRU": 3, "RNN": 1}
PLAIN = {"LSTM": ["Sigmoid", "Tanh", "Tanh"], "GRU": ["Sigmoid", "Tanh"], "RNN": ["Tanh"]}


def _read_onnx(call: Call) -> Outputs | None:
    """LSTM, GRU and RNN: sequence, kernel, recurrent kernel, bias, lengths, first state, first cell (LSTM).

    DynamicQuantizeLSTM's kernels are few-valued and turned round: (directions, channels, 4·units).
    """
    settings, kind = call.settings, call.kind.removeprefix("DynamicQuantize")
    directions = 2 if settings.get("direction") == "bidirectional" else 1
    given = settings.get("activations") or PLAIN[kind] * directions
    if list(given) != PLAIN[kind] * directions or call.tensor(7) is not None:
        return None
    recurrent = call.shape(2)
    if recurrent is None:
        return None
    bias = call.tensor(3) is not None
    cell = _cell(kind, recurrent[2 if kind == call.kind else 1], bias, bool(settings.get("linear_before_reset")))
    numbers = tuple(number for place in (0, 5, 6) if (number := call.tensor(place)) is not None)
    weights = {"kernel": call.tensor(1), "recurrent_kernel": call.tensor(2), "bias": call.tensor(3)}
    own = {name: number for name, number in weights.items() if number is not None}
    batch_first = bool(settings.get("layout"))
    states = [LastStep(batch_first), LastStep(batch_first)][: settings["outputs"] - 1]
    return Outputs((RecurrentLayer(cell, directions, batch_first), *states), numbers, own, chained=True)


def _cell(kind: str, units: Dim, bias: bool, reset_after: bool) -> Op:
    """The op of one direction, whose two biases are added one by one."""
    name = "SimpleRNN" if kind == "RNN" else kind
    more = {"reset_after": reset_after} if kind == "GRU" else {}
    return OPS[name](units, use_bias=bias, return_sequences=True, two_biases=bias, **more)  # type: ignore[call-arg]


class RecurrentLayer(Op):
    """`layer` over (steps, batch, channels), from the front, and with two `directions` from the end too, side by side.

    Puts out (steps, directions, batch, units) (ONNX LSTM, GRU, RNN; onnx/docs/Operators.md), `batch_first` reads
    (batch, steps, channels) and puts out (batch, steps, directions, units). Further inputs are first states
    (directions, batch, units). Each direction has weights of its own, in one tensor.

    >>> from resnet_analyzer.ops.recurrent import LSTM
    >>> cost = RecurrentLayer(LSTM(8, return_sequences=True), 2).apply(Shape(10, 1, 3))
    >>> cost.output, cost.work.multiply_accumulates   # 2 · 10 · 4·8·(3 + 8)
    (Shape(10, 2, 1, 8), 7040)
    """

    layer: Op
    directions: int = 1
    batch_first: bool = False

    kind = "recurrence"
    storage = "own"
    arity: ClassVar[int | None] = None
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("LSTM", also=("GRU", "RNN", "DynamicQuantizeLSTM"), read=_read_onnx)
    }

    def __post_init__(self) -> None:
        if not hasattr(self.layer, "return_sequences"):
            raise UsageError(f"RecurrentLayer: layer must be a recurrent op, not {self.layer!r}")
        if self.directions not in (1, 2):
            raise UsageError(f"RecurrentLayer: directions must be 1 or 2, not {self.directions!r}")
        self.__dict__["layer"] = replace(self.layer, return_sequences=True)

    def phrase(self, strided: bool) -> tuple[str, ...]:
        """As `bidirectional LSTM 128`."""
        return (*("bidirectional",) * (self.directions - 1), *self.layer.phrase(strided))

    def rule(self, sequence: Shape, *states: Shape) -> Cost:  # type: ignore[override]
        """What the layer costs on (batch, steps, channels), in every direction."""
        if len(sequence) != 3:
            sentence = "needs (steps, batch, channels), but gets {}."
            return Cost(None, checks=(Check(False, sentence, (spell(sequence),)),))
        incoming = sequence[2]
        steps, batch = (sequence[1], sequence[0]) if self.batch_first else sequence[:2]
        one = self.layer.apply(Shape(batch, steps, incoming))
        if one.output is None:
            return one
        units = one.output[-1]
        weights = tuple(Weight(each.name, (self.directions, *each.shape)) for each in one.weights)
        sentence = "a first state of {} does not fit {} directions of {} units."
        wanted = (batch, self.directions, units) if self.batch_first else (self.directions, batch, units)
        checks = tuple(
            Check(equal(size, own), sentence, (spell(state), self.directions, units))
            for state in states
            for size, own in zip(state, wanted, strict=False)
        )
        output = Shape(batch, steps, self.directions, units)
        output = output if self.batch_first else Shape(steps, self.directions, batch, units)
        work = one.work.times(self.directions)
        return Cost(output, weights, work, (*one.checks, *checks))

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """All steps up to its own; with two directions all of them."""
        steps = EVERYTHING if self.directions == 2 else Mixed((1,)) if self.batch_first else Mixed((0,))
        batch = Reach(0) if self.batch_first else Reach(2)
        states = (batch, Reach(2)) if self.batch_first else (Reach(1), batch)
        return (
            (batch, steps, EVERYTHING) if self.batch_first else (steps, batch, EVERYTHING),
            *[(*states, EVERYTHING)] * (len(inputs) - 1),
        )


class LastStep(Op):
    """The state after the last step, of (steps, directions, batch, units): an LSTM's cell has the same shape.

    Of (batch, steps, directions, units), if `batch_first`.

    >>> LastStep().apply(Shape(10, 2, 1, 8)).output
    Shape(2, 1, 8)
    """

    batch_first: bool = False

    kind = "recurrence"
    storage = "view"

    def rule(self, sequence: Shape) -> Cost:  # type: ignore[override]
        """All axes but the steps'; no arithmetic."""
        return Cost(Shape(sequence[0], *sequence[2:]) if self.batch_first else Shape(*sequence[1:]))

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """Every step."""
        places = [Reach(place) for place in range(len(inputs[0]) - 1)]
        axis = 1 if self.batch_first else 0
        return ((*places[:axis], EVERYTHING, *places[axis:]),)
