"""Recurrent layers: simple, LSTM, GRU, over the steps of a sequence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..dim import Dim, equal, floor_div, product
from ..reach import EVERYTHING, Mixed, Reach, Reaches
from ..shape import Shape, spell
from ._states import STATES, with_states
from .activation import activation_work, require_activation
from .base import OPS, Check, Cost, Op, Spelling, Weight, Work, same_names
from .spelling import INPUTS, Call, Outputs, Reads, Tensor

if TYPE_CHECKING:
    from .keras_steps import Steps

FIELDS = ("units", "activation", "use_bias", "return_sequences")
_IN_KERAS = {
    "SimpleRNN": FIELDS,
    "LSTM": (*FIELDS, "recurrent_activation"),
    "GRU": (*FIELDS, "recurrent_activation", "reset_after"),
}


def _read_keras(call: Call) -> Outputs | list[Op] | None:
    """Keras' layer, with the states that it returns; a mask keeps the state at some steps, and costs nothing."""
    more = [name for name, value in call.named.items() if type(value) is Tensor and name not in (*INPUTS, "mask")]
    found = Spelling("", same_names(*_IN_KERAS[call.kind])).settings(call.settings)
    if call.is_rewritten or call.constants or more or found is None:
        return None
    return with_states(call, OPS[call.kind](**found), STATES[call.kind])  # type: ignore[call-arg]


def _read_cells(call: Call) -> list[Op] | None:
    """Keras' RNN around its own cells: one, or several, each reading what the one before it gives at every step."""
    cell = call.settings["cell"]
    cells = cell.settings["cells"] if cell.kind == "StackedRNNCells" else [cell]
    if call.takes_more_than_inputs or call.constants or call.settings.get("return_state"):
        return None
    found: list[Op] = []
    for place, each in enumerate(cells):
        kind = str(each.kind).removesuffix("Cell")
        settings = {**each.settings, "return_sequences": place + 1 < len(cells) or call.settings["return_sequences"]}
        words = Spelling("", same_names(*_IN_KERAS[kind])).settings(settings)
        if each.namespace != "keras.layers" or words is None:
            return None
        found.append(OPS[kind](**words))  # type: ignore[call-arg]
    return found


def _read_torch(call: Call) -> Reads | None:
    """One layer of lstm, gru, rnn_tanh or rnn_relu, in one direction or both, with two biases each or none."""
    kernel, biased = call.shape("recurrent"), call.tensor("bias") is not None
    if kernel is None:
        return None
    words: dict[str, Any] = {"use_bias": biased, "return_sequences": True}
    if call.kind != "aten.gru":
        words["two_biases"] = biased
    if call.kind == "aten.rnn_relu":
        words["activation"] = "relu"
    layer = OPS[_IN_TORCH[call.kind]](kernel[1], **words)  # type: ignore[call-arg]
    names = {"kernel": "kernel", "recurrent_kernel": "recurrent", "bias": "bias"}
    own = {ours: theirs for ours, theirs in names.items() if call.tensor(theirs) is not None}
    if call.tensor("backward_kernel") is None:
        return call.reading(layer, places=("input",), **own)
    both = {f"forward/{ours}": theirs for ours, theirs in own.items()}
    both |= {f"backward/{ours}": f"backward_{theirs}" for ours, theirs in own.items()}
    return call.reading(OPS["Bidirectional"](layer), places=("input",), **both)  # type: ignore[call-arg]


_IN_TORCH = {"aten.lstm": "LSTM", "aten.gru": "GRU", "aten.rnn_tanh": "SimpleRNN", "aten.rnn_relu": "SimpleRNN"}


def _read_torch_state(call: Call) -> Reads | None:
    """The last states of all layers and directions: (layers·directions, batch, units)."""
    count, _batch, units = call.argument("shape")
    ops = (RecurrentState(units), OPS["ExpandDims"](0), OPS["BroadcastTo"]((count, -1, -1)))  # type: ignore[call-arg]
    return call.reading(*ops, places=("self",))


class _Recurrent(Op):
    """The same cell at every step of (batch, steps, channels), from the state that it left at the step before.

    Further inputs are initial states. At every step, for each gate and unit, one multiply-accumulate per input
    channel and per unit of the state, in one sum; then a bias; then the cell's own arithmetic. The first step
    counts like all others, though its state may be 0. Puts out the last step, or all with `return_sequences`.
    """

    units: Dim
    activation: str | None = "tanh"
    use_bias: bool = True
    return_sequences: bool = False

    kind = "recurrence"
    storage = "own"
    arity: ClassVar[int | None] = None
    counts: ClassVar[tuple[str, ...]] = ("units",)
    gates: ClassVar[int] = 1
    word: ClassVar[str] = "recurrent"

    def __post_init__(self) -> None:
        super().__post_init__()
        require_activation(self.activation)

    def phrase(self, strided: bool) -> tuple[str, ...]:
        """As `LSTM 128`."""
        return (f"{self.word} {self.units}",)

    def rule(self, sequence: Shape, *states: Shape) -> Cost:  # type: ignore[override]
        """(batch, units), or with every step (batch, steps, units)."""
        if len(sequence) != 3:
            return Cost(
                None, checks=(Check(False, "needs (batch, steps, channels), but gets {}.", (spell(sequence),)),)
            )
        batch, steps, incoming = sequence
        rows = product(self.gates, self.units)
        weights = (
            Weight("kernel", (incoming, rows)),
            Weight("recurrent_kernel", (self.units, rows)),
            *((Weight("bias", self.bias(rows)),) if self.use_bias else ()),
        )
        output = Shape(batch, steps, self.units) if self.return_sequences else Shape(batch, self.units)
        sums = product(batch, steps, rows)
        work = Work(product(sums, incoming) + product(sums, self.units), self.sums(sums))
        work += self.cell().times(product(batch, steps, self.units))
        sentence = "a state of {} does not fit {} units of a batch of {}."
        checks = tuple(
            Check(equal(size, wanted), sentence, (spell(state), self.units, batch))
            for state in states
            for size, wanted in zip(state, (batch, self.units), strict=False)
        )
        return Cost(output, weights, work, checks=checks)

    def bias(self, rows: Dim) -> tuple[Dim, ...]:
        """The shape of the bias of so many gates times units."""
        return (rows,)

    def sums(self, gates: Dim) -> Dim:
        """How many sums the multiply-accumulates end in, of so many gates times units, steps and batch."""
        return gates

    def cell(self) -> Work:
        """What one unit does at one step beside its multiply-accumulates."""
        raise NotImplementedError

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """All steps up to its own, or all."""
        steps = Mixed((1,)) if self.return_sequences else EVERYTHING
        states: list[Reaches] = [(Reach(0), EVERYTHING)] * (len(inputs) - 1)
        return ((Reach(0), steps, EVERYTHING), *states)

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps | None:
        """Keras' layer, which has one bias and takes one state; an LSTM's two come as a list."""
        from .keras_steps import Steps, layer

        if getattr(self, "two_biases", False):
            return None
        made = layer(keras, self, name)
        if len(inputs) == 1:
            return Steps(made)
        return Steps(made, one_by_one=True) if len(inputs) == 2 and self.gates != 4 else None


class SimpleRNN(_Recurrent):
    """h = tanh(x·W + h·U + b) (Elman 1990); `two_biases` as PyTorch has them, one beside each product.

    >>> cost = SimpleRNN(8).apply(Shape(1, 10, 3))
    >>> cost.output, cost.work.multiply_accumulates   # 10 · 8·(3 + 8)
    (Shape(1, 8), 880)
    """

    two_biases: bool = False

    word: ClassVar[str] = "simple RNN"
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "keras": Spelling("SimpleRNN", same_names(*FIELDS), read=_read_keras)
    }

    def bias(self, rows: Dim) -> tuple[Dim, ...]:
        """One row, or two."""
        return (2, rows) if self.two_biases else (rows,)

    def cell(self) -> Work:
        """The biases, and the activation."""
        biases = (2 if self.two_biases else 1) if self.use_bias else 0
        return Work(adds=biases) + activation_work(self.activation, 1)


class LSTM(_Recurrent):
    """Long short-term memory (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000).

    i, f, o = σ(…), g = tanh(…), each of x·W + h·U + b; c = f·c + i·g; h = o·tanh(c). A step is 4·h·(in + h)
    multiply-accumulates; the products of gates are three multiplies and an addition per unit.

    >>> cost = LSTM(8, return_sequences=True).apply(Shape(1, 10, 3))
    >>> cost.output, cost.work.multiply_accumulates, [weight.shape for weight in cost.weights]   # 10 · 4·8·(3 + 8)
    (Shape(1, 10, 8), 3520, [(3, 32), (8, 32), (32,)])
    """

    recurrent_activation: str | None = "sigmoid"
    two_biases: bool = False

    gates: ClassVar[int] = 4
    word: ClassVar[str] = "LSTM"
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "keras": Spelling("LSTM", same_names(*_IN_KERAS["LSTM"]), read=_read_keras),
        "torch": Spelling("aten.lstm", also=("aten.gru", "aten.rnn_tanh", "aten.rnn_relu"), read=_read_torch),
    }

    def __post_init__(self) -> None:
        super().__post_init__()
        require_activation(self.recurrent_activation)

    def bias(self, rows: Dim) -> tuple[Dim, ...]:
        """One row, or two."""
        return (2, rows) if self.two_biases else (rows,)

    def cell(self) -> Work:
        """Four gates' biases, three σ, two tanh, c = f·c + i·g and h = o·tanh(c)."""
        biases = (8 if self.two_biases else 4) if self.use_bias else 0
        gates = activation_work(self.recurrent_activation, 3) + activation_work(self.activation, 2)
        return Work(adds=biases + 1, multiplies=3) + gates


class GRU(_Recurrent):
    """Gated recurrent unit: z, r = σ(x·W + h·U + b), h = z·h + (1 − z)·tanh(candidate) (Cho et al. 2014).

    `reset_after` (Keras' default, PyTorch, cuDNN): the candidate is x·W + b + r·(h·U + b'), two sums and two
    biases; else x·W + (r·h)·U + b (with `two_biases` one beside each product, as ONNX has it). A step is
    3·h·(in + h) multiply-accumulates either way.

    >>> cost = GRU(8).apply(Shape(1, 10, 3))
    >>> cost.work.multiply_accumulates, [weight.shape for weight in cost.weights]   # 10 · 3·8·(3 + 8)
    (2640, [(3, 24), (8, 24), (2, 24)])
    """

    recurrent_activation: str | None = "sigmoid"
    reset_after: bool = True
    two_biases: bool = False

    gates: ClassVar[int] = 3
    word: ClassVar[str] = "GRU"
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "keras": Spelling("GRU", same_names(*_IN_KERAS["GRU"]), read=_read_keras)
    }

    def __post_init__(self) -> None:
        super().__post_init__()
        require_activation(self.recurrent_activation)

    def bias(self, rows: Dim) -> tuple[Dim, ...]:
        """One row, or one for each product."""
        return (2, rows) if self.reset_after or self.two_biases else (rows,)

    def sums(self, gates: Dim) -> Dim:
        """The candidate's two products are summed apart, if it is reset after."""
        return gates + floor_div(gates, 3) if self.reset_after else gates

    def cell(self) -> Work:
        """Biases, two σ, a tanh, r·h (and its sum, if reset after), z·h + (1 − z)·candidate."""
        biases = (6 if self.reset_after or self.two_biases else 3) if self.use_bias else 0
        joined = 1 if self.reset_after else 0
        gates = activation_work(self.recurrent_activation, 2) + activation_work(self.activation, 1)
        return Work(adds=biases + joined + 2, multiplies=3) + gates


class RecurrentState(Op):
    """The last state of the recurrent layer that it reads: a second output of that layer (`return_state`).

    >>> RecurrentState(8).apply(Shape(1, 10, 8)).output
    Shape(1, 8)
    """

    units: Dim

    kind = "recurrence"
    storage = "view"
    counts: ClassVar[tuple[str, ...]] = ("units",)
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "keras": Spelling("", also=("RNN",), read=_read_cells),
        "torch": Spelling("aten.final_state", read=_read_torch_state),
    }

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """One vector for each of the batch; no arithmetic."""
        return Cost(Shape(shape[0], self.units))

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """All steps and units: an LSTM's second state is not what it puts out."""
        return ((Reach(0), *[EVERYTHING] * (len(inputs[0]) - 1)),)

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps | None:
        """The last step's output: not the LSTM's second state."""
        from .keras_steps import by_ops

        if cost.output[1] != inputs[0][-1]:  # type: ignore[index]
            return None
        return by_ops(lambda x: x[:, -1] if len(inputs[0]) == 3 else x)
