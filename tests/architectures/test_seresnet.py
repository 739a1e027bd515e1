"""Squeeze-and-excitation: Hu et al. 2017, sec. 3 and Fig. 3."""

import pytest

from resnet_analyzer import architecture, measure
from resnet_analyzer.errors import UsageError

BLOCKS = {50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}


def extra(depth, ratio):
    """Formula (5), and the biases of both layers: per block 2C²/r + C/r + C."""
    widths = (256, 512, 1024, 2048)
    weights = sum(count * 2 * width * (width // ratio) for count, width in zip(BLOCKS[depth], widths, strict=True))
    biases = sum(count * (width + width // ratio) for count, width in zip(BLOCKS[depth], widths, strict=True))
    return weights, biases


@pytest.mark.parametrize("ratio", [2, 4, 8, 16, 32])
@pytest.mark.parametrize("depth", BLOCKS)
def test_what_it_adds(depth, ratio):
    """Parameters by the formula, and as many multiply-accumulates as weights: the map is one pixel."""
    plain = measure(architecture(f"resnet{depth}")).totals
    ours = measure(architecture(f"seresnet{depth}", se_ratio=ratio)).totals
    weights, biases = extra(depth, ratio)
    assert ours.trainable_params - plain.trainable_params == weights + biases
    assert ours.macs - plain.macs == weights
    assert ours.moving_statistics == plain.moving_statistics


def test_the_papers_sixteen():
    """Sec. 4: about 2.5 million more than ResNet-50's 25 million; the formula leaves the biases out."""
    assert extra(50, 16) == (2_514_944, 16_048)
    assert measure(architecture("seresnet50")).totals.trainable_params == 25_557_032 + 2_514_944 + 16_048


def test_the_block():
    """Fig. 3: the branch's last batch norm, pooled, squeezed, excited, multiplied, and only then added."""
    graph = architecture("seresnet50")
    se = [node for node in graph if node.name.startswith("stage2/block2/se/")]
    assert [type(node.op).__name__ for node in se] == [
        "GlobalAveragePool2d", "Dense", "Activation", "Dense", "Activation", "Multiply",
    ]  # fmt: skip
    assert [node.op.function for node in se if type(node.op).__name__ == "Activation"] == ["relu", "sigmoid"]
    assert [node.op.units for node in se if type(node.op).__name__ == "Dense"] == [16, 256]
    assert se[0].inputs == ("stage2/block2/bn3",)
    assert se[-1].inputs == ("stage2/block2/bn3", se[-2].name)
    assert graph["stage2/block2/add"].inputs == (se[-1].name, "stage2/block1/relu")


def test_a_wide_ratio_leaves_one_channel():
    """CIFAR's 16 channels at ratio 16 and beyond."""
    for ratio in (16, 64):
        assert architecture("resnet20", se_ratio=ratio)["stage2/block1/se/squeeze"].op.units == 1


@pytest.mark.parametrize("ratio", [-1, 1.5, "16", (16, 16)])
def test_a_ratio_that_means_nothing(ratio):
    with pytest.raises(UsageError, match="seresnet50: se_ratio must be"):
        architecture("seresnet50", se_ratio=ratio)


def test_off():
    assert measure(architecture("seresnet50", se_ratio=0)).totals == measure(architecture("resnet50")).totals
