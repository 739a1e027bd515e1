"""What the lessons' sentences say in figures, worked out again: from stored measurements, from papers, or by hand."""

import json
import re
from math import comb

import pytest

import resnet_analyzer as ra

from . import by_hand
from .checks_of_papers import resnet
from .checks_of_why import DATA
from .read_reports import FOLDER


def text(report):
    return (FOLDER / f"{report}.md").read_text(encoding="utf-8")


def gradient(kind, depth, normalised=True):
    """The factor of the gradient's mean square from the last layer to the first, from the stored figures."""
    nets = json.loads((DATA / "signals.json").read_text())["nets"]
    (net,) = [net for net in nets if (net["net"], net["depth"], net["normalised"]) == (kind, depth, normalised)]
    told = [layer for layer in net["layers"] if layer[2] is not None]
    return f"{told[0][3][1] / told[-1][3][1]:.3g}"


def test_the_gradient_of_plain_nets_explodes_and_that_of_residual_ones_grows_less():
    plain, residual = gradient("plain", 110), gradient("resnet", 110)
    assert float(plain) > 1e9 * float(residual)
    said = text("why_residual")
    assert f"mean square grows {residual} times before training, in the plain net {plain} times" in said
    each = ", ".join(f"{gradient('plain', depth)} times in {depth} plain layers" for depth in (20, 56, 110))
    assert f"in mean square: {each}" in said
    assert f"explode, {plain} times. The two together do it" in said
    assert f"the gradient grows {residual} times." in said
    assert float(gradient("resnet", 110, normalised=False)) > 2**50  # a shortcut alone is no help


def test_most_paths_are_neither_short_nor_long():
    """Binomials: through 54 blocks, two layers each, and two layers on every path."""
    half = sum(comb(54, k) for k in range(55) if 2 + 2 * k <= 55) / 2**54
    short = sum(comb(54, k) for k in range(5, 18)) / 2**54  # Veit et al. 2016, sec. 5
    said = text("why_residual")
    assert f"{2**54:,} paths" in said
    assert f"{half:.2%}".replace("%", " %") + " of all paths have at most half" in said
    assert f"those of 5 to 17 blocks, {short:.2%}".replace("%", " % of all") in said


def test_a_block_that_keeps_its_size_costs_the_same_everywhere():
    basic = {2 * 9 * c * c * n * n for c, n in ((64, 56), (128, 28), (256, 14), (512, 7))}
    first = {(9 * c * 2 * c + 9 * 4 * c * c) * n * n for c, n in ((64, 28), (128, 14), (256, 7))}
    said = text("vgg19_plain34_resnet34")
    assert f"costs {basic.pop() / 1e6:.1f} MMACs at every resolution" in said
    assert f"costs {first.pop() / 1e6:.1f} M on its main path" in said
    assert not basic
    assert not first
    table = text("resnet_table1")
    bottleneck = {17 * c * c * n * n for c, n in ((64, 56), (128, 28), (256, 14), (512, 7))}
    assert f"in every stage: {bottleneck.pop() / 1e6:.1f} MMACs" in table
    assert not bottleneck
    held = [
        17 * c * c + 2 * 6 * c for c in (64, 128, 256, 512)
    ]  # kernels, and two numbers for each of c, c, 4c channels
    assert f"({'; '.join(f'{each:,}' for each in held)})" in table


def test_why_resnet50_costs_about_as_much_as_resnet34():
    said = text("bottleneck_vs_3x3")
    projections = [(resnet(depth, "B")[1] - resnet(depth, "A")[1]) / 1e6 for depth in (50, 34)]
    assert f"{projections[0]:.1f} MMACs against {projections[1]:.2f} M" in said
    assert f"three layers for {17 / 18:.2f}× the MACs of two" in said


@pytest.mark.parametrize(("name", "figure"), [("MACs", 1), ("parameters", 0)])
def test_resnext_costs_about_what_resnet_does(name, figure):
    ours, theirs = (by_hand.totals(*each)[figure] for each in (("resnext50_32x4d",), ("resnet50",)))
    if figure:
        theirs = by_hand.totals("resnet50", style="torchvision")[figure]
    assert re.search(rf"{ours / theirs:.2f}× the {name}", text("resnext_densenet"))


@pytest.mark.parametrize("page", ["docs/lessons.md", "docs/zh/lessons.md"])
def test_figures_in_the_lessons_prose(page):
    said = (FOLDER.parent / page).read_text(encoding="utf-8")
    assert [ra.measure(name).totals.all_params for name in ("lecture50", "resnet50@keras")] == [23_600_006, 25_636_712]
    assert "23,600,006" in said  # Keras' summary of the printed code
    assert "25,636,712" in said  # keras.io/api/applications
    (last,) = [each for each in ra.receptive("lecture50") if each.row.name == "avg_pool"]
    assert "×".join(map(str, last.longest)) in said


def test_the_course_has_the_network_of_andrew_ngs_course():
    with (FOLDER.parent / "tests" / "data" / "papers.csv").open(encoding="utf-8") as file:
        (row,) = [line for line in file if line.startswith("Coursera / Andrew Ng CNN course week 2")]
    assert ",23600006," in row
    assert "print the same 23,600,006 parameters" in text("lecture_guide")


def test_who_counts_convolutions_otherwise():
    """XLA skips padding; torchstat's MAdd has one addition less for every output."""
    assert "all agree but torchstat 0.0.7 (MAdd) and XLA cost analysis jax 0.10.2 (flops)" in text("conventions")
