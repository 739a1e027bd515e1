"""Dense layers and embeddings with a low-rank addition, or with weights of few bits, as Keras runs them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..dim import Dim, ceil_div, product
from ..errors import UsageError
from ..reach import Reaches
from ..shape import Shape
from ._equation import ELLIPSIS, Equation, contract, parse
from .base import FROZEN, MOVING, OPS, Check, Cost, Op, Weight, Work
from .spelling import Call, Part, Spelling

if TYPE_CHECKING:
    from .keras_steps import Steps

FLOAT, INT8, INT4, FLOAT8 = "", "int8", "int4", "float8"
HISTORY = 1024  # of largest numbers, for float8: QuantizedFloat8DTypePolicy.default_amax_history_length


def _read_keras(call: Call) -> list[Op] | None:
    """Keras' Dense, EinsumDense and Embedding whose settings tell other weights than the plain layer's."""
    config = call.settings.get("quantization_config")
    mode, _, number = str(call.settings.get("dtype")).partition("_from_")[0].partition("/")
    known = mode in (INT8, INT4, FLOAT8)
    if not call.is_rewritten or not (known or mode.startswith("float")) or (isinstance(config, Part) and not known):
        return None
    plain = {**call.settings, "dtype": "float32", "lora_rank": None, "quantization_config": None}
    op = OPS[call.kind]
    found = op.spellings["keras"].ops(op, call._replace(settings=plain))
    given = config.settings if isinstance(config, Part) else {}
    block = given.get("block_size", int(number) if mode == INT4 and number else None)
    settings: dict[str, Any] = {
        "mode": mode if known and (call.kind, mode) != ("Embedding", FLOAT8) else FLOAT,
        "rank": call.settings.get("lora_rank") or 0,
        "block": None if block == -1 else block,
        "rounds_input": bool(given.get("activation_quantizer")) if given else mode == INT8,
        "history": int(number) if mode == FLOAT8 and number else HISTORY,
    }
    return [Adapted(found[0], **settings), *found[1:]] if isinstance(found, list) else None


class Adapted(Op):
    """A dense layer or embedding as Keras runs it in few bits, with a low-rank addition, or with both.

    `rank` adds the product of two trained matrices to the kernel, which is then held still (LoRA: Hu et al. 2021,
    sec. 4.1): Keras multiplies the two at every call; where the kernel is of few bits, the input by one and that
    by the other. `mode` int8 or int4 keep the kernel in whole numbers with a scale for each output, int4 two
    in a byte and, in blocks of `block` inputs, with a zero point; `rounds_input` rounds what is read, too. float8
    keeps scales and the largest numbers of the last `history` steps (keras/src/layers/core/dense.py).

    >>> from resnet_analyzer.ops.dense import Dense
    >>> cost = Adapted(Dense(7), rank=2).apply(Shape(1, 12))
    >>> [weight.shape for weight in cost.weights], cost.work.multiply_accumulates   # 12·7 + 12·2·7
    ([(12, 7), (7,), (12, 2), (2, 7)], 252)
    """

    layer: Op
    mode: str = FLOAT
    rank: int = 0
    block: int | None = None
    rounds_input: bool = False
    history: int = HISTORY

    kind = "dense"
    storage = "own"
    per_call = True
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "keras": Spelling("", also=("Dense", "EinsumDense", "Embedding"), read=_read_keras)
    }

    def __post_init__(self) -> None:
        if not isinstance(self.layer, Op) or type(self.layer).__name__ not in ("Dense", "EinsumDense", "Embedding"):
            raise UsageError(f"Adapted: layer must be Dense, EinsumDense or Embedding, not {self.layer!r}")
        if self.mode not in (FLOAT, INT8, INT4, FLOAT8):
            raise UsageError(f"Adapted: mode must be int8, int4 or float8, not {self.mode!r}")
        whole = [self.rank, self.history, 1 if self.block is None else self.block]
        if any(type(each) is not int or each < 0 for each in whole) or self.block == 0:
            raise UsageError("Adapted: rank, block and history must be whole numbers")
        if self.mode == FLOAT8 and (self.rank or type(self.layer).__name__ == "Embedding"):
            raise UsageError("Adapted: float8 goes with no low-rank addition, and with no embedding")

    def phrase(self, strided: bool) -> tuple[str, ...]:
        """As the layer, and how it is kept."""
        kept = [self.mode] if self.mode != FLOAT else []
        low = [f"LoRA {self.rank}"] if self.rank else []
        return (" ".join([*self.layer.phrase(strided)[:1], *kept, *low]),)

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...] | None:
        """As the layer's; a scale of the whole vector that is read adds nothing to what a product reaches."""
        return self.layer.reach(inputs, cost)

    def rule(self, shape: Shape) -> Cost:  # type: ignore[override]
        """The layer's output; the weights and the work beside its own that Keras has."""
        cost = self.layer.apply(shape)
        if cost.output is None:
            return cost
        kernel, *others = cost.weights
        in_bits = self.rank and self.mode != FLOAT and type(self.layer).__name__ == "EinsumDense"
        if in_bits and self._equation.output[-1] not in self._equation.operands[1][-1:]:
            sentence = "Keras adds a low-rank product to few bits only where {} ends in one axis on both sides."
            return Cost(None, checks=(Check(False, sentence, (self._equation,)),))
        plain = kernel._replace(role=FROZEN) if self.rank else kernel
        kept, scales = (plain, ()) if self.mode == FLOAT else self._kept(kernel, shape)
        weights = (kept, *others, *scales, *self._low_rank(kernel))
        return cost._replace(weights=weights, work=cost.work + self._more(kernel, shape, cost.output))

    def _low_rank(self, kernel: Weight) -> tuple[Weight, ...]:
        """The two matrices whose product is added."""
        if not self.rank:
            return ()
        left, right = (*kernel.shape[:-1], self.rank), (self.rank, kernel.shape[-1])
        return (Weight(f"lora_{kernel.name}_a", left), Weight(f"lora_{kernel.name}_b", right))

    def _kept(self, kernel: Weight, shape: Shape) -> tuple[Weight, tuple[Weight, ...]]:
        """The kernel as it is kept, and what stands beside it."""
        if self.mode == FLOAT8:
            both = [(f"{name}_scale", f"{name}_amax_history") for name in ("inputs", "kernel", "outputs_grad")]
            told = [(Weight(scale, ()), Weight(past, (self.history,))) for scale, past in both]
            return kernel, tuple([weight for pair in told for weight in pair])
        scale = f"{kernel.name}_scale"
        rows, columns = self._rows(kernel), self._columns(kernel)
        if self.mode == INT8:
            return kernel._replace(role=FROZEN), (Weight(scale, self._scales(kernel, shape), FROZEN),)
        if type(self.layer).__name__ == "Embedding":  # packed along a vector, whose parts are the groups
            packed: tuple[Dim, ...] = (columns, ceil_div(rows, 2))
            groups: tuple[Dim, ...] = (columns,) if self.block is None else (columns, ceil_div(rows, self.block))
        else:
            packed = (rows, ceil_div(columns, 2))
            groups = (columns,) if self.block is None else (ceil_div(rows, self.block), columns)
        kept = Weight(kernel.name, packed, FROZEN)
        if self.block is None:
            return kept, (Weight(scale, groups, FROZEN),)
        zero, index = Weight(f"{kernel.name}_zero", groups, FROZEN), Weight("g_idx", (rows,), MOVING)
        return kept, (Weight(scale, groups, FROZEN), zero, index)

    def _more(self, kernel: Weight, shape: Shape, output: Shape) -> Work:
        """The arithmetic beside the layer's own: rounding and scaling, and the low-rank product."""
        read, made = shape.elements, output.elements
        work = Work()
        table_axes = type(self.layer).__name__ == "Embedding"
        if self.mode == FLOAT8:  # x / scale between two limits, · scale
            work += Work(divisions=1, compares=2, multiplies=1).times(read + kernel.params)
        if self.mode in (INT8, INT4) and table_axes:
            work += Work(divisions=made) if self.block is None else Work(adds=made, multiplies=made)
        elif self.mode == INT4 and self.block is not None:  # (x − zero)·scale of the whole kernel
            work += Work(adds=1, multiplies=1).times(kernel.params)
        elif self.mode in (INT8, INT4):
            work += self._rounded(read, shape) + Work(multiplies=made) if self.rounds_input else Work()
            work += Work(divisions=made)
        return work + self._low_rank_work(kernel, shape, output) if self.rank else work

    def _rounded(self, read: Dim, shape: Shape) -> Work:
        """127 / (the largest absolute value + ε), times each number, between two limits."""
        read_names, _ = self._equation.operands
        names = dict(zip(reversed(read_names), reversed(shape), strict=False))
        summed = product(*[size for name, size in names.items() if name not in self._equation.output])
        scales = ceil_div(read, summed)
        return Work(adds=scales, divisions=scales, multiplies=read, compares=4 * read)

    def _low_rank_work(self, kernel: Weight, shape: Shape, output: Shape) -> Work:
        """The two matrices by each other, added to the kernel; in few bits the input by one, then by the other."""
        if self.mode == FLOAT:
            params = kernel.params
            return Work(product(params, self.rank), params, adds=params, multiplies=params)
        made = output.elements
        second = Work(product(made, self.rank), made, adds=made, multiplies=made)
        if type(self.layer).__name__ == "Embedding":
            return second
        return contract(self._equation, (shape, Shape(*kernel.shape[:-1], self.rank))).work + second

    @property
    def _equation(self) -> Equation:
        """The layer as a summation."""
        return parse("Adapted", getattr(self.layer, "equation", "...x,xy->...y"))

    def _rows(self, kernel: Weight) -> Dim:
        """The kernel's axes that are summed over; of a table the length of its vectors."""
        if type(self.layer).__name__ == "Embedding":
            return kernel.shape[1]
        named = zip(self._equation.operands[1], kernel.shape, strict=True)
        return product(*[size for name, size in named if name not in self._equation.output])

    def _columns(self, kernel: Weight) -> Dim:
        """The others."""
        if type(self.layer).__name__ == "Embedding":
            return kernel.shape[0]
        named = zip(self._equation.operands[1], kernel.shape, strict=True)
        return product(*[size for name, size in named if name in self._equation.output])

    def _scales(self, kernel: Weight, shape: Shape) -> tuple[Dim, ...]:
        """A scale for each output, as Keras lays them out: of EinsumDense beside the output's other axes."""
        if type(self.layer).__name__ != "EinsumDense":
            return (self._columns(kernel),)
        sizes = dict(zip(self._equation.operands[1], kernel.shape, strict=True))
        unnamed_axes = range(len(shape) + 1 - len(self._equation.operands[0]))
        each = [
            [sizes.get(name, 1)] if name != ELLIPSIS else [1 for _ in unnamed_axes] for name in self._equation.output
        ]
        return tuple([size for part in each for size in part])

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps | None:
        """Keras' layer with its policy of types and rank."""
        from .keras_steps import Steps

        policies = keras.dtype_policies
        plain = self.layer.in_keras(keras, name, inputs, self.layer.apply(*inputs))
        if plain is None or plain.layer is None or plain.before or plain.after:
            return None
        policy: Any = "float32"
        if self.mode == INT8:
            policy = policies.QuantizedDTypePolicy("int8", "float32")
        elif self.mode == INT4:
            policy = policies.get(f"int4/{self.block or -1}_from_float32")
        elif self.mode == FLOAT8:
            policy = policies.QuantizedFloat8DTypePolicy("float8", "float32", self.history)
        given = {**plain.layer.get_config(), "dtype": policy}
        return Steps(type(plain.layer)(**given, **({"lora_rank": self.rank} if self.rank else {})))
