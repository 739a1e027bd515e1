"""torchvision's MobileNetV2 (Sandler et al. 2018, table 2), layer for layer, to compare figures with torch's."""

from __future__ import annotations

from resnet_analyzer.graph import Graph, GraphBuilder
from resnet_analyzer.ops.activation import Activation
from resnet_analyzer.ops.batch_norm import BatchNorm
from resnet_analyzer.ops.conv import Conv2d
from resnet_analyzer.ops.dense import Dense
from resnet_analyzer.ops.depthwise_conv import DepthwiseConv2d
from resnet_analyzer.ops.dropout import Dropout
from resnet_analyzer.ops.elementwise import Add
from resnet_analyzer.ops.global_pool import GlobalAveragePool2d
from resnet_analyzer.shape import Shape

BLOCKS = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]


def mobilenet_v2(size: int = 224) -> Graph:
    build = GraphBuilder("mobilenet_v2")
    normal, relu6 = ("bn", BatchNorm()), ("relu6", Activation("relu6"))

    def block(x, name, expand, width, stride, channels):
        hidden = channels * expand
        parts = [("expand", Conv2d(hidden, 1, use_bias=False)), normal, relu6] if expand > 1 else []
        parts = [
            *parts,
            ("depthwise", DepthwiseConv2d(3, stride, padding=1, use_bias=False)), normal, relu6,
            ("project", Conv2d(width, 1, use_bias=False)), normal,
        ]  # fmt: skip
        end = build.chain(x, *[(f"{name}_{n}_{each}", op) for n, (each, op) in enumerate(parts)])
        return build.add(f"{name}_add", Add(), end, x) if stride == 1 and channels == width else end

    x = build.chain(
        build.input(Shape(1, size, size, 3)),
        ("conv", Conv2d(32, 3, 2, padding=1, use_bias=False)), ("bn", BatchNorm()), ("relu6", Activation("relu6")),
    )  # fmt: skip
    channels = 32
    for stage, (expand, width, count, stride) in enumerate(BLOCKS):
        for number in range(count):
            x = block(x, f"s{stage}b{number}", expand, width, stride if number == 0 else 1, channels)
            channels = width
    build.chain(
        x, ("last", Conv2d(1280, 1, use_bias=False)), ("last_bn", BatchNorm()), ("last_relu6", Activation("relu6")),
        ("pool", GlobalAveragePool2d()), ("dropout", Dropout(0.2)), ("fc", Dense(1000)),
    )  # fmt: skip
    return build.graph()
