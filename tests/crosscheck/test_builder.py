"""Every op as a real Keras layer: what comes out of it, and the weights that it holds, are ours."""

from __future__ import annotations

import sys
from contextlib import suppress

import pytest

import resnet_analyzer as ra
from resnet_analyzer.dim import holds, symbol
from resnet_analyzer.errors import CheckFailed, UsageError
from resnet_analyzer.graph import Graph, GraphBuilder, Node
from resnet_analyzer.ops.base import OPS, Cost, Op
from resnet_analyzer.ops.conv import Conv2d
from resnet_analyzer.ops.dense import Dense
from resnet_analyzer.ops.depthwise_conv import DepthwiseConv2d
from resnet_analyzer.ops.elementwise import Add
from resnet_analyzer.ops.input import Input
from resnet_analyzer.ops.max_pool import MaxPool2d
from resnet_analyzer.ops.opaque import Opaque
from resnet_analyzer.ops.separable_conv import SeparableConv2d
from resnet_analyzer.ops.transposed_conv import TransposedConv2d
from resnet_analyzer.shape import Shape
from tests.ops.cases import CASES, SIZES, Case, case

keras = pytest.importorskip("keras")

from resnet_analyzer.crosscheck.builder import NoSuchLayer, build, build_model, deep_recursion  # noqa: E402
from resnet_analyzer.crosscheck.compare import AGREES, NO_WITNESS, crosscheck  # noqa: E402

MAP = Shape(1, 11, 13, 12)
MORE = [
    case(Conv2d(8, 3, strides=2, dilation_rate=2, padding=2), MAP),
    case(Conv2d(8, 3, strides=(1, 2), dilation_rate=2, padding="same", activation="softmax"), MAP),
    case(Conv2d(8, (2, 5), strides=(2, 3), padding=((0, 2), (3, 1)), groups=4), MAP),
    case(DepthwiseConv2d(3, (1, 2), padding="same"), MAP),
    case(DepthwiseConv2d(3, (2, 1), padding=1, depth_multiplier=2), MAP),
    case(DepthwiseConv2d(3, 2, padding=2, dilation_rate=2), MAP),
    case(SeparableConv2d(8, 3, (2, 1), padding="same"), MAP),
    case(MaxPool2d(3, 2, padding="same", dilation_rate=2), MAP),
    case(MaxPool2d(3, 2, padding=1, dilation_rate=2, ceil_mode=True), MAP),
    case(TransposedConv2d(8, 3, 2, padding=1, output_padding=1), MAP),
    case(TransposedConv2d(8, 2, 3, padding=0, output_padding=2, activation="sigmoid"), MAP),
    case(TransposedConv2d(8, 3, 2, padding=((0, 2), (1, 0)), output_padding=1, groups=2, use_bias=False), MAP),
    case(TransposedConv2d(8, 3, 1, padding=1, dilation_rate=3, groups=4), MAP),
]


def graph_of(each: Case) -> Graph:
    """The op alone, on inputs of the case's sizes."""
    inputs = each.inputs(dict(SIZES))
    names = tuple(f"in{index}" for index in range(len(inputs)))
    nodes = [Node(name, Input(shape)) for name, shape in zip(names, inputs, strict=True)]
    return Graph("one", (*nodes, Node("part/it", each.make(dict(SIZES)), names)))


def is_possible(each: Case) -> bool:
    cost = each.make(dict(SIZES)).apply(*each.inputs(dict(SIZES)))
    return cost.exact and all(holds(check.condition) for check in cost.checks)


READS_NOTHING = {"Input", "Opaque", "Constant", "Parameter"}  # no output of a Keras model by itself
BUILT = [(name, each) for name, cases in CASES.items() for each in cases if name not in READS_NOTHING]
BUILT = [pair for pair in BUILT if is_possible(pair[1])] + [("more", each) for each in MORE]


LACKING = {  # ops of which Keras has not all: masks, other ranks, PyTorch's second bias, two outputs
    *("MultiHeadAttention", "ScaledDotProductAttention", "Resize", "SimpleRNN", "LSTM", "GRU", "Bidirectional"),
}


@pytest.mark.parametrize("each", [pair[1] for pair in BUILT], ids=lambda each: f"{each.make(dict(SIZES))}"[:90])
def test_the_running_layer_is_ours(each, cpu):
    try:
        verdict = crosscheck(graph_of(each), cpu, runs=0)
    except NoSuchLayer:
        op = type(each.make(dict(SIZES)))
        assert op.in_keras is Op.in_keras or op.__name__ in LACKING  # what an op offers is built
        return  # Keras has nothing for that, and it was told
    assert not verdict.disagreements
    assert [layer.shape for layer in verdict.layers] == [AGREES] * len(verdict.layers)


def test_every_op_is_tried():
    assert {name for name, _ in BUILT} >= set(OPS) - READS_NOTHING
    assert len(BUILT) > 200


class _Odd(Op):
    """An op that Keras knows nothing of."""

    def rule(self, shape):
        return Cost(shape)


def test_an_op_without_a_counterpart_says_so():
    graph = Graph("odd", (Node("input", Input(Shape(1, 3))), Node("odd", _Odd(), ("input",))))
    with pytest.raises(NoSuchLayer, match="odd: Keras has no layer for _Odd"):
        build(graph)


def test_a_layer_of_unknown_cost_cannot_be_built():
    graph = Graph("x", (Node("input", Input(Shape(1, 3))), Node("what", Opaque("x", Shape(1, 3)), ("input",))))
    with pytest.raises(UsageError, match="what: its cost is not known, so no Keras layer can stand for it"):
        build(graph)


def test_open_sizes_are_to_be_given():
    graph = ra.architecture("resnet18").with_input(Shape(1, symbol("h"), 224, 3))
    with pytest.raises(UsageError, match="input: its size h×224×3 is open: give --input"):
        build(graph)


def test_a_broken_graph_says_which_rule():
    graph = Graph("x", (Node("input", Input(Shape(1, 3, 3, 1))), Node("conv", Conv2d(1, 5), ("input",))))
    with pytest.raises(CheckFailed, match="conv: a 5×5 kernel does not fit"):
        build(graph)


def test_names_are_ours():
    model = build_model(ra.architecture("resnet18", input=32))
    assert model.get_layer("stage2-block1-conv1").filters == 64
    assert model.name != ""


def test_names_that_keras_does_not_take(cpu):
    names = ["größe", "_x", "a:1", "a#1", "a b", "a/b", "a-b", "a.b", "7", "/", "×"]
    build = GraphBuilder("strange")
    build.chain(build.input(Shape(1, 3)), *[(name, Dense(3)) for name in names])
    verdict = crosscheck(build.graph(), cpu)
    assert not verdict.disagreements
    assert [layer.name for layer in verdict.layers[1:]] == names


def test_what_keras_lacks_is_said():
    built = build(ra.architecture("googlenet", style="torchvision", input=64))
    said = {remark for remarks in built.remarks.values() for remark in remarks}
    assert "padding by the smallest number, and ceil mode as more of it behind" in said


def test_shared_weights_are_one_layer(cpu):
    nodes = (
        Node("one", Input(Shape(1, 9, 9, 3))),
        Node("two", Input(Shape(1, 6, 7, 3))),
        Node("a", Conv2d(4, 3), ("one",)),
        Node("b", Conv2d(4, 3), ("two",), weights_of="a"),
    )
    graph = Graph("shared", nodes)
    assert build_model(graph).count_params() == ra.measure(graph).totals.params == 112
    assert not crosscheck(graph, cpu, runs=0).disagreements


def test_frozen_layers_are_frozen(cpu):
    nodes = (Node("x", Input(Shape(1, 3))), Node("a", Dense(4), ("x",), frozen=True), Node("b", Dense(4), ("a",)))
    graph = Graph("frozen", nodes)
    assert [len(layer.trainable_weights) for layer in build_model(graph).layers[1:]] == [0, 2]
    assert not crosscheck(graph, cpu, runs=0).disagreements


def test_several_inputs_and_outputs(cpu):
    nodes = (
        Node("one", Input(Shape(1, 3))),
        Node("two", Input(Shape(1, 3))),
        Node("sum", Add(), ("one", "two")),
        Node("a", Dense(2), ("sum",)),
        Node("b", Dense(5), ("sum",)),
    )
    model = build_model(Graph("many", nodes))
    assert [tensor.shape for tensor in model.inputs] == [(None, 3), (None, 3)]
    assert [tensor.shape for tensor in model.outputs] == [(None, 2), (None, 5)]
    verdict = crosscheck(Graph("many", nodes), cpu, batch=3, runs=2)
    assert not verdict.disagreements
    assert verdict.timing.seconds > 0


def test_the_recursion_limit_comes_back():
    before = sys.getrecursionlimit()
    with deep_recursion(5000):
        assert sys.getrecursionlimit() > 100_000
    assert sys.getrecursionlimit() == before
    with suppress(ZeroDivisionError), deep_recursion(5000):
        raise ZeroDivisionError
    assert sys.getrecursionlimit() == before


@pytest.mark.slow
def test_a_network_deeper_than_keras_own_limit():
    before = sys.getrecursionlimit()
    model = build_model(ra.architecture("resnet1001"))
    assert sys.getrecursionlimit() == before
    assert len(model.layers) > 3000


def test_a_grouped_convolution_is_no_witness_and_what_follows_is_one(cpu):
    nodes = (
        Node("x", Input(Shape(1, 8, 8, 8))),
        Node("grouped", Conv2d(8, 3, groups=2), ("x",)),
        Node("plain", Conv2d(8, 3), ("grouped",)),
    )
    layers = crosscheck(Graph("grouped", nodes), cpu, runs=0).layers
    assert [layer.flops for layer in layers[1:]] == [NO_WITNESS, AGREES]
    assert layers[1].weights == AGREES
