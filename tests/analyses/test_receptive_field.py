"""Receptive fields: published sizes, and what brute force on small networks sees."""

from __future__ import annotations

import pytest

from resnet_analyzer.analyses.receptive_field import receptive_fields
from resnet_analyzer.architectures.base import architecture
from resnet_analyzer.graph import GraphBuilder
from resnet_analyzer.measurement import measure
from resnet_analyzer.ops.concatenate import Concatenate
from resnet_analyzer.ops.conv import Conv2d
from resnet_analyzer.ops.cropping import Cropping2d
from resnet_analyzer.ops.elementwise import Add
from resnet_analyzer.ops.max_pool import MaxPool2d
from resnet_analyzer.ops.zero_padding import ZeroPadding2d
from resnet_analyzer.shape import Shape

# Araujo, Norris, Sim 2019 (distill.pub), tables of common networks; torchlens 2.36.1 for DenseNet-121
PUBLISHED = [
    ("resnet18", "torchvision", 435),
    ("resnet50", "torchvision", 427),
    ("resnet50", "paper", 483),
    ("vgg16", "torchvision", 212),
    ("alexnet", "torchvision", 195),
    ("densenet121", "torchvision", 2071),
]


@pytest.mark.parametrize(("name", "style", "size"), PUBLISHED)
def test_published_sizes(name, style, size):
    rows = measure(architecture(name, 224, style=style)).rows
    views = receptive_fields(rows)
    last = [views[row.name] for row in rows if not row.name.startswith("head/") or name == "densenet121"]
    assert [view for view in last if not view.whole][-1].size == (size, size)
    assert views[rows[-1].name].whole


def seen(graph, name, height):
    """By brute force along one axis: which input rows a unit of row 0 reads, padding and all."""
    rows = {row.name: row for row in measure(graph).rows}

    def pixels(node, at):
        row = rows[node]
        if not row.node.inputs:
            return {at}
        found = set()
        for before in row.node.inputs:
            if row.cost.windows:
                window = row.cost.windows[0]
                taps = [at * window.stride - window.pads[0] + tap * window.dilation for tap in range(window.size)]
            elif isinstance(row.node.op, ZeroPadding2d):
                taps = [at - 2]
            elif isinstance(row.node.op, Cropping2d):
                taps = [at + 1]
            else:
                taps = [at]
            found |= set().union(*[pixels(before, tap) for tap in taps])
        return found

    return pixels(name, 0)


def small(*, branches):
    build = GraphBuilder("small")
    start = build.input(Shape(1, 40, 40, 2))
    x = build.chain(start, ("pad", ZeroPadding2d(2)), ("conv", Conv2d(4, 5, strides=2)), ("crop", Cropping2d(1)))
    ends = []
    for index, ops in enumerate(branches):
        end = x
        for number, op in enumerate(ops):
            end = build.add(f"b{index}_{number}", op, end)
        ends.append(end)
    build.add("join", Concatenate() if len(ends) > 2 else Add(), *ends)
    return build.graph()


@pytest.mark.parametrize(
    "branches",
    [
        [[Conv2d(4, 3, padding=1)], []],
        [[Conv2d(4, 3, 2, padding=1), Conv2d(4, 3, padding=2, dilation_rate=2)], [Conv2d(4, 1, 2)]],
        [[Conv2d(4, (5, 3), padding=(2, 1))], [MaxPool2d(3, 1, padding=1)], [Conv2d(4, 4, padding="same")]],
    ],
)
def test_branches_by_brute_force(branches):
    graph = small(branches=branches)
    view = receptive_fields(measure(graph).rows)["join"]
    found = seen(graph, "join", 40)
    assert (view.height.first, view.height.last) == (min(found), max(found))


def test_what_cannot_be_told_is_not_guessed():
    graph = architecture("seresnet18", 64)
    views = receptive_fields(measure(graph).rows)
    assert views["stage2/block1/se/pool"].whole
    assert views["stage2/block1/add"].whole
