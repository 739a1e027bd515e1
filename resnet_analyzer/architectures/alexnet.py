"""AlexNet: the paper's two towers, and the single-tower redraft that torchvision carries."""

from __future__ import annotations

from typing import NamedTuple

from ..dim import Dim
from ..errors import UsageError
from ..graph import Graph, GraphBuilder
from ..ops.activation import Activation
from ..ops.adaptive_pool import AdaptiveAveragePool2d
from ..ops.conv import Conv2d
from ..ops.dense import Dense
from ..ops.dropout import Dropout
from ..ops.local_response_norm import LocalResponseNorm
from ..ops.max_pool import MaxPool2d
from ..ops.reshape import Flatten
from ..shape import Shape
from .base import Architecture, Published, register


class _Stage(NamedTuple):
    """One convolution: is it cut into towers, and what follows it."""

    filters: int
    kernel: int
    strides: int
    padding: int
    towers: bool
    norm: bool
    pool: bool


# Krizhevsky et al. 2012, sec. 3.5 and fig. 2; without padding in conv1 its 55×55 takes an input of 227.
_PAPER = (
    _Stage(96, 11, 4, 0, towers=False, norm=True, pool=True),
    _Stage(256, 5, 1, 2, towers=True, norm=True, pool=True),
    _Stage(384, 3, 1, 1, towers=False, norm=False, pool=False),
    _Stage(384, 3, 1, 1, towers=True, norm=False, pool=False),
    _Stage(256, 3, 1, 1, towers=True, norm=False, pool=True),
)
# Krizhevsky 2014 as torchvision has it (torchvision/models/alexnet.py): padding in conv1, no norms.
_TORCHVISION = (
    _Stage(64, 11, 4, 2, towers=False, norm=False, pool=True),
    _Stage(192, 5, 1, 2, towers=True, norm=False, pool=True),
    _Stage(384, 3, 1, 1, towers=False, norm=False, pool=False),
    _Stage(256, 3, 1, 1, towers=True, norm=False, pool=False),
    _Stage(256, 3, 1, 1, towers=True, norm=False, pool=True),
)


def alexnet(
    name: str,
    shape: Shape,
    classes: Dim,
    *,
    style: str = "paper",
    groups: Dim | None = None,
    widths: tuple[Dim, ...] | None = None,
    hidden: Dim = 4096,
) -> Graph:
    """AlexNet with `groups` towers in conv2, conv4 and conv5 (None: 2 in the paper, 1 in torchvision).

    `widths` are the filters of the five convolutions, `hidden` the units of the first two dense layers
    (Krizhevsky et al. 2012, ImageNet Classification with Deep Convolutional Neural Networks, sec. 3.5).
    """
    torchvision = style == "torchvision"
    stages = _TORCHVISION if torchvision else _PAPER
    if groups is None:
        groups = 1 if torchvision else 2
    if widths is None:
        widths = tuple(stage.filters for stage in stages)
    if len(widths) != len(stages):
        raise UsageError(f"alexnet: widths must be {len(stages)} numbers, not {len(widths)}")
    build = GraphBuilder(name)
    top = build.input(shape)
    for number, (stage, filters) in enumerate(zip(stages, widths, strict=True), 1):
        with build.scope(f"stage{number}"):
            # Caffe rounds pools up (src/caffe/layers/pooling_layer.cpp); at 227 nothing hangs over, at 224 it counts.
            top = _stage(build, top, stage, filters, groups, ceil_mode=not torchvision)
    with build.scope("head"):
        if torchvision:
            top = build.add("adaptive", AdaptiveAveragePool2d(6), top)
        return _head(build, top, hidden, classes, dropout_first=torchvision)


def _stage(build: GraphBuilder, top: str, stage: _Stage, filters: Dim, groups: Dim, ceil_mode: bool) -> str:
    """Convolution, ReLU, and where the stage has them normalisation and an overlapping pool (secs. 3.3, 3.4)."""
    towers = groups if stage.towers else 1
    conv = Conv2d(filters, stage.kernel, strides=stage.strides, padding=stage.padding, groups=towers)
    top = build.chain(top, ("conv", conv), ("relu", Activation("relu")))
    if stage.norm:
        top = build.add("norm", LocalResponseNorm(5), top)
    if stage.pool:
        top = build.add("pool", MaxPool2d(3, strides=2, ceil_mode=ceil_mode), top)
    return top


def _head(build: GraphBuilder, top: str, hidden: Dim, classes: Dim, dropout_first: bool) -> Graph:
    """Two hidden dense layers with dropout (sec. 4.2; torchvision drops before them), then the classes."""
    top = build.add("flatten", Flatten(), top)
    for number in ("1", "2"):
        dense = ((f"dense{number}", Dense(hidden)), (f"relu{number}", Activation("relu")))
        dropout = (f"dropout{number}", Dropout(0.5))
        top = build.chain(top, dropout, *dense) if dropout_first else build.chain(top, *dense, dropout)
    build.add("dense3", Dense(classes), top)
    return build.graph()


_AT_224 = {"style": "torchvision", "input": 224}

register(
    Architecture(
        "alexnet",
        "AlexNet",
        alexnet,
        styles=("paper", "torchvision"),
        input=(227, 227, 3),
        source="Krizhevsky et al. 2012, ImageNet Classification with Deep Convolutional Neural Networks; "
        "torchvision: Krizhevsky 2014 (arXiv 1404.5997)",
        remark="The paper prints an input of 224, but its 55×55 maps take 227; torchvision's numbers are for 224.",
        published=(
            Published(
                "params",
                60_000_000,
                "Krizhevsky et al. 2012, abstract: 60 million",
                500_000,
                note="the paper truncates 60.965 million to 60",
            ),
            Published(
                "activations",
                650_000,
                "Krizhevsky et al. 2012, abstract: 650,000 neurons",
                5_000,
                note="sec. 3.5 prints 253,440 neurons for the first layer, whose 55×55×96 maps hold 290,400",
            ),
            Published(
                "params",
                62_378_344,
                "imgclsmob README, AlexNet in one tower",
                settings={"groups": 1},
            ),
            Published("params", 61_100_840, "torchvision, AlexNet_Weights.IMAGENET1K_V1", settings=_AT_224),
            Published("macs", 714_000_000, "torchvision, AlexNet_Weights: 0.714 GFLOPS", 500_000, settings=_AT_224),
        ),
    )
)
