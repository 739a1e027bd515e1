"""DeepLab's output strides 16 and 8: `dilation_rate` of stages against torchvision's dilated ResNets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from resnet_analyzer.analyses.verify import verify_text
from resnet_analyzer.report.measured import measured_report

DATA = json.loads((Path(__file__).resolve().parents[1] / "data" / "dilated_resnets.json").read_text(encoding="utf-8"))
STEM = """\
input: 224
style: torchvision
classes: 1000
layers:
- conv2d: {filters: 64, kernel_size: 7, strides: 2, padding: 3, use_bias: false}
- batch_norm
- relu
- max_pool2d: {pool_size: 3, strides: 2, padding: 1}
- stage: {width: 64, blocks: 3}
- stage: {width: 128, blocks: 4, stride: 2}
"""
HEAD = "- global_average_pool2d\n- dense: classes\n"
STAGES = {
    "os16": """\
- stage: {width: 256, blocks: 6, stride: 2}
- stage: {width: 512, dilation_rate: 2, blocks: [{dilation_rate: 1}, {}, {}]}
""",
    "os8": """\
- stage: {width: 256, dilation_rate: 2, blocks: [{dilation_rate: 1}, {}, {}, {}, {}, {}]}
- stage: {width: 512, dilation_rate: 4, blocks: [{dilation_rate: 2}, {}, {}]}
""",
}


@pytest.fixture(params=STAGES)
def pair(request):
    return verify_text("deeplab.yaml", STEM + STAGES[request.param] + HEAD, identity=False), DATA[request.param]


def test_as_torchvision_runs_it(pair):
    """Its first block of a stage keeps the dilation of the stage before; downsampling comes behind conv3 there, too."""
    found, theirs = pair
    assert found.valid
    assert found.measurement.totals.params == theirs["params"]
    assert 2 * found.measurement.totals.macs == theirs["flops"]
    ours = [
        [list(row.output), row.node.op.dilation_rate, [window.pads for window in row.cost.windows]]
        for row in found.measurement.rows
        if row.op == "Conv2d"
    ]
    named = [each for each in theirs["convolutions"] if "downsample" not in each[0]]
    rest = [each for each in theirs["convolutions"] if "downsample" in each[0]]
    assert len(ours) == len(named) + len(rest)
    main = [row for row in found.measurement.rows if row.op == "Conv2d" and "shortcut" not in row.name]
    for row, (name, shape, dilation, padding) in zip(main, named, strict=True):
        assert list(row.output) == [1, *shape[2:], shape[1]], name
        rate = row.node.op.dilation_rate
        assert ([rate, rate] if isinstance(rate, int) else list(rate)) == dilation, name
        assert [window.pads for window in row.cost.windows] == [(pad, pad) for pad in padding], name


def test_a_dilation_is_in_the_stage_table(pair):
    found, _ = pair
    text = str(measured_report(found.measurement).tables[0].rows)
    assert "3×3 512 dilated 2" in text
    assert ("3×3 512 dilated 4" in text) == ("dilation_rate: 4" in found.reading.source.text)


def test_forms_of_resnext_take_it_too():
    said = "block: bottleneck, width: 16, inner: 32, cardinality: 8, dilation_rate: 2, form: %s"
    text = f"input: 32x32x64\nlayers:\n- block: {{{said}}}\n"
    figures = {verify_text("x.yaml", text % form, identity=False).measurement.totals.macs for form in "bc"}
    assert len(figures) == 1
