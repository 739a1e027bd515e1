"""Single layers for which a well-known tool prints a wrong number (seen in 2026), with the right one.

torch 2.14.1, fvcore 0.1.5, torchinfo 1.8.0, calflops 0.3.2, thop 0.1.1, torch-scan 0.2.0, torchlens 2.36.1,
TensorFlow 2.21. The right numbers are worked out beside each case.
"""

from __future__ import annotations

import pytest

from resnet_analyzer.conventions.flops import flops
from resnet_analyzer.graph import GraphBuilder, Node
from resnet_analyzer.measurement import Row, measure
from resnet_analyzer.ops.activation import Activation
from resnet_analyzer.ops.base import Cost
from resnet_analyzer.ops.batch_norm import BatchNorm
from resnet_analyzer.ops.conv import Conv2d
from resnet_analyzer.ops.dense import Dense
from resnet_analyzer.ops.elementwise import Add
from resnet_analyzer.ops.max_pool import MaxPool2d
from resnet_analyzer.ops.opaque import Opaque
from resnet_analyzer.ops.transposed_conv import TransposedConv2d
from resnet_analyzer.ops.upsampling import Upsampling2d
from resnet_analyzer.shape import Shape


def flops_of(cost: Cost) -> int:
    """FLOPs of one layer, whatever stands before it."""
    return flops(Row(Node("it", Opaque()), (), cost))


def test_grouped_convolution_is_not_opaque():
    """TensorFlow's profiler counts a grouped convolution, and all behind it, as 0.

    Each of 256 outputs sums 3·3 taps of 256/32 channels, at 56·56 positions.
    """
    cost = Conv2d(256, 3, padding=1, groups=32, use_bias=False).apply(Shape(1, 56, 56, 256))
    assert cost.work.multiply_accumulates == 57_802_752 == 9 * 8 * 256 * 3136
    assert cost.weights[0].shape == (3, 3, 8, 256)


def test_padding_same_with_an_even_kernel():
    """fvcore: 0; calflops: 11,760, as if 7×7 came out. Same is 8×8: 4·4·3·5·64."""
    cost = Conv2d(5, 4, padding="same", use_bias=False).apply(Shape(1, 8, 8, 3))
    assert cost.output == Shape(1, 8, 8, 5)
    assert cost.work.multiply_accumulates == 15_360


def test_depthwise_transposed_convolution():
    """calflops and DeepSpeed: 0, divided by the groups twice. 8·8 inputs of 4 channels, 9 taps each."""
    op = TransposedConv2d(4, 3, strides=2, padding=1, output_padding=1, groups=4, use_bias=False)
    cost = op.apply(Shape(1, 8, 8, 4))
    assert cost.output == Shape(1, 16, 16, 4)
    assert cost.work.multiply_accumulates == 2_304


def test_transposed_convolution_works_from_its_input():
    """torchinfo and thop: 192, from the output's size. 2·2 inputs of 3 channels, 4 taps each."""
    cost = TransposedConv2d(1, 2, strides=2, use_bias=False).apply(Shape(1, 2, 2, 3))
    assert cost.work.multiply_accumulates == 48


def test_batch_norm_runs_over_every_pixel():
    """torchinfo: 128, the weights. 64·56·56 numbers, each one multiply and one addition; folding takes two per channel.

    Folded once, whatever the batch.
    """
    for batch in (1, 8):
        work = BatchNorm().apply(Shape(batch, 56, 56, 64)).work
        assert work.multiplies == work.adds == batch * 200_704 + 2 * 64


def test_dense_on_a_row_of_vectors():
    """torchinfo: 24, the middle axis lost. Ten vectors of 3 to 8."""
    cost = Dense(8).apply(Shape(1, 10, 3))
    assert cost.work.multiply_accumulates == 240
    assert cost.output == Shape(1, 10, 8)


def test_a_residual_addition_is_seen():
    """calflops, DeepSpeed, torch-scan: `conv(x) + x` adds nothing. 8·4·4 additions."""
    build = GraphBuilder("residual")
    start = build.input(Shape(1, 4, 4, 8))
    build.add("add", Add(), build.add("conv", Conv2d(8, 3, padding=1, use_bias=False), start), start)
    assert measure(build.graph()).by_name["add"].work.adds == 128


def test_pooling_windows_have_two_sides():
    """torch-scan: 401,408; torchlens: 602,112. 56·56·64 windows of 9 numbers, 8 compares each."""
    cost = MaxPool2d(3, strides=2, padding=1).apply(Shape(1, 112, 112, 64))
    assert cost.work.compares == 1_605_632


def test_the_last_pooling_window_is_clipped():
    """netscope: 4 positions; the fourth would hold padding only."""
    cost = MaxPool2d(2, 2, padding=1, ceil_mode=True).apply(Shape(1, 5, 5, 1))
    assert cost.output == Shape(1, 3, 3, 1)


def test_relu_costs_a_compare_and_copying_nothing():
    """TensorFlow's profiler has no rule for ReLU and says 0 without a word."""
    assert Activation().apply(Shape(1, 7, 7, 64)).work.compares == 3_136
    assert flops_of(Upsampling2d(2).apply(Shape(1, 7, 7, 64))) == 0  # nearest: numbers are copied
    assert flops_of(Upsampling2d(2, interpolation="bilinear").apply(Shape(1, 7, 7, 64))) == 9 * 14 * 14 * 64


@pytest.mark.parametrize(("scale", "per_channel"), [(True, 6), (False, 5)])
def test_batch_norm_as_tensorflows_profiler_counts(scale, per_channel):
    """Folded: 2 per element; per channel, once: +ε, √, 1/√ and multiplies and a subtraction for γ, μ and β."""
    for batch in (1, 8):
        cost = BatchNorm(scale=scale).apply(Shape(batch, 56, 56, 64))
        assert flops_of(cost) == 2 * batch * 56 * 56 * 64 + per_channel * 64


def test_tensorflows_profile_of_keras_resnet50():
    """Its normalisations: AddV2, Mul, Rsqrt, Sub over 10,587,136 numbers + 26,560 channels, all accounted for.

    TensorFlow 2.21 prints Mul 10,640,256, Rsqrt 53,120 (2 per channel) and Sub 26,560 for keras.applications.ResNet50.
    """
    numbers, channels = 10_587_136, 26_560
    whole = BatchNorm().apply(Shape(1, 1, 1, channels)).work
    others = numbers - channels  # the numbers that come after the first of each channel: no folding for those
    assert whole.multiplies + others == 10_640_256
    assert whole.square_roots + whole.divisions == 53_120
    assert whole.adds - 2 * channels == 26_560  # μ·factor taken from β; the others are ε's and each number's own
