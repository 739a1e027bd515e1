"""DenseNet by hand: channels, exact compression, scopes. Keras' and torchvision's listings are in test_layers."""

from fractions import Fraction

import numpy
import pytest

from resnet_analyzer import architecture, measure
from resnet_analyzer.dim import symbol
from resnet_analyzer.dim.polynomial import polynomial
from resnet_analyzer.errors import UsageError

IMAGENET = {121: 7_978_856, 161: 28_681_000, 169: 14_149_480, 201: 20_013_928, 264: 33_337_704}
CIFAR = ["densenet40_k12", "densenet100_k12", "densenet100_k24", "densenet_bc40_k12", "densenet_bc100_k12"]
CIFAR += ["densenet_bc250_k24", "densenet_bc190_k40"]


def layers_with_kernels(graph):
    return sum(any(weight.name == "kernel" for weight in row.weights) for row in measure(graph).rows)


@pytest.mark.parametrize("depth", IMAGENET)
def test_depth_and_styles(depth):
    """Depth counts convolutions and the dense layer (264 has 265); styles differ in names and padding only."""
    graphs = [architecture(f"densenet{depth}", style=style) for style in ("paper", "torchvision", "keras")]
    assert [layers_with_kernels(graph) for graph in graphs] == [depth + (depth == 264)] * 3
    totals = [measure(graph).totals for graph in graphs]
    assert {each.trainable_params for each in totals} == {IMAGENET[depth]}
    assert len({each.macs for each in totals}) == 1


@pytest.mark.parametrize("name", CIFAR)
def test_depth_on_cifar(name):
    depth = int(name.removeprefix("densenet_bc").removeprefix("densenet").split("_")[0])
    assert layers_with_kernels(architecture(name)) == depth


def test_parameters_by_the_formula():
    """DenseNet (L=40, k=12): channel c goes from 16 by 12; 9·c·12 a layer and 2c of its normalisation."""
    total, channels = 9 * 3 * 16, 16
    for block in range(3):
        for _ in range(12):
            total += 2 * channels + 9 * channels * 12
            channels += 12
        if block < 2:
            total += 2 * channels + channels * channels
    total += 2 * channels + channels * 10 + 10
    assert measure(architecture("densenet40_k12")).totals.trainable_params == total == 1_019_722


def test_growth_rate_as_an_option():
    assert measure(architecture("densenet100_k12", growth_rate=24)).totals == (
        measure(architecture("densenet100_k24")).totals
    )
    stem = measure(architecture("densenet_bc40_k12", growth_rate=36)).by_name["stage1/conv"]
    assert stem.output[-1] == 72  # twice the growth rate goes with it


def test_any_depth_and_growth_rate_by_name():
    assert measure(architecture("DenseNet-BC-40-k36")).totals == (
        measure(architecture("densenet_bc40_k12", growth_rate=36)).totals
    )
    assert layers_with_kernels(architecture("densenet_22_k12")) == 22
    with pytest.raises(UsageError, match=r"no DenseNet is L=41, k=12: the depth is 3n\+4"):
        architecture("densenet41_k12")
    with pytest.raises(UsageError, match=r"no DenseNet-BC is L=43, k=12: the depth is 6n\+4"):
        architecture("densenet_bc43_k12")


def transitions(theta):
    rows = measure(architecture("densenet40_k12", compression=theta)).by_name
    return [rows[f"stage{stage}/transition/conv"].output[-1] for stage in (2, 3)]


@pytest.mark.parametrize("theta", ["0.5", "1/2", Fraction(1, 2), 0.5])
def test_spellings_of_a_half(theta):
    assert transitions(theta) == [80, 112]


def test_compression_is_exact():
    """⌊0.29·100⌋ is 29, though in floating point 0.29·100 is a little less."""
    assert int(0.29 * 100) == 28
    graph = architecture("densenet121", blocks=(1, 1), growth_rate=1, stem_channels=99, compression="0.29")
    assert measure(graph).by_name["stage2/transition/conv"].output[-1] == 29
    assert transitions("0.7") == [112, 179]  # ⌊0.7·160⌋, ⌊0.7·(112 + 144)⌋
    assert transitions("1") == [160, 304]


@pytest.mark.parametrize("theta", ["0", "1.5", "-1", "half", "1/0", None])
def test_compression_out_of_range(theta):
    with pytest.raises(UsageError, match="compression must be a fraction above 0 and up to 1"):
        architecture("densenet121", compression=theta)


@pytest.mark.parametrize("blocks", [(), (6, 0), (6, "12")])
def test_blocks_must_be_numbers_of_layers(blocks):
    with pytest.raises(UsageError, match="blocks must be numbers of layers"):
        architecture("densenet121", blocks=blocks)


def test_scopes():
    graph = architecture("densenet121")
    names = [node.name for node in graph.nodes]
    assert names[:5] == ["input", "stage1/conv", "stage1/bn", "stage1/relu", "stage1/pool"]
    assert graph["stage2/layer1/concat"].inputs == ("stage1/pool", "stage2/layer1/conv2")
    assert graph["stage2/transition/pool"].scope == "stage2/transition"
    assert "stage5/transition/pool" not in names
    assert names[-4:] == ["head/bn", "head/relu", "head/pool", "head/dense"]
    keras = architecture("densenet121", style="keras")
    assert keras["conv3_block2_1_conv"].scope == "stage3/layer2"
    assert [node.name for node in keras.by_depth()] == [node.name for node in keras]


@pytest.mark.parametrize(
    ("name", "style"), [("densenet121", "keras"), ("densenet121", "paper"), ("densenet40_k12", None)]
)
def test_symbols_and_arrays_agree_with_numbers(name, style):
    sizes = [32, 45, 64, 97, 224]
    plain = [measure(architecture(name, (size, 224), 10, style)).totals for size in sizes]
    grid = measure(architecture(name, (numpy.array(sizes), 224), 10, style)).totals
    n, c = symbol("n"), symbol("c")
    formula = measure(architecture(name, (n, 224), c, style)).totals
    assert polynomial(formula.all_params).at(c=10) == plain[0].all_params == grid.all_params
    for place, (size, totals) in enumerate(zip(sizes, plain, strict=True)):
        assert grid.macs[place] == totals.macs
        assert polynomial(formula.macs).at(n=size, c=10) == totals.macs


def test_growth_rate_may_be_an_array_or_a_symbol():
    rates = [12, 24, 32]
    plain = [measure(architecture("densenet121", growth_rate=rate)).totals.all_params for rate in rates]
    grid = measure(architecture("densenet121", growth_rate=numpy.array(rates))).totals.all_params
    k = symbol("k")
    formula = measure(architecture("densenet_bc40_k12", growth_rate=k)).totals.all_params
    assert list(grid) == plain
    assert [polynomial(formula).at(k=rate) for rate in rates] == [
        measure(architecture("densenet_bc40_k12", growth_rate=rate)).totals.all_params for rate in rates
    ]
