"""VGG by hand: depth, scopes, heads. Keras' and torchvision's own listings are in test_layers."""

import numpy
import pytest

from resnet_analyzer import architecture, measure
from resnet_analyzer.dim import symbol
from resnet_analyzer.dim.polynomial import polynomial
from resnet_analyzer.errors import UsageError

DEPTHS = {"vgg11": 11, "vgg13": 13, "vgg16": 16, "vgg16_c": 16, "vgg19": 19}


@pytest.mark.parametrize(("name", "depth"), DEPTHS.items())
def test_depth_is_the_layers_with_weights(name, depth):
    rows = measure(architecture(name)).rows
    assert sum(row.params > 0 for row in rows) == depth
    assert [row.output for row in rows if row.op == "MaxPool2d"] == [
        (1, 112, 112, 64),
        (1, 56, 56, 128),
        (1, 28, 28, 256),
        (1, 14, 14, 512),
        (1, 7, 7, 512),
    ]


def test_parameters_of_configuration_c():
    """The third convolution of stages 3 to 5 is 1×1: eight taps fewer over 256·256 and twice 512·512."""
    d, c = (measure(architecture(name)).totals.params for name in ("vgg16", "vgg16_c"))
    assert d - c == 8 * (256 * 256 + 2 * 512 * 512)


def test_batch_norm_adds_two_trained_numbers_per_channel():
    plain, normed = (measure(architecture(name)).totals for name in ("vgg16", "vgg16_bn"))
    channels = 2 * 64 + 2 * 128 + 3 * 256 + 6 * 512
    assert normed.trainable_params - plain.trainable_params == 2 * channels
    assert normed.moving_statistics == 2 * channels


def test_convolutions_alone():
    """What He et al. 2015 call 15.3 billion for VGG-16."""
    rows = measure(architecture("vgg16")).rows
    assert sum(row.work.multiply_accumulates for row in rows if row.op == "Conv2d") == 15_346_630_656


def test_names_and_scopes():
    names = [node.name for node in architecture("vgg16_bn").nodes]
    assert names[1:8] == [f"stage1/{each}" for each in ("conv1", "bn1", "relu1", "conv2", "bn2", "relu2", "pool")]
    keras = architecture("vgg16", style="keras")
    assert (keras["block2_conv1"].scope, keras["predictions"].scope) == ("stage2", "head")


@pytest.mark.parametrize("size", [32, 64, 224, 320])
def test_torchvision_has_the_same_parameters_at_any_size(size):
    assert measure(architecture("vgg16", size, style="torchvision")).totals.params == 138_357_544


def test_paper_parameters_grow_with_the_size():
    small, large = (measure(architecture("vgg11", size)).totals.params for size in (224, 256))
    assert large - small == (8 * 8 - 7 * 7) * 512 * 4096


def test_what_cannot_be_built():
    with pytest.raises(UsageError, match="has no VGG with batch normalisation"):
        architecture("vgg16", style="keras", batch_norm=True)
    with pytest.raises(UsageError, match="has no style 'keras'"):
        architecture("vgg11", style="keras")
    with pytest.raises(UsageError, match="5 stages need as many widths, not 2"):
        architecture("vgg11", widths=(64, 128))
    with pytest.raises(UsageError, match="kernels must be odd numbers, not 2"):
        architecture("vgg11", stages=((3,), (2,)), widths=(64, 128))


@pytest.mark.parametrize("style", ["paper", "torchvision", "keras"])
def test_symbols_and_arrays_agree_with_numbers(style):
    sizes = [32, 63, 100, 224]
    plain = [measure(architecture("vgg16", (size, 64), 10, style)).totals for size in sizes]
    grid = measure(architecture("vgg16", (numpy.array(sizes), 64), 10, style)).totals
    n, c = symbol("n"), symbol("c")
    formula = measure(architecture("vgg16", (n, 64), c, style)).totals
    for place, (size, totals) in enumerate(zip(sizes, plain, strict=True)):
        assert numpy.broadcast_to(grid.params, len(sizes))[place] == totals.params
        assert grid.macs[place] == totals.macs
        assert polynomial(formula.macs).at(n=size, c=10) == totals.macs
        assert polynomial(formula.params).at(n=size, c=10) == totals.params


def test_widths_may_be_symbols():
    w = symbol("w")
    formula = measure(architecture("vgg11", widths=(w, 2 * w, 4 * w, 8 * w, 8 * w))).totals
    assert polynomial(formula.macs).at(w=64) == measure(architecture("vgg11")).totals.macs
