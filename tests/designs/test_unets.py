"""U-Nets whose maps do not meet: every error gets a repair that verifies, valid or same, up to five levels."""

from __future__ import annotations

import re

import pytest

from resnet_analyzer.analyses.verify import verify_text

from .unets import SIZES, unet

QUICK = [(size, 1 + i % 5, ("valid", "same")[i % 2]) for i, size in enumerate(SIZES)]
ALL = [(size, levels, padding) for size in SIZES for levels in range(1, 6) for padding in ("valid", "same")]

PAPER = """\
input: 572x572x1
layers:
- conv2d: {filters: 64, kernel_size: 3}
- conv2d: {name: d1, filters: 64, kernel_size: 3}
- max_pool2d
- conv2d: {filters: 128, kernel_size: 3}
- conv2d: {name: d2, filters: 128, kernel_size: 3}
- max_pool2d
- conv2d: {filters: 256, kernel_size: 3}
- conv2d: {name: d3, filters: 256, kernel_size: 3}
- max_pool2d
- conv2d: {filters: 512, kernel_size: 3}
- conv2d: {name: d4, filters: 512, kernel_size: 3}
- max_pool2d
- conv2d: {filters: 1024, kernel_size: 3}
- conv2d: {filters: 1024, kernel_size: 3}
- transposed_conv2d: {name: u4, filters: 512, kernel_size: 2, strides: 2}
- concatenate: {inputs: [d4, u4]}
- conv2d: {filters: 512, kernel_size: 3}
"""


@pytest.mark.parametrize(
    ("size", "levels", "padding"),
    [pytest.param(*each, marks=[] if each in QUICK else [pytest.mark.slow]) for each in ALL],
)
def test_each_error_gets_a_repair_that_verifies(size, levels, padding):
    found = verify_text("unet.yaml", unet(size, levels, padding), identity=False)
    for index in range(len(found.findings)):
        whole = [each for each in found.repairs[index] if each.rest == 0]
        assert whole
        for each in whole:
            assert verify_text("unet.yaml", each.text, identity=False, repair=False).valid


def test_the_papers_own_crop():
    """Ronneberger et al. 2015, Fig. 1: 64×64 is cropped to 56×56 before it is copied; 4 pixels on every side."""
    found = verify_text("unet.yaml", PAPER, identity=False)
    (crop,) = [each for each in found.repairs[0] if each.says == "crop d4 to 56×56"]
    assert "- cropping2d: {name: crop1, cropping: 4, inputs: d4}\n- concatenate: {inputs: [crop1, u4]}" in crop.text
    says = {each.says for each in found.repairs[0]}
    assert {"pad u4 to 64×64", "resize u4 to 64×64"} < says


@pytest.mark.parametrize("size", ["902x602", "100", "257"])
def test_an_input_that_the_whole_network_divides(size):
    """Four poolings by 2 and as many doublings meet where 16 divides both sides, and nowhere else."""
    found = verify_text("unet.yaml", unet(size, 4, "same"), identity=False)
    offered = [each.says for repairs in found.repairs.values() for each in repairs if each.says.startswith("input: ")]
    assert offered
    for says in offered:
        height, _, width = re.match(r"input: (\d+)(x\d+)?", says)[0].removeprefix("input: ").partition("x")
        assert int(height) % 16 == int(width or height) % 16 == 0


def test_json_stays_json():
    text = '{"input": "30x30x1", "layers": [{"conv2d": {"name": "a", "filters": 4, "kernel_size": 3}}, "max_pool2d", "upsampling2d", {"concatenate": {"inputs": ["a", "previous"]}}, {"conv2d": {"filters": 4, "kernel_size": 3}}, {"upsampling2d": {"name": "b"}}, {"concatenate": {"inputs": ["b", "input"]}}]}'  # fmt: skip  # noqa: E501
    found = verify_text("unet.json", text, identity=False)
    assert found.findings
    for index in range(len(found.findings)):
        assert any(each.rest == 0 and each.text.startswith("{") for each in found.repairs[index])
