"""Single blocks, to be compared: basic against bottleneck, a 1×1 convolution against a dense layer.

Their convolutions are bare (no normalisation, no bias), so that their weights are the figures of the
papers: He et al. 2015, Fig. 5. The channels are the input's.
"""

from __future__ import annotations

from typing import NamedTuple

from ..dim import Dim, floor_div, is_exactly
from ..graph import Graph, GraphBuilder
from ..ops.activation import Activation
from ..ops.base import require_whole
from ..ops.conv import Conv2d
from ..ops.dense import Dense
from ..ops.elementwise import Add
from ..shape import Shape
from .base import Architecture, register

INPUT = (56, 56, 256)
FIGURE_5 = "He et al. 2015 (arXiv 1512.03385), Fig. 5"


def _conv(filters: Dim, kernel_size: int) -> Conv2d:
    return Conv2d(filters, kernel_size, padding=kernel_size // 2, use_bias=False)


def basic(name: str, shape: Shape, classes: Dim, *, style: str = "paper") -> Graph:
    """Two 3×3 convolutions on the input's channels, and the addition."""
    return _residual(name, shape, (_conv(shape[-1], 3), _conv(shape[-1], 3)))


def bottleneck(name: str, shape: Shape, classes: Dim, *, style: str = "paper", reduction: int = 4) -> Graph:
    """1×1 down to channels/`reduction`, 3×3, 1×1 up again, and the addition."""
    inner = floor_div(shape[-1], require_whole(name, "reduction", reduction, least=1, axes=(0,)))
    return _residual(name, shape, (_conv(inner, 1), _conv(inner, 3), _conv(shape[-1], 1)))


def _residual(name: str, shape: Shape, convolutions: tuple[Conv2d, ...]) -> Graph:
    build = GraphBuilder(name)
    start = x = build.input(shape)
    with build.scope("block"):
        for index, conv in enumerate(convolutions, start=1):
            x = build.add(f"conv{index}", conv, x)
            if index < len(convolutions):
                x = build.add(f"relu{index}", Activation("relu"), x)
        build.chain(build.add("add", Add(), x, start), ("relu", Activation("relu")))
    return build.graph()


def conv1x1(name: str, shape: Shape, classes: Dim, *, style: str = "paper", filters: Dim = 0) -> Graph:
    """A 1×1 convolution with `filters` outputs (0: as many as channels come in)."""
    build = GraphBuilder(name)
    build.add("conv", Conv2d(_filters(shape, filters), 1), build.input(shape))
    return build.graph()


def dense(name: str, shape: Shape, classes: Dim, *, style: str = "paper", filters: Dim = 0) -> Graph:
    """A dense layer with `filters` outputs at every position (0: as many as channels come in)."""
    build = GraphBuilder(name)
    build.add("dense", Dense(_filters(shape, filters)), build.input(shape))
    return build.graph()


def _filters(shape: Shape, filters: Dim) -> Dim:
    return shape[-1] if is_exactly(filters, 0) else filters


class Pairing(NamedTuple):
    """What is worth saying when certain blocks are compared: a second comparison, and why."""

    names: frozenset[str]
    title: str
    members: tuple[tuple[str, int], ...]
    sentence: str


PAIRINGS = (
    Pairing(
        frozenset({"basic", "bottleneck"}),
        f"The pair of similar cost, {FIGURE_5}",
        (("basic", 64), ("bottleneck", 256)),
        "at similar cost a bottleneck carries four times the channels: that is what it is for",
    ),
    Pairing(
        frozenset({"conv1x1", "dense"}),
        "",
        (),
        "a 1×1 convolution is a dense layer on every position: the same weights, the same products, the same sums "
        "(Lin et al. 2014, Network in Network, sec. 3.1)",
    ),
)

for _build, _title, _source in (
    (basic, "Basic block", FIGURE_5),
    (bottleneck, "Bottleneck block", FIGURE_5),
    (conv1x1, "1×1 convolution", "Lin et al. 2014 (arXiv 1312.4400), sec. 3.1"),
    (dense, "Dense layer on every position", "Lin et al. 2014 (arXiv 1312.4400), sec. 3.1"),
):
    register(Architecture(_build.__name__, _title, _build, input=INPUT, classes=0, source=_source))
