"""Which pixels a unit sees, against the Jacobian of the real Keras model with positive weights: no tolerance.

Without biases, and with nothing but positive numbers, the model is linear where it is used: its answer to an image
of one bright pixel is that pixel's column of the Jacobian, whose non-zeros are the support of the units' gradients.
"""

from __future__ import annotations

import random

import pytest

from resnet_analyzer.analyses.receptive_field import Unaligned, receptive_fields
from resnet_analyzer.analyses.support import support
from resnet_analyzer.errors import AnalyzerError
from resnet_analyzer.graph import GraphBuilder
from resnet_analyzer.measurement import measure
from resnet_analyzer.ops.average_pool import AveragePool2d
from resnet_analyzer.ops.concatenate import Concatenate
from resnet_analyzer.ops.conv import Conv2d
from resnet_analyzer.ops.cropping import Cropping2d
from resnet_analyzer.ops.depthwise_conv import DepthwiseConv2d
from resnet_analyzer.ops.elementwise import Add
from resnet_analyzer.ops.relu import ReLU
from resnet_analyzer.ops.transposed_conv import TransposedConv2d
from resnet_analyzer.ops.upsampling import Upsampling2d
from resnet_analyzer.ops.zero_padding import ZeroPadding2d
from resnet_analyzer.shape import Shape

pytest.importorskip("keras")

DESIGNS, QUICK = 60, 8


def layer(chance):
    """One layer of two channels: every weight of it counts, so no maximum."""
    kernel = (chance.randint(1, 4), chance.randint(1, 3))
    return chance.choice(
        [
            Conv2d(2, kernel, chance.randint(1, 3), chance.choice(["valid", "same", 1])),
            Conv2d(2, (2, 3), padding=chance.choice(["same", "valid"]), dilation_rate=(chance.randint(1, 3), 2)),
            DepthwiseConv2d(3, dilation_rate=2, padding="same"),
            TransposedConv2d(2, kernel, chance.randint(1, 2), chance.choice(["valid", "same"])),
            TransposedConv2d(2, 2, 3),  # some units read nothing
            TransposedConv2d(2, 2, dilation_rate=2),
            AveragePool2d(chance.randint(2, 3), chance.randint(1, 2)),
            Upsampling2d(2),
            ZeroPadding2d(((chance.randint(0, 3), 1), (2, 0))),
            Cropping2d(((chance.randint(0, 1), 1), (0, 1))),
            ReLU(),
        ]
    )


def branch(build, start, chance, name):
    return build.chain(start, *[(f"{name}{number}", layer(chance)) for number in range(chance.randint(1, 4))])


def joined(build, ends, chance):
    """The branches cut to one size: their units need not be aligned."""
    rows = measure(build.graph()).by_name
    height, width = (min(rows[end].output[axis] for end in ends) for axis in (1, 2))
    cut = []
    for number, end in enumerate(ends):
        spare = [rows[end].output[axis] - size for axis, size in ((1, height), (2, width))]
        before = [chance.randint(0, each) for each in spare]
        pads = tuple((first, each - first) for first, each in zip(before, spare, strict=True))
        cut.append(build.add(f"cut{number}", Cropping2d(pads), end))
    return build.add("join", chance.choice([Add(), Concatenate()]), *cut)


def design(seed):
    chance = random.Random(seed)
    while True:
        build = GraphBuilder(f"design{seed}")
        image = build.input(Shape(1, chance.randint(12, 18), chance.randint(12, 18), 2))
        end = branch(build, image, chance, "stem")
        try:
            measure(build.graph())
            if seed % 3:
                end = joined(build, [branch(build, end, chance, name) for name in "ab"], chance)
                end = branch(build, end, chance, "head")
            graph = build.graph()
            output = measure(graph).rows[-1].output
        except AnalyzerError:
            continue
        if max(output[1:3]) <= 60:
            return graph, chance


def jacobian(graph):
    """Whether output place (i, j) depends on pixel (y, x): [y, x, i, j], all pixels in one batch."""
    import numpy

    from resnet_analyzer.crosscheck.builder import build_model

    model = build_model(graph)
    for weight in model.weights:
        weight.assign(numpy.full(weight.shape, float("bias" not in weight.path.rsplit("/", 1)[-1])))
    _, height, width, channels = graph.inputs[0].op.shape
    images = numpy.eye(height * width, dtype="float32").reshape(-1, height, width, 1).repeat(channels, axis=-1)
    answers = model.predict_on_batch(images)
    assert numpy.isfinite(answers).all()
    return answers.any(axis=-1).reshape(height, width, *answers.shape[1:3])


@pytest.mark.parametrize(
    "seed", [pytest.param(seed, marks=[] if seed < QUICK else [pytest.mark.slow]) for seed in range(DESIGNS)]
)
def test_the_support_is_that_of_the_gradient(seed):
    graph, chance = design(seed)
    measured = measure(graph)
    last = measured.rows[-1]
    view = receptive_fields(measured.rows)[last.name]
    depends = jacobian(graph)
    for _ in range(12):
        unit = tuple(chance.randrange(size) for size in last.output[1:3])
        pixels = depends[:, :, unit[0], unit[1]]
        found = support(measured, last.name, (0, *unit, 0)).inputs.get("input", (frozenset(),) * 4)
        assert [set(each) for each in found[1:3]] == [set(pixels.any(axis=1 - axis).nonzero()[0]) for axis in (0, 1)]
        for axis, at, places in zip(view.sides, unit, found[1:3], strict=True):
            first, last_pixel = axis.sees(at)
            assert not places or first <= min(places) <= max(places) <= last_pixel


def test_designs_hold_what_they_should():
    graphs = [design(seed)[0] for seed in range(DESIGNS)]
    ops = [{type(node.op).__name__ for node in graph.nodes} for graph in graphs]
    assert sum("TransposedConv2d" in each for each in ops) >= 15
    dilated = [graph for graph in graphs if any(getattr(node.op, "dilation_rate", 1) != 1 for node in graph.nodes)]
    assert len(dilated) >= 20
    views = [receptive_fields(measure(graph).rows).values() for graph in graphs]
    unaligned = [
        any(view and any(isinstance(side, Unaligned) for side in view.sides) for view in each) for each in views
    ]
    assert sum(unaligned) >= 10
