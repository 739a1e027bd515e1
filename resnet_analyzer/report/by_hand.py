"""A layer's parameters and MACs multiplied out from its own shapes: `7·7·3·64 + 64 = 9,472`."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from ..dim import Dim, is_exactly, total
from ..measurement import Row
from ..ops.base import FROZEN, TRAINABLE, Weight
from ..shape import Shape

MOST = 8  # weights that are still written out


def params_by_hand(row: Row) -> str:
    """Every weight's shape multiplied out, and their sum; empty without weights, or with too many to read.

    >>> from resnet_analyzer.architectures.base import architecture
    >>> from resnet_analyzer.measurement import measure
    >>> params_by_hand(measure(architecture("resnet50", style="keras")).by_name["conv1_conv"])
    '7·7·3·64 + 64 = 9,472'
    """
    own = [weight for weight in row.weights if weight.role in (TRAINABLE, FROZEN) and weight.shape]
    if not own or len(own) > MOST or not {"weights", "roles"}.isdisjoint(row.cost.unknown):
        return ""
    return f"{' + '.join(map(_product, own))} = {row.params:,}"


def macs_by_hand(row: Row) -> str:
    """Kernels times the positions at which they are applied: `7·7·3·64 · 112·112 = 118,013,952`.

    Empty where a layer's multiply-accumulates are not those of its kernels at every position.

    >>> from resnet_analyzer.architectures.base import architecture
    >>> from resnet_analyzer.measurement import measure
    >>> macs_by_hand(measure(architecture("resnet50")).by_name["stage1/conv"])
    '7·7·3·64 · 112·112 = 118,013,952'
    """
    kernels = [weight for weight in row.weights if weight.name.endswith("kernel")]
    if not kernels or "work" in row.cost.unknown or is_exactly(row.macs, 0):
        return ""
    spent = total(weight.params for weight in kernels)
    for positions in _positions(row):
        if is_exactly(spent * prod(positions) - row.macs, 0):
            weights = " + ".join(map(_product, kernels))
            weights = f"({weights})" if len(kernels) > 1 and positions else weights
            places = f" · {'·'.join(map(str, positions))}" if positions else ""
            return f"{weights}{places} = {row.macs:,}"
    return ""


def _positions(row: Row) -> list[tuple[Dim, ...]]:
    """Where a kernel may be applied: positions of the output, or (a transposed convolution) of the input."""
    return [
        _without_channels(shape, row) for shape in (row.output, *row.inputs) if shape is not None and len(shape) > 1
    ]


def _without_channels(shape: Shape, row: Row) -> tuple[Dim, ...]:
    channels = 1 if getattr(row.node.op, "data_format", "") == "channels_first" and len(shape) > 2 else len(shape) - 1
    sizes: Sequence[Dim] = [size for axis, size in enumerate(shape) if axis != channels]
    return tuple(sizes[1:] if is_exactly(sizes[0], 1) else sizes)


def _product(weight: Weight) -> str:
    return "·".join(map(str, weight.shape))
