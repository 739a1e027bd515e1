"""Examples of every op: what `test_generic` runs as numbers, as numpy arrays and as symbols.

A new op needs an entry here: `CASES["NewOp"] = [case(NewOp(...), Shape(1, ...)), ...]`. Shapes are given as
shapes of names: "h", "w", "c", "m" and "n" are dimensions that vary (the same name is the same number), "m"
never 1 as a symbol, since a symbol is taken not to broadcast; numbers are fixed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from resnet_analyzer.ops.activation import PER_ELEMENT, Activation
from resnet_analyzer.ops.adaptive_pool import AdaptiveAveragePool2d
from resnet_analyzer.ops.average_pool import AveragePool2d
from resnet_analyzer.ops.base import Op, Weight
from resnet_analyzer.ops.batch_norm import BatchNorm
from resnet_analyzer.ops.concatenate import Concatenate
from resnet_analyzer.ops.conv import Conv2d
from resnet_analyzer.ops.cropping import Cropping2d
from resnet_analyzer.ops.dense import Dense
from resnet_analyzer.ops.depthwise_conv import DepthwiseConv2d
from resnet_analyzer.ops.dropout import Dropout, StochasticDepth
from resnet_analyzer.ops.elementwise import Add, Multiply, Subtract
from resnet_analyzer.ops.global_pool import GlobalAveragePool2d, GlobalMaxPool2d
from resnet_analyzer.ops.group_norm import GroupNorm
from resnet_analyzer.ops.input import Input
from resnet_analyzer.ops.layer_norm import LayerNorm
from resnet_analyzer.ops.layer_scale import LayerScale
from resnet_analyzer.ops.local_response_norm import LocalResponseNorm
from resnet_analyzer.ops.max_pool import MaxPool2d
from resnet_analyzer.ops.multi_head_attention import MultiHeadAttention
from resnet_analyzer.ops.normalization import Normalization
from resnet_analyzer.ops.opaque import Opaque
from resnet_analyzer.ops.prelu import PReLU
from resnet_analyzer.ops.rescale import Rescale
from resnet_analyzer.ops.reshape import Flatten, Permute, Reshape
from resnet_analyzer.ops.separable_conv import SeparableConv2d
from resnet_analyzer.ops.transposed_conv import TransposedConv2d
from resnet_analyzer.ops.upsampling import Upsampling2d
from resnet_analyzer.ops.zero_padding import ChannelPadding, ZeroPadding2d
from resnet_analyzer.shape import Shape

SIZES = {"h": 14, "w": 14, "c": 12, "m": 9, "n": 6}  # the largest number that each name takes


@dataclass(frozen=True)
class Case:
    """An op, made from sizes (most ops ignore them), and the shapes that it reads, in names of sizes."""

    make: Callable[[dict[str, Any]], Op]
    shapes: tuple[Shape, ...]
    label: str

    def inputs(self, sizes: dict[str, Any]) -> tuple[Shape, ...]:
        """The shapes with sizes for names."""
        return tuple(type(shape)(*[sizes.get(axis, axis) for axis in shape]) for shape in self.shapes)


def case(op: Op | Callable[[dict[str, Any]], Op], *shapes: Shape) -> Case:
    """An example; an op whose own settings vary is given as a function of the sizes."""
    if isinstance(op, Op):
        return Case(lambda _sizes: op, shapes, f"{op.settings()}-{shapes}")
    return Case(op, shapes, f"of sizes-{shapes}")


MAP, ROW, VECTOR = Shape(1, "h", "w", "c"), Shape(1, "h", "c"), Shape(1, "c")
ANY = (MAP, ROW, VECTOR)


def everywhere(*ops: Op) -> list[Case]:
    """The ops on a feature map, a sequence and a vector."""
    return [case(op, shape) for op in ops for shape in ANY]


CASES: dict[str, list[Case]] = {
    "Activation": everywhere(*map(Activation, [*PER_ELEMENT, "softmax", "swish"])),
    "AdaptiveAveragePool2d": [case(AdaptiveAveragePool2d(size), MAP) for size in (1, 2, 7, (3, 5))],
    "Add": [
        *(case(Add(), shape, shape) for shape in ANY),
        case(Add(), MAP, Shape(1, 1, 1, "c"), MAP),
        case(Add(), VECTOR, MAP),
        case(Add(), Shape(1, 9, "w", "c"), Shape(1, "m", "w", "c")),
        case(Add(), Shape(1, "m", 1, 4), Shape(1, 9, "w", "m"), Shape(1, "m", "w", 1)),
    ],
    "AveragePool2d": [
        case(AveragePool2d(), MAP),
        case(AveragePool2d((2, 3), 2, padding=1), MAP),
        case(AveragePool2d(3, 2, padding="same"), MAP),
        case(AveragePool2d(3, 2, padding=1, ceil_mode=True), MAP),
        case(lambda sizes: AveragePool2d(sizes["n"], strides=2), MAP),
    ],
    "BatchNorm": everywhere(BatchNorm(), BatchNorm(scale=False), BatchNorm(center=False), BatchNorm(False, False)),
    "ChannelPadding": everywhere(ChannelPadding(), ChannelPadding(3, 4)),
    "Concatenate": [
        *(case(Concatenate(), shape, shape, shape) for shape in ANY),
        case(Concatenate(), MAP, Shape(1, "h", "w", 5)),
        case(Concatenate(), MAP, Shape(1, 7, "w", 5)),
        case(Concatenate("height"), MAP, Shape(1, 3, "w", "c")),
        case(Concatenate("width"), MAP, Shape(1, "h", 3, "c")),
        case(Concatenate("length"), ROW, ROW),
        case(Concatenate("length"), ROW, Shape(1, "h", 8)),
    ],
    "Conv2d": [
        case(Conv2d(8), MAP),
        case(Conv2d(64, 7, strides=2, padding=3, use_bias=False), MAP),
        case(Conv2d(8, (3, 5), (1, 2), padding="same", activation="softmax"), MAP),
        case(Conv2d(8, 3, padding=((0, 1), (2, 1)), strides=2, activation="gelu"), MAP),
        case(Conv2d(8, 3, dilation_rate=(2, 3), padding=(1, 2)), MAP),
        case(Conv2d(12, 3, groups=4), MAP),
        case(lambda sizes: Conv2d(sizes["n"], 3, groups=2), MAP),
        case(lambda sizes: Conv2d(12, sizes["n"], strides=2), MAP),
        case(lambda sizes: Conv2d(12, 3, strides=sizes["n"]), MAP),
        case(lambda sizes: Conv2d(12, 3, padding=sizes["n"]), MAP),
        case(lambda sizes: Conv2d(sizes["c"], 3, padding=1, groups=sizes["c"]), MAP),
    ],
    "Cropping2d": [case(Cropping2d(crop), MAP) for crop in (0, 2, (1, 3), ((0, 1), (2, 0)))],
    "Dense": [
        *everywhere(Dense(10), Dense(10, use_bias=False), Dense(10, activation="softmax")),
        case(lambda sizes: Dense(sizes["n"]), VECTOR),
    ],
    "DepthwiseConv2d": [
        case(DepthwiseConv2d(), MAP),
        case(DepthwiseConv2d(3, 2, padding="same", depth_multiplier=2, activation="relu6"), MAP),
        case(DepthwiseConv2d((5, 3), padding=1, dilation_rate=2, use_bias=False), MAP),
    ],
    "Dropout": everywhere(Dropout(0.1)),
    "Flatten": everywhere(Flatten()),
    "GlobalAveragePool2d": [case(GlobalAveragePool2d(), MAP), case(GlobalAveragePool2d(keepdims=True), MAP)],
    "GlobalMaxPool2d": [case(GlobalMaxPool2d(), MAP), case(GlobalMaxPool2d(keepdims=True), MAP)],
    "GroupNorm": everywhere(GroupNorm(1), GroupNorm(4), GroupNorm(3, scale=False), GroupNorm(2, center=False)),
    "Input": [case(lambda sizes, shape=shape: Input(Case(None, (shape,), "").inputs(sizes)[0])) for shape in ANY],
    "LayerNorm": everywhere(LayerNorm(), LayerNorm("all"), LayerNorm(scale=False), LayerNorm("all", center=False)),
    "LocalResponseNorm": everywhere(LocalResponseNorm(), LocalResponseNorm(3)),
    "MaxPool2d": [
        case(MaxPool2d(), MAP),
        case(MaxPool2d(3, 2, padding=1), MAP),
        case(MaxPool2d((2, 3), 3, padding="same"), MAP),
        case(MaxPool2d(2, 2, padding=1, ceil_mode=True), MAP),
        case(MaxPool2d(3, 2, padding=((0, 1), (1, 0)), ceil_mode=True), MAP),
        case(MaxPool2d(3, 1, dilation_rate=2), MAP),
        case(lambda sizes: MaxPool2d(sizes["n"], strides=2, padding=2), MAP),
    ],
    "Multiply": [
        *(case(Multiply(), shape, shape, shape) for shape in ANY),
        case(Multiply(), MAP, Shape(1, 1, 1, "c")),
        case(Multiply(), Shape(1, "h", 1, 1), Shape(1, 1, "w", 1), MAP),
    ],
    "Opaque": [
        case(Opaque("custom"), MAP),
        case(Opaque("custom", Shape(1, 10), (Weight("kernel", (3, 10)),)), MAP, ROW),
    ],
    "PReLU": everywhere(PReLU(), PReLU("positions"), PReLU("all")),
    "Permute": [
        *(case(Permute(axes), MAP) for axes in ((1, 2, 3), (3, 1, 2), (2, 1, 3))),
        case(Permute((2, 1)), ROW),
        case(Permute((1,)), VECTOR),
        case(Permute((2, 1)), MAP),
    ],
    "Rescale": everywhere(Rescale(), Rescale(0.5), Rescale(1, -1), Rescale(2, 1)),
    "Reshape": [
        *(case(Reshape((-1,)), shape) for shape in ANY),
        case(Reshape((4, -1)), MAP),
        case(Reshape((-1, 6)), ROW),
        case(Reshape((2, 2, 3)), VECTOR),
        case(lambda sizes: Reshape((sizes["h"], -1, sizes["c"])), MAP),
        case(lambda sizes: Reshape((sizes["c"], sizes["h"])), ROW),
    ],
    "SeparableConv2d": [
        case(SeparableConv2d(8), MAP),
        case(SeparableConv2d(8, 3, 2, padding="same", depth_multiplier=3, activation="relu"), MAP),
        case(SeparableConv2d(8, (3, 5), padding=1, dilation_rate=2, use_bias=False), MAP),
    ],
    "StochasticDepth": everywhere(StochasticDepth(0.2)),
    "Subtract": [case(Subtract(), shape, shape) for shape in ANY] + [case(Subtract(), MAP, Shape(1, "h", "w", 1))],
    "TransposedConv2d": [
        case(TransposedConv2d(8, 2, 2), MAP),
        case(TransposedConv2d(8, 3, 2, padding="same", activation="relu"), MAP),
        case(TransposedConv2d(8, 3, 2, padding="same", output_padding=1), MAP),
        case(TransposedConv2d(8, 3, 2, padding="valid", output_padding=(0, 1)), MAP),
        case(TransposedConv2d(8, 3, 1, padding=2, dilation_rate=2, use_bias=False), MAP),
        case(TransposedConv2d(8, 1, 1, padding=3), MAP),
        case(TransposedConv2d(12, 3, 2, padding=((0, 1), (1, 2)), output_padding=1, groups=4), MAP),
        case(lambda sizes: TransposedConv2d(8, 3, sizes["n"], output_padding=2), MAP),
        case(lambda sizes: TransposedConv2d(8, sizes["n"], 3), MAP),
    ],
    "LayerScale": everywhere(LayerScale()),
    "MultiHeadAttention": [
        case(MultiHeadAttention(2, 4), ROW, ROW),
        case(MultiHeadAttention(2, 4, value_dim=3, units=5, use_bias=False), ROW, Shape(1, "w", 8)),
        case(MultiHeadAttention(3, 2), ROW, Shape(1, "w", 8), Shape(1, "m", 8)),
        case(lambda sizes: MultiHeadAttention(sizes["n"], 4), ROW, ROW),
    ],
    "Normalization": everywhere(Normalization(), Normalization(stored=False)),
    "Upsampling2d": [case(Upsampling2d(2), MAP), case(Upsampling2d((2, 3), "bilinear"), MAP)],
    "ZeroPadding2d": [case(ZeroPadding2d(pad), MAP) for pad in (0, 1, (1, 2), ((0, 1), (2, 3)))],
}
