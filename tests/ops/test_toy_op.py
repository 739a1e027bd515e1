"""An op is one class: all that the package does with one is asked of it, and no second file knows it.

A toy op, made here, is measured, drawn, coloured, named in a table, remembered by memory, reached through,
counted by conventions, told apart, and built and checked with Keras.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pytest

from resnet_analyzer.analyses.identity import token
from resnet_analyzer.analyses.memory import memory
from resnet_analyzer.analyses.receptive_field import receptive_fields
from resnet_analyzer.conventions.base import CONVENTIONS
from resnet_analyzer.dim import symbol
from resnet_analyzer.graph import Graph, GraphBuilder
from resnet_analyzer.measurement import measure
from resnet_analyzer.ops.base import OPS, Cost, Op, Weight, Work
from resnet_analyzer.ops.conv import Conv2d
from resnet_analyzer.plots._pieces import pieces
from resnet_analyzer.plots._words import any_label, kind_of_row, layer_label
from resnet_analyzer.plots.base import PLOTS
from resnet_analyzer.plots.structure import read
from resnet_analyzer.reach import EVERYTHING, Reach, over_sides
from resnet_analyzer.report.measured import measured_report
from resnet_analyzer.shape import Shape
from resnet_analyzer.writers.base import WRITERS


@pytest.fixture(scope="module")
def toy():
    @dataclass(frozen=True, eq=False)
    class Toy(Op):
        """y = w·(x at this pixel + x at the pixel before), one w per channel, along the height."""

        turns: int = 1

        kind = "gate"
        word = "toy"
        storage = "own"
        spatial_axes: ClassVar[int] = 2

        def phrase(self, strided):
            return ("toy layer",)

        def rule(self, shape):
            work = Work(adds=shape.elements, multiplies=shape.elements)
            return Cost(shape, (Weight("w", (shape[-1],)),), work)

        def reach(self, inputs, cost):
            return (over_sides([Reach(0, low=-1), Reach(0)], "channels_last", Reach(0)),)

        def as_tensorflow(self, inputs, cost):
            return [("Pad", inputs[0].elements), ("AddV2", inputs[0].elements), ("Mul", inputs[0].elements)]

        def in_keras(self, keras, name, inputs, cost):
            from resnet_analyzer.ops.keras_steps import Steps

            class Layer(keras.layers.Layer):
                def build(self, shape):
                    self.w = self.add_weight(name="w", shape=shape[-1:])

                def call(self, x):
                    before = keras.ops.pad(x, ((0, 0), (1, 0), (0, 0), (0, 0)))[:, :-1]
                    return self.w * (x + before)

            return Steps(Layer(name=name))

    yield OPS["Toy"]
    OPS.remove("Toy")


@pytest.fixture
def graph(toy) -> Graph:
    build = GraphBuilder("toys")
    image = build.input(Shape(1, 16, 12, 3))
    build.chain(image, ("conv", Conv2d(8, 3, padding=1)), ("toy", toy()), ("last", Conv2d(4, 1)))
    return build.graph()


N = 16 * 12 * 8


def test_it_is_measured(graph):
    measured = measure(graph)
    assert measured.status == "complete"
    assert measured.by_name["toy"].params == 8
    assert measured.by_name["toy"].flops == 2 * N
    n = symbol("n")
    assert measure(graph.with_input(Shape(1, n, n, 3))).by_name["toy"].flops == 16 * n * n


@pytest.mark.parametrize("name", ["architecture", "cost", "layers", "resolution", "block"])
def test_it_is_drawn(graph, name):
    assert PLOTS[name].draw(measure(graph)).svg


def test_it_is_named_and_coloured(graph):
    row = measure(graph).by_name["toy"]
    assert (layer_label(row), any_label(row), kind_of_row(row)) == ("toy layer", "toy layer", "gate")
    boxes = pieces(read(measure(graph).rows).items)
    assert [(box.label, box.kind) for box in boxes][1] == ("toy layer", "gate")


@pytest.mark.parametrize("by", ["stage", "layer"])
def test_it_stands_in_tables(graph, by):
    text = WRITERS["table"].render(measured_report(measure(graph), by), 100, False)
    assert {"stage": "toy layer", "layer": "toy"}[by] in text


def test_memory_remembers_it(graph):
    found = memory(measure(graph))
    assert found.exact
    assert (found.peak, found.at) == (2 * N * 4, "toy")


def test_the_receptive_field_goes_through_it(graph):
    views = receptive_fields(measure(graph).rows)
    assert (views["conv"].size, views["toy"].size, views["last"].size) == ((3, 3), (4, 3), (4, 3))


def test_conventions_count_it(graph):
    row = measure(graph).by_name["toy"]
    assert {name: CONVENTIONS[name].count(row) for name in ("macs", "flops", "tensorflow")} == {
        "macs": 0,
        "flops": 2 * N,
        "tensorflow": 2 * N,
    }


def test_every_field_of_it_tells_it_apart(graph, toy):
    other = graph.replaced({"toy": toy(turns=2)})
    assert token(measure(graph).by_name["toy"]) != token(measure(other).by_name["toy"])


def test_keras_builds_and_checks_it(graph):
    pytest.importorskip("keras")
    from resnet_analyzer.crosscheck.compare import AGREES, crosscheck
    from resnet_analyzer.crosscheck.framework import device

    verdict = crosscheck(graph, device("cpu"), runs=0)
    assert not verdict.disagreements
    (seen,) = [layer for layer in verdict.layers if layer.name == "toy"]
    assert seen[2:] == (AGREES, AGREES, AGREES)


class _Bare(Op):
    """An op that says nothing but its cost."""

    def rule(self, shape):
        return Cost(shape)


def test_what_an_op_does_not_say_is_unknown():
    build = GraphBuilder("bare")
    build.add("bare", _Bare(), build.input(Shape(1, 8, 8, 3)))
    measured = measure(build.graph())
    row = measured.by_name["bare"]
    assert (layer_label(row), any_label(row), kind_of_row(row)) == ("", "_Bare", "other")
    assert receptive_fields(measured.rows)["bare"] is None
    assert not memory(measured).exact
    assert CONVENTIONS["tensorflow"].count(row) is None
    assert EVERYTHING.axes == ()
