"""Attention without projections: queries look at keys, and take a mixture of values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..dim import Condition, divides, equal, floor_div, product
from ..reach import EVERYTHING, Along, Mixed, Reach, Reaches, same_place
from ..shape import Shape, spell
from ._attention import products
from ._attention_gradient import of_attention
from .base import Check, Cost, Op, Work
from .spelling import Call, Reads, Spelling, Tensor


def _read_keras(call: Call) -> Reads | None:
    """keras.ops.dot_product_attention with at most one of bias and mask."""
    names = ("query", "key", "value", "bias", "mask")
    given = [call.argument(name, place) for place, name in enumerate(names)]
    numbers = tuple(each.number for each in given if type(each) is Tensor)
    if len(numbers) != len(call.shapes) or call.settings.get("attn_logits_soft_cap"):
        return None
    causal = bool(call.settings.get("is_causal"))
    return Reads(numbers, [ScaledDotProductAttention(causal, heads_last=True)]) if len(numbers) in (3, 4) else None


def _read_torch(call: Call) -> Reads | None:
    """scaled_dot_product_attention(query, key, value, attn_mask, …, is_causal)."""
    names = ("query", "key", "value", "attn_mask")
    given = tuple([name for name in names if call.tensor(name) is not None])
    return call.reading(ScaledDotProductAttention(bool(call.argument("is_causal"))), places=given)


def _read_onnx(call: Call) -> Reads | None:
    """Attention of four axes, without a cache and a second output; the mask is the fourth input."""
    more = [call.tensor(place) for place in range(4, len(call.places))]
    settings = call.settings
    if call.rank != 4 or any(each is not None for each in more) or settings.get("softcap") or settings["outputs"] > 1:
        return None
    return call.reading(ScaledDotProductAttention(bool(settings.get("is_causal"))), places=(0, 1, 2, 3))


if TYPE_CHECKING:
    from .keras_steps import Steps


class ScaledDotProductAttention(Op):
    """softmax(q·kᵀ/√d)·v of query, key, value and maybe a mask (Vaswani et al. 2017, eq. 1).

    `heads_last` False reads (…, heads, length, width), as PyTorch's scaled_dot_product_attention and ONNX; True
    (batch, length, heads, width), as keras.ops.dot_product_attention. Keys and values may have fewer heads than
    queries, by a whole factor (grouped queries: Ainslie et al. 2023). `causal` masks what comes later; the
    work is counted whole all the same.

    Multiply-accumulates of both products, a multiply per score for the scale, the softmax, and an addition
    per score for a mask.

    >>> cost = ScaledDotProductAttention().apply(Shape(1, 8, 10, 64), Shape(1, 2, 12, 64), Shape(1, 2, 12, 32))
    >>> cost.output, cost.work.multiply_accumulates   # 8·10·12·64 + 8·10·12·32
    (Shape(1, 8, 10, 32), 92160)
    """

    causal: bool = False
    heads_last: bool = False

    kind = "attention"
    word = "attention"
    storage = "own"
    gradient = of_attention
    arity: ClassVar[int | None] = None
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "onnx": Spelling("Attention", read=_read_onnx),
        "keras": Spelling("", also=("ops.DotProductAttention",), read=_read_keras),
        "torch": Spelling("aten.scaled_dot_product_attention", read=_read_torch),
    }

    def rule(self, *shapes: Shape) -> Cost:
        """The query's positions with the value's width."""
        spelled = tuple(map(spell, shapes))
        rank = len(shapes[0])
        least_rank = 4 if self.heads_last else 2
        if len(shapes) < 3 or any(len(shape) != rank for shape in shapes[:3]) or rank < least_rank:
            sentence = "attention reads query, key and value of one rank, and maybe a mask: not {}."
            return Cost(None, checks=(Check(False, sentence, (" and ".join(spelled),)),))
        query, key, value = (_heads_first(shape) if self.heads_last else shape for shape in shapes[:3])
        groups = product(*query[:-2])
        work = products(groups, query[-2], key[-2], query[-1], value[-1])
        scores = product(groups, query[-2], key[-2])
        masks = len(shapes[3:]) + (1 if self.causal else 0)
        work += Work(multiplies=scores, adds=masks * scores)
        output = Shape(*query[:-1], value[-1])
        sentence = "query {}, key {} and value {} do not go together."
        pairs = [(query[-1], key[-1]), (key[-2], value[-2]), *zip(key[:-2], value[:-2], strict=True)]
        conditions: list[Condition] = [equal(left, right) for left, right in pairs]
        conditions += [equal(left, right) for left, right in zip(query[:-3], key[:-3], strict=True)]
        conditions += [divides(key[-3], query[-3])] if rank > 2 else []
        checks = tuple(Check(condition, sentence, spelled[:3]) for condition in conditions)
        return Cost(_heads_first(output) if self.heads_last else output, work=work, checks=checks)

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """A query from its own position, and from all of the keys and values (up to its own, if `causal`)."""
        rank = len(inputs[0])
        place, heads = (rank - 3, rank - 2) if self.heads_last else (rank - 2, rank - 3)
        query: list[Along] = [*same_place(rank - 1), EVERYTHING]
        keys: list[Along] = [*same_place(rank - 1), EVERYTHING]
        keys[place] = Mixed((place,)) if self.causal else EVERYTHING
        if heads >= 0:  # heads of keys that several heads of queries share
            several = floor_div(inputs[0][heads], inputs[1][heads])
            keys[heads] = Reach(heads, low=1 - several, divisor=several)
        values = (*keys[:-1], Reach(rank - 1))
        return (tuple(query), tuple(keys), values, *[(EVERYTHING,) * len(mask) for mask in inputs[3:]])

    def in_keras(self, keras: Any, name: str, inputs: tuple[Shape, ...], cost: Cost) -> Steps | None:
        """By keras.ops, which reads heads last."""
        from .keras_steps import by_ops

        if len(inputs[0]) != 4 or len(inputs) > 3:
            return None

        def turned(x: Any) -> Any:
            return x if self.heads_last else keras.ops.swapaxes(x, 1, 2)

        return by_ops(lambda xs: turned(keras.ops.dot_product_attention(*map(turned, xs), is_causal=self.causal)))


def _heads_first(shape: Shape) -> Shape:
    """(batch, length, heads, width) as (batch, heads, length, width), and back."""
    return Shape(*shape[:-3], shape[-2], shape[-3], shape[-1])
