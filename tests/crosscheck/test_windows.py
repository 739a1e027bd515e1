"""Windows of every rank and layout as real Keras runs them, and what TensorFlow's profiler counts of dilated ones."""

from __future__ import annotations

import pytest

from resnet_analyzer.graph import Graph, Node
from resnet_analyzer.ops.adaptive_pool import AdaptiveAveragePool1d, AdaptiveAveragePool3d, AdaptiveMaxPool2d
from resnet_analyzer.ops.average_pool import AveragePool1d, AveragePool2d, AveragePool3d
from resnet_analyzer.ops.conv import Conv1d, Conv2d, Conv3d
from resnet_analyzer.ops.cropping import Cropping1d, Cropping3d
from resnet_analyzer.ops.depthwise_conv import DepthwiseConv1d, DepthwiseConv2d
from resnet_analyzer.ops.input import Input
from resnet_analyzer.ops.max_pool import MaxPool1d, MaxPool2d, MaxPool3d
from resnet_analyzer.ops.separable_conv import SeparableConv1d, SeparableConv2d
from resnet_analyzer.ops.transposed_conv import TransposedConv1d, TransposedConv2d, TransposedConv3d
from resnet_analyzer.ops.zero_padding import ZeroPadding1d
from resnet_analyzer.shape import Shape

pytest.importorskip("keras")

from resnet_analyzer.crosscheck.compare import AGREES, NO_WITNESS, crosscheck

ROW, MAP, VOLUME = Shape(1, 11, 12), Shape(1, 11, 13, 12), Shape(1, 7, 9, 8, 4)
FIRST = {"data_format": "channels_first"}
ROW_FIRST, MAP_FIRST, VOLUME_FIRST = Shape(1, 12, 11), Shape(1, 12, 11, 13), Shape(1, 4, 7, 9, 8)


def layer(op, shape, cpu):
    graph = Graph("one", (Node("x", Input(shape)), Node("it", op, ("x",))))
    verdict = crosscheck(graph, cpu, runs=0)
    assert not verdict.disagreements
    return verdict.layers[-1]


@pytest.mark.parametrize(
    ("op", "shape"),
    [
        (Conv2d(8, 3, dilation_rate=2), Shape(1, 31, 33, 3)),
        (Conv2d(8, 3, dilation_rate=(2, 3), padding="same"), MAP),
        (Conv2d(8, (5, 1), dilation_rate=(2, 1), activation="gelu"), MAP),
        (Conv2d(8, 3, dilation_rate=3, padding=1, use_bias=False), MAP),
        (Conv2d(8, 3, dilation_rate=2, **FIRST), MAP_FIRST),
        (Conv1d(8, 3, dilation_rate=2, padding="same"), ROW),
        (Conv1d(8, 3, dilation_rate=2, padding="causal"), ROW),
        (Conv3d(8, 3, dilation_rate=2, padding="same"), VOLUME),
        (DepthwiseConv2d(3, dilation_rate=2), Shape(1, 31, 33, 3)),
        (DepthwiseConv2d(3, dilation_rate=(1, 2), padding="same"), MAP),
        (DepthwiseConv1d(3, dilation_rate=2, padding="same"), ROW),
        (SeparableConv2d(8, 3, dilation_rate=2, padding="same"), MAP),
        (SeparableConv2d(8, 3, dilation_rate=3, depth_multiplier=2), MAP),
    ],
    ids=str,
)
def test_the_profiler_agrees_on_dilated_windows_at_odd_sizes(op, shape, cpu):
    """TensorFlow pads to a multiple of the dilation, and its profiler counts what is computed there."""
    assert layer(op, shape, cpu).flops == AGREES


@pytest.mark.parametrize("op", [Conv2d(8, 3, 2, dilation_rate=2), SeparableConv2d(8, 3, 2, dilation_rate=2)], ids=str)
def test_a_stride_beside_a_dilation_has_no_witness(op, cpu):
    assert layer(op, MAP, cpu)[2:] == (AGREES, AGREES, NO_WITNESS)


@pytest.mark.parametrize(
    ("op", "shape"),
    [
        (Conv1d(8, 3, 2, padding=1), ROW),
        (Conv1d(8, 3, 2, padding=2, dilation_rate=2), ROW),
        (Conv1d(12, 3, padding=1, groups=3), ROW),
        (Conv1d(8, 3, padding=1, **FIRST), ROW_FIRST),
        (Conv3d(8, (1, 2, 3), 2, padding=1), VOLUME),
        (Conv3d(8, 3, padding=1, **FIRST), VOLUME_FIRST),
        (DepthwiseConv1d(3, padding="causal"), ROW),
        (SeparableConv1d(8, 3, 2, padding=1, dilation_rate=2), ROW),
        (DepthwiseConv2d(3, (1, 2), padding=1, **FIRST), MAP_FIRST),
        (TransposedConv1d(8, 3, 2, padding=1, output_padding=1, groups=2), ROW),
        (TransposedConv2d(4, 3, 2, padding=1, groups=2, **FIRST), MAP_FIRST),
        (TransposedConv3d(4, 3, 2, padding=1), VOLUME),
        (MaxPool1d(3, 2, padding=1, ceil_mode=True), ROW),
        (MaxPool2d(3, 2, padding=1, dilation_rate=2, **FIRST), MAP_FIRST),
        (MaxPool3d(3, 2, padding=1), VOLUME),
        (AveragePool1d(3, 2, padding=1), ROW),
        (AveragePool2d(3, 2, padding=1, count_include_pad=False, **FIRST), MAP_FIRST),
        (AveragePool3d(3, 2, padding=1), VOLUME),
        (AdaptiveAveragePool1d(3), ROW),
        (AdaptiveAveragePool3d((1, 2, 3)), VOLUME),
        (AdaptiveMaxPool2d((11, 5)), MAP),
        (AdaptiveMaxPool2d((11, 5), **FIRST), MAP_FIRST),
        (ZeroPadding1d(((1, 2),)), ROW),
        (Cropping1d(((1, 2),)), ROW),
        (Cropping1d(1, **FIRST), ROW_FIRST),
        (Cropping3d(1), VOLUME),
    ],
    ids=str,
)
def test_the_running_layer_is_ours(op, shape, cpu):
    assert layer(op, shape, cpu).shape == AGREES
