"""Signal and gradient: theory against numbers worked out by hand, and against real Keras models."""

import itertools
import os
import subprocess
import sys
from importlib.util import find_spec
from math import pi
from pathlib import Path

import pytest

from resnet_analyzer.architectures.base import architecture
from resnet_analyzer.crosscheck.signals import network, without_normalisation
from resnet_analyzer.crosscheck.theory import predict
from resnet_analyzer.errors import UsageError
from resnet_analyzer.graph import GraphBuilder
from resnet_analyzer.ops.activation import Activation
from resnet_analyzer.ops.batch_norm import BatchNorm
from resnet_analyzer.ops.conv import Conv2d
from resnet_analyzer.ops.elementwise import Add
from resnet_analyzer.ops.global_pool import GlobalAveragePool2d
from resnet_analyzer.shape import Shape

ROOT = Path(__file__).parents[2]


def told(graph):
    return {each.layer: each for each in predict(graph)}


def pointwise(blocks, norm=False, shortcut=False):
    """1×1 layers alone, so that no padding stands in the way of a result by hand: conv, then ReLU, conv, ReLU, conv."""
    build = GraphBuilder("net")
    x = build.add("first", Conv2d(16, 1, use_bias=False), build.input(Shape(1, 8, 8, 16)))
    for index in range(blocks):
        with build.scope(f"stage1/block{index + 1}"):
            y = x
            for part in ("a", "b"):
                y = build.add(f"norm{part}", BatchNorm(), y) if norm else y
                y = build.add(f"relu{part}", Activation("relu"), y)
                y = build.add(f"conv{part}", Conv2d(16, 1, use_bias=False), y)
            x = build.add("add", Add(), y, x) if shortcut else y
    build.add("pool", GlobalAveragePool2d(), x)
    return build.graph()


def test_he_initialisation_keeps_a_plain_nets_signal_and_gradient():
    """He et al. 2015, Delving Deep, eqs. 10 and 14: 2/fan_in undoes the half that a ReLU takes."""
    found = told(pointwise(10))
    assert found["stage1/block10/convb"].signal == pytest.approx(found["first"].signal, rel=1e-9)
    assert found["stage1/block1/conva"].gradient == pytest.approx(found["stage1/block10/convb"].gradient, rel=1e-9)
    assert found["first"].signal == 2  # twice the mean square of the image: there was no ReLU before


def test_an_unnormalised_branch_doubles_the_signal_with_every_block():
    found = told(pointwise(6, shortcut=True))
    signals = [found[f"stage1/block{k}/add"].signal for k in range(1, 7)]
    assert [now / before for before, now in itertools.pairwise(signals)] == pytest.approx([2] * 5, rel=0.01)


def test_a_normalised_branch_adds_the_same_with_every_block():
    """Batch norm, then ReLU, leaves 1/2 of mean square 1, and the convolution behind doubles it: 1 more per block."""
    found = told(pointwise(6, norm=True, shortcut=True))
    signals = [found[f"stage1/block{k}/add"].signal for k in range(1, 7)]
    assert [now - before for before, now in itertools.pairwise(signals)] == pytest.approx([1] * 5, rel=0.01)


def test_batch_norm_behind_relus_makes_a_plain_nets_gradient_explode():
    """Yang et al. 2019: a factor of pi/(pi - 1) a layer, from a variance of 1 - 1/pi behind a ReLU's mean."""
    found = told(pointwise(10, norm=True))
    grown = found["stage1/block2/convb"].gradient / found["stage1/block8/convb"].gradient
    assert grown ** (1 / 12) == pytest.approx(pi / (pi - 1), rel=0.01)


def test_without_normalisation_is_the_same_net_but_for_its_norms():
    graph = architecture("resnet56")
    bare = without_normalisation(graph)
    assert [node.name for node in bare.nodes] == [n.name for n in graph.nodes if n.op.kind != "normalisation"]
    assert {name for node in bare.nodes for name in node.inputs} <= {node.name for node in bare.nodes}


def test_what_the_theory_does_not_cover_is_said():
    with pytest.raises(UsageError, match="does not cover"):
        predict(architecture("densenet121", input=32))
    with pytest.raises(UsageError, match="cifar"):
        network("plain", 20, True, "imagenet")


@pytest.fixture(scope="module")
def keras():
    pytest.importorskip("keras")
    from resnet_analyzer.crosscheck.framework import start_quietly

    start_quietly()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["plain", "resnet", "preresnet"])
def test_keras_measures_what_theory_says(keras, name):
    """Nets of 20 layers without batch norm: nine figures of ten within the spread of 8 seeds."""
    from resnet_analyzer.crosscheck.signals import measure_nets

    (net,) = measure_nets([(name, 20, False)], 8, 4)
    right, all_told = net.foreseen
    assert right >= 0.9 * all_told
    assert net.farthest < 2.5


def test_the_scatter_that_takes_theory_out_of_the_spread_shrinks_with_width(keras):
    """Why deep narrow nets leave the line: the wider the net, the closer single draws lie to the mean over all."""
    from resnet_analyzer.crosscheck.signals import measure_signals, probed
    from resnet_analyzer.crosscheck.training import he_initialise

    far = []
    for width in (4, 64):
        graph = without_normalisation(architecture("plain14", input=8, width=width))
        last = predict(graph)[-2]
        model = probed(graph)
        factors = []
        for seed in range(4):
            he_initialise(model.built, seed)
            seen = {each.layer: each for each in measure_signals(model, 4, seed)[0]}[last.layer].signal
            factors.append(max(seen / last.signal, last.signal / seen))
        far.append(max(factors))
    assert far[1] < 2 < far[0]


def test_gradients_are_those_of_finite_differences(keras):
    """The probe's gradient foretells what a small change of one number of a layer's output does to the result."""
    import numpy

    from resnet_analyzer.crosscheck.signals import _backward, _kernels, probed
    from resnet_analyzer.crosscheck.training import he_initialise

    model = probed(without_normalisation(architecture("resnet8", input=8)))
    he_initialise(model.built, 0)
    random = numpy.random.default_rng(0)
    image = random.standard_normal((2, 8, 8, 3)).astype("float32")
    pull = random.standard_normal((2, 10)).astype("float32")
    probes = [numpy.zeros((2, *shape), dtype="float32") for shape in model.shapes]
    _, gradients, _ = _backward()(model.model, [image, *probes], pull, list(_kernels(model).values()))
    place, index, step = 2, (1, 3, 3, 5), 0.01

    def pulled(change):
        moved = [each.copy() for each in probes]
        moved[place][index] = change
        return float((numpy.asarray(model.model([image, *moved], training=True)[-1], dtype="float64") * pull).sum())

    expected = (pulled(step) - pulled(-step)) / (2 * step)
    assert float(numpy.asarray(gradients[1 + place])[index]) == pytest.approx(expected, rel=0.02, abs=1e-4)


BOTH = """
from resnet_analyzer.crosscheck.framework import start_quietly
start_quietly()
from resnet_analyzer.crosscheck.signals import measure_nets
for net in measure_nets([("resnet", 20, True), ("plain", 20, False)], 1, 2):
    for each in net.layers:
        print(each.layer, each.signal.mean, each.gradient.mean, each.kernel.mean if each.kernel else 1.0)
"""


@pytest.mark.slow
def test_two_back_ends_agree_within_rounding(keras):
    if find_spec("jax") is None:
        pytest.skip("needs jax")
    told = []
    for backend in ("tensorflow", "jax"):
        environment = {
            **os.environ,
            "KERAS_BACKEND": backend,
            "PYTHONPATH": f"{ROOT}:{os.environ.get('PYTHONPATH', '')}",
        }
        ended = subprocess.run(
            [sys.executable, "-c", BOTH], env=environment, capture_output=True, text=True, check=True
        )
        told.append([line.split() for line in ended.stdout.splitlines()])
    assert len(told[0]) == len(told[1]) == 29 + 20
    for ours, theirs in zip(*told, strict=True):
        assert ours[0] == theirs[0]
        assert [float(each) for each in ours[1:]] == pytest.approx([float(each) for each in theirs[1:]], rel=2e-3)
