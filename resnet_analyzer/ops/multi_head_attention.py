"""Multi-head attention, as far as its matrix products and softmax go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..dim import Dim, equal, is_exactly, product
from ..shape import Shape, spell
from .activation import softmax_work
from .base import Check, Cost, Op, Weight, Work
from .spelling import Call, Reads, Spelling, Tensor


def _read_keras(call: Call) -> Reads | None:
    """Keras' layer, called on query, value and key, by place or by name; not with a mask."""
    settings = call.settings
    given = [call.argument(name, place) for place, name in enumerate(("query", "value", "key"))]
    numbers = [each.number for each in given if type(each) is Tensor]
    others = [settings.get("use_gate"), settings.get("sliding_window"), settings.get("flash_attention")]
    if len(numbers) != len(call.shapes) or any(others) or call.rank != 3:
        return None
    if settings.get("attention_axes") not in (None, [1], (1,)):
        return None
    units = settings.get("output_shape")
    units = units[0] if isinstance(units, (list, tuple)) and len(units) == 1 else units
    value = settings.get("value_dim") or 0
    made = MultiHeadAttention(settings["num_heads"], settings["key_dim"], value, units or 0, settings["use_bias"])
    return Reads(tuple(numbers), [made])


@dataclass(frozen=True, eq=False)
class MultiHeadAttention(Op):
    """Projections to queries, keys and values, their products, and the projection back.

    Vaswani et al. 2017, sec. 3.2, with the weights of keras/src/layers/attention/multi_head_attention.py.
    Reads query, value and key; what is not given is the one before (query alone: self-attention).
    `units` of the output are the query's channels if 0.
    Multiply-accumulates of the four projections and of the two products; one multiply per query and
    head channel for the scale; softmax over the keys.

    >>> cost = MultiHeadAttention(2, 8).apply(Shape(1, 10, 16), Shape(1, 10, 16))
    >>> cost.work.multiply_accumulates   # 4 projections of 10·16·16, 2 products of 10·10·16
    13440
    """

    num_heads: Dim
    key_dim: Dim
    value_dim: Dim = 0
    units: Dim = 0
    use_bias: bool = True

    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("MultiHeadAttention", read=_read_keras)}
    arity: ClassVar[int | None] = None
    counts: ClassVar[tuple[str, ...]] = ("num_heads", "key_dim")
    sizes: ClassVar[tuple[str, ...]] = ("value_dim", "units")

    def rule(self, query: Shape, *others: Shape) -> Cost:  # type: ignore[override]
        """A sequence as long as the query's."""
        value = (*others, query)[0]
        key = (*others[1:], value)[0]
        ranks = {len(query), len(key), len(value)}
        if len(ranks) != 1 or min(ranks) < 3:
            sentence = "attention needs a query, values and keys of one rank, with positions: not {}, {} and {}."
            return Cost(None, checks=(Check(False, sentence, tuple(map(spell, (query, value, key)))),))
        heads, width = self.num_heads, self.key_dim
        value_width = width if is_exactly(self.value_dim, 0) else self.value_dim
        units = query[-1] if is_exactly(self.units, 0) else self.units
        kernels = {
            "query": (query[-1], heads, width),
            "key": (key[-1], heads, width),
            "value": (value[-1], heads, value_width),
            "attention_output": (heads, value_width, units),
        }
        biases = {"query": (heads, width), "key": (heads, width), "value": (heads, value_width)}
        biases["attention_output"] = (units,)  # type: ignore[assignment]
        weights = []
        for name, size in kernels.items():
            weights += [Weight(f"{name}/kernel", size)]
            weights += [Weight(f"{name}/bias", biases[name])] if self.use_bias else []
        output = query.with_size(-1, units)
        work = _work(
            query, key, value, product(heads, width), product(heads, value_width), heads, output, self.use_bias
        )
        sentence = "queries {}, keys {} and values {} must be of one batch, and keys and values as many."
        spelled = (spell(query), spell(key), spell(value))
        checks = tuple(
            Check(equal(left, right), sentence, spelled)
            for left, right in [*zip(key[:-1], value[:-1], strict=True), (query[0], key[0])]
        )
        return Cost(output, tuple(weights), work, checks=checks)


def _work(
    query: Shape, key: Shape, value: Shape, inner: Dim, carried: Dim, heads: Dim, output: Shape, use_bias: bool
) -> Work:
    """The four projections, q·k, softmax over the keys, and the weighted sum of the values."""
    batch, queries, keys = query[0], product(*query[:-1]), product(*key[:-1])
    pairs = product(batch, *query[1:-1], *key[1:-1])
    macs = product(query.elements, inner) + product(key.elements, inner) + product(value.elements, carried)
    macs += product(queries, carried, output[-1]) + product(pairs, inner) + product(pairs, carried)
    sums = product(queries, inner) + product(keys, inner) + product(*value[:-1], carried) + output.elements
    scores = product(pairs, heads)
    attended = product(queries, carried)
    once = Work(macs, sums + scores + attended, adds=sums if use_bias else 0, multiplies=product(queries, inner))
    return once + softmax_work(Shape(product(queries, heads), product(*key[1:-1])))
