"""The numbers that pictures show are those of `measure`."""

import pytest

from resnet_analyzer.architectures.base import ARCHITECTURES
from resnet_analyzer.plots import block, layers
from resnet_analyzer.plots.base import PLOTS
from resnet_analyzer.plots.cardinality import SETTINGS

from .pictures import measured


@pytest.mark.parametrize("name", list(ARCHITECTURES))
def test_bars_add_up_to_the_totals(name):
    measurement = measured(name)
    lines = PLOTS["cost"].draw(measurement).data
    sums = [sum(line.total(figure) for line in lines) for figure in range(3)]
    totals = measurement.totals
    assert sums == [totals.trainable_params, totals.macs, totals.activations]


def test_the_stage_bars_of_resnet50():
    lines = {line.name: line for line in PLOTS["cost"].draw(measured("resnet50")).data}
    assert lines["stage5"].total(0) == 14_964_736
    assert lines["stage4"].total(1) == 1_387_266_048
    assert lines["head"].parts[0] == {"dense": 2_049_000}


@pytest.mark.parametrize("name", ["resnet50", "alexnet", "densenet121", "googlenet"])
def test_every_layer_has_its_own_figures(name):
    measurement = measured(name)
    bars = layers.bars(measurement)
    assert sum(bar.macs for bar in bars) == measurement.totals.macs
    assert all(bar.params == measurement.by_name[bar.name].params for bar in bars)


def test_the_pair_of_figure_5():
    """He et al. 2015, Fig. 5: similar time complexity; 2·3·3·64·64 and 64·256·2 + 3·3·64·64 weights."""
    chosen = [
        block.choose(measured("basic", input=(56, 56, 64)), "basic"),
        block.choose(measured("bottleneck"), "bottleneck"),
    ]
    assert [each.params for each in chosen] == [73_728, 69_632]
    assert [each.macs for each in chosen] == [73_728 * 56 * 56, 69_632 * 56 * 56]


def test_the_three_forms_of_resnext_are_equivalent():
    """Xie et al. 2016, Fig. 3: the same figures, whatever the form."""
    chosen = [block.choose(measured("resnext50_32x4d", form=form), form) for form in "abc"]
    assert len({(each.params, each.macs) for each in chosen}) == 1
    assert [sum(times for *_, times in each.dots) for each in chosen] == [30, 30, 0]


def test_the_five_variants_move_layers_and_nothing_else():
    chosen = [block.choose(each, "") for each in block.standard()]
    orders = [[row.op for row in each.rows] for each in chosen]
    assert [sorted(order) for order in orders] == [sorted(orders[0])] * 5
    assert len({tuple(order) for order in orders}) == 5
    assert {each.macs for each in chosen} == {2 * 9 * 16 * 16 * 32 * 32}


def test_widening_blocks():
    chosen = block.choose(measured("resnet50"), "", widens=True)
    assert chosen.entry == (1, 56, 56, 64)
    assert chosen.rows[-1].output == (1, 56, 56, 256)


def test_depth_goes_by_layers_with_weights():
    data = PLOTS["depth"].draw(PLOTS["depth"].standard()).data
    assert [depth for depth, _ in data["ResNet, 32×32"]] == [20, 32, 44, 56, 110, 1202]
    assert [depth for depth, _ in data["ResNet, 224×224"]] == [18, 34, 50, 101, 152, 200]


def test_cardinality_reads_groups_and_width_from_the_graph():
    data = PLOTS["cardinality"].draw(PLOTS["cardinality"].standard()).data
    assert [(each.cardinality, each.width) for each in data] == list(SETTINGS)
    assert data[-1].params == 25_028_904


def test_growth_rates_are_read_from_the_graph():
    data = PLOTS["growth"].draw(PLOTS["growth"].standard()).data
    assert [rate for rate, _ in data["DenseNet-121"]] == [12, 16, 24, 32, 40, 48]
    assert dict(data["DenseNet-121"])[32].totals.trainable_params == 7_978_856


def test_bottleneck_points_are_measured_blocks():
    data = PLOTS["bottleneck"].draw(PLOTS["bottleneck"].standard()).data
    found = {(each.block, each.channels, each.side): each.measurement.totals for each in data}
    assert found["basic", 256, 56].trainable_params == 2 * 9 * 256 * 256
    assert found["bottleneck", 256, 56].trainable_params == 256 * 64 + 9 * 64 * 64 + 64 * 256
    assert found["bottleneck", 256, 14].macs * 16 == found["bottleneck", 256, 56].macs


def test_the_plane_holds_every_imagenet_network_once():
    points = {point.title: point for point in PLOTS["plane"].draw(PLOTS["plane"].standard()).data}
    assert points["ResNet-50"].params == 25_557_032
    assert points["ResNet-50"].macs == 3_857_973_248
    assert {point.family for point in points.values()} == {
        "AlexNet", "DenseNet", "GoogLeNet", "Plain", "ResNeXt", "ResNet", "SE-ResNeXt", "SE-ResNet", "VGG",
        "Wide ResNet",
    }  # fmt: skip


def test_the_track_of_resnet50():
    (track,) = PLOTS["resolution"].draw(measured("resnet50")).data
    assert [channels for _, side, channels in track.line if side == 7][:1] == [2048]
    assert len(track.layers) == 52  # 50 with weights and two poolings
    assert track.layers[0] == (1, 112, 64, "convolution")
    assert track.line[0] == (0, 224, 3)
