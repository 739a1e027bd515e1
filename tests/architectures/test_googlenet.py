"""GoogLeNet against the rows of its Table 1, by hand formulas, and its auxiliary heads."""

import numpy
import pytest

from resnet_analyzer import architecture, measure
from resnet_analyzer.dim import symbol
from resnet_analyzer.dim.polynomial import polynomial

# Szegedy et al. 2014 (arXiv 1409.4842), Table 1: input channels, #1×1, #3×3 reduce, #3×3, #5×5 reduce, #5×5,
# pool proj, and the printed operations in millions.
TABLE = {
    "3a": (192, 64, 96, 128, 16, 32, 32, 128),
    "3b": (256, 128, 128, 192, 32, 96, 64, 304),
    "4a": (480, 192, 96, 208, 16, 48, 64, 73),
    "4b": (512, 160, 112, 224, 24, 64, 64, 88),
    "4c": (512, 128, 128, 256, 24, 64, 64, 100),
    "4d": (512, 112, 144, 288, 32, 64, 64, 119),
    "4e": (528, 256, 160, 320, 32, 128, 128, 170),
    "5a": (832, 256, 160, 320, 32, 128, 128, 54),
    "5b": (832, 384, 192, 384, 48, 128, 128, 71),
}
POSITIONS = {"3": 28 * 28, "4": 14 * 14, "5": 7 * 7}

# Recomputed by others from the row (kernels without biases, multiply-accumulates).
EXACT = {
    "3a": (163_328, 128_049_152),
    "3b": (388_096, 304_267_264),
    "4b": (448_512, 87_908_352),
    "5a": (1_042_432, 51_079_168),
}


def kernels(block):
    """The numbers in a module's kernels, from its row."""
    channels, one, reduce3, three, reduce5, five, pool, _ = TABLE[block]
    return channels * (one + reduce3 + reduce5 + pool) + 9 * reduce3 * three + 25 * reduce5 * five


def block_rows(measurement, block):
    scope = f"stage{block[0]}/inception{block}"
    return [row for row in measurement.rows if row.node.scope.split("/")[:2] == scope.split("/")]


@pytest.fixture(scope="module")
def paper():
    return measure(architecture("googlenet"))


@pytest.mark.parametrize("block", TABLE)
def test_row_of_table_1(paper, block):
    rows = block_rows(paper, block)
    weights = sum(each.params for row in rows for each in row.weights if each.name == "kernel")
    macs = sum(row.work.multiply_accumulates for row in rows)
    assert weights == kernels(block)
    assert macs == kernels(block) * POSITIONS[block[0]]
    if block in EXACT:
        assert (weights, macs) == EXACT[block]


@pytest.mark.parametrize("block", TABLE)
def test_printed_operations(paper, block):
    """Within a million of the print; 5a prints 54 where its own filters take 51 (the text of Table 1 is off)."""
    millions = sum(row.work.multiply_accumulates for row in block_rows(paper, block)) / 1e6
    assert abs(millions - TABLE[block][-1]) < (3 if block == "5a" else 1)


def test_parameters_by_the_formula(paper):
    stem = 7 * 7 * 3 * 64 + 64 * 64 + 9 * 64 * 192 + (64 + 64 + 192)
    blocks = sum(kernels(block) + sum(TABLE[block][1:7]) for block in TABLE)
    assert paper.totals.all_params == stem + blocks + 1024 * 1000 + 1000 == 6_998_552


@pytest.mark.parametrize("style", ["paper", "torchvision"])
def test_maps(style):
    rows = measure(architecture("googlenet", style=style)).by_name
    names = ["stage1/conv", "stage1/pool", "stage2/pool", "stage3/pool", "stage4/pool", "stage5/inception5b/concat"]
    assert [rows[name].output[1] for name in names] == [112, 56, 28, 14, 7, 7]
    concats = [rows[f"stage{b[0]}/inception{b}/concat"].output[-1] for b in TABLE]
    assert concats == [256, 480, 512, 512, 512, 528, 832, 832, 1024]


def test_normalisation_of_the_paper(paper):
    """Figure 3: after the first pool and before the second."""
    names = [row.name for row in paper.rows]
    assert names[1:11] == [
        *(f"stage1/{each}" for each in ("conv", "relu", "pool", "norm")),
        *(f"stage2/{each}" for each in ("conv1", "relu1", "conv2", "relu2", "norm", "pool")),
    ]


@pytest.mark.parametrize("style", ["paper", "torchvision"])
def test_auxiliary_heads_cost_parameters_only(style):
    without, with_aux = (measure(architecture("googlenet", style=style, aux=aux)) for aux in (False, True))
    convs = (512 + 528) * 128 + 2 * (2 * 128 if style == "torchvision" else 128)
    dense = 2 * (2048 * 1024 + 1024 + 1024 * 1000 + 1000)
    assert with_aux.totals.trainable_params - without.totals.trainable_params == convs + dense
    assert with_aux.totals.macs == without.totals.macs
    assert with_aux.totals.flops == without.totals.flops
    assert with_aux.by_name["aux1/pool"].output == (1, 4, 4, 512)
    assert with_aux.by_name["aux1/pool"].how() == ("(14 − 5)/3 + 1 = 4" if style == "paper" else "")
    assert with_aux.rows[-1].name == "head/dense"
    assert {row.node.scope for row in with_aux.rows if row.node.training_only} == {"aux1", "aux2"}


def test_five_by_five_only_in_the_paper():
    """torchvision's 3×3 saves 16 taps in every third branch, and its batch norm replaces the biases."""
    paper, torchvision = (measure(architecture("googlenet", style=style)) for style in ("paper", "torchvision"))
    saved = sum(16 * row[4] * row[5] for row in TABLE.values())
    biases = 64 + 64 + 192 + sum(sum(row[1:7]) for row in TABLE.values())
    assert paper.totals.all_params - saved - biases + 2 * biases == torchvision.totals.trainable_params


@pytest.mark.parametrize("style", ["paper", "torchvision"])
def test_symbols_and_arrays_agree_with_numbers(style):
    sizes = [64, 97, 224, 301]
    plain = [measure(architecture("googlenet", size, 10, style, aux=False)).totals for size in sizes]
    grid = measure(architecture("googlenet", numpy.array(sizes), 10, style)).totals
    n, c = symbol("n"), symbol("c")
    formula = measure(architecture("googlenet", n, c, style)).totals
    assert polynomial(formula.all_params).at(c=10) == plain[0].all_params == grid.all_params
    for place, (size, totals) in enumerate(zip(sizes, plain, strict=True)):
        assert grid.macs[place] == totals.macs
        assert polynomial(formula.macs).at(n=size, c=10) == totals.macs
