"""What training keeps and costs, against torch's saved tensors and counter (tests/witnesses/torch_training.py)."""

from __future__ import annotations

import json
import random
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from resnet_analyzer.analyses.backward import backward_of, kept_places
from resnet_analyzer.analyses.training import training, training_step
from resnet_analyzer.analyses.training_memory import CHECKPOINTS, Setting, kept_bytes, roots_of, training_memory
from resnet_analyzer.architectures.base import architecture
from resnet_analyzer.dim import symbol
from resnet_analyzer.errors import UnknownName, UsageError
from resnet_analyzer.graph import GraphBuilder
from resnet_analyzer.measurement import measure
from resnet_analyzer.ops.activation import Activation
from resnet_analyzer.ops.batch_norm import BatchNorm
from resnet_analyzer.ops.conv import Conv2d
from resnet_analyzer.ops.dense import Dense
from resnet_analyzer.ops.dropout import Dropout
from resnet_analyzer.ops.elementwise import Add, Multiply
from resnet_analyzer.ops.global_pool import GlobalAveragePool2d
from resnet_analyzer.ops.max_pool import MaxPool2d
from resnet_analyzer.ops.opaque import Opaque
from resnet_analyzer.shape import Shape

from .mobilenet import mobilenet_v2

TORCH = json.loads((Path(__file__).parents[1] / "data" / "torch_training.json").read_text(encoding="utf-8"))
BATCH = TORCH["batch"]
# On a CPU torch keeps the noise of a dropout as float32 numbers; ours, as on a GPU, is a mask of a byte each.
DROPPED = {"vgg16": [4096, 4096], "mobilenet_v2": [1280]}


@cache
def measured(name):
    if name == "mobilenet_v2":
        return measure(mobilenet_v2(), BATCH)
    return measure(architecture(name, 224, style="torchvision"), BATCH)


def ours(name):
    """Every tensor that is kept: its number of elements and bytes an element, with how often."""
    layers = backward_of(measured(name).rows)
    roots = roots_of([layer.row for layer in layers])
    found = Counter()
    for place in {roots[each] for each in kept_places(layers)}:
        found[layers[place].row.output.elements, 4] += 1
    for layer in layers:
        for kept in layer.beside:
            if kept.what == "statistics":  # torch keeps mean and deviation as two tensors
                found[kept.elements // 2, 4] += 2
            else:
                found[kept.elements, kept.itemsize or 4] += 1
    return found


def torchs(name):
    found = Counter()
    for words, count in TORCH["models"][name]["saved"].items():
        shape, kind = words.split(" ")
        elements = 1
        for size in shape.split("x"):
            elements *= int(size)
        found[elements, {"float32": 4, "int64": 8}[kind]] += count
    for width in DROPPED.get(name, []):
        found[BATCH * width, 4] -= 1
        found[BATCH * width, 1] += 1
    return +found


@pytest.mark.parametrize("name", ["resnet18", "resnet50", "vgg16", "densenet121", "mobilenet_v2"])
def test_what_is_kept_is_what_torch_saves(name):
    """Tensor by tensor, and so to the byte."""
    assert ours(name) == torchs(name)
    masks = sum(3 * BATCH * width for width in DROPPED.get(name, []))
    assert kept_bytes(backward_of(measured(name).rows), 4) == TORCH["models"][name]["bytes"] - masks


UNGROUPED = ["resnet18", "resnet34", "resnet50", "wide_resnet50_2", "vgg16", "densenet121"]


@pytest.mark.parametrize("name", UNGROUPED)
def test_training_costs_what_torch_counts(name):
    step, torch = training_step(measured(name)), TORCH["models"][name]
    forward, to_inputs, to_weights, again = step.by_pass(lambda work: work.multiply_accumulates)
    assert 2 * forward == torch["forward"]
    assert 2 * (to_inputs + to_weights) == torch["backward"]
    assert again == 0


def by_hand(rows):
    """Every convolution and dense layer three times, the first without its input's gradient."""
    macs = [row.macs for row in rows if row.macs]
    return 3 * sum(macs) - macs[0]


@pytest.mark.parametrize(
    ("name", "flops", "times"), [("mobilenet_v2", 3_565_939_200, 6.89), ("resnext50_32x4d", 50_293_702_656, 1.57)]
)
def test_groups_cost_what_the_hand_formula_says(name, flops, times):
    """Torch 2.14's counter takes a grouped weight's gradient `groups` times: 6.89 and 1.57 times too much."""
    measurement = measured(name)
    assert 2 * training_step(measurement).macs == 2 * by_hand(measurement.rows) == flops
    torch = TORCH["models"][name]
    assert torch["forward"] == 2 * measurement.totals.macs
    assert round((torch["forward"] + torch["backward"]) / flops, 2) == times


def small(*steps, freeze=()):
    build = GraphBuilder("small")
    build.chain(build.input(Shape(1, 8, 8, 4)), *steps)
    graph = build.graph()
    nodes = tuple(node._replace(frozen=node.name in freeze) for node in graph.nodes)
    return measure(type(graph)(graph.name, nodes))


def test_a_frozen_stem_has_no_backward_pass():
    """conv1 and its normalisation are frozen: gradients end behind them, and only conv2 keeps its input."""
    chain = [("conv1", Conv2d(4, 1)), ("bn", BatchNorm()), ("relu", Activation()), ("conv2", Conv2d(4, 1))]
    layers = backward_of(small(*chain, freeze=("conv1", "bn")).rows)
    assert [layer.keeps for layer in layers] == [(), (), (), (), (3,)]
    assert [(layer.flows, layer.trains) for layer in layers[1:]] == [(False, False)] * 3 + [(False, True)]


def test_a_frozen_normalisation_passes_gradients_by_one_factor():
    chain = [("conv1", Conv2d(4, 1)), ("bn", BatchNorm()), ("conv2", Conv2d(4, 1))]
    _, _, frozen, _ = backward_of(small(*chain, freeze=("bn",)).rows)
    assert (frozen.to_inputs.multiplies, frozen.keeps, frozen.beside) == (8 * 8 * 4, (), ())
    _, _, trained, _ = backward_of(small(*chain).rows)
    assert trained.beside[0].elements == 2 * 4


def test_memory_by_hand():
    """image 256, conv 256, relu 256 numbers: the conv keeps the image, the relu its own output, a mask of 256 bytes."""
    found = training_memory(small(("conv", Conv2d(4, 1)), ("relu", Activation()), ("drop", Dropout(0.5))))
    assert found.kept == 4 * 256 + 4 * 256 + 256
    # drop backward: image, relu, mask, the gradients of its output and input
    assert (found.peak, found.at) == (4 * 256 * 4 + 256, "drop backward")
    assert (found.weights, found.gradients, found.state) == (80, 80, 80)
    assert found.total == found.peak + 240


def test_mixed_precision_halves_activations_and_adds_a_copy():
    whole, half = (training_memory(measured("resnet50"), Setting(dtype)) for dtype in ("float32", "bfloat16"))
    params = measured("resnet50").totals.params
    assert half.weights - whole.weights == 2 * params
    assert half.gradients == whole.gradients
    statistics = 2 * 26_560 * 4
    places = BATCH * 56 * 56 * 64 * 8
    assert 2 * (half.kept - statistics - places) == whole.kept - statistics - places


@pytest.mark.parametrize("name", ["resnet50", "densenet121", "vgg16"])
def test_checkpoints_save_memory_and_cost_less_than_a_forward_pass(name):
    plain = training_memory(measured(name))
    for checkpoint in ("sqrt", "stages"):
        setting = Setting(checkpoint=checkpoint)
        assert training_memory(measured(name), setting).peak < plain.peak
        forward, _, _, again = training_step(measured(name), setting).by_pass(lambda work: work.multiply_accumulates)
        assert 0 < again < forward


def test_checkpoints_by_hand():
    """Nine relus of 256 numbers behind a conv: a cut is possible behind the conv and 8 of them, √9 are made."""
    chain = [("conv", Conv2d(4, 1)), *[(f"relu{n}", Activation()) for n in range(9)]]
    setting = Setting(checkpoint="sqrt")
    plain, cut = training_memory(small(*chain)), training_memory(small(*chain), setting)
    assert plain.peak == 1024 * (1 + 9 + 2)  # the image, nine outputs, two gradients
    assert cut.cuts == ("relu1", "relu3", "relu5")
    # when relu8 runs backward: the image, three cuts, relu6 to relu8, and two gradients
    assert cut.peak == 1024 * (1 + 3 + 3 + 2)


def test_whatever_the_checkpoint_weights_stay():
    for checkpoint in CHECKPOINTS:
        found = training_memory(measured("resnet18"), Setting(optimizer="adam", checkpoint=checkpoint))
        assert found.state == 2 * found.gradients


def test_an_unknown_layer_makes_bounds():
    found = small(("conv", Conv2d(4, 1)), ("odd", Opaque("odd", Shape(1, 8, 8, 4))), ("end", Conv2d(4, 1)))
    assert training_memory(found).unknown == ("odd",)
    assert training_step(found).unknown == ("odd",)


def test_what_is_wrong_is_one_clear_error():
    with pytest.raises(UsageError, match="int8"):
        training_memory(measured("resnet18"), Setting("int8"))
    with pytest.raises(UnknownName):
        training_memory(measured("resnet18"), Setting(optimizer="adamw2"))
    with pytest.raises(UsageError, match="one image"):
        training(measured("resnet18"), 0)


def test_the_last_batch_of_an_epoch_is_smaller():
    """5 images in batches of 2: two steps on 2 and one on 1."""
    course = training(measured("resnet18"), images=5, epochs=3)
    one = training_step(measure(measured("resnet18").graph.with_batch(1)))
    assert course.steps == 3
    assert course.macs == 3 * (2 * course.step.macs + one.macs)
    assert course.flops == 3 * (2 * course.step.flops + one.flops)


def gated():
    build = GraphBuilder("gated")
    x = build.chain(build.input(Shape(1, 9, 9, 4)), ("conv", Conv2d(8, 3, padding=1)), ("bn", BatchNorm()))
    gate = build.chain(x, ("pool", GlobalAveragePool2d(keepdims=True)), ("fc", Conv2d(8, 1, activation="sigmoid")))
    build.chain(
        build.add("add", Add(), build.add("gate", Multiply(), x, gate), x), ("max", MaxPool2d(2)), ("d", Dense(3))
    )
    return build.graph()


@pytest.mark.parametrize("name", ["resnet18", "densenet121", "googlenet", "seresnet18", "resnext50_32x4d", "gated"])
def test_closed_forms_are_the_integer_path(name):
    """Figures over symbols, at 100 points in all: memory and cost, with and without checkpoints."""
    graph = gated() if name == "gated" else architecture(name, 224)
    n, batch = symbol("n"), symbol("batch")
    channels = graph.inputs[0].op.shape[-1]
    chance = random.Random(name)
    setting = Setting(chance.choice(["float32", "float16"]), "adam", chance.choice(CHECKPOINTS), chance.random() < 0.5)
    formula = measure(graph.with_input(Shape(batch, n, n, channels)))
    memory_form, cost_form = training_memory(formula, setting), training_step(formula, setting)
    for _ in range(17):
        point = {"n": chance.randint(64, 400), "batch": chance.randint(1, 300)}
        plain = measure(graph.with_input(Shape(point["batch"], point["n"], point["n"], channels)))
        memory, cost = training_memory(plain, setting), training_step(plain, setting)
        assert memory_form.kept.at(**point) == memory.kept
        assert memory_form.peak.at(**point) == memory.peak
        assert cost_form.macs.at(**point) == cost.macs
        assert cost_form.flops.at(**point) == cost.flops
