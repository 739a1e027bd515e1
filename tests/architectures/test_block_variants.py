"""The blocks of He et al. 2016 (Identity Mappings), op by op: Fig. 4, and the shortcuts of Fig. 2 and Table 1."""

import pytest

from resnet_analyzer import architecture, measure
from resnet_analyzer.architectures.base import ARCHITECTURES

# Fig. 4 (a) to (e), read from top to bottom.
FIGURE_4 = {
    "original": "conv bn relu conv bn add relu",
    "bn_after_addition": "conv bn relu conv add bn relu",
    "relu_before_addition": "conv bn relu conv bn relu add",
    "relu_only_preactivation": "relu conv bn relu conv bn add",
    "full_preactivation": "bn relu conv bn relu conv add",
}
KINDS = {"Conv2d": "conv", "BatchNorm": "bn", "Activation": "relu", "Add": "add"}
STAGES = ((16, 32), (32, 16), (64, 8))  # filters and map of ResNet-110's stages, 18 blocks each


def inside(graph, scope):
    return [node for node in graph if node.name.startswith(f"{scope}/")]


@pytest.mark.parametrize(("variant", "order"), FIGURE_4.items())
@pytest.mark.parametrize("name", ["resnet110", "resnet18"])
def test_figure_4(name, variant, order):
    """A block whose shortcut is the identity: one chain, and the addition takes what came in."""
    graph = architecture(name, variant=variant)
    nodes = inside(graph, "stage2/block2")
    before = inside(graph, "stage2/block1")[-1].name
    assert [KINDS[type(node.op).__name__] for node in nodes] == order.split()
    last = before
    for node in nodes:
        wanted = (last, before) if node.name.endswith("/add") else (last,)
        assert node.inputs == wanted
        last = node.name


@pytest.mark.parametrize(
    ("variant", "order"),
    [
        ("original", "conv bn relu conv bn relu conv bn add relu"),
        ("full_preactivation", "bn relu conv bn relu conv bn relu conv add"),
    ],
)
def test_bottlenecks_alike(variant, order):
    nodes = inside(architecture("resnet164", variant=variant), "stage2/block2")
    assert [KINDS[type(node.op).__name__] for node in nodes] == order.split()


@pytest.mark.parametrize("variant", [each for each in FIGURE_4 if each != "original"])
def test_registered_under_its_name(variant):
    ours, other = architecture(f"resnet110_{variant}"), architecture("resnet110", variant=variant)
    assert list(map(str, ours)) == list(map(str, other))


def test_ends_of_a_preactivation_net():
    """The last addition has no activation of its own, so one more stands before the head (appendix)."""
    full = [node.name for node in architecture("preresnet110")]
    assert full[:4] == ["input", "stage1/conv", "stage2/block1/bn0", "stage2/block1/relu0"]
    assert full[-4:] == ["head/bn", "head/relu", "head/pool", "head/dense"]
    relu_only = [node.name for node in architecture("resnet110_relu_only_preactivation")]
    assert relu_only[-3:] == ["head/relu", "head/pool", "head/dense"]
    assert [node.name for node in architecture("resnet110")][-2:] == ["head/pool", "head/dense"]


def test_projections_of_a_preactivation_net():
    """Where a stage widens, both ways read the pre-activation, and the projection has no batch norm."""
    graph = architecture("preresnet110")
    assert graph["stage3/block1/conv1"].inputs == ("stage3/block1/relu0",)
    assert graph["stage3/block1/shortcut/conv"].inputs == ("stage3/block1/relu0",)
    assert graph["stage3/block1/add"].inputs == ("stage3/block1/conv2", "stage3/block1/shortcut/conv")
    assert graph["stage3/block2/add"].inputs == ("stage3/block2/conv2", "stage3/block1/add")


@pytest.mark.parametrize("variant", FIGURE_4)
def test_variants_move_normalisation_only(variant):
    """Kernels and multiply-accumulates stay (option A); batch norms move, and two nets gain one at an end."""
    original, ours = (measure(architecture("resnet110", variant=each)) for each in ("original", variant))
    assert ours.totals.macs == original.totals.macs
    moved = {  # channels that some batch norm sees no more, or for the first time
        "bn_after_addition": 0,
        "full_preactivation": 64 - 16 + (16 + 32) - (32 + 64),  # head, stem; widening blocks normalise what comes in
    }.get(variant, 0)
    assert ours.totals.trainable_params - original.totals.trainable_params == 2 * moved


def gate_params(bias):
    """A 1×1 convolution per block, as wide as the block's output."""
    total, channels = 0, 16
    for width, _ in STAGES:
        for _ in range(18):
            total += channels * width + bias * width
            channels = width
    return total


def gate_macs():
    total, channels = 0, 16
    for width, size in STAGES:
        for _ in range(18):
            total += channels * width * size * size
            channels = width
    return total


@pytest.mark.parametrize(
    ("variant", "params", "macs"),
    [
        ("constant_scaling", 0, 0),
        ("dropout", 0, 0),
        ("exclusive_gating", gate_params(bias=1), gate_macs()),
        ("shortcut_only_gating", gate_params(bias=1), gate_macs()),
        ("conv", gate_params(bias=0) + 2 * 18 * (16 + 32 + 64), gate_macs()),
    ],
)
def test_what_a_shortcut_costs(variant, params, macs):
    """Gates and projections are 1×1 convolutions; scaling and dropout have no weights."""
    plain, ours = measure(architecture("resnet110")).totals, measure(architecture(f"resnet110_{variant}")).totals
    assert ours.trainable_params - plain.trainable_params == params
    assert ours.macs - plain.macs == macs


def around_the_addition(variant):
    """The names of what a block adds to the original one, by input, in a block with an identity shortcut."""
    graph = architecture(f"resnet110_{variant}")
    before = "stage2/block1/relu"
    nodes = {node.name.removeprefix("stage2/block2/"): node for node in inside(graph, "stage2/block2")}
    inputs = {name: tuple(each.removeprefix("stage2/block2/") for each in node.inputs) for name, node in nodes.items()}
    return before, {name: node.op for name, node in nodes.items()}, inputs


def test_constant_scaling():
    """Fig. 2(b): both ways times 0.5 (Table 1's setting that converged best)."""
    before, ops, inputs = around_the_addition("constant_scaling")
    assert (ops["scale"].scale, ops["shortcut/scale"].scale) == (0.5, 0.5)
    assert (inputs["scale"], inputs["shortcut/scale"]) == (("bn2",), (before,))
    assert inputs["add"] == ("scale", "shortcut/scale")


def test_exclusive_gating():
    """Fig. 2(c): g(x)·F(x) + (1 − g(x))·x with g a 1×1 convolution and a sigmoid."""
    before, ops, inputs = around_the_addition("exclusive_gating")
    gate = ops["gate/conv"]
    assert (gate.filters, gate.kernel_size, gate.use_bias, inputs["gate/conv"]) == (16, 1, True, (before,))
    assert (ops["gate/sigmoid"].function, inputs["gate/sigmoid"]) == ("sigmoid", ("gate/conv",))
    assert (ops["gate/rest"].scale, ops["gate/rest"].offset, inputs["gate/rest"]) == (-1, 1, ("gate/sigmoid",))
    assert (inputs["scale"], inputs["shortcut/scale"]) == (("bn2", "gate/sigmoid"), (before, "gate/rest"))
    assert inputs["add"] == ("scale", "shortcut/scale")


def test_shortcut_only_gating():
    """Fig. 2(d): F(x) + (1 − g(x))·x."""
    before, ops, inputs = around_the_addition("shortcut_only_gating")
    assert "scale" not in ops
    assert inputs["shortcut/scale"] == (before, "gate/rest")
    assert inputs["add"] == ("bn2", "shortcut/scale")


def test_conv_shortcut():
    """Fig. 2(e): a 1×1 convolution in every block."""
    before, ops, inputs = around_the_addition("conv")
    assert (ops["shortcut/conv"].kernel_size, inputs["shortcut/conv"]) == (1, (before,))
    assert inputs["add"] == ("bn2", "shortcut/bn")
    graph = architecture("resnet110_conv")
    assert sum(node.name.endswith("shortcut/conv") for node in graph) == 54


def test_dropout_shortcut():
    """Fig. 2(f): half of the shortcut dropped in training."""
    before, ops, inputs = around_the_addition("dropout")
    assert (ops["shortcut/dropout"].rate, inputs["shortcut/dropout"]) == (0.5, (before,))
    assert inputs["add"] == ("bn2", "shortcut/dropout")


def test_gates_where_a_stage_widens():
    """The gate strides with the block, so that its map fits."""
    rows = measure(architecture("resnet110_exclusive_gating")).by_name
    assert tuple(rows["stage3/block1/gate/conv"].output) == (1, 16, 16, 32)
    assert rows["stage3/block1/shortcut/scale"].node.inputs[0] == "stage3/block1/shortcut/pad"


def test_all_are_registered():
    names = {f"resnet110_{each}" for each in FIGURE_4 if each != "original"}
    names |= {f"resnet110_{each}" for each in ("constant_scaling", "exclusive_gating", "shortcut_only_gating")}
    names |= {"resnet110_conv", "resnet110_dropout"}
    assert {name for name in ARCHITECTURES if name.startswith("resnet110_")} == names
