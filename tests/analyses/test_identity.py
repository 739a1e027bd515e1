"""Is it the paper's network? Names do not matter, functions do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from resnet_analyzer.analyses.identity import compare_with, identify, token
from resnet_analyzer.analyses.verify import verify_text
from resnet_analyzer.architectures.base import ARCHITECTURES, architecture, find
from resnet_analyzer.design import write_design
from resnet_analyzer.graph import GraphBuilder
from resnet_analyzer.measurement import measure
from resnet_analyzer.ops.average_pool import AveragePool2d
from resnet_analyzer.ops.batch_norm import BatchNorm
from resnet_analyzer.ops.concatenate import Concatenate
from resnet_analyzer.ops.conv import Conv2d
from resnet_analyzer.ops.local_response_norm import LocalResponseNorm
from resnet_analyzer.ops.max_pool import MaxPool2d
from resnet_analyzer.ops.transposed_conv import TransposedConv2d
from resnet_analyzer.shape import Shape

ANONYMOUS = """
input: 224
variables: {w: 64}
layers:
- conv2d: {filters: w, kernel_size: 7, strides: 2, padding: 3, use_bias: false}
- batch_norm
- relu
- max_pool2d: {pool_size: 3, strides: 2, padding: 1}
- stage: {width: w, blocks: 3, name: first}
- stage: {width: 2*w, blocks: 4, stride: 2, stride_at: 3x3}
- stage: {width: 4*w, blocks: 6, stride: 2, stride_at: 3x3}
- stage: {width: 8*w, blocks: 3, stride: 2, stride_at: 3x3}
- global_average_pool2d
- dense: 1000
"""


def nearest(text):
    return verify_text("mine.yaml", text).matches


def test_other_names_the_same_network():
    assert [match.label for match in nearest(ANONYMOUS) if match.equal] == ["resnet50@torchvision"]


@pytest.mark.parametrize("name", ["resnet18", "vgg16", "densenet121", "googlenet", "resnet20"])
@pytest.mark.parametrize("input", [64, 96])
def test_every_network_knows_itself_at_any_size(name, input):
    found = identify(architecture(name, input, classes=7))
    assert name in [match.name for match in found if match.equal]


def test_the_stride_is_named():
    text = ANONYMOUS.replace(", stride_at: 3x3", "")
    match = compare_with(verify_text("mine.yaml", text).reading.graph, find("resnet50"), "torchvision")
    assert match.differences == (
        "stage3/block1: stride in the 1×1, resnet50@torchvision has it in the 3×3; and 2 more",
    )


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("blocks: 6", "blocks: 5", "stage4/block6: resnet50@torchvision has 10 layers that yours lacks"),
        ("blocks: 6", "blocks: 7", "stage4/block7: 10 layers that resnet50@torchvision lacks"),
        ("padding: 3, use_bias: false", "padding: 3", "conv2d: bias yes, resnet50@torchvision has no"),
        ("kernel_size: 7, strides: 2, padding: 3", "kernel_size: 5, strides: 2, padding: 2", "conv2d: kernel 5×5"),
        ("dense: 1000", "dense: {units: 1000, activation: softmax}", "dense: activation softmax"),
    ],
)
def test_differences_in_words(old, new, says):
    match = nearest(ANONYMOUS.replace(old, new))[0]
    assert not match.equal
    assert any(difference.startswith(says) for difference in match.differences), match.differences


def test_layers_joined_in_another_way():
    one = "input: 8x8x4\nlayers:\n- relu: {name: a}\n- tanh: {name: b}\n- add: [a, b]\n"
    other = one.replace("add: [a, b]", "add: [input, b]")
    from resnet_analyzer.analyses.identity import signature
    from resnet_analyzer.design import examine_text

    numbers = {}
    first, second, swapped = (
        signature(tuple(examine_text("x.yaml", text).rows.values()), numbers)
        for text in (one, other, one.replace("[a, b]", "[b, a]"))
    )
    assert first != second
    assert first == swapped


def test_demanded_identity():
    text = write_design(architecture("resnet50"), ARCHITECTURES["resnet50"])
    assert verify_text("mine.yaml", text, like="resnet50@paper").valid
    unlike = verify_text("mine.yaml", text, like="resnet50@torchvision")
    assert (unlike.valid, unlike.exit_status) == (False, 1)
    assert verify_text("mine.yaml", f"{text}like: resnet101\n").exit_status == 1
    wrong = verify_text("mine.yaml", f"{text}like: resnet5o\n")
    assert wrong.exit_status == 2
    assert "Did you mean" in wrong.findings[0].says


def with_every_pool(graph, **changed):
    pools = {node.name: replace(node.op, **changed) for node in graph if isinstance(node.op, AveragePool2d)}
    assert pools
    return graph.replaced(pools)


def test_every_field_counts():
    """ResNet-D's shortcuts average without the padding: at 225 the last windows hang over."""
    graph = architecture("resnet18d", 225)
    assert any(match.equal for match in identify(graph))
    (other, *_) = identify(with_every_pool(graph, count_include_pad=True))
    assert not other.equal
    assert any("count_include_pad" in words for words in other.differences)


def test_one_function_in_other_spellings():
    nodes = {node.name: node.op for node in architecture("resnet18d", 224)}
    spelled = {
        name: replace(op, kernel_size=(3, 3), padding=((1, 1), (1, 1)))
        for name, op in nodes.items()
        if isinstance(op, Conv2d) and op.kernel_size == 3
    }
    spelled |= {name: replace(op, axis=3) for name, op in nodes.items() if isinstance(op, BatchNorm)}
    assert any(match.equal for match in identify(architecture("resnet18d", 224).replaced(spelled)))


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (TransposedConv2d(4, 2, 2), TransposedConv2d(4, (2, 2), (2, 2)), True),
        (TransposedConv2d(4, 2, 2), TransposedConv2d(4, 2, 2, use_bias=False), False),
        (Concatenate(-1), Concatenate(3), True),
        (LocalResponseNorm(5), LocalResponseNorm(3), False),
        (MaxPool2d(2, 2), MaxPool2d(2, 2, ceil_mode=True), False),
    ],
)
def test_fields_of_any_op(one, other, equal):
    def said(op):
        build = GraphBuilder("one")
        build.add("it", op, build.input(Shape(1, 8, 8, 4)))
        return token(measure(build.graph()).by_name["it"])

    assert (said(one) == said(other)) is equal
