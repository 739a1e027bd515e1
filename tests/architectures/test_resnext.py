"""ResNeXt: the three forms of Xie et al. 2016, Fig. 3, cardinality, and names such as resnext20_32x2d."""

import re
from collections import Counter

import pytest

from resnet_analyzer import architecture, measure
from resnet_analyzer.architectures.base import find
from resnet_analyzer.dim import symbol
from resnet_analyzer.dim.polynomial import polynomial
from resnet_analyzer.errors import CheckFailed, UsageError

SMALL = {"cardinality": 4, "bottleneck_width": 8, "blocks": (2, 1), "width": 16}


def weights(measurement, split=1, whole=()):
    """All weights as a multiset of (name, shape); `split` cuts those of the first two convolutions by group."""
    found = Counter()
    for row in measurement.rows:
        leaf = row.name.rpartition("/")[2]
        for weight in row.weights:
            shape, pieces = weight.shape, 1
            if row.name.startswith(("stage2", "stage3")) and "shortcut" not in row.name:
                if leaf in ("conv1", "conv2", "bn1", "bn2"):
                    shape, pieces = (*shape[:-1], shape[-1] // split), split
                elif leaf == "conv3" and leaf not in whole:
                    shape, pieces = (*shape[:2], shape[2] // split, shape[3]), split
            found[weight.name, shape] += pieces
    return found


@pytest.mark.parametrize("form", ["a", "b"])
@pytest.mark.parametrize("settings", [SMALL, {**SMALL, "cardinality": 32, "bottleneck_width": 4}])
def test_three_forms_are_one_network(form, settings):
    """The same weights once the grouped convolution's are cut by group, the same work, the same output."""
    paths, grouped = (measure(architecture("resnext50_32x4d", 64, form=each, **settings)) for each in (form, "c"))
    assert weights(paths) == weights(grouped, settings["cardinality"], whole=("conv3",) if form == "b" else ())
    for figure in ("params", "trainable_params", "macs"):
        assert getattr(paths.totals, figure) == getattr(grouped.totals, figure)
    adds = {row.name: row.output for row in paths.rows if row.name.endswith("/add")}
    assert adds == {row.name: row.output for row in grouped.rows if row.name.endswith("/add")}
    assert len(adds) == 3


def test_what_the_forms_look_like():
    """(a) adds 4 paths of three convolutions; (b) concatenates 4 of two; (c) groups."""

    def inside(form):
        graph = architecture("resnext50_32x4d", 64, form=form, **SMALL)
        nodes = [node for node in graph if node.scope.startswith("stage2/block2")]
        return Counter(type(node.op).__name__ for node in nodes), graph

    ops, graph = inside("a")
    assert (ops["Conv2d"], ops["Add"], ops["Concatenate"], ops["BatchNorm"]) == (12, 2, 0, 9)
    assert graph["stage2/block2/sum"].inputs == tuple(f"stage2/block2/path{i}/conv3" for i in (1, 2, 3, 4))
    ops, graph = inside("b")
    assert (ops["Conv2d"], ops["Add"], ops["Concatenate"], ops["BatchNorm"]) == (9, 1, 1, 9)
    assert graph["stage2/block2/conv3"].inputs == ("stage2/block2/concatenate",)
    assert len(graph["stage2/block2/concatenate"].inputs) == 4
    ops, graph = inside("c")
    assert (ops["Conv2d"], ops["Add"], ops["BatchNorm"]) == (3, 1, 3)
    assert graph["stage2/block2/conv2"].op.groups == 4


def test_a_block_by_hand():
    """Fig. 3(c): 256, 1×1, 128; 128, 3×3, 128, 32 groups; 128, 1×1, 256."""
    rows = measure(architecture("resnext50_32x4d")).by_name
    shapes = [rows[f"stage2/block2/conv{i}"].weights[0].shape for i in (1, 2, 3)]
    assert shapes == [(1, 1, 256, 128), (3, 3, 4, 128), (1, 1, 128, 256)]


def test_width_doubles_with_the_stage():
    """Table 1: 128, 256, 512, 1024 channels in the 3×3 of ResNeXt-50 (32×4d)."""
    rows = measure(architecture("resnext50_32x4d")).by_name
    assert [rows[f"stage{s}/block1/conv2"].output[-1] for s in (2, 3, 4, 5)] == [128, 256, 512, 1024]


def test_one_group_is_a_resnet():
    assert measure(architecture("resnext50_1x64d")).totals == (
        measure(architecture("resnet50", style="torchvision")).totals
    )


@pytest.mark.parametrize(
    ("name", "blocks", "channels", "on_cifar"),
    [
        ("resnext20_32x2d", (2, 2, 2), 64, True),
        ("ResNeXt-29 8x64d", (3, 3, 3), 512, True),
        ("resnext38_2x32d", (4, 4, 4), 64, True),
        ("resnext-272-1x64d", (30, 30, 30), 64, True),
        ("resnext50_2x40d", (3, 4, 6, 3), 80, False),
        ("resnext152_32x4d", (3, 8, 36, 3), 128, False),
    ],
)
def test_any_by_name(name, blocks, channels, on_cifar):
    found = find(name.replace(" ", "_"))
    assert found.settings["blocks"] == blocks
    assert (found.input == (32, 32, 3), found.classes == 10) == (on_cifar, on_cifar)
    graph = found.graph()
    assert graph["stage2/block1/conv2"].op.filters == channels
    depth = sum(type(node.op).__name__ == "Conv2d" and "shortcut" not in node.name for node in graph) + 1
    assert depth == int(re.search(r"\d+", name)[0])


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("resnext21_32x4d", "no ResNeXt has 21 layers: 50, 101, 152 for ImageNet, 9n+2 (20, 29, 38 …) for CIFAR"),
        ("resnext2_32x4d", "no ResNeXt has 2 layers"),
        ("resnext50_0x4d", "no ResNeXt is 0×4d: both numbers are at least 1"),
        ("resnext29_8x0d", "no ResNeXt is 8×0d: both numbers are at least 1"),
    ],
)
def test_names_that_make_no_network(name, message):
    with pytest.raises(UsageError, match=re.escape(message)):
        architecture(name)


def test_paths_need_a_number_and_bottlenecks():
    with pytest.raises(UsageError, match="form a builds every path"):
        architecture("resnext50_32x4d", form="a", cardinality=symbol("k"))
    with pytest.raises(UsageError, match="form b builds every path"):
        architecture("resnet18", form="b", cardinality=2)


def test_groups_must_divide_basic_blocks():
    """A basic block reads 64 channels, whatever the groups: 3 do not divide them."""
    with pytest.raises(CheckFailed, match=r"stage2/block1/conv1: .*3 groups"):
        measure(architecture("resnet18", cardinality=3, bottleneck_width=32))


def test_dropout_in_every_form():
    for form, count in (("a", 3 * 4), ("b", 3 * 4), ("c", 3)):
        graph = architecture("resnext50_32x4d", 64, form=form, dropout=0.3, **SMALL)
        assert sum(type(node.op).__name__ == "Dropout" for node in graph) == count


def test_cardinality_may_be_a_symbol():
    """ResNeXt-50 C×4d: a line in C for the parameters."""
    c = symbol("c")
    formula = measure(architecture("resnext50_32x4d", cardinality=c)).totals
    for cardinality in (1, 2, 32, 64):
        totals = measure(architecture("resnext50_32x4d", cardinality=cardinality)).totals
        assert polynomial(formula.trainable_params).at(c=cardinality) == totals.trainable_params
        assert polynomial(formula.macs).at(c=cardinality) == totals.macs
    assert polynomial(formula.trainable_params).at(c=32) == 25_028_904
