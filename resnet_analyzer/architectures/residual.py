"""The one builder of all residual (and plain) networks: stem, stages of blocks, head.

He et al. 2015 (Deep Residual Learning) and what followed from it are a handful of options each:
depth, block, widths, strides, shortcuts, the order of normalisation, groups, squeeze-and-excitation.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..dim import Dim, floor_div, is_exactly
from ..errors import UnknownName, UsageError
from ..graph import Graph, GraphBuilder
from ..ops.base import require_whole
from ..ops.conv import Conv2d
from ..ops.dense import Dense
from ..ops.global_pool import GlobalAveragePool2d
from ..ops.input import Input
from ..ops.max_pool import MaxPool2d
from ..ops.zero_padding import ZeroPadding2d
from ..shape import Shape
from .residual_block import residual_block
from .residual_builder import Plan, ResidualBuilder
from .residual_style import SHORTCUT_VARIANTS, STYLES, VARIANTS, Style

MAX_BLOCKS = 100_000  # a typing error must not fill the memory; the deepest published net has 600 blocks

CHOICES = {
    "block": ("basic", "bottleneck"),
    "stem": ("imagenet", "deep", "cifar"),
    "stride_at": ("style", "first", "3x3"),
    "shortcut": ("A", "B", "C", "none"),
    "variant": tuple(VARIANTS),
    "shortcut_variant": SHORTCUT_VARIANTS,
    "form": ("a", "b", "c"),
}


def residual_network(
    name: str,
    shape: Shape,
    classes: Dim,
    *,
    style: str = "paper",
    blocks: Sequence[int] = (3, 4, 6, 3),
    block: str = "bottleneck",
    width: Dim = 64,
    stem: str = "imagenet",
    stem_width: Dim = 0,
    stride_at: str = "style",
    shortcut: str = "B",
    shortcut_pool: bool = False,
    variant: str = "original",
    shortcut_variant: str = "identity",
    cardinality: Dim = 1,
    bottleneck_width: Dim = 0,
    form: str = "c",
    se_ratio: int = 0,
    dropout: float = 0.0,
) -> Graph:
    """A residual network.

    `blocks` per stage; `block` basic (two 3×3) or bottleneck (1×1, 3×3, 1×1); `width` channels of the
    first stage's 3×3 (doubled at each stage), times 4 behind a bottleneck; `stem` the ImageNet 7×7 with
    pooling, the deep one of ResNet-C, or CIFAR's 3×3, with `stem_width` filters (0: as `width`);
    `stride_at` the first convolution of a block, its 3×3, or as the `style` has it; `shortcut` A, B, C
    (He et al. 2015, sec. 4.1) or none (a plain net); `shortcut_pool` averages before projecting
    (ResNet-D); `variant` and `shortcut_variant` as in He et al. 2016, Fig. 4 and Table 1;
    `cardinality` groups of `bottleneck_width` channels each (0: `width`), in `form` a, b or c (Xie et
    al. 2017, Fig. 3); `se_ratio` 16 for squeeze-and-excitation; `dropout` between the convolutions.
    UsageError for anything else.
    """
    chosen = {"block": block, "stem": stem, "stride_at": stride_at, "shortcut": shortcut, "variant": variant}
    _require(chosen | {"shortcut_variant": shortcut_variant, "form": form}, blocks)
    se_ratio = require_whole(name, "se_ratio", se_ratio, least=0, axes=(0,))
    how = STYLES["keras_v2" if style == "keras" and variant == "full_preactivation" else style]
    if form != "c" and how.names:
        raise UsageError(f"form {form} has more layers than style {style} has names for: use another style")
    stride_at = how.stride_at if stride_at == "style" else stride_at
    shortcut = "C" if shortcut_variant == "conv" else shortcut
    plan = Plan(
        how, VARIANTS[variant], block == "bottleneck", stride_at, shortcut, shortcut_pool, shortcut_variant,
        cardinality, form, se_ratio, dropout,
    )  # fmt: skip
    build = GraphBuilder(name, says=how.says or _stride_words(plan))
    net = ResidualBuilder(build, how, classes)
    channels = width if is_exactly(stem_width, 0) else stem_width
    x = _stem(net, plan, stem, net.add("input", Input(shape)), channels)
    inner = cardinality * (width if is_exactly(bottleneck_width, 0) else bottleneck_width)
    x = _stages(net, plan, blocks, x, channels, width, inner, pooled=stem != "cifar")
    _head(net, how, plan, x, classes)
    graph = build.graph()
    return graph.by_depth() if how.keras_order else graph


def _stride_words(plan: Plan) -> str:
    if not plan.bottleneck:
        return "without shortcuts" if plan.shortcut == "none" else f"shortcut option {plan.shortcut}"
    return f"stride in the {'first 1×1' if plan.stride_at == 'first' else '3×3'}"


def _require(chosen: dict[str, str], blocks: Sequence[int]) -> None:
    for option, value in chosen.items():
        if value not in CHOICES[option]:
            raise UnknownName(option, str(value), CHOICES[option])
    if not isinstance(blocks, (tuple, list)) or not blocks or not all(type(n) is int and n >= 1 for n in blocks):
        raise UsageError(f"blocks must be whole numbers ≥ 1, one per stage, as 3,4,6,3; not {blocks!r}")
    if sum(blocks) > MAX_BLOCKS:
        raise UsageError(f"{sum(blocks):,} blocks are more than {MAX_BLOCKS:,}, the most that is built")
    if chosen["shortcut"] == "none" and chosen["shortcut_variant"] != "identity":
        raise UsageError(
            f"shortcut none leaves nothing that shortcut_variant {chosen['shortcut_variant']} could change"
        )


def _stem(net: ResidualBuilder, plan: Plan, stem: str, x: str, filters: Dim) -> str:
    style = plan.style
    with net.inside(1):
        if stem == "cifar":
            x = net.add("conv", Conv2d(filters, 3, padding=1, use_bias=False), x)
            return x if plan.variant.before == ("bn", "relu") else net.steps(("bn", "relu"), "", x)
        if stem == "deep":
            x = _deep_stem(net, x, filters)
        else:
            x, padding = _padded(net, style, "pad", x, 3)
            x = net.add("conv", Conv2d(filters, 7, 2, padding, use_bias="stem" in style.biases), x)
        if style.stem_norm:
            x = net.steps(("bn",) if style.lecture else ("bn", "relu"), "3" if stem == "deep" else "", x)
        if style.lecture:
            return net.add("pool", MaxPool2d(3, 2), x)
        x, padding = _padded(net, style, "pool_pad", x, 1)
        return net.add("pool", MaxPool2d(3, 2, padding), x)


def _deep_stem(net: ResidualBuilder, x: str, filters: Dim) -> str:
    """Three 3×3 in place of the 7×7: ResNet-C (He et al. 2019, Bag of Tricks, Fig. 2b)."""
    for index, (width, stride) in enumerate(((floor_div(filters, 2), 2), (floor_div(filters, 2), 1)), start=1):
        x = net.add(f"conv{index}", Conv2d(width, 3, stride, 1, use_bias=False), x)
        x = net.steps(("bn", "relu"), str(index), x)
    return net.add("conv3", Conv2d(filters, 3, padding=1, use_bias=False), x)


def _padded(net: ResidualBuilder, style: Style, role: str, x: str, padding: int) -> tuple[str, int]:
    """Padding as a layer of its own, or as the window's."""
    if not style.padding_layers:
        return x, padding
    return net.add(role, ZeroPadding2d(padding), x), 0


def _stages(
    net: ResidualBuilder, plan: Plan, blocks: Sequence[int], x: str, channels: Dim, width: Dim, inner: Dim, pooled: bool
) -> str:
    expansion = 4 if plan.bottleneck else 1
    last = len(blocks) - 1
    for stage, count in enumerate(blocks):
        outer = width * expansion * 2**stage
        strided = (stage < last) if plan.style.stride_in_last_block else (stage > 0)
        at = count if plan.style.stride_in_last_block else 1
        for block in range(1, count + 1):
            with net.inside(stage + 2, block):
                stride = 2 if strided and block == at else 1
                x = residual_block(net, plan, x, channels, inner * 2**stage, outer, stride)
            channels = outer
    return x


def _head(net: ResidualBuilder, style: Style, plan: Plan, x: str, classes: Dim) -> str:
    with net.inside(0):
        x = net.steps(plan.variant.final, "", x)
        if style.lecture:
            from ..ops.average_pool import AveragePool2d
            from ..ops.reshape import Flatten

            x = net.add("flatten", Flatten(), net.add("pool", AveragePool2d(2), x))
        else:
            x = net.add("pool", GlobalAveragePool2d(), x)
        return net.add("dense", Dense(classes, activation="softmax" if style.softmax else None), x)
