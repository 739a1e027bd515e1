"""Closed forms: formulas worked out by hand, and the integer path, which knows no symbols."""

import random

import pytest

from resnet_analyzer import dim
from resnet_analyzer.analyses.formula.closed import FIGURES, closed_form
from resnet_analyzer.analyses.formula.prove import prove
from resnet_analyzer.analyses.formula.recipe import recipe_of, recipe_of_graph
from resnet_analyzer.analyses.formula.spell import letters_for, scaled, tidied
from resnet_analyzer.architectures.base import ARCHITECTURES, find
from resnet_analyzer.dim.spelling import PYTHON, TEXT, Spelling
from resnet_analyzer.errors import AnalyzerError, CheckFailed, UnknownName, UsageError
from resnet_analyzer.graph import GraphBuilder
from resnet_analyzer.measurement import measure
from resnet_analyzer.ops.conv import Conv2d
from resnet_analyzer.ops.max_pool import MaxPool2d
from resnet_analyzer.shape import Shape

EVERY = [(name, style) for name, each in ARCHITECTURES.items() for style in each.styles]
QUICK = [("resnet50", "paper"), ("resnet20", "paper"), ("alexnet", "paper"), ("vgg11", "torchvision"),
         ("densenet121", "keras"), ("googlenet", "torchvision"), ("lecture50", "course")]  # fmt: skip


def form_of(name, *variables, style=None, **fixed):
    return closed_form(recipe_of(find(name), style=style), variables, fixed)


def text(form, figure):
    return Spelling(letters_for(form.variables)).formula(form.figures[figure])


# By hand: 7·7·3·64 = 9,408 multiply-accumulates per pixel of the stem, and so on; also in the project's sketches.
MACS_RESNET50 = "9,408·⌈n/2⌉² + 212,992·⌈n/4⌉² + 1,212,416·⌈n/8⌉² + 7,077,888·⌈n/16⌉² + 14,942,208·⌈n/32⌉² + 2,048,000"


def test_resnet50_as_worked_out_by_hand():
    form = form_of("resnet50", "n")
    assert text(form, "macs") == MACS_RESNET50
    assert form.least == {"n": 1}
    assert text(form, "trainable_params") == "25,557,032"
    assert form.at(n=224)["macs"] == 3_857_973_248


@pytest.mark.parametrize(("style", "cubes"), [("paper", 78_692_352), ("torchvision", 83_410_944)])
def test_resnet50_at_multiples_of_32(style, cubes):
    stride, polynomial = scaled(form_of("resnet50", "n", style=style).figures["macs"], "n", "k")
    assert (stride, TEXT.formula(polynomial)) == (32, f"{cubes:,}·k² + 2,048,000")


def test_resnet50_in_width():
    assert text(form_of("resnet50", "width"), "trainable_params") == "5,724·w² + 32,977·w + 1,000"


def test_a_bottleneck_stage_counted_by_hand():
    """A further block of stage 2: 1×1 256→64, 3×3 64→64, 1×1 64→256 on 56×56; 70,400 weights with its norms."""
    form = form_of("resnet50", "blocks1")
    assert (
        text(form, "macs")
        == f"{56 * 56 * (256 * 64 + 9 * 64 * 64 + 64 * 256):,}·d₁ + {3_857_973_248 - 3 * 218_365_952:,}"
    )
    assert (
        text(form, "trainable_params") == f"{256 * 64 + 9 * 64 * 64 + 64 * 256 + 2 * (64 + 64 + 256):,}·d₁ + 25,345,832"
    )


def test_vgg16_needs_32_pixels_and_is_refused_below():
    form = form_of("vgg16", "n", style="keras")
    assert form.least == {"n": 32}  # five 2×2 pools
    with pytest.raises(CheckFailed, match="n must be at least 32, not 31"):
        form.at(n=31)


@pytest.mark.parametrize(("name", "style"), QUICK)
def test_quick_networks_in_height_width_batch_and_classes(name, style):
    prove(form_of(name, "h", "w", "batch", "classes", style=style), points=25, beside=8)
    proof = prove(form_of(name, "n", style=style), points=5)
    assert proof.boundary == 71


@pytest.mark.slow
@pytest.mark.parametrize(("name", "style"), EVERY)
def test_every_network_in_height_width_batch_and_classes(name, style):
    sizes = [size for size in ("h", "w", "batch", "classes") if size in recipe_of(find(name)).defaults]
    form = form_of(name, *sizes, style=style)
    assert prove(form, points=200, beside=8).random == 200
    square = form_of(name, "n", style=style)
    proof = prove(square, points=0)
    assert proof.boundary == 71  # n = N₀ … N₀ + 70
    assert proof.refused == (square.least["n"] > 1)  # N₀ − 1, where that is a size at all


WIDTHS = ("width", "growth_rate", "cardinality", "bottleneck_width", "stem_width", "hidden", "filters")


@pytest.mark.slow
@pytest.mark.parametrize(("name", "style"), EVERY)
def test_every_network_in_its_widths_and_blocks(name, style):
    recipe = recipe_of(find(name), style=style)
    widths = [variable for variable in WIDTHS if variable in recipe.defaults]
    for variables in (*[[each] for each in widths], [each for each in ("width", "growth_rate") if each in widths]):
        if variables:
            prove(closed_form(recipe, variables), points=20, beside=10)
    if "blocks" in recipe.tuples:
        prove(closed_form(recipe, ["blocks"]), points=20, beside=4)
        prove(closed_form(recipe, ["n", "batch", "blocks", *variables]), points=10, beside=2)


@pytest.mark.parametrize(
    ("name", "variables"),
    [
        ("resnet18", ["blocks"]),
        ("resnet50v2", ["n", "blocks"]),
        ("wrn16_8", ["width", "blocks"]),
        ("densenet121", ["n", "growth", "blocks"]),
        ("densenet_bc100_k12", ["growth", "blocks", "classes"]),
        ("resnext50_32x4d", ["cardinality", "bottleneck_width"]),
        ("resnet18", ["cardinality"]),
        ("seresnet18", ["width"]),
        ("vgg11", ["hidden", "widths"]),
    ],
)
def test_widths_and_blocks(name, variables):
    proof = prove(form_of(name, *variables), points=12, beside=3)
    assert proof.random + proof.boundary + proof.refused >= 15


def test_blocks_may_be_fixed_while_others_vary():
    form = form_of("resnet50", "blocks3", blocks2=8)
    assert form.at(blocks3=36)["trainable_params"] == 60_192_808  # torchvision's ResNet-152
    assert form_of("resnet50", "width", blocks3=23).at(width=64)["trainable_params"] == 44_549_160  # its ResNet-101


def test_a_width_that_is_the_stems_is_excepted():
    """At 16 channels WRN's first block needs no projection: another network, by 16·16 weights."""
    form = form_of("wrn28_10", "width")
    assert [TEXT.condition(each) for each in form.conditions] == ["width ≠ 16"]
    for width in (1, 15, 17, 160):
        assert form.at(width=width)["params"] == form.recipe.measured({"width": width}).totals.params
    with pytest.raises(CheckFailed, match="width ≠ 16"):
        form.at(width=16)
    plain = form.figures["params"].at(width=16) - form.recipe.measured({"width": 16}).totals.params
    assert plain == 16 * 16


def test_groups_must_divide_the_channels():
    form = form_of("resnet18", "cardinality")
    assert [Spelling(letters_for(form.variables)).condition(each) for each in form.conditions] == ["g divides 64"]
    with pytest.raises(CheckFailed, match="cardinality divides 64"):
        form.at(cardinality=3)
    with pytest.raises(CheckFailed):
        form.recipe.measured({"cardinality": 3})


def test_python_source_gives_the_same_numbers():
    form = form_of("densenet121", "growth", "blocks")
    source = f"lambda {', '.join(form.variables)}: {PYTHON.formula(form.figures['flops'])}"
    point = {name: form.recipe.value(name) for name in form.variables}
    assert eval(source)(**point) == form.at(point)["flops"]


def test_a_loaded_network_varies_in_its_input():
    build = GraphBuilder("mine")
    top = build.input(Shape(1, dim.symbol("height"), dim.symbol("width"), 3))  # as a file without sizes has it
    top = build.add("conv", Conv2d(8, 5, 2), top)
    build.add("pool", MaxPool2d(2), top)
    recipe = recipe_of_graph(build.graph())
    form = closed_form(recipe, ["h", "w", "batch"])
    assert form.least == {"h": 7, "w": 7, "batch": 1}  # (7 − 5)//2 + 1 = 2
    assert text(form, "macs") == "b·(600·⌈h/2⌉·⌈w/2⌉ − 1,200·⌈h/2⌉ − 1,200·⌈w/2⌉ + 2,400)"  # 600·(⌈h/2⌉−2)·(⌈w/2⌉−2)
    for size in (7, 8, 31, 64, 225):
        assert (
            form.at(h=size, w=size, batch=1)["macs"]
            == measure(build.graph().with_input(Shape(1, size, size, 3))).totals.macs
        )


def test_what_cannot_vary_is_refused():
    with pytest.raises(UnknownName, match=r"variable of resnet50 'widht'.* Did you mean"):
        form_of("resnet50", "widht")
    with pytest.raises(UsageError, match="n is both sides"):
        form_of("resnet50", "n", "h")
    with pytest.raises(UsageError, match="in n, not in batch"):
        form_of("resnet50", "n").at(batch=2)


def test_a_planted_mistake_is_found():
    form = form_of("resnet18", "n")
    form.figures["macs"] = form.figures["macs"] + 1
    with pytest.raises(CheckFailed, match=r"the formula gives .* macs, the layers"):
        prove(form, points=1)


def test_a_domain_that_is_too_small_is_found():
    form = form_of("resnet18", "n")
    form.least["n"] = 5
    with pytest.raises(CheckFailed, match="at n = 4 the formula does not hold, but the layers can be measured"):
        prove(form, points=1)


def test_integer_path_and_formula_agree_where_both_sides_differ():
    form, chance = form_of("googlenet", "h", "w"), random.Random(3)
    for _ in range(20):
        point = {"h": chance.randrange(1, 60), "w": chance.randrange(1, 60)}
        try:
            totals = form.recipe.measured(point).totals
        except AnalyzerError:
            assert form.broken(point)
        else:
            assert form.at(point) == {name: getattr(totals, name) for name in FIGURES}


@pytest.mark.parametrize("name", ["alexnet", "googlenet", "lecture50", "densenet121"])
def test_tidied_formulas_are_equal_and_shorter(name):
    form = form_of(name, "h", "w")
    for formula in form.figures.values():
        tidy = tidied(formula)
        assert len(tidy.terms) <= len(formula.terms)
        for h, w in ((64, 65), (100, 231), (224, 39)):
            assert tidy.at(h=h, w=w) == formula.at(h=h, w=w)
