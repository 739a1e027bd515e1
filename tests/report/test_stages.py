"""The stage table tells a network as its paper does: the lines of the papers' own tables."""

import pytest

from resnet_analyzer import architecture, load, measure
from resnet_analyzer.measurement import WRITERS
from resnet_analyzer.report.measured import measured_report
from resnet_analyzer.report.network import network_report
from resnet_analyzer.report.stages import blocks, parts

TOLD = {
    "alexnet": [
        "11×11, 96, /4", "3×3 max pool, /2", "5×5, 256, in 2 groups", "3×3 max pool, /2", "3×3, 384",
        "3×3, 384, in 2 groups", "3×3, 256, in 2 groups", "3×3 max pool, /2", "dense 4096 ×2, dense 1000",
    ],
    "vgg11": [
        "3×3, 64", "2×2 max pool, /2", "3×3, 128", "2×2 max pool, /2", "3×3 256 ×2", "2×2 max pool, /2",
        "3×3 512 ×2", "2×2 max pool, /2", "3×3 512 ×2", "2×2 max pool, /2", "dense 4096 ×2, dense 1000",
    ],
    "googlenet": [
        "7×7, 64, /2", "3×3 max pool, /2", "1×1 64, 3×3 192", "3×3 max pool, /2", "inception3a", "inception3b",
        "3×3 max pool, /2", "inception4a", "inception4b", "inception4c", "inception4d", "inception4e",
        "3×3 max pool, /2", "inception5a", "inception5b", "global average pool, dense 1000",
    ],
    "resnet34": [
        "7×7, 64, /2", "3×3 max pool, /2", "(3×3 64 ×2) ×3", "(3×3 128 ×2) ×4", "(3×3 256 ×2) ×6", "(3×3 512 ×2) ×3",
        "global average pool, dense 1000",
    ],
    "resnet1202": [
        "3×3, 16", "(3×3 16 ×2) ×200", "(3×3 32 ×2) ×200", "(3×3 64 ×2) ×200", "global average pool, dense 10",
    ],
    "densenet121": [
        "7×7, 64, /2", "3×3 max pool, /2", "(1×1 128, 3×3 32) ×6", "1×1 128, 2×2 average pool /2",
        "(1×1 128, 3×3 32) ×12", "1×1 256, 2×2 average pool /2", "(1×1 128, 3×3 32) ×24",
        "1×1 512, 2×2 average pool /2", "(1×1 128, 3×3 32) ×16", "global average pool, dense 1000",
    ],
    "resnext50_32x4d": [
        "7×7, 64, /2", "3×3 max pool, /2", "(1×1 128, 3×3 128 g=32, 1×1 256) ×3",
        "(1×1 256, 3×3 256 g=32, 1×1 512) ×4", "(1×1 512, 3×3 512 g=32, 1×1 1024) ×6",
        "(1×1 1024, 3×3 1024 g=32, 1×1 2048) ×3", "global average pool, dense 1000",
    ],
    "seresnet18": [
        "7×7, 64, /2", "3×3 max pool, /2", "(3×3 64 ×2, se) ×2", "(3×3 128 ×2, se) ×2", "(3×3 256 ×2, se) ×2",
        "(3×3 512 ×2, se) ×2", "global average pool, dense 1000",
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", TOLD)
def test_what_is_told(name):
    assert [part.what for part in parts(measure(architecture(name)).rows)] == TOLD[name]


@pytest.mark.parametrize("style", ["paper", "torchvision", "keras"])
def test_resnet50_is_told_alike_in_every_style(style):
    told = [part.what for part in parts(measure(architecture("resnet50", style=style)).rows)]
    assert told[:3] == ["7×7, 64, /2", "3×3 max pool, /2", "(1×1 64, 3×3 64, 1×1 256) ×3"]
    assert len(told) == 7


@pytest.mark.parametrize("name", [*TOLD, "lecture50", "resnet50v2", "resnet50d", "wide_resnet50_2"])
def test_every_layer_stands_in_one_line(name):
    rows = measure(architecture(name)).rows
    told = [row.name for part in parts(rows) for row in part.rows]
    assert sorted(told) == sorted(row.name for row in rows if row.op != "Input")
    blocked = [row.name for _, members in blocks(rows) for row in members]
    assert sorted(blocked) == sorted(told)
    assert [part.what for part in parts(rows) if not part.what] == []


def test_what_stands_in_no_stage_is_booked_to_none(tmp_path):
    """A head behind the last stage: not that stage's, in the table nor in CSV, where every line names its own."""
    path = tmp_path / "net.yaml"
    path.write_text(
        "input: 8x8x3\nlayers:\n- group: {name: body}\n  layers: [conv2d: {filters: 4, kernel_size: 3}, relu]\n"
        "- global_average_pool2d\n- dense: {units: 2}\n",
        encoding="utf-8",
    )
    report = measured_report(measure(load(path)))
    assert [row[0] for row in report.tables[0].rows] == ["body", "–"]
    csv = WRITERS["csv"].render(report, 80, False).splitlines()
    assert [line.split(",")[0] for line in csv[1:]] == ["body", "–"]


def told_of_fields(measured):
    """What a report's first table says of receptive fields."""
    (glance,) = [each for each in network_report(measured, "net").sections if each.title == "At a glance"]
    return [row[-1] for table in glance.tables for row in table.rows if row[0] == "receptive field"]


def test_a_field_before_the_first_gate_is_told_as_that(tmp_path):
    """Behind a squeeze-and-excite gate a unit sees the whole image: the number before it is not the network's."""
    layers = (
        "input: 32\nlayers:\n- conv2d: {name: a, filters: 8, kernel_size: 3}\n"
        "- global_average_pool2d: {keepdims: true}\n- sigmoid: {name: gate}\n- multiply: [a, gate]\n"
    )
    path = tmp_path / "net.yaml"
    path.write_text(layers, encoding="utf-8")
    gated = "3×3 pixels are what one unit of a sees, the last that does not see the whole image"
    assert told_of_fields(measure(load(path))) == [gated]
    assert told_of_fields(measure(architecture("resnet18"))) == [
        "435×435 pixels are what one unit of stage5/block2/relu sees"
    ]
