"""A deliberately wrong graph is caught, and the layer and the figure named; what sees nothing is no witness."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace

import pytest

import resnet_analyzer as ra
from resnet_analyzer.graph import Graph, GraphBuilder, Node
from resnet_analyzer.ops.activation import Activation
from resnet_analyzer.ops.conv import Conv2d
from resnet_analyzer.ops.dense import Dense
from resnet_analyzer.ops.input import Input
from resnet_analyzer.shape import Shape

pytest.importorskip("keras")

from resnet_analyzer.crosscheck.builder import build
from resnet_analyzer.crosscheck.compare import AGREES, NO_WITNESS, NOTHING, compare, crosscheck
from resnet_analyzer.crosscheck.equivalence import _as_matrix, _graph, _run_pair, equivalences
from resnet_analyzer.crosscheck.framework import forget_models, tensorflow
from resnet_analyzer.crosscheck.profiler import profiled_float_ops


@pytest.fixture(scope="module")
def true():
    """A network as it is, and the model built of it."""
    graph = ra.architecture("resnext50_32x4d", input=32, classes=10, blocks=(1, 1))
    return graph, build(graph)


@pytest.fixture
def caught(true, cpu):
    """What is said of a graph in which a node's fields are changed, against the model of the true one."""

    def caught(name, **changes):
        graph, built = true
        wrong = graph.replaced({name: replace(graph[name].op, **changes)})
        return compare(wrong, built, cpu, runs=0).disagreements

    return caught


def test_the_true_one_agrees(true, cpu):
    verdict = compare(*true, cpu, runs=0)
    assert verdict.disagreements == []
    assert verdict.how_many("shape", AGREES) == len(true[0])
    assert verdict.how_many("weights", AGREES) > 10


def test_a_stride_moved(true, cpu):
    graph, built = true
    one, two = "stage3/block1/conv1", "stage3/block1/conv2"
    wrong = graph.replaced({one: replace(graph[one].op, strides=2), two: replace(graph[two].op, strides=1)})
    found = compare(wrong, built, cpu, runs=0).disagreements
    assert f"{one}: shape: ours 4×4×256, Keras has 8×8×256" in found
    assert any(text.startswith(f"{one}: FLOPs: ours ") for text in found)
    assert not any(text.startswith("stage3/block1/conv3") for text in found)


def test_a_bias_dropped(true, cpu):
    graph, _ = true
    biased = graph.replaced({"stage1/conv": replace(graph["stage1/conv"].op, use_bias=True)})
    found = compare(graph, build(biased), cpu, runs=0).disagreements
    assert found[0] == "stage1/conv: weights: bias ours none, Keras has 64"
    assert found[1].startswith("stage1/conv: FLOPs: ours ")


def test_a_bias_too_many(caught):
    assert "head/dense: weights: bias ours none, Keras has 10" in caught("head/dense", use_bias=False)


def test_a_padding_off_by_one(caught):
    found = caught("stage1/conv", padding=4)
    assert found[0] == "stage1/conv: shape: ours 17×17×64, Keras has 16×16×64"


def test_a_wrong_number_of_groups(caught):
    found = caught("stage2/block1/conv2", groups=16)
    assert found == ["stage2/block1/conv2: weights: kernel ours 3×3×8×128, Keras has 3×3×4×128"]


def test_a_wrong_number_of_classes(caught):
    found = caught("head/dense", units=11)
    assert found[:2] == [
        "head/dense: shape: ours 11, Keras has 10",
        "head/dense: weights: kernel ours 512×11, Keras has 512×10; bias ours 11, Keras has 10",
    ]


def test_a_wrong_frozen_flag(true, cpu):
    graph, built = true
    nodes = tuple(node._replace(frozen=node.name == "stage1/conv") for node in graph)
    found = compare(replace(graph, nodes=nodes), built, cpu, runs=0).disagreements
    assert found == ["stage1/conv: weights: kernel ours 7×7×3×64 (not trained), Keras has 7×7×3×64"]


def test_layers_missing_and_too_many(true, cpu):
    graph, built = true
    first, *rest = graph.nodes
    renamed = [node._replace(name="head/other") if node is rest[-1] else node for node in rest]
    found = compare(replace(graph, nodes=(first, *renamed)), built, cpu, runs=0).disagreements
    assert found == [
        "head/other: shape: ours 10, Keras has no such layer",
        f"{rest[-1].name}: shape: ours no such layer, Keras has 10",
    ]


@pytest.mark.parametrize("ours_is_shared", [True, False])
def test_weights_shared_or_not(ours_is_shared, cpu):
    nodes = (Node("x", Input(Shape(1, 3))), Node("a", Dense(3), ("x",)), Node("b", Dense(3), ("a",)))
    apart, shared = Graph("apart", nodes), Graph("shared", (*nodes[:2], nodes[2]._replace(weights_of="a")))
    ours, theirs = (shared, apart) if ours_is_shared else (apart, shared)
    words = ["those of a, shared", "its own weights"]
    mine, its = words if ours_is_shared else reversed(words)
    assert compare(ours, build(theirs), cpu, runs=0).disagreements == [f"b: weights: ours {mine}, Keras has {its}"]


def test_what_has_no_rule_is_no_witness(true, cpu):
    layers = {layer.name: layer for layer in compare(*true, cpu, runs=0).layers}
    assert layers["stage1/relu"].flops == NO_WITNESS
    assert layers["stage1/relu"].weights == NOTHING
    assert layers["stage2/block1/conv2"].flops == NO_WITNESS  # grouped
    assert layers["stage2/block1/bn2"].flops == AGREES  # behind it
    assert layers["stage1/conv"].flops == AGREES


def test_sizes_that_the_profiler_does_not_know_are_no_witness(true, cpu, monkeypatch):
    """With `None` for height and width it counts 0 for a convolution: that is no agreement, and no disagreement."""
    graph, built = true
    tf = tensorflow()

    def blind(module, built, shapes):
        return profiled_float_ops(
            tf, built, {name: (1, None, None, None)[: len(each)] for name, each in shapes.items()}
        )

    monkeypatch.setattr("resnet_analyzer.crosscheck.compare.profiled_float_ops", blind)
    verdict = compare(graph, built, cpu, runs=0)
    assert {layer.flops for layer in verdict.layers if layer.op == "Conv2d"} == {NO_WITNESS}


def test_a_layer_that_only_training_runs_is_there_and_checked(cpu):
    builder = GraphBuilder("aux")
    start = builder.input(Shape(1, 6, 6, 3))
    with builder.scope("aux", training_only=True):
        builder.add("conv", Conv2d(4, 3), start)
    builder.add("conv", Conv2d(5, 3), start)
    assert ra.measure(builder.graph()).totals.macs == 4 * 4 * 5 * 27
    layers = crosscheck(builder.graph(), cpu, runs=0).layers
    assert [(layer.name, *layer[2:]) for layer in layers[1:]] == [
        ("aux/conv", AGREES, AGREES, AGREES),
        ("conv", AGREES, AGREES, AGREES),
    ]


def test_time_is_a_median_of_runs(cpu):
    graph = Graph("tiny", (Node("x", Input(Shape(1, 4, 4, 3))), Node("relu", Activation(), ("x",))))
    timing = crosscheck(graph, cpu, batch=2, runs=3).timing
    assert timing.runs == 3
    assert 0 < timing.seconds < 10
    assert crosscheck(graph, cpu, runs=0).timing is None


def test_the_memory_of_a_model_comes_back():
    gc.disable()  # as the command line does
    try:
        built = build(ra.architecture("resnet18", input=32))
        kept = weakref.ref(built.model.layers[5])
        del built
        forget_models()
        assert kept() is None
    finally:
        gc.enable()


def test_layers_that_ought_to_be_the_same_are():
    found = equivalences()
    assert len(found) == 3
    assert all(each.agrees for each in found), [each.text() for each in found]
    assert all(each.difference > 0 or "1x1" in each.first for each in found)


def test_other_weights_would_be_seen():
    def backwards(name, known):
        found = _as_matrix(name, known)
        return found[::-1] if name.endswith("kernel") else found

    found = _run_pair("conv1x1", "dense", _graph("conv1x1"), _graph("dense"), backwards)
    assert not found.agrees
    assert "NOT the same numbers" in found.text()


def test_a_fault_of_our_own_is_no_verdict_on_keras(monkeypatch, cpu):
    """What Keras raises is its verdict; what our code raises comes out as it is."""
    from resnet_analyzer.crosscheck import compare as module

    graph = GraphBuilder("tiny")
    graph.add("dense", Dense(4), graph.input(Shape(1, 8)))
    monkeypatch.setattr(module, "build", lambda graph: int("not ours"))
    assert crosscheck(graph.graph(), cpu, runs=0).failure.startswith("Keras cannot run it: ValueError")
    monkeypatch.setattr(module, "build", lambda graph: module._place(None))
    with pytest.raises(AttributeError, match="kind"):
        crosscheck(graph.graph(), cpu, runs=0)
