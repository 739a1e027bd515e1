"""Bounds on time against real runs: no run on this machine is faster than the bound of a faster one."""

from __future__ import annotations

from fractions import Fraction

import pytest

from resnet_analyzer.analyses.device import device, device_names
from resnet_analyzer.analyses.roofline import groups_of, roofline
from resnet_analyzer.architectures.base import architecture
from resnet_analyzer.errors import UnknownName
from resnet_analyzer.graph import GraphBuilder
from resnet_analyzer.measurement import measure
from resnet_analyzer.ops.batch_norm import BatchNorm
from resnet_analyzer.ops.conv import Conv2d
from resnet_analyzer.ops.elementwise import Add
from resnet_analyzer.ops.opaque import Opaque
from resnet_analyzer.ops.relu import ReLU
from resnet_analyzer.ops.reshape import Flatten
from resnet_analyzer.shape import Shape


@pytest.mark.slow
@pytest.mark.parametrize(("name", "size", "batch"), [("resnet18", 64, 4), ("resnet50", 64, 1), ("vgg11", 64, 2)])
def test_measured_times_lie_above_the_bound(name, size, batch):
    """The bound is that of a socket of 96 cores, which no machine at hand outdoes."""
    pytest.importorskip("keras")
    from resnet_analyzer.crosscheck.builder import build
    from resnet_analyzer.crosscheck.witness import time_model

    graph = architecture(name, size)
    seconds = time_model(build(graph), batch, 5).seconds
    assert seconds > float(roofline(measure(graph, batch), device("cpu")).fused_seconds) > 0


def block():
    build = GraphBuilder("block")
    image = build.input(Shape(2, 8, 8, 4))
    x = build.chain(image, ("conv", Conv2d(4, 3, padding=1)), ("bn", BatchNorm()))
    build.chain(build.add("add", Add(), x, image), ("relu", ReLU()), ("flat", Flatten()))
    return measure(build.graph())


def test_a_block_by_hand():
    """512 numbers a map. Apart: the convolution 512 + 148 + 512, bn 512 + 16 + 512, add 3 · 512, relu 2 · 512.

    Fused: the image once, 164 weights, the last map.
    """
    found = roofline(block(), device("t4"))
    assert [(each.name, each.bytes) for each in found.layers] == [
        ("conv", 4 * 1172), ("bn", 4 * 1040), ("add", 4 * 1536), ("relu", 4 * 1024),
    ]  # fmt: skip
    assert found.layers[0].computing == Fraction(2 * 2 * 64 * 4 * 36, 8_100_000_000_000)
    assert found.layers[0].moving == Fraction(4688, 320_000_000_000)
    assert [each.names for each in found.fused] == [("conv", "bn", "add", "relu", "flat")]
    assert found.fused[0].bytes == 4 * (512 + 164 + 512)
    assert found.cached.bytes == found.fused[0].bytes


def test_what_two_layers_read_is_not_fused_away():
    build = GraphBuilder("two")
    x = build.add("conv", Conv2d(4, 1), build.input(Shape(1, 8, 8, 4)))
    build.add("add", Add(), build.add("relu", ReLU(), x), x)
    rows = [row for row in measure(build.graph()).rows if row.node.inputs]
    assert [[row.name for row in group] for group in groups_of(rows)] == [["conv"], ["relu", "add"]]


def test_an_unknown_layer_is_told():
    build = GraphBuilder("odd")
    build.chain(build.input(Shape(1, 8, 8, 4)), ("odd", Opaque("odd", Shape(1, 8, 8, 4))), ("conv", Conv2d(4, 1)))
    found = roofline(measure(build.graph()), device("t4"))
    assert found.unknown == ("odd",)
    assert not found.layers[0].exact


@pytest.mark.parametrize("name", device_names())
def test_every_device_has_sources_and_grows_with_smaller_numbers(name):
    found = device(name)
    assert all(len(rate.source) > 20 for rate in (*found.rates.values(), found.bandwidth))
    types = [each for each in ("float32", "tf32", "bfloat16", "float16", "int8") if each in found.rates]
    order = [found.rates[each].amount for each in types]
    assert order == sorted(order)
    assert found.bandwidth.amount < found.rate("float32").amount


def test_a_type_that_a_device_has_not():
    with pytest.raises(UnknownName):
        roofline(block(), device("m2"), "float16")
