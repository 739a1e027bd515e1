"""Memory and training against XLA's own analysis of compiled models (tests/witnesses/xla_training.py)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from resnet_analyzer.analyses.memory import least_memory, memory
from resnet_analyzer.analyses.training import flops_of, training_step
from resnet_analyzer.architectures.base import architecture
from resnet_analyzer.graph import GraphBuilder
from resnet_analyzer.measurement import measure
from resnet_analyzer.ops.conv import Conv2d
from resnet_analyzer.ops.dense import Dense
from resnet_analyzer.ops.global_pool import GlobalAveragePool2d
from resnet_analyzer.shape import Shape

XLA = json.loads((Path(__file__).parents[1] / "data" / "xla_training.json").read_text(encoding="utf-8"))
IMAGE = 224 * 224 * 3 * 4
# Of VGG-16 XLA reports 0.1 MB of temporary buffers, though a single map behind its first layer has 12.8 MB.
BELIEVED = sorted(set(XLA["inference"]) - {"vgg16"})


def chain(layers):
    build = GraphBuilder("chain")
    image = build.input(Shape(XLA["batch"], XLA["side"], XLA["side"], 3))
    convolutions = [
        (f"conv{n}", Conv2d(filters, kernel, stride, use_bias=False))
        for n, (kernel, stride, filters) in enumerate(layers)
    ]
    build.chain(image, *convolutions, ("pool", GlobalAveragePool2d()), ("fc", Dense(XLA["classes"], use_bias=False)))
    return measure(build.graph())


@pytest.mark.parametrize("found", XLA["chains"], ids=str)
def test_a_step_has_the_operations_that_xla_counts(found):
    """To the operation. The gradient of the sum of all outputs does not need the last product itself."""
    measured = chain(found["layers"])
    step = training_step(measured)
    forward, to_inputs, to_weights, again = step.by_pass(flops_of)
    assert forward == found["forward"]
    assert forward + to_inputs + to_weights - measured.by_name["fc"].flops == found["gradient"]
    assert again == 0


@pytest.mark.parametrize("name", sorted(XLA["inference"]))
def test_arguments_are_the_weights_and_the_image(name):
    """To the byte."""
    graph = architecture(name, 224)
    assert XLA["inference"][name]["arguments"] == memory(measure(graph)).weights + IMAGE


@pytest.mark.parametrize("name", BELIEVED)
def test_temporary_buffers_lie_by_the_peaks(name):
    """XLA fuses, writes in place and orders as it likes: no less than our least, and no more than twice our plain peak.

    The image is an argument there, not a temporary buffer.
    """
    measured = measure(architecture(name, 224))
    least = least_memory(measured, in_place=True, fuse_bn=True).peak
    assert least - IMAGE <= XLA["inference"][name]["temporary"] <= 2 * memory(measured).peak
