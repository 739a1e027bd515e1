"""Our emulation of other tools against what the real ones print: tests/data/peers.csv, made by tests/peers/*.py."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import pytest

import resnet_analyzer as ra
from resnet_analyzer.analyses.conventions import counted
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
}
with Path(__file__).parents[1].joinpath("data/peers.csv").open(encoding="utf-8", newline="") as file:
    TRUTH = [row for row in csv.DictReader(file) if row["network"] in ARCHITECTURES and row["figure"] != "fails"]
COUNTED = [row for row in TRUTH if (row["tool"], row["figure"]) in NAMES]


@cache
def measured(network, size):
    return ra.measure(f"{network}@torchvision", input=size)


def test_there_is_truth():
    assert {row["tool"] for row in COUNTED} == {tool for tool, _ in NAMES}
    assert len({(row["network"], row["input"]) for row in COUNTED}) >= 24


@pytest.mark.parametrize("network", sorted({row["network"] for row in COUNTED}))
def test_to_the_unit(network):
    for row in COUNTED:
        if row["network"] == network:
            convention = CONVENTIONS[NAMES[row["tool"], row["figure"]]]
            ours = counted(convention, measured(network, int(row["input"])))
            assert (row["tool"], row["input"], ours) == (row["tool"], row["input"], int(row["number"]))


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
