"""Paths counted by polynomials against paths walked one by one, binomials, and what papers print."""

import itertools
import time
from fractions import Fraction
from math import comb
from random import Random

import pytest

from resnet_analyzer.analyses.paths import in_blocks, kept_in_order, lesions, paths, shuffles
from resnet_analyzer.architectures.base import architecture
from resnet_analyzer.errors import UsageError
from resnet_analyzer.graph import GraphBuilder
from resnet_analyzer.ops.activation import Activation
from resnet_analyzer.ops.concatenate import Concatenate
from resnet_analyzer.ops.constant import Constant
from resnet_analyzer.ops.conv import Conv2d
from resnet_analyzer.ops.elementwise import Add
from resnet_analyzer.shape import Shape


def random_graph(seed):
    draw = Random(seed)
    build = GraphBuilder(f"random{seed}")
    made = [build.input(Shape(1, 8, 8, 4))]
    for index in range(draw.randint(1, 12)):
        kind = draw.choice(("conv", "relu", "add", "concat"))
        if kind in ("conv", "relu"):
            op, inputs = (Conv2d(4, 3) if kind == "conv" else Activation("relu")), [draw.choice(made)]
        else:
            many = 2 if kind == "add" else draw.randint(1, 3)
            op, inputs = (Add() if kind == "add" else Concatenate()), [draw.choice(made) for _ in range(many)]
        with build.scope(f"stage{index % 2}/block{index % 3}"):
            made.append(build.add(f"n{index}", op, *inputs))
    return build.graph()


def walked(graph, closed=()):
    """The number of convolutions on every path, each walked from an output back to the input."""
    found = []
    waiting = [(node, 0) for node in graph.outputs]
    while waiting:
        node, length = waiting.pop()
        if node.name in closed:
            continue
        length += isinstance(node.op, Conv2d)
        if not node.inputs:
            found.append(length)
        waiting += [(graph[name], length) for name in node.inputs]
    return found


@pytest.mark.parametrize("seed", range(100))
def test_as_many_as_are_walked_one_by_one(seed):
    graph = random_graph(seed)
    lengths = walked(graph)
    found = paths(graph)
    assert found.total == len(lengths)
    assert found.by_length == tuple(lengths.count(length) for length in range(max(lengths) + 1))
    assert found.mean == Fraction(sum(lengths), len(lengths))
    assert (found.shortest, found.longest) == (min(lengths), max(lengths))
    for lesion in lesions(graph):
        assert lesion.left == len(walked(graph, lesion.layers))


@pytest.mark.parametrize("blocks", [1, 2, 5, 9, 18, 200])
def test_residual_blocks_double_the_paths(blocks):
    found = paths(architecture(f"resnet{6 * blocks + 2}"))
    assert found.total == 2 ** (3 * blocks)
    assert list(found.by_length[2::2]) == [comb(3 * blocks, k) for k in range(3 * blocks + 1)]
    assert not any(found.by_length[1::2])


@pytest.mark.parametrize("name", ["plain20", "plain34", "plain110", "vgg19", "alexnet", "resnet50_plain"])
def test_a_plain_net_has_one_path(name):
    graph = architecture("resnet50", shortcut="none") if name == "resnet50_plain" else architecture(name)
    assert paths(graph).total == 1
    assert {lesion.left for lesion in lesions(graph)} <= {0}


def test_what_veit_prints_of_resnet_110():
    """Veit, Wilber & Belongie 2016, sec. 5: 54 blocks, a binomial of mean 27; 19 to 35 of them, more than 95 %."""
    found = paths(architecture("resnet110"))
    assert found.total == 18014398509481984 == 2**54
    assert found.mean == 2 + 2 * 27
    assert in_blocks(found) == (2, 2, 54)
    middle = found.share(2 + 2 * 19, 2 + 2 * 35)
    assert middle == Fraction(sum(comb(54, k) for k in range(19, 36)), 2**54)
    assert round(float(middle), 4) == 0.9802
    assert f"{float(found.share(2 + 2 * 5, 2 + 2 * 17)):.2%}" == "0.45%"


def test_densenet_by_its_own_recurrence():
    """A layer reads all before it: blocks of 6, 12, 24 and 16 layers have 2^6, 2^12 … paths."""
    found = paths(architecture("densenet121"))
    assert found.total == 2 ** (6 + 12 + 24 + 16)
    assert (found.shortest, found.longest) == (5, 121)  # stem, three transitions, dense; and two in every layer


@pytest.mark.parametrize("name", ["resnet1202", "preresnet1001", "densenet264"])
def test_the_deepest_take_no_time(name):
    graph = architecture(name)
    start = time.process_time()
    assert paths(graph).total > 2**100
    lesions(graph)
    shuffles(graph)
    assert time.process_time() - start < 5


def test_a_shuffle_against_every_order():
    for blocks in range(1, 6):
        ways = [ways for k in range(blocks + 1) for ways in itertools.combinations(range(blocks), k)]
        kept = [
            sum(all(order.index(a) < order.index(b) for a, b in itertools.pairwise(way)) for way in ways)
            for order in itertools.permutations(range(blocks))
        ]
        assert kept_in_order(blocks) == Fraction(sum(kept), len(kept) * len(ways))
        assert kept[-1] == blocks + 1  # the last order is the reverse one
    assert [each.blocks for each in shuffles(architecture("resnet110"))] == [17, 17, 17]
    assert shuffles(architecture("densenet121")) == shuffles(architecture("plain110")) == []


def test_what_training_alone_runs_is_no_path():
    assert paths(architecture("googlenet", aux=True)) == paths(architecture("googlenet"))


def test_no_way_through():
    build = GraphBuilder("none")
    build.add("constant", Constant((1, 4)))
    with pytest.raises(UsageError, match="no path"):
        paths(build.graph())
