"""Wide residual networks by hand: Zagoruyko & Komodakis 2016, Table 1 and sec. 2."""

import re

import pytest

from resnet_analyzer import architecture, measure
from resnet_analyzer.architectures.base import find
from resnet_analyzer.errors import UsageError

NETS = [(10, 1), (16, 8), (16, 10), (22, 2), (22, 8), (28, 10), (40, 1), (40, 4), (52, 1), (100, 3)]


def by_hand(depth, widen):
    """Kernels and batch norms of 16, 16k, 32k, 64k channels; N = (depth − 4)/6 blocks a stage; MACs at 32×32."""
    count = (depth - 4) // 6
    params, macs, channels = 27 * 16, 27 * 16 * 32 * 32, 16
    for width, size in ((16 * widen, 32), (32 * widen, 16), (64 * widen, 8)):
        kernels = 9 * channels * width + (2 * count - 1) * 9 * width * width
        kernels += channels * width if channels != width else 0
        norms = 2 * channels + (2 * count - 1) * 2 * width
        params, macs, channels = params + kernels + norms, macs + kernels * size * size, width
    return params + 2 * channels + channels * 10 + 10, macs + channels * 10


@pytest.mark.parametrize(("depth", "widen"), NETS)
def test_by_hand(depth, widen):
    totals = measure(architecture(f"wrn{depth}_{widen}")).totals
    assert (totals.trainable_params, totals.macs) == by_hand(depth, widen)


@pytest.mark.parametrize(("depth", "widen"), NETS)
def test_depth_counts_the_projections(depth, widen):
    """6N + 4: the stem, 6N of the blocks, three projections; k = 1 needs one fewer, since 16 fits 16."""
    convs = [node for node in architecture(f"wrn{depth}_{widen}") if type(node.op).__name__ == "Conv2d"]
    assert len(convs) == depth - (widen == 1)


def test_table_1():
    """Output of conv2, conv3, conv4: 16k at 32×32, 32k at 16×16, 64k at 8×8."""
    rows = measure(architecture("wrn28_10")).by_name
    assert [tuple(rows[f"stage{s}/block4/add"].output) for s in (2, 3, 4)] == [
        (1, 32, 32, 160), (1, 16, 16, 320), (1, 8, 8, 640),
    ]  # fmt: skip
    assert tuple(rows["stage1/conv"].output) == (1, 32, 32, 16)


@pytest.mark.parametrize("spelling", ["wrn34_2", "WRN-34-2", "wrn_34_2"])
def test_spellings(spelling):
    assert find(spelling).title == "WRN-34-2 for CIFAR"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("wrn23_8", "no wide ResNet is WRN-23-8: the depth is 6n+4. Nearest: WRN-22-8, WRN-28-8."),
        ("wrn25_1", "no wide ResNet is WRN-25-1: the depth is 6n+4. Nearest: WRN-22-1, WRN-28-1."),
        ("wrn4_8", "no wide ResNet is WRN-4-8: the depth is 6n+4. Nearest: WRN-10-8, WRN-16-8."),
        ("wrn0_0", "no wide ResNet is WRN-0-0"),
        ("wrn28_0", "no wide ResNet is WRN-28-0"),
    ],
)
def test_what_does_not_exist(name, message):
    with pytest.raises(UsageError, match=re.escape(message)):
        architecture(name)


def test_dropout_stands_between_the_convolutions():
    """Sec. 2.4: in the residual branch, behind the ReLU before the last convolution; no weights, no work."""
    plain, ours = (measure(architecture("wrn28_10", dropout=rate)) for rate in (0.0, 0.3))
    dropped = [row.node for row in ours.rows if row.op == "Dropout"]
    assert len(dropped) == 12
    assert dropped[0].inputs == ("stage2/block1/relu1",)
    assert ours.graph["stage2/block1/conv2"].inputs == (dropped[0].name,)
    assert ours.totals[1:] == plain.totals[1:]


def test_wide_on_imagenet():
    """Twice the channels in the 3×3 only: 128, 256, 512, 1024 between 256, 512, 1024, 2048."""
    rows = measure(architecture("wide_resnet50_2")).by_name
    widths = [[rows[f"stage{s}/block2/conv{i}"].output[-1] for i in (1, 2, 3)] for s in (2, 3, 4, 5)]
    assert widths == [[128, 128, 256], [256, 256, 512], [512, 512, 1024], [1024, 1024, 2048]]
    totals = [measure(architecture("wide_resnet50_2", style=style)).totals for style in ("paper", "torchvision")]
    assert totals[0] == totals[1]
