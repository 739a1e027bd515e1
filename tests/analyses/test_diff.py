"""What changed between two networks: every change is named, and the effects add up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import resnet_analyzer as ra
from resnet_analyzer.analyses.diff import diff
from resnet_analyzer.frozen import replace
from resnet_analyzer.graph import GraphBuilder
from resnet_analyzer.ops.activation import Activation
from resnet_analyzer.ops.batch_norm import BatchNorm
from resnet_analyzer.ops.conv import Conv2d
from resnet_analyzer.ops.elementwise import Add, Subtract
from resnet_analyzer.shape import Shape


def small(filters, extra=False):
    build = GraphBuilder("small")
    top = build.add("a", Conv2d(8, 3), build.input(Shape(1, 10, 10, 3)))
    top = build.add("b", Conv2d(filters, 3), top)
    if extra:
        top = build.add("relu", Activation("relu"), top)
    build.add("c", Conv2d(4, 1), top)
    return ra.measure(build.graph())


def test_a_changed_layer_and_what_follows():
    found = diff(small(8), small(16, extra=True))
    # b: 3·3·8·8 more weights at 6·6 places; c: 8 more inputs of 4 filters at 6·6
    told = [(each.what, each.after, each.params, each.macs) for each in found.changes]
    assert told == [("changed", "b", 584, 20_736), ("added", "relu", 0, 0), ("resized", "c", 32, 1_152)]
    assert found.changes[0].why == "filters 8 → 16"


def test_styles_of_resnet50():
    found = diff(ra.measure("resnet50@paper"), ra.measure("resnet50@torchvision"))
    assert [(each.why, each.macs) for each in found.changes] == 3 * [
        ("strides 2 → 1", 77_070_336),
        ("strides 1 → 2", 0),
    ]
    assert found.same == 169


def told(found):
    """Kinds of changes: what, why, how many layers, and what they make together."""
    groups = {}
    for each in found.changes:
        number, params, macs = groups.get((each.what, each.why), (0, 0, 0))
        groups[each.what, each.why] = (number + 1, params + each.params, macs + each.macs)
    assert sum(params for _, params, _ in groups.values()) == found.params
    assert sum(macs for _, _, macs in groups.values()) == found.macs
    return groups


def test_keras_style():
    """Keras' convolutions have biases, 26,560 in all, its paddings are layers, and its classifier has the softmax."""
    assert told(diff(ra.measure("resnet50@paper"), ra.measure("resnet50@keras"))) == {
        ("added", "zero padding"): (2, 0, 0),
        ("changed", "bias no → yes"): (53, 26_560, 0),
        ("changed", "activation – → softmax"): (1, 0, 0),
    }


def test_resnext():
    """Nothing is added or removed; each of the 16 blocks has a grouped 3×3 of twice the width."""
    found = diff(ra.measure("resnet50@torchvision"), ra.measure("resnext50_32x4d@torchvision"))
    assert {each.what for each in found.changes} == {"changed", "resized"}
    groups = told(found)
    grouped = [number for (_, why), (number, *_) in groups.items() if "groups 1 → 32" in why]
    wider = [number for (_, why), (number, *_) in groups.items() if why.startswith("filters") and "groups" not in why]
    assert (sum(grouped), sum(wider)) == (16, 16)
    assert (found.params, found.macs) == (25_028_904 - 25_557_032, 4_230_479_872 - 4_089_184_256)


def test_the_course_against_keras():
    """The course's net has no ReLU after its stem, pools without padding (55 in place of 56), and averages 2×2 once."""
    found = told(diff(ra.measure("lecture50", input=224), ra.measure("resnet50@keras", input=224)))
    kinds = [kind for kind in found if kind[0] != "resized" and "units" not in kind[1]]
    assert sorted(kinds) == [
        ("added", "ReLU"), ("added", "global average pool"), ("added", "zero padding"),
        ("removed", "2×2 average pool, /2"), ("removed", "flatten"),
    ]  # fmt: skip
    assert [why for what, why in found if what == "resized"] == [
        "reads 55×55×64 → 56×56×64",
        "reads 55×55×256 → 56×56×256",
    ]


FILES = Path(__file__).parents[1] / "data/keras_files"


def test_a_keras_model_before_and_after():
    """`wide` gets 24 filters for 16: 8·(9·8 + 1) parameters at 16·16 places; `narrow` reads 8 more channels."""
    found = diff(ra.measure(FILES / "small.keras"), ra.measure(FILES / "small_wide.keras"))
    assert [(each.what, each.after, each.why, each.params, each.macs) for each in found.changes] == [
        ("changed", "wide", "filters 16 → 24", 584, 147_456),
        ("resized", "narrow", "reads 16×16×16 → 16×16×24", 64, 16_384),
    ]
    assert (found.params, found.macs) == (648, 163_840)


def test_a_keras_model_and_its_export():
    """tf2onnx turns the image's axes, folds the normalisation into its convolution, and splits the dense layer."""
    found = diff(ra.measure(FILES / "small.keras"), ra.measure(FILES / "small.onnx", input=32))
    assert told(found) == {
        ("added", "permute"): (1, 0, 0),
        ("changed", "bias no → yes"): (1, 8, 0),
        ("removed", "BN, folded into Conv__18"): (1, -16, 0),
        ("changed", "keepdims no → yes"): (1, 0, 0),
        ("added", "Squeeze"): (1, 0, 0),
        ("changed", "activation softmax → –, bias yes → no"): (1, -10, 0),
        ("added", "parameter"): (1, 10, 0),
        ("added", "Add"): (1, 0, 0),
        ("added", "softmax"): (1, 0, 0),
    }
    assert (found.params, found.macs) == (-8, 0)


@pytest.mark.parametrize(
    ("one", "two"),
    [("resnet50", "resnext50_32x4d"), ("resnet50@keras", "resnet50@torchvision"), ("lecture50", "resnet50@keras"),
     ("resnet18", "resnet152"), ("vgg16", "densenet121"), ("resnet50", "resnet50")],
)  # fmt: skip
def test_effects_add_up(one, two):
    first, second = ra.measure(one), ra.measure(two)
    found = diff(first, second)
    assert sum(each.params for each in found.changes) == second.totals.params - first.totals.params
    assert sum(each.macs for each in found.changes) == second.totals.macs - first.totals.macs
    told = [each for each in found.changes if each.before] + [None] * found.same
    assert len(told) == len(first.rows)


def test_the_same_layer_by_layer():
    assert diff(small(8), small(8)).changes == ()
    assert json.dumps([each._asdict() for each in diff(small(8), small(9)).changes])


def test_compare_says_why():
    from resnet_analyzer.report.comparison import comparison

    paper, torchvision = ra.measure("resnet50@paper"), ra.measure("resnet50@torchvision")
    notes = dict(comparison([paper, torchvision]).notes)
    assert notes["why"] == "3 × strides 2 → 1 (+231,211,008 MACs)"
    assert "why" not in dict(comparison([paper, ra.measure("resnet18")]).notes)


def block(shortcut="relu1", order=("conv2", "relu1"), middle=None):
    """conv1, relu1, conv2, and an addition or subtraction of what `order` names."""
    build = GraphBuilder("block")
    names = {"input": build.input(Shape(1, 8, 8, 4))}
    names["conv1"] = build.add("conv1", Conv2d(4, 3, padding=1), names["input"])
    names["relu1"] = build.add("relu1", Activation("relu"), names["conv1"])
    names["conv2"] = build.add("conv2", Conv2d(4, 3, padding=1), names["relu1"])
    if middle is not None:
        names["conv2"] = build.add("middle", middle, names["conv2"])
    op = Subtract() if order else Add()
    build.add("join", op, *[names[each] for each in (order or ("conv2", shortcut))])
    return ra.measure(build.graph())


def changed_in(one, two):
    return [(each.what, each.after, each.why) for each in diff(one, two).changes]


def test_a_shortcut_that_reads_elsewhere_is_a_change():
    """The residual is gone, all layers and figures are the same: `diff` must not call it unchanged."""
    found = diff(block("relu1", ()), block("conv1", ()))
    assert [(each.what, each.after, each.why) for each in found.changes] == [
        ("rewired", "join", "reads conv1 instead of relu1")
    ]
    assert found.same == 4


def test_the_order_of_inputs_counts_where_it_matters():
    assert changed_in(block(order=("conv2", "relu1")), block(order=("relu1", "conv2"))) == [
        ("rewired", "join", "reads relu1, conv2 in this order")
    ]
    assert changed_in(block("relu1", ()), block("relu1", ())) == []


def test_layers_in_between_rewire_nothing():
    found = changed_in(block("relu1", ()), block("relu1", (), BatchNorm()))
    assert found == [("added", "middle", "BN")]
    assert [what for what, *_ in changed_in(block("relu1", (), BatchNorm()), block("relu1", ()))] == ["removed"]


@pytest.mark.parametrize(
    ("one", "two"),
    [("resnet50@paper", "resnet50@keras"), ("resnet50@keras", "resnet50@torchvision"), ("resnet50", "resnext50_32x4d"),
     ("resnet18", "resnet34"), ("vgg16", "vgg16_bn")],
)  # fmt: skip
def test_equal_wiring_is_not_called_another(one, two):
    """Parallel branches that stand in another order are no change: Keras names the projection before the main path."""
    words = (" instead of ", "reads also", "does not read", " in this order")
    changes = diff(ra.measure(one), ra.measure(two)).changes
    assert not [each for each in changes if any(word in each.why for word in words)]


@pytest.mark.parametrize("network", ["resnet18", "resnet50@keras", "densenet121", "googlenet"])
def test_any_single_rewiring_is_found(network):
    """Each join in turn reads the same layer twice."""
    graph = ra.architecture(*network.split("@")[:1], style=network.partition("@")[2] or None)
    joins = [node for node in graph if len(node.inputs) > 1 and len(set(node.inputs)) > 1]
    before = ra.measure(graph)
    for join in joins[:: max(1, len(joins) // 6)]:
        shapes = {before.by_name[name].output for name in join.inputs}
        if len(shapes) > 1:
            continue
        twice = join._replace(inputs=(join.inputs[0], *join.inputs[:-1]))
        changed = replace(graph, nodes=tuple(twice if node is join else node for node in graph.nodes))
        assert [each.after for each in diff(before, ra.measure(changed)).changes] == [join.name]
