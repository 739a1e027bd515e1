"""What attention ops share: softmax(q·kᵀ)·v for every head by itself."""

from __future__ import annotations

from ..dim import Dim, product
from ..shape import Shape
from .activation import softmax_work
from .base import Work


def products(groups: Dim, queries: Dim, keys: Dim, width: Dim, value_width: Dim) -> Work:
    """q·kᵀ, softmax over the keys, and the weighted sum of the values, in `groups` (batch and heads) of each.

    Vaswani et al. 2017, sec. 3.2.1, without the scale and without a mask.

    >>> products(1, 3, 5, 4, 2).multiply_accumulates   # 3·5·4 + 3·5·2
    90
    """
    scores, out = product(groups, queries, keys), product(groups, queries, value_width)
    macs = product(scores, width) + product(scores, value_width)
    return Work(macs, scores + out) + softmax_work(Shape(product(groups, queries), keys))
