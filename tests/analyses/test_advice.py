"""Advice: what a valid network wastes, throws away or never uses."""

from __future__ import annotations

import pytest

from resnet_analyzer.analyses.advice import advise
from resnet_analyzer.analyses.verify import verify_text
from resnet_analyzer.architectures.base import architecture
from resnet_analyzer.measurement import measure


def advice(body, input="32"):
    text = f"input: {input}\nlayers:\n" + "".join(f"- {line}\n" for line in body)
    return [(each.kind, each.node, each.says) for each in verify_text("mine.yaml", text, identity=False).advice]


CONV = "conv2d: {filters: 8, kernel_size: 3, padding: 1, use_bias: false}"


@pytest.mark.parametrize(
    ("body", "kind", "node", "says"),
    [
        (["conv2d: {filters: 8, kernel_size: 5, strides: 4, use_bias: false}"], "border", "conv2d", "3 of 32 rows"),
        (
            ["conv2d: {filters: 8, strides: 2}"],
            "stride",
            "conv2d",
            "a 1×1 convolution with stride 2: it uses one pixel in 4",
        ),
        (
            ["conv2d: {filters: 8}", "batch_norm"],
            "bias",
            "conv2d",
            "a bias cancelled by batch norm: 8 wasted parameters; set use_bias: false",
        ),
        ([CONV, "relu: {name: unused}", "tanh: {inputs: conv2d}"], "dead", "unused", "its result is never used"),
        (
            [CONV, "relu: {name: b}", "add: {name: sum, inputs: [b, previous]}"],
            "twice",
            "sum",
            "reads b twice; `previous` is the layer before it",
        ),
        (["max_pool2d: 32", CONV], "resolution", "conv2d", "the feature map is down to 1×1×3"),
    ],
)
def test_one_by_one(body, kind, node, says):
    found = advice(body)
    assert (kind, node) in [each[:2] for each in found]
    assert any(text.startswith(says) for _, _, text in found)


def test_nothing_to_say_of_a_plain_stack():
    assert advice([CONV, "batch_norm", "relu", "max_pool2d", CONV]) == []


def test_padding_that_a_stride_drops_is_no_loss():
    assert "border" not in [each.kind for each in advise(measure(architecture("resnet50")))]
    # 224 without padding: (224 − 11) mod 4 = 1, the row that Krizhevsky's 227 is there for
    assert "border" in [each.kind for each in advise(measure(architecture("alexnet", 224)))]
    assert "border" not in [each.kind for each in advise(measure(architecture("alexnet", 227)))]


def test_the_biases_of_keras_by_number():
    """keras.applications: ResNet50 has 26,560 biases before batch norms; see peers' reconciliation."""
    (found,) = [each for each in advise(measure(architecture("resnet50", style="keras"))) if each.kind == "bias"]
    assert "53 biases" in found.says
    assert "26,560 wasted parameters" in found.says


def test_where_a_unit_sees_everything():
    (found,) = [each for each in advise(measure(architecture("resnet50", style="torchvision"))) if each.kind == "view"]
    assert found.says == "from stage5 on the receptive field covers the whole input: 267×267 of 224×224 at its start"
