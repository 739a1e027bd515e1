"""Our emulation of other tools against what the real ones print: tests/data/peers.csv, made by tests/peers/*.py."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import pytest

import resnet_analyzer as ra
from resnet_analyzer.analyses.conventions import counted, failure
from resnet_analyzer.architectures.base import ARCHITECTURES
from resnet_analyzer.conventions.base import CONVENTIONS

NAMES = {
    ("torch", "flops"): "torch_flop_counter",
    ("fvcore", "flops"): "fvcore",
    ("fvcore", "activations"): "fvcore_activations",
    ("torchinfo", "mult-adds"): "torchinfo",
    ("ptflops", "macs (pytorch)"): "ptflops",
    ("ptflops", "macs (aten)"): "ptflops_aten",
    ("thop", "macs"): "thop",
    ("ultralytics-thop", "macs"): "ultralytics_thop",
    ("calflops", "flops"): "calflops",
    ("calflops", "macs"): "calflops_macs",
    ("deepspeed", "flops"): "deepspeed",
    ("deepspeed", "macs"): "calflops_macs",
    ("torchprofile", "macs"): "torchprofile",
    ("torchstat", "flops"): "torchstat",
    ("torchstat", "madd"): "torchstat_madd",
    ("onnx-tool", "macs"): "onnx_tool",
    ("paddle", "flops"): "paddle",
    ("pycls", "flops"): "pycls",
    ("pycls", "acts"): "pycls_activations",
    ("tensorflow", "float ops"): "tensorflow",
    ("tensorflow", "params"): "keras_params",
}
with Path(__file__).parents[1].joinpath("data/peers.csv").open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file))
TRUTH = [row for row in ROWS if row["figure"] != "fails"]
COUNTED = [row for row in TRUTH if (row["tool"], row["figure"]) in NAMES]
# The networks that the issue trackers ask about, at their own size and an odd one: those that are not registered
# are read from exported programs (tests/peers/programs.py); a Vision Transformer takes whole patches
REQUIRED = {
    *((name, size) for name in (
        "alexnet", "vgg11", "vgg16_bn", "googlenet", "resnet18", "resnet34", "resnet50", "resnet152", "wide_resnet50_2",
        "resnext50_32x4d", "densenet121", "densenet201", "mobilenet_v2", "shufflenet_v2_x1_0", "efficientnet_b0",
        "convnext_tiny", "swin_t",
    ) for size in ("224", "193")),
    ("vit_b_16", "224"), ("vit_b_16", "208"),
}  # fmt: skip
KERAS = {
    (name, size)
    for name in ("ResNet50", "ResNet101V2", "VGG19", "DenseNet121", "MobileNetV2")
    for size in ("224", "193")
}
PROGRAMS = Path(__file__).parents[1] / "data/torch"
KERAS_FILES = Path(__file__).parents[1] / "data/keras_files"


@cache
def measured(network, size):
    if network in {name for name, _ in KERAS}:
        registered = network.lower() in ARCHITECTURES
        target = f"{network.lower()}@keras" if registered else KERAS_FILES / f"{network}-{size}.keras"
        return ra.measure(target, **({"input": size} if registered else {}))
    if network in ARCHITECTURES:
        return ra.measure(f"{network}@torchvision", input=size)
    program = PROGRAMS / f"peers/{network}-{size}.pt2"
    return ra.measure(program if program.exists() else PROGRAMS / f"torchvision-{network}.pt2")


def test_there_is_truth():
    assert {row["tool"] for row in COUNTED} == {tool for tool, _ in NAMES}
    assert {(row["network"], row["input"]) for row in COUNTED} >= REQUIRED
    for figure in NAMES:  # every tool on every network, or it is known to fail there
        at = {(row["network"], row["input"]) for row in COUNTED if (row["tool"], row["figure"]) == figure}
        fails = {(row["network"], row["input"]) for row in ROWS if (row["tool"], row["figure"]) == (figure[0], "fails")}
        assert figure[0] in ("paddle", "pycls") or at | fails >= (KERAS if figure[0] == "tensorflow" else REQUIRED), (
            figure
        )


@pytest.mark.parametrize("network", sorted({row["network"] for row in COUNTED}))
def test_to_the_unit(network):
    for row in COUNTED:
        if row["network"] == network:
            convention = CONVENTIONS[NAMES[row["tool"], row["figure"]]]
            ours = counted(convention, measured(network, int(row["input"])))
            assert (row["tool"], row["input"], ours) == (row["tool"], row["input"], int(row["number"]))
            assert not failure(convention, measured(network, int(row["input"])))


@pytest.mark.parametrize("row", [row for row in ROWS if row["figure"] == "fails"],
                         ids=lambda row: f"{row['network']}-{row['input']}-{row['tool']}")  # fmt: skip
def test_fails_where_the_tool_does(row):
    for (tool, _), name in NAMES.items():
        if tool == row["tool"]:
            assert failure(CONVENTIONS[name], measured(row["network"], int(row["input"])))


@pytest.mark.parametrize("row", [row for row in TRUTH if row["figure"] == "params" and row["tool"] == "torchinfo"],
                         ids=lambda row: f"{row['network']}-{row['input']}")  # fmt: skip
def test_parameters(row):
    assert counted(CONVENTIONS["params"], measured(row["network"], int(row["input"]))) == int(row["number"])


def test_xla_counts_taps_that_meet_data():
    """jax 0.10.2, `jax.jit(conv).lower(…).cost_analysis()["flops"]` of ResNet-50's first convolution and a 3×3."""
    rows = measured("resnet50", 224).by_name
    assert CONVENTIONS["xla"].count(rows["stage1/conv"]) == 232_429_056
    assert CONVENTIONS["xla"].count(rows["stage2/block1/conv2"]) == 225_738_752
    assert CONVENTIONS["xla"].count(measured("resnet50", 193).by_name["stage1/conv"]) == 172_892_544


def test_items_add_up():
    for name, convention in CONVENTIONS.items():
        for row in measured("densenet121", 193).rows:
            parts, count = convention.parts(row), convention.count(row)
            assert (parts is None) == (count is None), (name, row.name)
            assert parts is None or sum(part.amount for part in parts) == count


def test_an_activation_that_does_nothing_is_no_dense_layer():
    """`contiguous` in an exported ShuffleNet reads as the activation `linear`: PyTorch's name for a product."""
    from resnet_analyzer.graph import GraphBuilder
    from resnet_analyzer.ops.activation import Activation
    from resnet_analyzer.shape import Shape

    build = GraphBuilder("copies")
    build.add("copy", Activation("linear"), build.input(Shape(1, 4, 4, 2)))
    found = ra.measure(build.graph())
    assert counted(CONVENTIONS["fvcore_activations"], found) == counted(CONVENTIONS["torchstat_madd"], found) == 0
