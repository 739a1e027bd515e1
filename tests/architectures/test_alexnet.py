"""AlexNet by hand: shapes, towers, and both drafts."""

import numpy
import pytest

from resnet_analyzer import architecture, measure
from resnet_analyzer.dim import symbol
from resnet_analyzer.dim.polynomial import polynomial
from resnet_analyzer.errors import AnalyzerError, UsageError


def shapes(graph, op):
    return [tuple(row.output) for row in measure(graph).rows if row.op == op]


def test_maps_of_the_paper():
    """Figure 2: 55, 27, 13, 13, 13 and 6 after the last pool."""
    graph = architecture("alexnet")
    assert shapes(graph, "Conv2d") == [
        (1, 55, 55, 96),
        (1, 27, 27, 256),
        (1, 13, 13, 384),
        (1, 13, 13, 384),
        (1, 13, 13, 256),
    ]
    assert measure(graph).by_name["stage1/conv"].how() == "(227 − 11)/4 + 1 = 55"
    assert shapes(graph, "MaxPool2d") == [(1, 27, 27, 96), (1, 13, 13, 256), (1, 6, 6, 256)]


def test_parameters_by_the_formula():
    """Kernels over half the channels in conv2, conv4, conv5; biases; three dense layers."""
    convs = 11 * 11 * 3 * 96 + 5 * 5 * 48 * 256 + 3 * 3 * 256 * 384 + 3 * 3 * 192 * 384 + 3 * 3 * 192 * 256
    dense = 6 * 6 * 256 * 4096 + 4096 * 4096 + 4096 * 1000
    biases = 96 + 256 + 384 + 384 + 256 + 4096 + 4096 + 1000
    totals = measure(architecture("alexnet")).totals
    assert totals.params == convs + dense + biases == 60_965_224
    assert totals.macs == 724_406_816


def test_two_towers_halve_three_convolutions():
    towers, one = (measure(architecture("alexnet", groups=groups)) for groups in (2, 1))
    for stage in (2, 4, 5):
        name = f"stage{stage}/conv"
        assert 2 * towers.by_name[name].cost.work.multiply_accumulates == (
            one.by_name[name].cost.work.multiply_accumulates
        )
    assert (one.totals.params, one.totals.macs) == (62_378_344, 1_135_256_096)


def test_order_within_a_stage():
    """ReLU, then normalisation (sec. 3.3), then the pool (sec. 3.5); no normalisation after stage 2."""
    names = [node.name for node in architecture("alexnet").nodes]
    assert names[1:5] == ["stage1/conv", "stage1/relu", "stage1/norm", "stage1/pool"]
    assert [name for name in names if name.endswith("norm")] == ["stage1/norm", "stage2/norm"]
    assert names[-4:] == ["head/dense2", "head/relu2", "head/dropout2", "head/dense3"]


@pytest.mark.parametrize("size", [224, 227, 300])
def test_torchvision_takes_any_size(size):
    graph = architecture("alexnet", size, style="torchvision")
    assert measure(graph).totals.params == 61_100_840


def test_options():
    graph = architecture("alexnet", classes=10, widths=(8, 16, 24, 24, 16), hidden=32)
    assert [shape[-1] for shape in shapes(graph, "Conv2d")] == [8, 16, 24, 24, 16]
    assert shapes(graph, "Dense") == [(1, 32), (1, 32), (1, 10)]
    with pytest.raises(UsageError, match="widths must be 5 numbers, not 2"):
        architecture("alexnet", widths=(8, 16))


def test_groups_must_divide():
    with pytest.raises(AnalyzerError, match="5 groups do not divide"):
        measure(architecture("alexnet", groups=5))


@pytest.mark.parametrize("style", ["paper", "torchvision"])
def test_symbols_and_arrays_agree_with_numbers(style):
    sizes = [195, 224, 227, 256, 333]
    plain = [measure(architecture("alexnet", size, 10, style)).totals for size in sizes]
    grid = measure(architecture("alexnet", numpy.array(sizes), 10, style)).totals
    n, c = symbol("n"), symbol("c")
    formula = measure(architecture("alexnet", n, c, style)).totals
    for place, (size, totals) in enumerate(zip(sizes, plain, strict=True)):
        assert numpy.broadcast_to(grid.params, len(sizes))[place] == totals.params
        assert grid.macs[place] == totals.macs
        assert polynomial(formula.macs).at(n=size, c=10) == totals.macs
