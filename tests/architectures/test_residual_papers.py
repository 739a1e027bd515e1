"""What papers print about residual networks that no registered net carries: templates, sweeps, differences.

The printed numbers and their tolerances are typed in from the papers; each disagreement says why.
data/left_out_residual.csv lists, with its reason, every row of the collected numbers that concerns
a residual network and that no row of data/truth_residual.csv repeats.
"""

import csv
from pathlib import Path

import pytest

from resnet_analyzer import architecture, measure

DATA = Path(__file__).parent.parent / "data"


def figures(name, **options):
    return measure(architecture(name, **options)).totals


def agrees(ours, printed, tolerance):
    return abs(ours - printed) <= tolerance


# Xie et al. 2016, Table 2: cardinality × width of one block at 56×56, all of 70 thousand weights and 0.22e9.
TEMPLATES = {(1, 64): 69_632, (2, 40): 69_760, (4, 24): 69_888, (8, 14): 71_456, (32, 4): 70_144}


@pytest.mark.parametrize(("template", "exact"), TEMPLATES.items())
def test_xie_table_2(template, exact):
    """Formula (4), C·(256·d + 3·3·d·d + d·256), is what the kernels of a block of conv2 hold; 8×14d has 71.5K."""
    cardinality, width = template
    assert exact == cardinality * (256 * width + 9 * width * width + width * 256)
    rows = measure(architecture(f"resnext50_{cardinality}x{width}d")).by_name
    convs = [rows[f"stage2/block2/conv{i}"] for i in (1, 2, 3)]
    assert sum(row.params for row in convs) == exact
    macs = sum(row.work.multiply_accumulates for row in convs)
    assert macs == exact * 56 * 56
    assert agrees(exact, 70_000, 500) == (template != (8, 14))
    assert agrees(macs, 220_000_000, 5_000_000)


# Table 3: "preserved complexity", 4.1e9 and 7.8e9 for all, though only the 1×64d nets have it.
@pytest.mark.parametrize(
    ("name", "params", "macs", "printed", "holds"),
    [
        ("resnext50_1x64d", 25_557_032, 4_089_184_256, 4_100_000_000, True),
        ("resnext50_2x40d", 25_425_000, 4_124_508_160, 4_100_000_000, True),
        ("resnext50_4x24d", 25_292_968, 4_159_832_064, 4_100_000_000, False),
        ("resnext50_8x14d", 25_603_016, 4_267_409_408, 4_100_000_000, False),
        ("resnext50_32x4d", 25_028_904, 4_230_479_872, 4_100_000_000, False),
        ("resnext101_1x64d", 44_549_160, 7_801_405_440, 7_800_000_000, True),
        ("resnext101_2x40d", 44_456_296, 7_843_553_280, 7_800_000_000, True),
        ("resnext101_4x24d", 44_363_432, 7_885_701_120, 7_800_000_000, False),
        ("resnext101_8x14d", 45_104_328, 8_076_871_680, 7_800_000_000, False),
        ("resnext101_32x4d", 44_177_704, 7_969_996_800, 7_800_000_000, False),
    ],
)
def test_xie_table_3(name, params, macs, printed, holds):
    """The nominal figure is the ResNet's; the others are up to 4 % above it."""
    totals = figures(name)
    assert (totals.trainable_params, totals.macs) == (params, macs)
    assert agrees(totals.macs, printed, 50_000_000) == holds
    assert 0.99 < totals.macs / printed < 1.05


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("resnet200", {"style": "torchvision"}),
        ("resnet101", {"style": "torchvision", "bottleneck_width": 100}),
        ("resnext101_2x64d", {}),
        ("resnext101_64x4d", {}),
    ],
)
def test_xie_table_4(name, options):
    """About 15 billion each (half a billion of tolerance): deeper, wider, or more paths at twice ResNet-101's work."""
    assert agrees(figures(name, **options).macs, 15_000_000_000, 500_000_000)


def test_zagoruyko_table_2():
    """WRN-28-2-B(3,3): 1.5M. The other block types of that table are no blocks of ours."""
    assert agrees(figures("wrn28_2").trainable_params, 1_500_000, 50_000)


def test_zagoruyko_table_9():
    """WRN-40-10 for CIFAR-100: 56 million."""
    assert agrees(figures("wrn40_10", classes=100).trainable_params, 56_000_000, 500_000)


@pytest.mark.parametrize(("depth", "width", "printed"), [(18, 192, 101_800_000), (34, 96, 48_600_000)])
def test_zagoruyko_table_7(depth, width, printed):
    """WRN-18-3.0 and WRN-34-1.5. The table leaves open what is widened: its figures fit a stem that stays at 64."""
    assert agrees(figures(f"resnet{depth}", width=width, stem_width=64).trainable_params, printed, 50_000)
    assert agrees(figures(f"preresnet{depth}", width=width, stem_width=64).trainable_params, printed, 50_000)


def test_a_widened_stem_would_not_fit():
    assert not agrees(figures("resnet18", width=192).trainable_params, 101_800_000, 50_000)


def test_he_2015_table_1_fits_option_a():
    """3.6e9 for ResNet-34 holds for zero-padded shortcuts (3.644e9); projections make it 3.664e9, 3.7 rounded."""
    with_a, with_b = (figures("resnet34", shortcut=option).macs for option in ("A", "B"))
    assert agrees(with_a, 3_600_000_000, 50_000_000)
    assert not agrees(with_b, 3_600_000_000, 50_000_000)


def test_he_2015_table_1_cuts_resnet_50_off():
    """3.8e9 is 3.858e9 truncated, not rounded; torchvision's strides are further away."""
    macs = figures("resnet50").macs
    assert not agrees(macs, 3_800_000_000, 50_000_000)
    assert macs // 100_000_000 == 38
    assert figures("resnet50", style="torchvision").macs // 100_000_000 == 40


def test_resnet_1001_without_projections():
    """He et al. 2016, Table 4, print 10.2M: 10,327,706 as it is built; 10,285,722 without the three projections."""
    ours = figures("preresnet1001").trainable_params
    projections = 16 * 64 + 64 * 128 + 128 * 256
    assert ours == 10_327_706
    assert ours - projections == 10_285_722
    assert not agrees(ours, 10_200_000, 50_000)


def test_resnet_1202_is_not_10_million():
    """Zagoruyko & Komodakis, Table 5, print 10.2M; He et al. 2015, Table 6, print 19.4M for the same net."""
    ours = figures("resnet1202").trainable_params
    assert agrees(ours, 19_400_000, 50_000)
    assert not agrees(ours, 10_200_000, 50_000)


def test_resnext_29_stem():
    """Table 7's 34.4M and 68.1M: 34,426,698 and 68,155,210; a net without batch norm behind the stem has 128 fewer.

    Another implementation states 34,426,634 and 68,155,146: 64 fewer, one of the norm's two vectors.
    """
    for cardinality, exact, printed in ((8, 34_426_698, 34_400_000), (16, 68_155_210, 68_100_000)):
        measured = measure(architecture(f"resnext29_{cardinality}x64d"))
        assert measured.totals.trainable_params == exact
        assert measured.by_name["stage1/bn"].trainable_params == 128
        assert agrees(exact, printed, 50_000) == (cardinality == 8)


@pytest.mark.parametrize(
    ("plain", "printed", "with_se", "printed_se"),
    [
        ("resnet50", 3.86, "seresnet50", 3.87),
        ("resnet101", 7.58, "seresnet101", 7.60),
        ("resnet152", 11.30, "seresnet152", 11.32),
        ("resnext50_32x4d", 4.24, "seresnext50_32x4d", 4.25),
        ("resnext101_32x4d", 7.99, "seresnext101_32x4d", 8.00),
    ],
)
def test_hu_table_2(plain, printed, with_se, printed_se):
    """Printed figures are up to 0.4 % above convolutions and dense layers, and below them nowhere but by rounding."""
    for name, figure in ((plain, printed), (with_se, printed_se)):
        macs = figures(name).macs / 1e9
        assert macs - 0.005 < figure < macs * 1.0045


def test_hu_extra_parameters():
    """Sec. 4: about 2.5 million more. 2,514,944 by formula (5), 2,530,992 with the biases."""
    extra = figures("seresnet50").trainable_params - figures("resnet50").trainable_params
    weights = 2 * sum(n * c * c // 16 for n, c in ((3, 256), (4, 512), (6, 1024), (3, 2048)))
    assert weights == 2_514_944
    assert extra == 2_530_992
    assert agrees(extra, 2_500_000, 50_000)


def _sources(file):
    return [row["source"] for row in csv.DictReader((DATA / file).read_text(encoding="utf-8").splitlines())]


def test_what_is_left_out_has_a_reason():
    rows = list(csv.DictReader((DATA / "left_out_residual.csv").read_text(encoding="utf-8").splitlines()))
    assert all(row["source"] and row["reason"] for row in rows)
    assert not {row["source"] for row in rows} & set(_sources("truth_residual.csv"))
    assert len(_sources("truth_residual.csv")) >= 295
