"""What Keras lacks and we write with what it has computes the right numbers: against loops over every window."""

from __future__ import annotations

import numpy
import pytest

from resnet_analyzer.graph import Graph, Node
from resnet_analyzer.ops.adaptive_pool import AdaptiveAveragePool2d
from resnet_analyzer.ops.average_pool import AveragePool2d
from resnet_analyzer.ops.conv import Conv2d
from resnet_analyzer.ops.depthwise_conv import DepthwiseConv2d
from resnet_analyzer.ops.input import Input
from resnet_analyzer.ops.local_response_norm import LocalResponseNorm
from resnet_analyzer.ops.max_pool import MaxPool2d
from resnet_analyzer.ops.transposed_conv import TransposedConv2d
from resnet_analyzer.shape import Shape
from resnet_analyzer.window import amounts, pair

pytest.importorskip("keras")

from resnet_analyzer.crosscheck.builder import build

RANDOM = numpy.random.default_rng(1)


def run(op, x):
    """The op's output on one image, and the weights by name, all of them random."""
    nodes = (Node("x", Input(Shape(1, *x.shape))), Node("it", op, ("x",)))
    built = build(Graph("one", nodes))
    layer = built.steps["it"].layer
    weights = {}
    for weight in layer.weights if layer is not None else ():
        weights[weight.name] = RANDOM.standard_normal(weight.shape).astype("float32")
        weight.assign(weights[weight.name])
    return numpy.asarray(built.model.predict_on_batch(x[None]))[0], weights


def image(*shape):
    return RANDOM.standard_normal(shape).astype("float32")


def padded(x, padding, value):
    return numpy.pad(x, (*amounts(padding), (0, 0)), constant_values=value)


def starts(length, size, stride, pads, ceil):
    """Where windows begin, in the padded input, as PyTorch's documentation says it: not behind input and left pad."""
    last = length + sum(pads) - size
    count = (-(-last // stride) if ceil else last // stride) + 1
    if ceil and (count - 1) * stride >= length + pads[0]:
        count -= 1
    return [index * stride for index in range(count)]


POOLS = [
    {"pool_size": 3, "strides": 2, "padding": 1},
    {"pool_size": 3, "strides": 2, "padding": 1, "ceil_mode": True},
    {"pool_size": 2, "strides": 2, "padding": 1, "ceil_mode": True},
    {"pool_size": (2, 3), "strides": (2, 3), "padding": (1, 0), "ceil_mode": True},
    {"pool_size": 3, "strides": 3, "padding": 0, "ceil_mode": True},
    {"pool_size": 3, "strides": 2, "padding": ((0, 1), (1, 0)), "ceil_mode": True},
    {"pool_size": 3, "strides": 1, "padding": 1, "dilation_rate": 2},
    {"pool_size": (2, 3), "strides": 2, "padding": 1, "dilation_rate": (3, 2), "ceil_mode": True},
]


def windows(shape, options):
    """For every output: the taps of its window as rows and columns of the padded input."""
    size, stride, rate = (pair(options.get(name, 1)) for name in ("pool_size", "strides", "dilation_rate"))
    pads, ceil = amounts(options["padding"]), options.get("ceil_mode", False)
    along = [
        [
            range(start, start + rate[axis] * size[axis], rate[axis])
            for start in starts(shape[axis], rate[axis] * (size[axis] - 1) + 1, stride[axis], pads[axis], ceil)
        ]
        for axis in (0, 1)
    ]
    return [[(rows, columns) for columns in along[1]] for rows in along[0]]


def within(x, rows, columns):
    """The pixels of a window that are there: a hanging window is clipped."""
    return [x[row, column] for row in rows for column in columns if row < x.shape[0] and column < x.shape[1]]


@pytest.mark.parametrize("options", POOLS, ids=str)
@pytest.mark.parametrize("shape", [(7, 8, 2), (5, 6, 1)])
def test_maximum_pooling(options, shape):
    x = image(*shape)
    whole = padded(x, options["padding"], -numpy.inf)
    expected = [[numpy.max(within(whole, *each), axis=0) for each in line] for line in windows(shape, options)]
    numpy.testing.assert_array_equal(run(MaxPool2d(**options), x)[0], expected)


@pytest.mark.parametrize("include", [True, False])
@pytest.mark.parametrize("options", POOLS, ids=str)
@pytest.mark.parametrize("shape", [(7, 8, 2), (5, 6, 1)])
def test_average_pooling(options, shape, include):
    x = image(*shape)
    whole = padded(x, options["padding"], 0)
    counts = padded(numpy.ones_like(x), options["padding"], 1 if include else 0)
    expected = [
        [numpy.sum(within(whole, *each), axis=0) / numpy.sum(within(counts, *each), axis=0) for each in line]
        for line in windows(shape, options)
    ]
    found = run(AveragePool2d(**options, count_include_pad=include), x)[0]
    numpy.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize("size", [(1, 1), (1, 3), (2, 3), (7, 8), (5, 1)])
def test_adaptive_pooling(size):
    x = image(7, 8, 2)
    cut = [
        [slice(index * n // o, -(-(index + 1) * n // o)) for index in range(o)]
        for n, o in zip(x.shape, size, strict=False)
    ]
    expected = [[x[rows, columns].mean(axis=(0, 1)) for columns in cut[1]] for rows in cut[0]]
    numpy.testing.assert_allclose(run(AdaptiveAveragePool2d(size), x)[0], expected, atol=1e-6)


def convolved(x, kernel, strides, rate):
    """A valid convolution by loops; kernel (height, width, channels, filters)."""
    span = [rate[axis] * (kernel.shape[axis] - 1) + 1 for axis in (0, 1)]
    places = [range(0, x.shape[axis] - span[axis] + 1, strides[axis]) for axis in (0, 1)]
    return [
        [
            numpy.tensordot(
                x[row : row + span[0] : rate[0], column : column + span[1] : rate[1]], kernel, ((0, 1, 2), (0, 1, 2))
            )
            for column in places[1]
        ]
        for row in places[0]
    ]


@pytest.mark.parametrize(
    "options",
    [
        {"strides": 2, "padding": 1},
        {"strides": (1, 2), "padding": ((0, 1), (2, 0))},
        {"strides": 2, "dilation_rate": 2, "padding": 2},
        {"strides": (3, 2), "dilation_rate": (1, 2), "padding": (1, 2)},
    ],
    ids=str,
)
def test_convolution(options):
    x = image(9, 10, 3)
    found, weights = run(Conv2d(4, 3, **options), x)
    strides, rate = pair(options["strides"]), pair(options.get("dilation_rate", 1))
    expected = convolved(padded(x, options["padding"], 0), weights["kernel"], strides, rate) + weights["bias"]
    numpy.testing.assert_allclose(found, expected, atol=1e-4)


@pytest.mark.parametrize("strides", [(1, 2), (3, 2)])
def test_depthwise_convolution_with_uneven_strides(strides):
    x = image(9, 10, 2)
    found, weights = run(DepthwiseConv2d(3, strides, padding=1, depth_multiplier=2), x)
    whole = padded(x, 1, 0)
    parts = [
        convolved(whole[:, :, channel : channel + 1], weights["kernel"][:, :, channel : channel + 1], strides, (1, 1))
        for channel in range(2)
    ]
    numpy.testing.assert_allclose(found, numpy.concatenate(parts, axis=-1) + weights["bias"], atol=1e-4)


@pytest.mark.parametrize(
    "options",
    [
        {"strides": 2, "padding": 1},
        {"strides": 2, "padding": 1, "output_padding": 1},
        {"strides": 3, "padding": 0, "output_padding": 2},
        {"strides": (2, 3), "padding": ((0, 1), (2, 0)), "output_padding": (1, 2)},
        {"strides": 2, "padding": 1, "groups": 2, "output_padding": 1},
        {"strides": 1, "padding": 1, "groups": 2, "dilation_rate": 2},
    ],
    ids=str,
)
def test_transposed_convolution(options):
    """Every pixel puts a patch into the output; what lies in the padding is cut off."""
    x = image(4, 5, 4)
    op = TransposedConv2d(6, 3, **options)
    found, weights = run(op, x)
    strides, rate, groups = pair(op.strides), pair(op.dilation_rate), op.groups
    whole = numpy.zeros((60, 60, 6))
    for row, column, channel, a, b in numpy.ndindex(4, 5, 4, 3, 3):
        place = row * strides[0] + a * rate[0], column * strides[1] + b * rate[1]
        group = channel // (4 // groups)
        filters = slice(group * 6 // groups, (group + 1) * 6 // groups)
        whole[place[0], place[1], filters] += x[row, column, channel] * weights["kernel"][a, b, :, channel]
    top, left = (pads[0] for pads in amounts(op.padding))
    expected = whole[top : top + found.shape[0], left : left + found.shape[1]] + weights["bias"]
    numpy.testing.assert_allclose(found, expected, atol=1e-4)


def test_local_response_normalisation():
    """Krizhevsky et al. 2012, sec. 3.3: b = a / (k + α·Σ a²)^β over channels i − n/2 to i + n/2."""
    x = image(3, 4, 9) * 100
    expected = numpy.empty_like(x)
    for channel in range(9):
        around = (x[:, :, max(0, channel - 2) : channel + 3] ** 2).sum(axis=-1)
        expected[:, :, channel] = x[:, :, channel] / (2 + 1e-4 * around) ** 0.75
    numpy.testing.assert_allclose(run(LocalResponseNorm(5), x)[0], expected, rtol=1e-5)


@pytest.mark.parametrize("op", [MaxPool2d(2, 2, ceil_mode=True), AveragePool2d(2, 2, ceil_mode=True)], ids=str)
def test_ceil_mode_pads_only_where_a_window_hangs_over(op):
    def remarks(size):
        return build(Graph("one", (Node("x", Input(Shape(1, size, size, 1))), Node("it", op, ("x",))))).remarks

    assert remarks(8) == {}
    assert remarks(7) != {}
