"""Attention as Keras' layers have it: without projections, the scores by products or by sums."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from ..dim import Dim, equal, product
from ..errors import UsageError
from ..reach import EVERYTHING, Reach, Reaches
from ..shape import Shape, spell
from ._attention_gradient import of_attention
from .activation import activation_work, softmax_work
from .base import Check, Cost, Op, Spelling, Weight, Work, same_names


class Attention(Op):
    """softmax(q·kᵀ)·v of query, value and maybe key (else the value): Keras' Attention (Luong et al. 2015, sec. 3.1).

    `use_scale` has one trained factor for all scores. `score_mode` `concat` scores Σ tanh(q + k) over the width
    instead of the product, with a trained factor (and another one of the sums, if scaled): no multiply-accumulates.

    >>> Attention().apply(Shape(1, 10, 64), Shape(1, 12, 64)).work.multiply_accumulates   # 2 · 10·12·64
    15360
    """

    use_scale: bool = False
    score_mode: str = "dot"

    kind = "attention"
    word = "attention"
    storage = "own"
    gradient = of_attention
    arity: ClassVar[int | None] = None
    spellings: ClassVar[Mapping[str, Spelling]] = {
        "keras": Spelling("Attention", same_names("use_scale", "score_mode"))
    }

    def __post_init__(self) -> None:
        if self.score_mode not in ("dot", "concat"):
            raise UsageError(f"Attention: score_mode must be dot or concat, not {self.score_mode!r}")

    def rule(self, *shapes: Shape) -> Cost:
        """The query's positions with the value's width."""
        weights: tuple[Weight, ...] = (Weight("scale", ()),) if self.use_scale else ()
        if self.score_mode == "dot":
            return _attended(shapes, weights, lambda scores, width: _dot_scores(scores, width, self.use_scale))
        weights += (Weight("concat_score_weight", ()),)
        return _attended(shapes, weights, lambda scores, width: _concat_scores(scores, width, self.use_scale))

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """A query from its own position, and from all of the keys and values."""
        own: Reaches = (Reach(0), Reach(1), EVERYTHING)
        return (own, *[(Reach(0), EVERYTHING, EVERYTHING if place else Reach(2)) for place in range(len(inputs) - 1)])


class AdditiveAttention(Op):
    """softmax(Σ γ·tanh(q + k))·v of query, value and maybe key: Keras' AdditiveAttention (Bahdanau et al. 2015).

    γ (`use_scale`) is one trained factor for each of the width. The scores are no multiply-accumulates: for each
    and each of the width an addition, a tanh, a multiply by γ, and the sum.

    >>> cost = AdditiveAttention().apply(Shape(1, 10, 64), Shape(1, 12, 64))
    >>> cost.work.multiply_accumulates, cost.weights[0].shape   # the mixture alone: 10·12·64
    (7680, (64,))
    """

    use_scale: bool = True

    kind = "attention"
    word = "attention"
    storage = "own"
    arity: ClassVar[int | None] = None
    spellings: ClassVar[Mapping[str, Spelling]] = {"keras": Spelling("AdditiveAttention", same_names("use_scale"))}

    def rule(self, *shapes: Shape) -> Cost:
        """The query's positions with the value's width."""
        weights = (Weight("scale", (shapes[0][-1],)),) if self.use_scale else ()
        return _attended(shapes, weights, lambda scores, width: _additive_scores(scores, width, self.use_scale))

    def reach(self, inputs: tuple[Shape, ...], cost: Cost) -> tuple[Reaches, ...]:
        """A query from its own position, and from all of the keys and values."""
        own: Reaches = (Reach(0), Reach(1), EVERYTHING)
        return (own, *[(Reach(0), EVERYTHING, EVERYTHING if place else Reach(2)) for place in range(len(inputs) - 1)])


def _dot_scores(scores: Dim, width: Dim, use_scale: bool) -> Work:
    return Work(product(scores, width), scores, multiplies=scores if use_scale else 0)


def _concat_scores(scores: Dim, width: Dim, use_scale: bool) -> Work:
    """w·Σ tanh(scale·(q + k)) (keras/src/layers/attention/attention.py, _calculate_scores)."""
    sums = product(scores, width)
    once = Work(adds=2 * sums - scores, multiplies=scores + (sums if use_scale else 0))
    return once + activation_work("tanh", sums)


def _additive_scores(scores: Dim, width: Dim, use_scale: bool) -> Work:
    """Σ γ·tanh(q + k) (keras/src/layers/attention/additive_attention.py, _calculate_scores)."""
    sums = product(scores, width)
    return Work(adds=2 * sums - scores, multiplies=sums if use_scale else 0) + activation_work("tanh", sums)


def _attended(shapes: tuple[Shape, ...], weights: tuple[Weight, ...], scored: Callable[[Dim, Dim], Work]) -> Cost:
    """Scores of (batch, queries, width) with (batch, keys, width), their softmax, and the mixture of values."""
    spelled = " and ".join(map(spell, shapes))
    if len(shapes) not in (2, 3) or any(len(shape) != 3 for shape in shapes):
        sentence = "attention reads query, value and maybe key, each (batch, length, width): not {}."
        return Cost(None, checks=(Check(False, sentence, (spelled,)),))
    query, value, key = shapes[0], shapes[1], shapes[-1]
    scores = product(*query[:2], key[1])
    output = query.with_size(-1, value[-1])
    work = scored(scores, query[-1]) + softmax_work(Shape(*query[:2], key[1]))
    work += Work(product(scores, value[-1]), output.elements)
    sentence = "query, value and key must be of one batch and width, and keys and values as many: not {}."
    pairs = [(query[-1], key[-1]), (key[1], value[1]), (query[0], key[0]), (query[0], value[0])]
    checks = tuple(Check(equal(left, right), sentence, (spelled,)) for left, right in pairs)
    return Cost(output, weights, work, checks=checks)
