"""What changed between two networks: every change is named, and the effects add up."""

from __future__ import annotations

import json

import pytest

import resnet_analyzer as ra
from resnet_analyzer.analyses.diff import diff
from resnet_analyzer.graph import GraphBuilder
from resnet_analyzer.ops.activation import Activation
from resnet_analyzer.ops.conv import Conv2d
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
