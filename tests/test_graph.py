"""Graphs: unique names, every input before its reader, arity, order, and cells."""

from __future__ import annotations

from fractions import Fraction

import networkx
import numpy
import pytest

from resnet_analyzer.analyses.fields import fields
from resnet_analyzer.analyses.receptive_field import receptive_fields
from resnet_analyzer.errors import GraphError
from resnet_analyzer.graph import Graph, GraphBuilder, Node
from resnet_analyzer.measurement import measure
from resnet_analyzer.ops.activation import Activation
from resnet_analyzer.ops.concatenate import Concatenate
from resnet_analyzer.ops.conv import Conv2d
from resnet_analyzer.ops.elementwise import Add, Subtract
from resnet_analyzer.ops.input import Input
from resnet_analyzer.ops.reshape import Permute
from resnet_analyzer.shape import Shape


def residual() -> Graph:
    build = GraphBuilder("residual", title="A residual block")
    image = build.input(Shape(1, 8, 8, 4))
    with build.scope("stage1"):
        with build.scope("block1"):
            end = build.chain(image, ("conv1", Conv2d(4, 3, padding=1)), ("relu", Activation()))
            end = build.add("conv2", Conv2d(4, 3, padding=1), end)
        build.add("add", Add(), end, image)
    return build.graph()


def test_names_scopes_and_order():
    graph = residual()
    assert [node.name for node in graph] == [
        "input",
        "stage1/block1/conv1",
        "stage1/block1/relu",
        "stage1/block1/conv2",
        "stage1/add",
    ]
    assert [node.scope for node in graph] == ["", "stage1/block1", "stage1/block1", "stage1/block1", "stage1"]
    assert graph["stage1/add"].inputs == ("stage1/block1/conv2", "input")
    assert [node.name for node in graph.inputs] == ["input"]
    assert [node.name for node in graph.outputs] == ["stage1/add"]
    assert len(graph) == 5
    assert graph.about == {"title": "A residual block"}


def test_a_scope_ends_even_after_an_error():
    build = GraphBuilder("x")
    with pytest.raises(GraphError, match="reads 'nothing'"), build.scope("a", training_only=True):
        build.add("relu", Activation(), "nothing")
    build.input(Shape(1, 3))
    assert build.graph().nodes == (Node("input", build.graph()["input"].op, (), "", False),)


def test_training_only_is_inherited_by_scopes():
    build = GraphBuilder("x")
    start = build.input(Shape(1, 3))
    with build.scope("aux", training_only=True), build.scope("inner"):
        build.add("relu", Activation(), start)
    build.add("relu", Activation(), start)
    assert [node.training_only for node in build.graph()] == [False, True, False]


@pytest.mark.parametrize(
    ("name", "op", "inputs", "message"),
    [
        ("input", Activation(), ("input",), "input: two nodes have this name"),
        ("relu", Activation(), ("later",), "relu: reads 'later', which is not defined before it"),
        ("relu", Activation(), (), "relu: Activation takes 1 input, not 0"),
        ("relu", Activation(), ("input", "input"), "relu: Activation takes 1 input, not 2"),
        ("add", Add(), (), "add: Add takes at least one input, not 0"),
        ("sub", Subtract(), ("input",), "sub: Subtract takes 2 inputs, not 1"),
        ("more", Input(), ("input",), "more: Input takes 0 inputs, not 1"),
    ],
)
def test_what_cannot_be(name, op, inputs, message):
    build = GraphBuilder("x")
    build.input(Shape(1, 3))
    with pytest.raises(GraphError, match=f"^{message}$"):
        build.add(name, op, *inputs)


def test_an_empty_graph():
    with pytest.raises(GraphError, match="nothing: a graph needs at least one node"):
        GraphBuilder("nothing").graph()


def test_a_full_name_stands_as_it_is():
    build = GraphBuilder("x")
    with build.scope("a"):
        assert build.add("b", Input(), full_name="conv1_pad") == "conv1_pad"
    assert build.graph()["conv1_pad"].scope == "a"


def test_numbered_as_keras_does():
    build = GraphBuilder("x")
    assert [build.numbered(stem) for stem in ("conv", "conv", "add", "conv")] == ["conv", "conv_1", "add", "conv_2"]


def test_a_graph_is_not_changed_by_its_builder():
    build = GraphBuilder("x")
    build.input(Shape(1, 3))
    graph = build.graph()
    build.add("relu", Activation(), "input")
    assert len(graph) == 1


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        (("project", "conv3"), ["input", "conv1", "conv2", "project", "conv3", "add"]),
        (("conv3", "project"), ["input", "conv1", "conv2", "conv3", "project", "add"]),
    ],
)
def test_by_depth_is_keras_order(ends, expected):
    """What keras.Model(...).layers names for this graph (Keras 3.15)."""
    build = GraphBuilder("x")
    start = build.input(Shape(1, 8, 8, 4))
    build.add("project", Conv2d(4), start)
    build.chain(start, ("conv1", Conv2d(4)), ("conv2", Conv2d(4)), ("conv3", Conv2d(4)))
    build.add("add", Add(), *ends)
    assert [node.name for node in build.graph().by_depth()] == expected


def test_to_networkx():
    graph = residual()
    seen = graph.to_networkx()
    assert next(iter(networkx.topological_sort(seen))) == "input"
    assert set(seen) == {node.name for node in graph}
    assert seen.edges["input", "stage1/add"]["position"] == 1
    assert seen.edges["stage1/block1/conv2", "stage1/add"]["position"] == 0
    assert seen.nodes["stage1/block1/conv1"]["op"] is graph["stage1/block1/conv1"].op
    assert seen.nodes["stage1/block1/conv1"]["scope"] == "stage1/block1"


def test_replaced_and_with_input():
    graph = residual()
    other = graph.with_input(Shape(1, 16, 16, 4))
    assert other.inputs[0].op.shape == Shape(1, 16, 16, 4)
    assert graph.inputs[0].op.shape == Shape(1, 8, 8, 4)
    assert other["stage1/add"] is graph["stage1/add"]
    with pytest.raises(GraphError, match="residual: there is no node 'stage1/ad' to replace"):
        graph.replaced({"stage1/ad": Add()})


def test_with_input_needs_one():
    build = GraphBuilder("two")
    build.add("join", Concatenate(), build.input(Shape(1, 3), "a"), build.input(Shape(1, 4), "b"))
    with pytest.raises(GraphError, match="two: has 2 inputs; name the one to change"):
        build.graph().with_input(Shape(1, 5))


def test_over_cells_reaches_every_array_and_nothing_else():
    build = GraphBuilder("x")
    start = build.input(Shape(1, numpy.arange(4, 8), 8, 3))
    build.add(
        "conv", Conv2d(numpy.arange(1, 5), (1, numpy.arange(1, 5)), padding=((0, numpy.arange(4)), (0, 0))), start
    )
    build.add("relu", Activation(), "conv")
    graph = build.graph()
    assert len(graph.arrays()) == 4
    cut = graph.over_cells(lambda array: array[1:2])
    assert [array.tolist() for array in cut.arrays()] == [[5], [2], [2], [1]]
    assert cut["relu"] is graph["relu"]
    assert graph["conv"].op.filters.size == 4
    plain = residual()
    assert all(new.op is old.op for new, old in zip(plain.over_cells(lambda array: None), plain, strict=True))


def layouts(*chain, shape=(1, 8, 9, 3)):
    build = GraphBuilder("net")
    build.chain(build.input(Shape(*shape)), *chain)
    graph = build.graph()
    return graph.data_format, sorted(graph.channels_first())


FIRST = {"data_format": "channels_first"}


def test_an_input_lies_as_the_first_op_that_slides_over_it_tells():
    """Permutations are followed back: an image of 8×9×3 that is turned for a channels-first conv is channels-last."""
    conv, turn = ("conv", Conv2d(4, 3, **FIRST)), ("turn", Permute((0, 3, 1, 2)))
    assert layouts(conv, shape=(1, 3, 8, 9)) == ("channels_first", ["conv", "input"])
    assert layouts(turn, conv) == ("channels_last", ["conv", "turn"])
    back = ("back", Permute((0, 2, 3, 1)))
    assert layouts(turn, conv, back, ("last", Conv2d(2, 1))) == ("channels_last", ["conv", "turn"])
    assert layouts(back, ("last", Conv2d(2, 1)), shape=(1, 3, 8, 9)) == ("channels_first", ["input"])
    assert layouts(("relu", Activation())) == (None, [])


def test_each_input_lies_as_its_own_op_tells():
    build = GraphBuilder("two")
    one, two = build.input(Shape(1, 8, 8, 3), "one"), build.input(Shape(1, 3, 8, 8), "two")
    build.add("last", Conv2d(4, 3), one)
    build.add("first", Conv2d(4, 3, **FIRST), two)
    graph = build.graph()
    assert (graph.data_format, sorted(graph.channels_first())) == ("channels_last", ["first", "two"])
    seen = receptive_fields(measure(graph).rows)
    assert (seen["last"].size, seen["first"].size) == ((3, 3), (3, 3))


def test_a_permuted_image_keeps_its_sides_in_the_receptive_field():
    """Two convs of 3×5 behind a permutation see 5×9 of the image's height and width."""
    build = GraphBuilder("turned")
    build.chain(
        build.input(Shape(1, 20, 30, 3)),
        ("turn", Permute((0, 3, 1, 2))),
        ("one", Conv2d(2, (3, 5), **FIRST)),
        ("two", Conv2d(2, (3, 5), **FIRST)),
    )
    last = fields(measure(build.graph()))[-1]
    assert (last.size, last.shortest, last.longest) == ((5, 9),) * 3
    assert last.share == Fraction(5 * 9, 20 * 30)
