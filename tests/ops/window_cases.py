"""Examples of the ops that slide a window, or work on the sides of a map, over one, two and three axes."""

from __future__ import annotations

from resnet_analyzer.ops.adaptive_pool import (
    AdaptiveAveragePool1d,
    AdaptiveAveragePool2d,
    AdaptiveAveragePool3d,
    AdaptiveMaxPool1d,
    AdaptiveMaxPool2d,
    AdaptiveMaxPool3d,
)
from resnet_analyzer.ops.average_pool import AveragePool1d, AveragePool2d, AveragePool3d
from resnet_analyzer.ops.conv import Conv1d, Conv2d, Conv3d
from resnet_analyzer.ops.convolve import Convolve
from resnet_analyzer.ops.cropping import Cropping1d, Cropping2d, Cropping3d
from resnet_analyzer.ops.depthwise_conv import DepthwiseConv1d, DepthwiseConv2d
from resnet_analyzer.ops.fold import Fold
from resnet_analyzer.ops.global_pool import (
    GlobalAveragePool1d,
    GlobalAveragePool2d,
    GlobalAveragePool3d,
    GlobalMaxPool1d,
    GlobalMaxPool2d,
    GlobalMaxPool3d,
)
from resnet_analyzer.ops.grid_sample import GridSample
from resnet_analyzer.ops.max_pool import MaxPool1d, MaxPool2d, MaxPool3d
from resnet_analyzer.ops.separable_conv import SeparableConv1d, SeparableConv2d
from resnet_analyzer.ops.transposed_conv import TransposedConv1d, TransposedConv2d, TransposedConv3d
from resnet_analyzer.ops.upsampling import Upsampling1d, Upsampling2d, Upsampling3d
from resnet_analyzer.ops.zero_padding import ZeroPadding1d, ZeroPadding2d, ZeroPadding3d
from resnet_analyzer.shape import Shape

from .case import FIRST, MAP, ROW, VOLUME, Case, case, slid

CONVOLUTIONS: dict[str, list[Case]] = {
    "Fold": [
        case(Fold((6, 8), 2, 2), Shape("b", 12, 12)),
        case(lambda sizes: Fold((sizes["n"], 5), 3, 1, 1), Shape("b", "c", "m")),
    ],
    "GridSample": [
        *(
            case(GridSample(word), Shape("b", "c", "h", "w"), Shape("b", "m", "n", 2))
            for word in ("linear", "nearest", "cubic")
        ),
        case(GridSample(), Shape("b", "c", "d", "h", "w"), Shape("b", "m", "n", 4, 3)),
    ],
    "Convolve": [
        case(Convolve(), Shape("b", "c", "h", "w"), Shape("n", "c", 3, 3)),
        case(Convolve(2, 1, groups=4), Shape("b", 12, "h", "w"), Shape(8, 3, 3, 3), Shape(8)),
        case(Convolve(1, ((1, 2),), 2), Shape("b", "c", "h"), Shape(5, "c", 3)),
        case(Convolve(2, "same", data_format="channels_last", kernel_order="sides first"), MAP, Shape(3, 3, "c", "n")),
        case(Convolve(data_format="channels_last", kernel_order="by channel"), MAP, Shape(3, 3, "c", 2)),
        case(Convolve(1, 1, kernel_order="sides first"), Shape("b", 12, "h", "w"), Shape(3, 3, 4, 8)),
    ],
    "Conv1d": [
        *slid(Conv1d(8), Conv1d(8, 3, 2, padding="same", activation="softmax"), Conv1d(4, 3, padding=((1, 2),))),
        *slid(Conv1d(8, 3, padding="causal", dilation_rate=2), Conv1d(8, 3, 2, padding=1, groups=4, **FIRST)),
        case(lambda sizes: Conv1d(12, sizes["n"], strides=2), ROW),
    ],
    "Conv2d": [
        *slid(
            Conv2d(8),
            Conv2d(64, 7, strides=2, padding=3, use_bias=False),
            Conv2d(8, (3, 5), (1, 2), padding="same", activation="softmax"),
            Conv2d(8, 3, padding=((0, 1), (2, 1)), strides=2, activation="gelu"),
            Conv2d(8, 3, dilation_rate=(2, 3), padding=(1, 2)),
            Conv2d(12, 3, groups=4),
            Conv2d(8, (3, 5), (1, 2), padding="same", **FIRST),
            Conv2d(12, 3, padding=1, groups=4, **FIRST),
        ),
        case(lambda sizes: Conv2d(sizes["n"], 3, groups=2), MAP),
        case(lambda sizes: Conv2d(12, sizes["n"], strides=2), MAP),
        case(lambda sizes: Conv2d(12, 3, strides=sizes["n"]), MAP),
        case(lambda sizes: Conv2d(12, 3, padding=sizes["n"]), MAP),
        case(lambda sizes: Conv2d(sizes["c"], 3, padding=1, groups=sizes["c"]), MAP),
    ],
    "Conv3d": [
        *slid(
            Conv3d(8, (1, 3, 5), (1, 2, 2), padding="same"),
            Conv3d(8, 3, padding=((0, 1), (2, 1), (1, 1)), strides=2, use_bias=False),
            Conv3d(8, 3, padding=1, groups=2, **FIRST),
        ),
        case(lambda sizes: Conv3d(sizes["n"], 2, dilation_rate=(1, 2, 3)), VOLUME),
    ],
    "DepthwiseConv1d": slid(
        DepthwiseConv1d(),
        DepthwiseConv1d(3, 2, padding="same", depth_multiplier=2, activation="relu6"),
        DepthwiseConv1d(3, padding=1, use_bias=False, **FIRST),
    ),
    "DepthwiseConv2d": slid(
        DepthwiseConv2d(),
        DepthwiseConv2d(3, 2, padding="same", depth_multiplier=2, activation="relu6"),
        DepthwiseConv2d((5, 3), padding=1, dilation_rate=2, use_bias=False),
        DepthwiseConv2d((5, 3), 2, padding=1, **FIRST),
    ),
    "SeparableConv1d": slid(
        SeparableConv1d(8, 3, 2, padding="same", depth_multiplier=3, activation="relu"),
        SeparableConv1d(8, 3, padding=1, use_bias=False, **FIRST),
    ),
    "SeparableConv2d": slid(
        SeparableConv2d(8),
        SeparableConv2d(8, 3, 2, padding="same", depth_multiplier=3, activation="relu"),
        SeparableConv2d(8, (3, 5), padding=1, dilation_rate=2, use_bias=False),
        SeparableConv2d(8, 3, 2, padding="same", **FIRST),
    ),
    "TransposedConv1d": [
        *slid(
            TransposedConv1d(8, 3, 2, padding="same"),
            TransposedConv1d(8, 3, 2, padding=1, output_padding=1, groups=2),
            TransposedConv1d(8, 3, 1, padding=1, dilation_rate=2, **FIRST),
        ),
        case(lambda sizes: TransposedConv1d(8, sizes["n"], 3), ROW),
    ],
    "TransposedConv2d": [
        *slid(
            TransposedConv2d(8, 2, 2),
            TransposedConv2d(8, 3, 2, padding="same", activation="relu"),
            TransposedConv2d(8, 3, 2, padding="same", output_padding=1),
            TransposedConv2d(8, 3, 2, padding="valid", output_padding=(0, 1)),
            TransposedConv2d(8, 3, 1, padding=2, dilation_rate=2, use_bias=False),
            TransposedConv2d(8, 1, 1, padding=3),
            TransposedConv2d(12, 3, 2, padding=((0, 1), (1, 2)), output_padding=1, groups=4),
            TransposedConv2d(8, 3, (1, 2), padding=1, **FIRST),
        ),
        case(lambda sizes: TransposedConv2d(8, 3, sizes["n"], output_padding=2), MAP),
        case(lambda sizes: TransposedConv2d(8, sizes["n"], 3), MAP),
    ],
    "TransposedConv3d": slid(
        TransposedConv3d(8, (1, 3, 2), (1, 2, 3), padding="same", activation="relu"),
        TransposedConv3d(8, 3, 2, padding=((0, 1), (1, 2), (1, 1)), output_padding=1, groups=4),
        TransposedConv3d(8, 2, 2, use_bias=False, **FIRST),
    ),
}

POOLS: dict[str, list[Case]] = {
    "AdaptiveAveragePool1d": slid(*map(AdaptiveAveragePool1d, (1, 5)), AdaptiveAveragePool1d(3, **FIRST)),
    "AdaptiveAveragePool2d": slid(
        *map(AdaptiveAveragePool2d, (1, 2, 7, (3, 5))), AdaptiveAveragePool2d((3, 5), **FIRST)
    ),
    "AdaptiveAveragePool3d": slid(AdaptiveAveragePool3d((1, 2, 3)), AdaptiveAveragePool3d(2, **FIRST)),
    "AdaptiveMaxPool1d": slid(*map(AdaptiveMaxPool1d, (1, 5)), AdaptiveMaxPool1d(3, **FIRST)),
    "AdaptiveMaxPool2d": slid(AdaptiveMaxPool2d((3, 5)), AdaptiveMaxPool2d(7, **FIRST)),
    "AdaptiveMaxPool3d": slid(AdaptiveMaxPool3d((1, 2, 3)), AdaptiveMaxPool3d(2, **FIRST)),
    "AveragePool1d": slid(
        AveragePool1d(), AveragePool1d(3, 2, padding="same"), AveragePool1d(3, 2, padding=1, ceil_mode=True, **FIRST)
    ),
    "AveragePool2d": [
        *slid(
            AveragePool2d(),
            AveragePool2d((2, 3), 2, padding=1),
            AveragePool2d(3, 2, padding="same"),
            AveragePool2d(2, 3, padding="same"),  # a window smaller than its stride: nothing is padded
            AveragePool2d(3, 2, padding=1, ceil_mode=True),
            AveragePool2d((2, 3), 2, padding="same", **FIRST),
        ),
        case(lambda sizes: AveragePool2d(sizes["n"], strides=2), MAP),
    ],
    "AveragePool3d": slid(AveragePool3d((1, 2, 3), 2, padding="same"), AveragePool3d(2, padding=1, **FIRST)),
    "GlobalAveragePool1d": slid(GlobalAveragePool1d(), GlobalAveragePool1d(keepdims=True, **FIRST)),
    "GlobalAveragePool2d": slid(
        GlobalAveragePool2d(), GlobalAveragePool2d(keepdims=True), GlobalAveragePool2d(**FIRST)
    ),
    "GlobalAveragePool3d": slid(GlobalAveragePool3d(), GlobalAveragePool3d(keepdims=True, **FIRST)),
    "GlobalMaxPool1d": slid(GlobalMaxPool1d(), GlobalMaxPool1d(keepdims=True, **FIRST)),
    "GlobalMaxPool2d": slid(GlobalMaxPool2d(), GlobalMaxPool2d(keepdims=True), GlobalMaxPool2d(**FIRST)),
    "GlobalMaxPool3d": slid(GlobalMaxPool3d(), GlobalMaxPool3d(keepdims=True, **FIRST)),
    "MaxPool1d": slid(
        MaxPool1d(), MaxPool1d(2, 3, padding="same"), MaxPool1d(2, 2, padding=1, ceil_mode=True, **FIRST)
    ),
    "MaxPool2d": [
        *slid(
            MaxPool2d(),
            MaxPool2d(3, 2, padding=1),
            MaxPool2d((2, 3), 3, padding="same"),
            MaxPool2d(2, 2, padding=1, ceil_mode=True),
            MaxPool2d(3, 2, padding=((0, 1), (1, 0)), ceil_mode=True),
            MaxPool2d(3, 1, dilation_rate=2),
            MaxPool2d((2, 3), 2, padding=1, **FIRST),
        ),
        case(lambda sizes: MaxPool2d(sizes["n"], strides=2, padding=2), MAP),
    ],
    "MaxPool3d": slid(MaxPool3d((1, 2, 3), 2, padding="same"), MaxPool3d(2, padding=1, ceil_mode=True, **FIRST)),
}

PADS = (0, 1, (1, 2), ((0, 1), (2, 3)))
SIDES: dict[str, list[Case]] = {
    "Cropping1d": slid(Cropping1d(2), Cropping1d(((1, 0),), **FIRST)),
    "Cropping2d": slid(*map(Cropping2d, (0, 2, (1, 3), ((0, 1), (2, 0)))), Cropping2d((1, 3), **FIRST)),
    "Cropping3d": slid(Cropping3d((0, 1, 2)), Cropping3d(((0, 1), (2, 0), (1, 1)), **FIRST)),
    "Upsampling1d": slid(Upsampling1d(3)),
    "Upsampling2d": slid(
        Upsampling2d(2), Upsampling2d((2, 3), interpolation="bilinear"), Upsampling2d((2, 3), **FIRST)
    ),
    "Upsampling3d": slid(Upsampling3d((1, 2, 3)), Upsampling3d(2, **FIRST)),
    "ZeroPadding1d": slid(ZeroPadding1d(2), ZeroPadding1d(((1, 0),), **FIRST)),
    "ZeroPadding2d": slid(*map(ZeroPadding2d, PADS), ZeroPadding2d((1, 2), **FIRST)),
    "ZeroPadding3d": slid(ZeroPadding3d((0, 1, 2)), ZeroPadding3d(((0, 1), (2, 3), (1, 1)), **FIRST)),
}

WINDOW_CASES = CONVOLUTIONS | POOLS | SIDES
