"""DenseNet: every layer reads all that came before it in its block."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from ..dim import Dim, floor_div, is_number
from ..errors import UsageError
from ..graph import Graph
from ..ops.activation import Activation
from ..ops.batch_norm import BatchNorm
from ..ops.conv import Conv2d
from ..ops.dense import Dense
from ..ops.global_pool import GlobalAveragePool2d
from ..ops.max_pool import MaxPool2d
from ..ops.zero_padding import ZeroPadding2d
from ..shape import Shape
from .base import Architecture, Published, pattern, register
from .dense_block import DenseBuilder, dense_layer, transition

MAX_LAYERS = 10_000  # in all blocks: a typing error must not fill the memory


def densenet(
    name: str,
    shape: Shape,
    classes: Dim,
    *,
    style: str = "paper",
    blocks: tuple[int, ...] = (6, 12, 24, 16),
    growth_rate: Dim = 32,
    compression: Fraction | str = "1/2",
    bottleneck: bool = True,
    small_input: bool = False,
    stem_channels: Dim | None = None,
) -> Graph:
    """DenseNet with `blocks` of so many layers, each adding `growth_rate` channels.

    `compression` θ is exact (a Fraction, or text such as "0.5"): a transition keeps ⌊θ·channels⌋.
    `bottleneck` puts a 1×1 convolution of 4·growth_rate before each 3×3; `small_input` begins as for CIFAR
    with one 3×3 convolution; `stem_channels` are 2·growth_rate unless given (Huang et al. 2016,
    arXiv 1608.06993, sec. 3 and Table 1).
    """
    theta = fraction(compression)
    _require_blocks(blocks)
    channels = 2 * growth_rate if stem_channels is None else stem_channels
    build = DenseBuilder(name, style)
    top = build.input(shape, "input_layer" if build.keras else "input")
    with build.scope("stage1"):
        top = _small_stem(build, top, channels) if small_input else _stem(build, top, channels)
    for stage, layers in enumerate(blocks, 2):
        with build.scope(f"stage{stage}"):
            for number in range(1, layers + 1):
                with build.scope(f"layer{number}"):
                    top = dense_layer(build, top, f"conv{stage}_block{number}", growth_rate, bottleneck)
            channels = channels + layers * growth_rate
            if stage <= len(blocks):
                channels = floor_div(channels * theta.numerator, theta.denominator)
                top = transition(build, top, f"pool{stage}", channels)
    return _head(build, top, classes, style)


def fraction(compression: Any) -> Fraction:
    """θ exactly: through its text, so that 0.1 is a tenth."""
    try:
        theta = Fraction(str(compression))
    except (ValueError, ZeroDivisionError):
        theta = Fraction(0)
    if not 0 < theta <= 1:
        raise UsageError(f"densenet: compression must be a fraction above 0 and up to 1, not {compression!r}")
    return theta


def _require_blocks(blocks: tuple[int, ...]) -> None:
    if not blocks or not all(is_number(layers) and layers >= 1 for layers in blocks):
        raise UsageError(f"densenet: blocks must be numbers of layers, at least 1 each, not {blocks!r}")
    if sum(blocks) > MAX_LAYERS:
        raise UsageError(f"densenet: {sum(blocks):,} layers are more than {MAX_LAYERS:,}, the most that is built")


def _stem(build: DenseBuilder, top: str, channels: Dim) -> str:
    """7×7/2 and a 3×3/2 pool (Table 1); Keras pads in layers of their own."""
    pads = not build.keras
    if build.keras:
        top = build.put("pad1", build.numbered("zero_padding2d"), ZeroPadding2d(3), top)
    conv = Conv2d(channels, 7, strides=2, padding=3 if pads else "valid", use_bias=False)
    bn, relu = ("bn", "conv1_bn", BatchNorm()), ("relu", "conv1_relu", Activation("relu"))
    top = build.steps(top, ("conv", "conv1_conv", conv), bn, relu)
    if build.keras:
        top = build.put("pad2", build.numbered("zero_padding2d"), ZeroPadding2d(1), top)
    return build.put("pool", "pool1", MaxPool2d(3, strides=2, padding=1 if pads else "valid"), top)


def _small_stem(build: DenseBuilder, top: str, channels: Dim) -> str:
    """One 3×3 convolution at full size (sec. 3, Implementation Details)."""
    return build.put("conv", "conv1_conv", Conv2d(channels, 3, padding=1, use_bias=False), top)


def _head(build: DenseBuilder, top: str, classes: Dim, style: str) -> Graph:
    """BN, ReLU, global average pool, dense."""
    with build.scope("head"):
        build.steps(
            top,
            ("bn", "bn", BatchNorm()),
            ("relu", "relu", Activation("relu")),
            ("pool", "avg_pool", GlobalAveragePool2d()),
            ("dense", "predictions", Dense(classes, activation="softmax" if build.keras else None)),
        )
    graph = build.graph()
    # torchvision/models/densenet.py, DenseNet.forward
    return graph.as_functions(("head/relu", "head/pool")) if style == "torchvision" else graph


_PAPER = "Huang et al. 2016, Densely Connected Convolutional Networks (arXiv 1608.06993)"
_README = "liuzhuang13/DenseNet, README"


def _torchvision(params: int, mega_macs: int) -> tuple[Published, ...]:
    """What torchvision's weights documentation prints: exact parameters, GFLOPS (which are MACs) to the mega."""
    source, settings = "torchvision, models/densenet.py, num_params and _ops", {"style": "torchvision"}
    return (
        Published("params", params, source, settings=settings),
        Published("macs", mega_macs * 1_000_000, source, 500_000, settings=settings),
    )


def _keras(params: int) -> Published:
    return Published("all_params", params, "keras.io/api/applications, table", 50_000, settings={"style": "keras"})


def _printed(params: int, source: str = f"{_PAPER}, Table 2", tolerance: int = 50_000, **settings: Any) -> Published:
    return Published("params", params, source, tolerance, settings)


def _imagenet(depth: int, *published: Published, growth_rate: int = 32, remark: str = "") -> None:
    register(
        Architecture(
            f"densenet{depth}",
            f"DenseNet-{depth}",
            densenet,
            settings={"blocks": _BLOCKS[depth], "growth_rate": growth_rate},
            styles=("paper", "torchvision", "keras"),
            source=f"{_PAPER}, Table 1",
            remark=remark,
            published=published,
        )
    )


_BLOCKS = {
    121: (6, 12, 24, 16),
    161: (6, 12, 36, 24),
    169: (6, 12, 32, 32),
    201: (6, 12, 48, 32),
    264: (6, 12, 64, 48),
}


@pattern(r"densenet_?(\d+)_k(\d+)")
def plain_cifar(depth: int, growth_rate: int, *published: Published) -> Architecture:
    """DenseNet (L=`depth`, k=`growth_rate`) for CIFAR: no bottleneck, no compression, 16 channels at first.

    UsageError unless the depth is 3n + 4 (Huang et al. 2016, sec. 3, Implementation Details).

    >>> plain_cifar(40, 12).settings["blocks"]
    (12, 12, 12)
    """
    settings = {"bottleneck": False, "compression": "1", "stem_channels": 16}
    return _cifar("", depth, growth_rate, 3, settings, published)


@pattern(r"densenet_?bc_?(\d+)_k(\d+)")
def bottleneck_cifar(depth: int, growth_rate: int, *published: Published) -> Architecture:
    """DenseNet-BC (L=`depth`, k=`growth_rate`) for CIFAR: bottlenecks, half the channels after each block.

    UsageError unless the depth is 6n + 4 (Huang et al. 2016, sec. 3, Implementation Details).

    >>> bottleneck_cifar(100, 12).settings["blocks"]
    (16, 16, 16)
    """
    return _cifar("-BC", depth, growth_rate, 6, {}, published)


def _cifar(
    kind: str, depth: int, growth_rate: int, step: int, settings: dict[str, Any], published: tuple[Published, ...]
) -> Architecture:
    """Three equal blocks; the depth also counts the first convolution, two transitions and the dense layer."""
    if depth < step + 4 or (depth - 4) % step or growth_rate < 1:
        raise UsageError(
            f"no DenseNet{kind} is L={depth}, k={growth_rate}: the depth is {step}n+4 and at least {step + 4}, "
            "the growth rate at least 1."
        )
    blocks = ((depth - 4) // step,) * 3
    return Architecture(
        f"densenet{kind.lower().replace('-', '_')}{depth}_k{growth_rate}",
        f"DenseNet{kind} (L={depth}, k={growth_rate}) for CIFAR",
        densenet,
        settings={"blocks": blocks, "growth_rate": growth_rate, "small_input": True, **settings},
        input=(32, 32, 3),
        classes=10,
        source=_PAPER,
        published=published,
    )


_imagenet(121, *_torchvision(7_978_856, 2_834), _keras(8_100_000))
_imagenet(161, *_torchvision(28_681_000, 7_728), growth_rate=48)
_imagenet(169, *_torchvision(14_149_480, 3_360), _keras(14_300_000))
_imagenet(
    201,
    _printed(20_000_000, f"{_PAPER}, sec. 4.4: 20M", 500_000),
    *_torchvision(20_013_928, 4_291),
    _keras(20_200_000),
)
_imagenet(
    264,
    _printed(33_340_000, "README of a PyTorch implementation: 33.34M; the paper prints none", 5_000),
    remark="Its blocks make 265 layers with weights: the name is the paper's.",
)
register(plain_cifar(40, 12, _printed(1_000_000)))
register(plain_cifar(100, 12, _printed(7_000_000)))
register(plain_cifar(100, 24, _printed(27_200_000)))
_WIDE = [
    _printed(params, _README, growth_rate=rate) for rate, params in ((36, 1_500_000), (48, 2_700_000), (60, 4_300_000))
]
register(bottleneck_cifar(40, 12, *_WIDE))
register(bottleneck_cifar(100, 12, _printed(800_000)))
register(bottleneck_cifar(250, 24, _printed(15_300_000)))
register(bottleneck_cifar(190, 40, _printed(25_600_000)))
