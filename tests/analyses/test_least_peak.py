"""The least peak over all orders, against every order tried one by one, and known networks with their certificate."""

from __future__ import annotations

import random

import pytest

from resnet_analyzer.analyses.memory import least_memory, memory
from resnet_analyzer.analyses.order import forced, least_peak
from resnet_analyzer.analyses.schedule import moments, steps_of
from resnet_analyzer.architectures.base import architecture
from resnet_analyzer.graph import GraphBuilder
from resnet_analyzer.measurement import measure
from resnet_analyzer.ops.activation import Activation
from resnet_analyzer.ops.concatenate import Concatenate
from resnet_analyzer.ops.conv import Conv2d
from resnet_analyzer.ops.elementwise import Add
from resnet_analyzer.ops.reshape import Flatten
from resnet_analyzer.shape import Shape


def random_graph(seed):
    """Up to 8 layers of different sizes, joined at random, some outputs unread."""
    chance = random.Random(seed)
    build = GraphBuilder("random")
    made = [build.input(Shape(1, 4, 4, chance.randint(1, 6)), f"in{n}") for n in range(chance.choice([1, 1, 2]))]
    for index in range(7):
        if len(build.graph()) >= 7:
            break
        source = chance.choice(made[-4:])
        kind = chance.choice(["conv", "conv", "relu", "join", "add", "flat"])
        if kind == "conv":
            made.append(build.add(f"n{index}", Conv2d(chance.randint(1, 9), 1), source))
        elif kind == "relu":
            made.append(build.add(f"n{index}", Activation("relu"), source))
        elif kind == "add":
            made.append(build.add(f"n{index}", Add(), source, build.add(f"n{index}b", Activation("tanh"), source)))
        elif kind == "join":
            made.append(
                build.add(f"n{index}", Concatenate(), *chance.sample(made, min(len(made), chance.randint(2, 3))))
            )
        else:
            build.add(f"n{index}", Flatten(), source)  # a view that nobody reads
    return build.graph()


def orders(needs):
    """Every order in which each layer comes after all that it reads."""
    done, order = set(), []

    def go():
        if len(order) == len(needs):
            yield tuple(order)
            return
        for number, before in enumerate(needs):
            if number not in done and done.issuperset(before):
                done.add(number)
                order.append(number)
                yield from go()
                order.pop()
                done.discard(number)

    yield from go()


def simulated(rows, order, in_place):
    """Run an order with plain objects: what is alive is what a layer still to run reads, or nobody reads at all."""
    names = [row.name for row in rows]
    inputs = [[names.index(name) for name in row.node.inputs] for row in rows]
    root = []
    for number, row in enumerate(rows):
        root.append(root[inputs[number][0]] if row.op == "Flatten" else number)
    outputs = {root[number] for number in range(len(rows)) if not any(number in each for each in inputs)}
    peak, run = 0, []
    for number in order:
        later = [each for each in order if each not in run and each != number]
        wanted = {root[each] for other in later for each in inputs[other]} | outputs
        alive = {root[each] for each in run if root[each] in wanted or root[each] in {root[i] for i in inputs[number]}}
        size = sum(rows[each].output.elements for each in alive)
        if root[number] == number:
            size += rows[number].output.elements
            writes_over = rows[number].op in ("Activation", "Add") and any(
                root[each] not in wanted
                and rows[each].output == rows[number].output
                and rows[root[each]].output.elements == rows[number].output.elements
                for each in inputs[number]
            )
            if in_place and writes_over:
                size -= rows[number].output.elements
        peak = max(peak, size)
        run.append(number)
    return peak


@pytest.mark.parametrize("in_place", [False, True])
@pytest.mark.parametrize("seed", range(200))
def test_the_least_of_all_orders(seed, in_place):
    rows = measure(random_graph(seed)).rows
    steps = steps_of(rows)
    found = least_peak(steps, in_place)
    every = list(orders([step.needs for step in steps]))
    assert found.certain
    assert found.peak == min(simulated(rows, order, in_place) for order in every)
    assert found.peak == simulated(rows, found.order, in_place)
    assert forced(steps, in_place) <= found.peak
    assert max(moment.live for moment in moments(steps, in_place)) == simulated(rows, every[0], in_place)


def test_an_order_that_is_better_than_the_given_one():
    """Two branches of 9 and 8 channels, each cut to 1: one after the other 1 + 9 + 1 + 1; both at once 1 + 9 + 8."""
    build = GraphBuilder("two")
    image = build.input(Shape(1, 4, 4, 1))
    wide = [build.add(f"wide{n}", Conv2d(n, 1), image) for n in (9, 8)]
    thin = [build.add(f"thin{n}", Conv2d(1, 1), each) for n, each in enumerate(wide)]
    build.add("add", Add(), *thin)
    measured = measure(build.graph())
    assert memory(measured).peak == 4 * 16 * (1 + 9 + 8 + 0)
    found = least_memory(measured)
    assert (found.peak, found.certain) == (4 * 16 * (1 + 9 + 1), True)


@pytest.mark.parametrize(("name", "peak"), [("googlenet", 6_422_528), ("densenet121", 8_429_568)])
def test_networks_have_their_certificate(name, peak):
    found = least_memory(measure(architecture(name)))
    assert found.certain
    assert found.peak == peak


def test_resnet50_with_folded_normalisation():
    """9.63 MB: three maps of 56·56·256; in place 7.23 MB: two of them and 56·56·64."""
    measured = measure(architecture("resnet50"))
    assert least_memory(measured, fuse_bn=True).peak == 3 * 56 * 56 * 256 * 4 == 9_633_792
    assert least_memory(measured, in_place=True, fuse_bn=True).peak == (2 * 256 + 64) * 56 * 56 * 4 == 7_225_344


@pytest.mark.slow
@pytest.mark.parametrize(("name", "size"), [("InceptionV3", 299), ("NASNetMobile", 224)])
def test_networks_of_keras_have_their_certificate(name, size):
    """By a search that visits no more than some thousand states: seconds."""
    keras = pytest.importorskip("keras")
    from resnet_analyzer.importers.keras import from_keras

    measured = measure(from_keras(getattr(keras.applications, name)(weights=None, input_shape=(size, size, 3))))
    for in_place in (False, True):
        found = least_memory(measured, in_place=in_place)
        assert found.certain
        assert found.states < 20_000
        assert found.peak <= memory(measured, in_place=in_place).peak


def test_a_search_that_stops_tells_honest_bounds():
    rows = measure(random_graph(3)).rows
    steps = steps_of(rows)
    found, whole = least_peak(steps, most_states=0), least_peak(steps)
    assert found.bound <= whole.peak <= found.peak
