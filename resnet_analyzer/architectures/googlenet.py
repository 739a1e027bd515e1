"""GoogLeNet (Inception v1): four branches side by side, nine times."""

from __future__ import annotations

from typing import NamedTuple

from ..dim import Dim
from ..graph import Graph, GraphBuilder
from ..ops.activation import Activation
from ..ops.adaptive_pool import AdaptiveAveragePool2d
from ..ops.average_pool import AveragePool2d
from ..ops.base import Op
from ..ops.batch_norm import BatchNorm
from ..ops.concatenate import Concatenate
from ..ops.conv import Conv2d
from ..ops.dense import Dense
from ..ops.dropout import Dropout
from ..ops.global_pool import GlobalAveragePool2d
from ..ops.local_response_norm import LocalResponseNorm
from ..ops.max_pool import MaxPool2d
from ..ops.reshape import Flatten
from ..shape import Shape
from .base import Architecture, Published, register


class _Widths(NamedTuple):
    """A row of Szegedy et al. 2014, Table 1: the filters of the branches, and of their reductions."""

    one: Dim
    three_reduce: Dim
    three: Dim
    five_reduce: Dim
    five: Dim
    pool: Dim


_STAGES = {
    3: {"a": _Widths(64, 96, 128, 16, 32, 32), "b": _Widths(128, 128, 192, 32, 96, 64)},
    4: {
        "a": _Widths(192, 96, 208, 16, 48, 64),
        "b": _Widths(160, 112, 224, 24, 64, 64),
        "c": _Widths(128, 128, 256, 24, 64, 64),
        "d": _Widths(112, 144, 288, 32, 64, 64),
        "e": _Widths(256, 160, 320, 32, 128, 128),
    },
    5: {"a": _Widths(256, 160, 320, 32, 128, 128), "b": _Widths(384, 192, 384, 48, 128, 128)},
}
_AUXILIARY = {"4a": "aux1", "4d": "aux2"}  # sec. 5: "added on top of the output of inception (4a) and (4d)"


class _Builder(GraphBuilder):
    """Knows how its style spells a convolution."""

    def __init__(self, name: str, style: str) -> None:
        super().__init__(name)
        self.torchvision = style == "torchvision"

    def conv(self, top: str, filters: Dim, kernel: int = 1, strides: int = 1, number: str = "") -> str:
        """A convolution with padding ⌊k/2⌋ and its ReLU; torchvision normalises in place of the bias."""
        op = Conv2d(filters, kernel, strides, padding=kernel // 2, use_bias=not self.torchvision)
        norm = ((f"bn{number}", BatchNorm()),) if self.torchvision else ()
        return self.chain(top, (f"conv{number}", op), *norm, (f"relu{number}", Activation("relu")))

    def reduced(self, top: str, reduction: Dim, filters: Dim, kernel: int) -> str:
        """A 1×1 convolution to fewer channels, and a larger one on those."""
        return self.conv(self.conv(top, reduction, number="1"), filters, kernel, number="2")

    def norm(self, top: str) -> str:
        """The paper's local response normalisation (fig. 3), which torchvision leaves out."""
        return top if self.torchvision else self.add("norm", LocalResponseNorm(5), top)


def googlenet(name: str, shape: Shape, classes: Dim, *, style: str = "paper", aux: bool = False) -> Graph:
    """GoogLeNet, with the two auxiliary heads that only training runs if `aux`.

    `paper`: biases, 5×5 branches, local response normalisation (Szegedy et al. 2014, arXiv 1409.4842,
    Table 1 and fig. 3). `torchvision`: batch normalisation, and 3×3 where the paper has 5×5
    (torchvision/models/googlenet.py). Pools round up in both, so that 224 gives 112, 56, 28, 14, 7.
    """
    build = _Builder(name, style)
    top = _stem(build, build.input(shape))
    tapped = {}
    for stage, blocks in _STAGES.items():
        with build.scope(f"stage{stage}"):
            for letter, widths in blocks.items():
                top = _inception(build, top, f"inception{stage}{letter}", widths)
                tapped[f"{stage}{letter}"] = top
            if stage != 5:
                size = 2 if build.torchvision and stage == 4 else 3
                top = build.add("pool", MaxPool2d(size, strides=2, ceil_mode=True), top)
    if aux:
        for block, scope in _AUXILIARY.items():
            with build.scope(scope, training_only=True):
                _auxiliary_head(build, tapped[block], classes)
    with build.scope("head"):
        dropout = Dropout(0.2 if build.torchvision else 0.4)
        build.chain(top, ("pool", GlobalAveragePool2d()), ("dropout", dropout), ("dense", Dense(classes)))
    graph = build.graph()
    if not build.torchvision:
        return graph
    # torchvision/models/googlenet.py, BasicConv2d.forward
    return graph.as_functions(node.name for node in graph if isinstance(node.op, Activation))


def _stem(build: _Builder, top: str) -> str:
    """7×7/2, pool, 1×1, 3×3, pool (Table 1), with the normalisations where fig. 3 has them."""
    pool = MaxPool2d(3, strides=2, ceil_mode=True)
    with build.scope("stage1"):
        top = build.norm(build.add("pool", pool, build.conv(top, 64, 7, strides=2)))
    with build.scope("stage2"):
        top = build.reduced(top, 64, 192, 3)
        return build.add("pool", pool, build.norm(top))


def _inception(build: _Builder, top: str, name: str, widths: _Widths) -> str:
    """The module with dimension reductions (fig. 2b)."""
    with build.scope(name):
        with build.scope("branch1"):
            one = build.conv(top, widths.one)
        with build.scope("branch2"):
            three = build.reduced(top, widths.three_reduce, widths.three, 3)
        with build.scope("branch3"):
            five = build.reduced(top, widths.five_reduce, widths.five, 3 if build.torchvision else 5)
        with build.scope("branch4"):
            pool = build.add("pool", MaxPool2d(3, strides=1, padding=1), top)
            pooled = build.conv(pool, widths.pool)
        return build.add("concat", Concatenate(), one, three, five, pooled)


def _auxiliary_head(build: _Builder, top: str, classes: Dim) -> str:
    """5×5/3 average pool (torchvision: to 4×4), 1×1 with 128, 1024 units, dropout 70 %, classes (sec. 5)."""
    pool: Op = AdaptiveAveragePool2d(4) if build.torchvision else AveragePool2d(5, strides=3)
    top = build.conv(build.add("pool", pool, top), 128, number="1")
    hidden = (("flatten", Flatten()), ("dense1", Dense(1024)), ("relu2", Activation("relu")))
    return build.chain(top, *hidden, ("dropout", Dropout(0.7)), ("dense2", Dense(classes)))


_TORCHVISION = {"style": "torchvision"}
_META = "torchvision, models/googlenet.py, num_params and _ops"

register(
    Architecture(
        "googlenet",
        "GoogLeNet (Inception v1)",
        googlenet,
        styles=("paper", "torchvision"),
        source="Szegedy et al. 2014, Going Deeper with Convolutions (arXiv 1409.4842)",
        remark="torchvision has 3×3 convolutions where the paper has 5×5, and batch normalisation.",
        published=(
            Published(
                "macs",
                1_500_000_000,
                "Szegedy et al. 2014 (arXiv 1409.4842), sec. 1: 1.5 billion multiply-adds",
                50_000_000,
                note="a budget, not a count: the network of Table 1 takes 1.58 billion",
            ),
            Published("params", 6_998_552, "the count commonly given with biases and without auxiliary heads"),
            Published("params", 6_624_904, _META, settings=_TORCHVISION),
            Published("macs", 1_498_000_000, _META, 500_000, settings=_TORCHVISION),
        ),
    )
)
