import pytest
from hypothesis import given
from hypothesis import strategies as st

import resnet_analyzer as ra
from resnet_analyzer.architectures.base import ARCHITECTURES
from resnet_analyzer.ops.activation import Activation
from resnet_analyzer.ops.concatenate import Concatenate
from resnet_analyzer.ops.conv import Conv2d
from resnet_analyzer.ops.dense import Dense
from resnet_analyzer.ops.elementwise import Add, Multiply
from resnet_analyzer.ops.global_pool import GlobalAveragePool2d
from resnet_analyzer.plots._pieces import Block, Box, Split, count, folded, nameless, pieces
from resnet_analyzer.plots.structure import DEEPEST, Fork, Irregular, Layer, nodes, read, runs, weighted_depth

from .pictures import measured


def build():
    graph = ra.GraphBuilder("hand made")
    return graph, graph.input(ra.Shape(1, 8, 8, 4))


def conv(size=3, filters=4):
    return Conv2d(filters, size, padding=size // 2)


def shape_of(graph):
    return read(ra.measure(graph.graph()).rows)


def sketch(items):
    """Items as nested lists of names: a fork as its branches and its join."""
    return [
        item.row.name
        if isinstance(item, Layer)
        else {item.join.name: [sketch(branch) for branch in item.branches]}
        if isinstance(item, Fork)
        else tuple(row.name for row in item.rows)
        for item in items
    ]


def test_a_chain_is_steps():
    graph, x = build()
    graph.chain(x, ("a", conv()), ("b", Activation()), ("c", conv()))
    assert sketch(shape_of(graph).items) == ["a", "b", "c"]


def test_an_identity_shortcut_is_an_empty_branch():
    graph, x = build()
    y = graph.chain(x, ("a", conv()), ("b", conv()))
    graph.add("relu", Activation(), graph.add("add", Add(), y, x))
    assert sketch(shape_of(graph).items) == [{"add": [["a", "b"], []]}, "relu"]


def test_branches_stand_in_the_order_in_which_the_join_reads_them():
    graph, x = build()
    a, b, c = (graph.add(name, conv(), x) for name in "abc")
    graph.add("join", Concatenate(), c, x, a, b)
    assert sketch(shape_of(graph).items) == [{"join": [["c"], [], ["a"], ["b"]]}]


def test_forks_within_forks():
    graph, x = build()
    a = graph.add("a", conv(), x)
    b = graph.add("b", conv(), a)
    inner = graph.add("inner", Add(), b, a)
    graph.add("outer", Add(), graph.add("c", conv(), inner), x)
    assert sketch(shape_of(graph).items) == [{"outer": [["a", {"inner": [["b"], []]}, "c"], []]}]


def test_the_same_value_twice():
    graph, x = build()
    graph.add("add", Add(), x, x)
    assert sketch(shape_of(graph).items) == [{"add": [[], []]}]


def test_what_is_no_fork_of_forks_is_a_tangle():
    graph, x = build()
    a, b = graph.add("a", conv(), x), graph.add("b", conv(), x)
    c = graph.add("c", Add(), a, b)
    d = graph.add("d", Multiply(), b, c)
    graph.add("e", Add(), a, d)
    assert sketch(shape_of(graph).items) == [("a", "b", "c", "d", "e")]


def test_two_inputs():
    graph, x = build()
    y = graph.input(ra.Shape(1, 8, 8, 4), "second")
    graph.add("add", Add(), graph.add("a", conv(), x), graph.add("b", conv(), y))
    assert {row.name for row in nodes(shape_of(graph).items)} >= {"a", "b", "add"}


def test_a_side_output_does_not_disturb_the_main_line():
    graph, x = build()
    a = graph.add("a", conv(), x)
    with graph.scope("aux", training_only=True):
        graph.chain(a, ("pool", GlobalAveragePool2d()), ("dense", Dense(10)))
    graph.chain(a, ("pool", GlobalAveragePool2d()), ("dense", Dense(10)))
    shape = shape_of(graph)
    assert sketch(shape.items) == ["a", "pool", "dense"]
    assert [(side.tapped, len(side.rows)) for side in shape.sides] == [("a", 2)]


def test_forks_deeper_than_anyone_can_read_become_a_tangle_and_recursion_ends():
    graph, x = build()
    starts = [x]
    for level in range(DEEPEST * 100):
        starts.append(graph.add(f"down{level}", conv(), starts[-1]))
    y = starts[-1]
    for level, start in enumerate(reversed(starts[:-1])):
        y = graph.add(f"up{level}", Add(), y, start)
    items, depth = shape_of(graph).items, 0
    while isinstance(items[-1], Fork):
        items, depth = items[-1].branches[0], depth + 1
    assert depth == DEEPEST
    assert isinstance(items[-1], Irregular)


@given(st.lists(st.sampled_from("ab")))
def test_runs_say_where_equal_neighbours_stand(values):
    assert [value for start, length in runs(values) for value in values[start : start + length]] == values
    assert all(values[start - 1] != values[start] for start, _ in runs(values)[1:])


@pytest.mark.parametrize("name", list(ARCHITECTURES))
def test_no_layer_of_a_registered_network_is_lost(name):
    rows = measured(name).rows
    assert sorted(row.name for row in nodes(read(rows).items)) == sorted(row.name for row in rows[1:])


@pytest.mark.parametrize(
    ("name", "depth"),
    [("alexnet", 8), ("vgg19", 19), ("googlenet", 22), ("resnet18", 18), ("resnet50", 50), ("resnet152", 152),
     ("resnet1202", 1202), ("densenet121", 121), ("densenet201", 201), ("plain34", 34), ("seresnet50", 50),
     ("lecture101", 101), ("resnext50_32x4d", 50), ("preresnet200", 200)],
)  # fmt: skip
def test_depth_is_the_number_in_the_papers_name(name, depth):
    assert weighted_depth(measured(name).rows) == depth


def told(name, **options):
    return pieces(read(measured(name, **options).rows).items)


def test_resnet152_folds_to_a_projection_and_a_repeated_block_per_stage():
    blocks = [(piece.times, piece.shortcut) for piece in folded(told("resnet152")) if isinstance(piece, Block)]
    assert blocks == [
        (1, "1×1, 256"), (2, ""), (1, "1×1, 512, /2"), (7, ""), (1, "1×1, 1024, /2"), (35, ""), (1, "1×1, 2048, /2"),
        (2, ""),
    ]  # fmt: skip


def test_labels_are_those_of_the_papers_figure():
    first, second, *_ = told("resnet34")
    assert (first.label, second.label) == ("7×7, 64, /2", "3×3 max pool, /2")
    assert [box.label for box in told("resnet34")[2].main] == ["3×3, 64", "3×3, 64"]


def test_dense_blocks_fold_though_their_channels_grow():
    assert [piece.times for piece in folded(told("densenet264")) if isinstance(piece, Block)] == [6, 12, 64, 48]


def test_inception_is_four_branches_side_by_side():
    modules = [piece for piece in told("googlenet") if isinstance(piece, Split)]
    assert [len(module.branches) for module in modules] == [4] * 9
    assert {module.sign for module in modules} == {"‖"}


def test_equal_paths_are_drawn_once_with_their_number():
    block = next(piece for piece in told("resnext50_32x4d", form="a") if isinstance(piece, Block))
    assert [branch.times for branch in block.main[0].branches] == [32]


def test_squeeze_and_excitation_is_one_box():
    block = next(piece for piece in told("seresnet50") if isinstance(piece, Block))
    assert nameless(block.main[-1]) == Box("gate 16 → 256", "gate", ra.Shape(1, 56, 56, 256))
    assert [name.rpartition("/")[2] for name in block.main[-1].names] == ["pool", "squeeze", "relu", "excite", "sigmoid", "scale"]  # fmt: skip  # noqa: E501


def test_a_gated_block_shows_its_branch_and_tells_its_gate():
    block = next(piece for piece in told("resnet110_exclusive_gating") if isinstance(piece, Block))
    assert [box.label for box in block.main] == ["3×3, 16", "3×3, 16"]
    assert block.shortcut == "1×1, 16 · gated"


@pytest.mark.parametrize("name", list(ARCHITECTURES))
def test_folding_keeps_the_number_of_blocks(name):
    whole = told(name)
    assert sum(piece.times for piece in folded(whole)) == len(whole)
    assert count(folded(whole)) <= count(whole)
