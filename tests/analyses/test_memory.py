"""Memory against a replay that counts references, and against figures worked out by hand."""

import random

import numpy
import pytest

from resnet_analyzer.analyses.memory import memory
from resnet_analyzer.analyses.schedule import moments, steps_of
from resnet_analyzer.architectures.base import architecture
from resnet_analyzer.dim import symbol
from resnet_analyzer.errors import UsageError
from resnet_analyzer.graph import GraphBuilder
from resnet_analyzer.measurement import measure
from resnet_analyzer.ops.activation import Activation
from resnet_analyzer.ops.base import Cost, Op
from resnet_analyzer.ops.conv import Conv2d
from resnet_analyzer.ops.elementwise import Add
from resnet_analyzer.ops.reshape import Flatten
from resnet_analyzer.shape import Shape

MB = 1_000_000


def replayed(measurement):
    """Run the graph with plain objects: an output is freed when nothing that is still to run reads it."""
    rows = measurement.rows
    alive, peak = {}, 0
    for step, row in enumerate(rows):
        alive[row.name] = row.output.elements * 4
        peak = max(peak, sum(alive.values()))
        later = {name for each in rows[step + 1 :] for name in each.node.inputs}
        outputs = {node.name for node in measurement.graph.outputs}
        alive = {name: size for name, size in alive.items() if name in later | outputs}
    return peak


def random_graph(seed):
    chance = random.Random(seed)
    build = GraphBuilder("random")
    made = [build.input(Shape(1, 8, 8, 4))]
    for index in range(12):
        kind = chance.choice(["conv", "relu", "add"])
        op = {"conv": Conv2d(4, 3, padding=1), "relu": Activation("relu"), "add": Add()}[kind]
        made.append(
            build.add(f"{kind}{index}", op, *[chance.choice(made[-4:]) for _ in range(2 if kind == "add" else 1)])
        )
    return build.graph()


@pytest.mark.parametrize("seed", range(40))
def test_out_of_place_is_what_a_replay_counts(seed):
    measurement = measure(random_graph(seed), batch=3)
    assert memory(measurement).peak == replayed(measurement)


@pytest.mark.parametrize("name", ["resnet18", "googlenet", "densenet121"])
def test_networks_out_of_place_are_what_a_replay_counts(name):
    measurement = measure(architecture(name))
    replay = replayed(measurement)
    views = sum(row.op in ("Flatten", "Dropout") for row in measurement.rows)
    assert memory(measurement).peak == replay or (views and memory(measurement).peak < replay)


def test_resnet50_lies_between_7_2_and_9_6_megabytes():
    """Measured by others: 7.2 MB where layers write over their inputs, 9.6 MB where they do not."""
    measurement = measure(architecture("resnet50"))
    assert memory(measurement).peak == 3 * 56 * 56 * 256 * 4  # 9.63 MB
    assert memory(measurement, in_place=True).peak == (2 * 56 * 56 * 256 + 56 * 56 * 64) * 4  # 7.23 MB
    assert memory(measurement).weights == 25_610_152 * 4


@pytest.mark.parametrize("seed", range(20))
def test_writing_in_place_never_needs_more(seed):
    measurement = measure(random_graph(seed))
    assert memory(measurement, in_place=True).peak <= memory(measurement).peak


@pytest.mark.parametrize("seed", range(40))
def test_no_layer_reads_what_another_one_has_written_over(seed):
    """Run with real contents: a buffer holds the name that was written last, under all names that it passed on."""
    rows = measure(random_graph(seed)).rows
    buffer = {moment.step.name: moment.slot for moment in moments(steps_of(rows), in_place=True)}
    holds, outputs = {}, {row.name: row.name for row in rows}
    for row in rows:
        for name in row.node.inputs:
            assert holds[buffer[name]] == outputs[name]
        holds[buffer[row.name]] = row.name
    read = {name for row in rows for name in row.node.inputs}
    for row in rows:
        if row.name not in read:  # what the network puts out is still there at the end
            assert holds[buffer[row.name]] == row.name


def test_what_is_read_again_is_not_written_over():
    build = GraphBuilder("shortcut")
    top = build.add("conv", Conv2d(4, 3, padding=1), build.input(Shape(1, 8, 8, 1)))
    build.add("add", Add(), build.add("relu", Activation("relu"), top), top)
    assert memory(measure(build.graph()), in_place=True).peak == 2 * 8 * 8 * 4 * 4


def test_reshaping_copies_nothing():
    build = GraphBuilder("flat")
    build.add("flatten", Flatten(), build.input(Shape(1, 8, 8, 4)))
    assert memory(measure(build.graph())).peak == 8 * 8 * 4 * 4


def test_half_precision_is_half():
    measurement = measure(architecture("resnet18"))
    assert memory(measurement, itemsize=2).total * 2 == memory(measurement).total


class _Silent(Op):
    """An op that says nothing of its memory."""

    def rule(self, shape):
        return Cost(shape)


def test_what_an_op_does_not_tell_makes_a_lower_bound():
    build = GraphBuilder("silent")
    build.chain(build.input(Shape(1, 8, 8, 4)), ("odd", _Silent()), ("relu", Activation("relu")))
    found = memory(measure(build.graph()))
    assert not found.exact
    assert found.peak == 8 * 8 * 4 * 4  # a view of the input for all we know; then the activation alone
    assert memory(measure(architecture("resnet18"))).exact


@pytest.mark.parametrize("size", [numpy.array([32, 64]), symbol("n"), numpy.arange(32, 32 + 20_000)])
def test_grids_and_symbols_are_one_clear_error(size):
    graph = architecture("resnet18").with_input(Shape(1, size, size, 3))
    with pytest.raises(UsageError, match=r"plain sizes|measure fewer sizes at once"):
        memory(measure(graph))
