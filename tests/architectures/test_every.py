"""Every registered architecture in every style: builds, measures, and says the same as numbers, arrays and symbols."""

import re
from functools import cache

import numpy
import pytest

from resnet_analyzer import architecture, measure
from resnet_analyzer.architectures.base import ARCHITECTURES, find, input_shape
from resnet_analyzer.dim import symbol
from resnet_analyzer.errors import CheckFailed, UnknownName, UsageError
from resnet_analyzer.measurement import Totals
from resnet_analyzer.shape import Shape

CASES = [(name, style) for name, found in ARCHITECTURES.items() for style in found.styles]
BY_DEPTH = [  # closed forms of the deepest nets take their time; shallower ones of every family come first
    pytest.param(*case, marks=[pytest.mark.slow] if re.search(r"1[5-9]\d|[2-9]\d\d|\d{4}", case[0]) else [])
    for case in CASES
]
NETS = [(name, style) for name, style in CASES if ARCHITECTURES[name].classes]  # not the single blocks
FIGURES = Totals._fields[1:]
n = symbol("n")


@cache
def symbolic(name, style):
    return measure(architecture(name, n, style=style))


def domain(name, style):
    """The least size that all assumptions allow, by trying the sizes."""
    conditions = [check.condition for check in symbolic(name, style).assumptions]
    return next(size for size in range(1, 1000) if all(bool(each.holds({"n": size})) for each in conditions))


def plain(name, style, size):
    try:
        return measure(architecture(name, size, style=style)).totals
    except CheckFailed:
        return None


def test_there_are_many():
    assert len(ARCHITECTURES) >= 100
    assert len(CASES) > len(ARCHITECTURES)


@pytest.mark.parametrize("name", list(ARCHITECTURES))
def test_found_under_its_name(name):
    assert find(name) is ARCHITECTURES[name]
    assert find(name).name == name


@pytest.mark.parametrize(("name", "style"), CASES)
def test_default(name, style):
    found = ARCHITECTURES[name]
    graph = architecture(name, style=style)
    assert graph.name == name
    assert graph.about["style"] == style
    assert graph.about["classes"] == found.classes
    names = [node.name for node in graph]
    assert len(set(names)) == len(names)
    seen = set()
    for node in graph:
        assert seen.issuperset(node.inputs)
        seen.add(node.name)
    measured = measure(graph)
    assert measured.status == "complete"
    assert measured.valid is True
    assert tuple(measured.rows[0].output) == (1, *found.input)
    assert measured.totals.layers == len(graph)
    if found.classes:
        assert tuple(measured.rows[-1].output) == (1, found.classes)
        assert [node.name for node in graph.outputs] == [names[-1]]


@pytest.mark.parametrize(("name", "style"), NETS)
def test_odd_rectangle(name, style):
    """97×131 and 131×97 are the same work; a net that pools globally has the weights of any size."""
    upright, flat = (measure(architecture(name, size, style=style)) for size in ((97, 131), (131, 97)))
    assert upright.totals == flat.totals
    for row, turned in zip(upright.rows, flat.rows, strict=True):
        assert sorted(row.output) == sorted(turned.output)
    if any(row.op == "GlobalAveragePool2d" for row in upright.rows):
        assert upright.totals.all_params == measure(architecture(name, style=style)).totals.all_params


def first_and_last_weights(measured):
    rows = [row for row in measured.rows if row.weights]
    return rows[0].weights[0].shape, rows[-1].weights[0].shape


@pytest.mark.parametrize(("name", "style"), NETS)
def test_classes_and_channels(name, style):
    """Seven classes shorten the last layer's kernel and bias; other channels change the first kernel alone."""
    size = ARCHITECTURES[name].input[:2]
    base = measure(architecture(name, style=style))
    (height, width, channels, filters), (features, classes) = first_and_last_weights(base)
    assert (channels, classes) == (3, ARCHITECTURES[name].classes)
    seven = measure(architecture(name, classes=7, style=style))
    assert tuple(seven.rows[-1].output) == (1, seven.graph.about["classes"]) == (1, 7)
    assert base.totals.all_params - seven.totals.all_params == (features + 1) * (classes - 7)
    assert base.totals.macs - seven.totals.macs == features * (classes - 7)
    for count in (1, 4):
        totals = measure(architecture(name, (*size, count), style=style)).totals
        assert totals.all_params - base.totals.all_params == height * width * filters * (count - 3)


@pytest.mark.parametrize(("name", "style"), BY_DEPTH)
def test_numbers_arrays_and_symbols(name, style):
    """A closed form in the size, a grid of sizes and single sizes give the same figures, odd sizes too."""
    least, usual = domain(name, style), ARCHITECTURES[name].input[0]
    huge = len(architecture(name)) > 2000
    sizes = sorted({least, least + 1, usual + 1} | (set() if huge else {usual - 2, 131}))
    sizes = [size for size in sizes if size >= least]
    formula = symbolic(name, style).totals
    grid = measure(architecture(name, numpy.array(sizes), style=style))
    assert numpy.all(grid.valid)
    for place, size in enumerate(sizes):
        totals = plain(name, style, size)
        for figure in FIGURES:
            number, closed = getattr(totals, figure), getattr(formula, figure)
            spread = numpy.broadcast_to(getattr(grid.totals, figure), len(sizes))
            assert closed == number if isinstance(closed, int) else closed.at(n=size) == number, (figure, size)
            assert spread[place] == number, (figure, size)


@pytest.mark.parametrize(("name", "style"), BY_DEPTH)
def test_where_it_fits(name, style):
    """A size fails as a number exactly where an assumption on the symbol is false and the grid's cell is not valid."""
    conditions = [check.condition for check in symbolic(name, style).assumptions]
    least = domain(name, style)
    huge = len(architecture(name)) > 2000
    sizes = sorted({1, 2, least, *(() if huge else (max(1, least - 1), least + 1))})
    valid = numpy.broadcast_to(measure(architecture(name, numpy.array(sizes), style=style)).valid, len(sizes))
    for place, size in enumerate(sizes):
        fits = plain(name, style, size) is not None
        assert fits == (size >= least)
        assert fits == all(bool(each.holds({"n": size})) for each in conditions)
        assert fits == valid[place]


@pytest.mark.parametrize(
    ("name", "style", "least", "node"),
    [
        ("vgg16", "paper", 32, "stage5/pool"),
        ("resnet50", "paper", 1, ""),
        ("lecture50", "course", 37, "avg_pool"),
        ("densenet121", "paper", 29, "stage4/transition/pool"),
    ],
)
def test_least_size_by_hand(name, style, least, node):
    """VGG: five halvings, 2⁵; DenseNet: three behind ⌈n/4⌉ ≥ 8; the course: see test_lecture; padded windows: any."""
    assert domain(name, style) == least
    if node:
        with pytest.raises(CheckFailed) as raised:
            measure(architecture(name, least - 1, style=style))
        assert raised.value.node == node


@pytest.mark.parametrize(
    ("wrong", "near"), [("resnet5o", "resnet50"), ("lectur50", "lecture50"), ("seresnet5", "seresnet50")]
)
def test_unknown_names(wrong, near):
    with pytest.raises(UnknownName, match=f"unknown architecture '{wrong}'. Did you mean .*{near}"):
        architecture(wrong)


def test_unknown_style_and_option():
    with pytest.raises(UsageError, match=r"resnet50 has no style 'caffe'\. It comes in: paper, torchvision, keras"):
        architecture("resnet50", style="caffe")
    with pytest.raises(UnknownName, match="unknown option of resnet50 'clases'"):
        architecture("resnet50", clases=3)


def test_input_shapes():
    assert input_shape(None, (8, 9, 3)) == Shape(1, 8, 9, 3)
    assert input_shape(5, (8, 9, 3)) == Shape(1, 5, 5, 3)
    assert input_shape((5, 6), (8, 9, 3)) == Shape(1, 5, 6, 3)
    assert input_shape((5, 6, 1), (8, 9, 3)) == Shape(1, 5, 6, 1)
    for wrong in ((), (5,), (5, 6, 3, 1)):
        with pytest.raises(UsageError, match="input must be a size"):
            input_shape(wrong, (8, 9, 3))
