"""What every op has in common: fields are checked and kept in plain spelling; checks and work behave."""

from __future__ import annotations

import dataclasses

import numpy
import pytest

from resnet_analyzer.dim import symbol
from resnet_analyzer.errors import UnknownName, UsageError
from resnet_analyzer.ops.activation import Activation
from resnet_analyzer.ops.adaptive_pool import AdaptiveAveragePool2d
from resnet_analyzer.ops.base import OPS, Check, Op, Weight, Work, leaves
from resnet_analyzer.ops.concatenate import Concatenate
from resnet_analyzer.ops.conv import Conv1d, Conv2d, Conv3d
from resnet_analyzer.ops.cropping import Cropping2d
from resnet_analyzer.ops.dense import Dense
from resnet_analyzer.ops.depthwise_conv import DepthwiseConv2d
from resnet_analyzer.ops.dropout import Dropout
from resnet_analyzer.ops.input import Input
from resnet_analyzer.ops.layer_norm import LayerNorm
from resnet_analyzer.ops.max_pool import MaxPool2d
from resnet_analyzer.ops.opaque import Opaque
from resnet_analyzer.ops.prelu import PReLU
from resnet_analyzer.ops.reshape import Permute, Reshape
from resnet_analyzer.ops.separable_conv import SeparableConv2d
from resnet_analyzer.ops.transposed_conv import TransposedConv2d
from resnet_analyzer.ops.upsampling import Upsampling2d
from resnet_analyzer.ops.zero_padding import ChannelPadding, ZeroPadding2d
from resnet_analyzer.shape import Shape, spell

from .case import SIZES
from .cases import CASES

PADDING = r"must be .*a number, \(vertical, horizontal\) or \(\(top, bottom\), \(left, right\)\), not"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Conv2d(0), "Conv2d: filters must be at least 1, not 0"),
        (lambda: Conv2d("8"), "Conv2d: filters must be a whole number, not '8'"),
        (lambda: Conv2d((8, 8)), r"Conv2d: filters must be one number, not \(8, 8\)"),
        (lambda: Conv2d(True), "Conv2d: filters must be a whole number, not True"),
        (lambda: Conv2d(8, (3, 3, 3)), r"Conv2d: kernel_size must be a number or two, not \(3, 3, 3\)"),
        (lambda: Conv2d(8, 2.5), "Conv2d: kernel_size must be a whole number, not 2.5"),
        (lambda: Conv2d(8, 3, strides=(1, 0)), "Conv2d: strides must be at least 1, not 0"),
        (lambda: Conv2d(8, 3, strides=None), "Conv2d: strides must be a whole number, not None"),
        (lambda: Conv2d(8, 3, padding="full"), f"Conv2d: padding {PADDING} 'full'"),
        (lambda: Conv2d(8, 3, padding=-1), "Conv2d: padding must be at least 0, not -1"),
        (lambda: Conv2d(8, 3, padding=(1, 2, 3)), f"Conv2d: padding {PADDING}"),
        (lambda: Conv2d(8, 3, padding=((1, (2, 3)), 1)), f"Conv2d: padding {PADDING}"),
        (lambda: Conv2d(8, 3, groups=-2), "Conv2d: groups must be at least 1, not -2"),
        (lambda: Conv2d(numpy.array([8, 0])), "Conv2d: filters must be at least 1, not 0"),
        (lambda: Conv2d(numpy.array([8.0])), "Conv2d: filters must hold whole numbers, not float64"),
        (lambda: DepthwiseConv2d(depth_multiplier=0), "DepthwiseConv2d: depth_multiplier must be at least 1"),
        (lambda: TransposedConv2d(8, output_padding=-1), "TransposedConv2d: output_padding must be at least 0"),
        (lambda: MaxPool2d(0), "MaxPool2d: pool_size must be at least 1, not 0"),
        (lambda: MaxPool2d(2, strides=0), "MaxPool2d: strides must be at least 1, not 0"),
        (lambda: MaxPool2d(2, padding="up"), f"MaxPool2d: padding {PADDING} 'up'"),
        (lambda: AdaptiveAveragePool2d(symbol("n")), "AdaptiveAveragePool2d: output_size must be plain numbers, not n"),
        (
            lambda: Upsampling2d(2, interpolation="cubic"),
            "Upsampling2d: interpolation must be nearest or bilinear, not 'cubic'",
        ),
        (lambda: ZeroPadding2d("same"), f"ZeroPadding2d: padding {PADDING} 'same'"),
        (lambda: Cropping2d("valid"), f"Cropping2d: cropping {PADDING} 'valid'"),
        (lambda: Cropping2d(-1), "Cropping2d: cropping must be at least 0, not -1"),
        (lambda: ChannelPadding(-1), "ChannelPadding: before must be at least 0, not -1"),
        (lambda: Dense(0), "Dense: units must be at least 1, not 0"),
        (lambda: Dropout(1.5), "Dropout: rate must be a number from 0 to 1, not 1.5"),
        (lambda: LayerNorm("rows"), "LayerNorm: axes must be 'channels', 'all' or numbers, not 'rows'"),
        (lambda: PReLU("some"), "PReLU: shared must be 'none', 'positions', 'all' or axes, not 'some'"),
        (
            lambda: Concatenate("depth"),
            "Concatenate: axis must be a number, or channels, height, width, length; not 'depth'",
        ),
        (lambda: Input(Shape(1, 0, 8, 3)), "Input: shape must be at least 1, not 0"),
        (lambda: Input(Shape(1, None)), "Input: shape must be a whole number, not None"),
        (lambda: Opaque(output=Shape(1, 0)), "Opaque: output must be at least 1, not 0"),
        (lambda: Reshape(7), "Reshape: target must be sizes, the batch first, not 7"),
        (lambda: Reshape((-1, -1)), "Reshape: only one axis may be -1, not 2"),
        (lambda: Reshape((0, -2)), "Reshape: target must be at least -1, not -2"),
        (lambda: Permute((1, 1)), r"Permute: axes must be 0 to 1 in some order, not \(1, 1\)"),
        (lambda: Permute((1, 2, 3, 4)), r"Permute: axes must be 0 to 3 in some order, not \(1, 2, 3, 4\)"),
        (lambda: Permute(3), "Permute: axes must be all axes in some order, not 3"),
        (lambda: Conv2d(8, data_format="rows"), "Conv2d: data_format must be channels_last or channels_first, not"),
        (lambda: Conv1d(8, (3, 3)), r"Conv1d: kernel_size must be a number, not \(3, 3\)"),
        (lambda: Conv3d(8, (3, 3)), r"Conv3d: kernel_size must be a number or three, not \(3, 3\)"),
        (lambda: Conv2d(8, padding="causal"), f"Conv2d: padding {PADDING} 'causal'"),
    ],
)
def test_a_field_that_means_nothing_is_refused_when_the_op_is_made(make, message):
    with pytest.raises(UsageError, match=f"^{message}"):
        make()


@pytest.mark.parametrize("op", [Conv2d, Dense, TransposedConv2d, SeparableConv2d])
def test_an_unknown_activation_is_refused_when_the_op_is_made(op):
    with pytest.raises(UnknownName, match=r"unknown activation 'rleu'\. Did you mean relu"):
        op(8, activation="rleu")
    with pytest.raises(UnknownName, match="unknown activation 'rleu'"):
        Activation("rleu")


@pytest.mark.parametrize("whole", [numpy.int64, numpy.int16, numpy.array])
def test_fields_are_kept_in_plain_spelling(whole):
    conv = Conv2d(whole(8), [whole(3), 3], strides=[2, whole(2)], padding=[[whole(1), 0], [1, 1]])
    assert conv.settings() == {
        "filters": 8,
        "kernel_size": (3, 3),
        "strides": (2, 2),
        "padding": ((1, 0), (1, 1)),
    }
    assert all(type(part) is int for value in conv.settings().values() for part in leaves(value))
    shape = Input(Shape(1, whole(7), whole(8), 3)).shape
    assert shape == Shape(1, 7, 8, 3)
    assert type(shape) is Shape
    assert all(type(size) is int for size in shape)
    assert Reshape([0, whole(4), -1]).target == (0, 4, -1)
    assert Permute([0, 2, 1]).axes == (0, 2, 1)
    assert MaxPool2d([2, 3]).strides == (2, 3)
    assert TransposedConv2d(8, output_padding=[whole(0), 0]).output_padding == (0, 0)


def test_arrays_are_kept_as_int64():
    cells = Conv2d(numpy.array([8, 16], dtype="int8")).filters
    assert cells.dtype == numpy.int64
    assert Input(Shape(1, numpy.array([8], dtype="uint8"), 8, 3)).shape[1].dtype == numpy.int64


def test_settings_of_arrays_and_symbols():
    assert "shape" in Input(Shape(1, numpy.arange(1, 4), 8, 3)).settings()
    assert Conv2d(symbol("f"), numpy.arange(1, 4)).settings().keys() == {"filters", "kernel_size"}


@pytest.mark.parametrize("name", sorted(OPS))
def test_ops_are_frozen_and_equal_only_to_themselves(name):
    op, twin = (CASES[name][0].make(SIZES) for _ in range(2))
    assert op == op
    assert hash(op) == hash(op)
    if op is not twin:
        assert op != twin
    for field in dataclasses.fields(op):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(op, field.name, 1)


@pytest.mark.parametrize("name", sorted(OPS))
def test_every_op_is_documented_by_an_example(name):
    assert ">>>" in (OPS[name].__doc__ or ""), f"{name}: its docstring shows no example"
    assert issubclass(OPS[name], Op)


@pytest.mark.parametrize("name", sorted(name for name in OPS if OPS[name].spatial_axes and OPS[name].apply is Op.apply))
@pytest.mark.parametrize("shape", [Shape(1, 8), Shape(1, 3, 8), Shape(1, 5, 3, 8), Shape(1, 2, 5, 3, 8)])
def test_ops_that_slide_over_axes_want_so_many(name, shape):
    """A window over k axes reads a batch, k sides and channels, and says so of anything else."""
    axes = OPS[name].spatial_axes
    if len(shape) == axes + 2:
        return
    cost = CASES[name][0].make(SIZES).apply(shape)
    assert cost.output is None
    assert [check.condition for check in cost.checks] == [False]
    wanted = {1: "a sequence (batch, length, channels)", 2: "a feature map", 3: "a volume (batch, 3 sides, channels)"}
    assert cost.checks[0].text.startswith(f"needs {wanted[axes]}, but gets {spell(shape)}.")


def test_checks_spell_their_numbers():
    assert Check(False, "{} of {}", (3, 4)).text == "3 of 4"
    assert Check(False, lambda left, right: f"{left}·{right}", (3, 4)).text == "3·4"


def test_work_adds_and_multiplies():
    work = Work(1, 2, 3, 4, 5, 6, 7, 8)
    assert work + work == work.times(2) == Work(2, 4, 6, 8, 10, 12, 14, 16)
    assert Work(adds=3).times(symbol("b")).compares == 0
    assert Weight("kernel", (3, 3, symbol("c"), 8)).params == 72 * symbol("c")
