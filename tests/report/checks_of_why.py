"""The lesson on why residual nets work, and the guide: every figure from binomials, from files, or by hand."""

import csv
import json
import re
from fractions import Fraction
from math import comb, factorial
from pathlib import Path

from resnet_analyzer.report.printed_errors import EVERY

from . import by_hand
from .lesson_checks import check
from .read_reports import says

ROOT = Path(__file__).parents[2]
DATA = ROOT / "resnet_analyzer" / "report" / "data"
W = "why_residual"
PAPERS = list(csv.DictReader((ROOT / "tests" / "data" / "papers.csv").read_text(encoding="utf-8").splitlines()))

# Typed in from the papers a second time: He et al. 2015, Tables 2, 3, 6; He et al. 2016, Tables 1, 2, 4, 5.
PRINTED = {
    "He et al. 2015 (arXiv 1512.03385), Table 2": {"plain-18": 27.94, "plain-34": 28.54, "ResNet-18": 27.88, "ResNet-34": 25.03},  # noqa: E501
    "He et al. 2015 (arXiv 1512.03385), Table 3": {
        "VGG-16": 28.07, "plain-34": 28.54, "ResNet-34 A": 25.03, "ResNet-34 B": 24.52, "ResNet-34 C": 24.19,
        "ResNet-50": 22.85, "ResNet-101": 21.75, "ResNet-152": 21.43,
    },
    "He et al. 2015 (arXiv 1512.03385), Table 6": {
        "ResNet-20": 8.75, "ResNet-32": 7.51, "ResNet-44": 7.17, "ResNet-56": 6.97, "ResNet-110": 6.43,
        "ResNet-1202": 7.93,
    },
    "He et al. 2016 (arXiv 1603.05027), Table 1": {
        "original": 6.61, "constant scaling": 12.35, "exclusive gating": 8.70, "shortcut-only gating": 6.91,
        "1×1 conv shortcut": 12.22, "dropout shortcut": None,
    },
    "He et al. 2016 (arXiv 1603.05027), Table 2": {
        "original": 6.61, "BN after addition": 8.17, "ReLU before addition": 7.84, "ReLU-only pre-activation": 6.71,
        "full pre-activation": 6.37,
    },
    "He et al. 2016 (arXiv 1603.05027), Table 4": {"pre-activation ResNet-164": 5.46, "pre-activation ResNet-1001": 4.92},  # noqa: E501
    "He et al. 2016 (arXiv 1603.05027), Table 5": {
        "ResNet-152": 21.3, "pre-activation ResNet-152": 21.1, "ResNet-200": 21.8, "pre-activation ResNet-200": 20.7,
    },
}  # fmt: skip
PAPER_NAMES = {"pre-activation ResNet-164": "ResNet-164 [ours]", "pre-activation ResNet-1001": "ResNet-1001 [ours]"}


def of_papers(label, figure):
    """What papers.csv computed of that network with other people's libraries; None where it does not hold it."""
    name = PAPER_NAMES.get(label, label)
    rows = [row for row in PAPERS if row["model"].startswith((name, f"CIFAR {name}")) and row[f"exact_{figure}"]]
    exact = [row for row in rows if re.fullmatch(rf"(CIFAR )?{re.escape(name)}( \(.*\))?( \[1\])?", row["model"])]
    return int(exact[0][f"exact_{figure}"]) if exact else None


def errors_say(table):
    """Errors as typed in above; params and MACs from shapes, and as papers.csv has them."""
    for line in table.rows:
        (each,) = [e for e in EVERY if (e.label, e.source) == (line["network"], line["source"])]
        printed = PRINTED[line["source"]][line["network"]]
        assert line["error, printed"] == "fails" if printed is None else says(line["error, printed"], printed / 100)
        params, macs, _ = by_hand.totals(each.network, **each.options)
        assert says(line["params"], params)
        assert says(line["MACs"], macs)
        own = ("paper", "Table 3", "Table 5")  # papers.csv's own ResNet-34, 50 … there are others of the name
        if not any(word in line["source"] for word in own):
            for figure, value in (("params", params), ("macs", macs)):
                assert of_papers(line["network"], figure) in (None, value)


for section, title in (
    ("Vanishing gradients, and degradation", "Printed"),
    ("What the papers print", "ImageNet, top-1 error of validation, ten crops"),
    ("What the papers print", "CIFAR-10, test error"),
    ("What the papers print", "ImageNet, top-1 error of validation, one crop of 320×320"),
    ("Unclean shortcuts", "What stands on the shortcut"),
    ("Unclean shortcuts", "The order inside the block"),
):
    check(W, section, title)(errors_say)


@check(W, "Vanishing gradients, and degradation", "Drawn, not printed")
def _(table):
    assert [line["figure"] for line in table.rows] == ["Fig. 1", "Fig. 4", "Fig. 6"]
    assert "above 60 %" in table.rows[2]["what it shows"]  # the caption of Fig. 6


def binomial(blocks, first, step, low, high):
    """The share of paths through `blocks` whose length is from low to high."""
    kept = sum(comb(blocks, k) for k in range(blocks + 1) if low <= first + step * k <= high)
    return Fraction(kept, 2**blocks)


def middle(blocks, first, step):
    """The lengths that leave 1/40 at most on either side."""
    so_far, found = Fraction(0), []
    for share in (Fraction(1, 40), Fraction(39, 40)):
        so_far, k = Fraction(0), -1
        while so_far < share:
            k += 1
            so_far += Fraction(comb(blocks, k), 2**blocks)
        found.append(first + step * k)
    return f"{found[0]} to {found[1]}"


@check(W, "A network as its paths")
def _(table):
    basic = {"ResNet-20": 9, "ResNet-56": 27, "ResNet-110": 54, "ResNet-1202": 600, "DenseNet-121": 58}
    for line in table.rows:
        name = line["network"].removesuffix(" for CIFAR")
        if name in basic:
            blocks, first = basic[name], 5 if "Dense" in name else 2
            assert line["paths"] in (f"2^{blocks}", f"{2**blocks:,}")
            assert (line["shortest"], float(line["mean"])) == (str(first), first + blocks)
            assert line["longest"].replace(",", "") == str(first + 2 * blocks)
            assert line["95 % are"] == middle(blocks, first, 2)
    plain, *_, preact, resnet50, dense = table.rows
    assert list(plain.values())[1:] == ["1", "110", "110.0", "110", "110", "0 %"]
    # bottlenecks: 3 layers in a branch, 1 on the shortcut of each stage's first block
    assert (preact["paths"], preact["shortest"], preact["longest"]) == ("2^333", "5", "1,001")
    assert float(preact["mean"]) == 2 + 330 * 1.5 + 3 * 2
    assert (resnet50["paths"], resnet50["shortest"], resnet50["longest"]) == (f"{2**16:,}", "6", "50")
    assert float(resnet50["mean"]) == 2 + 12 * 1.5 + 4 * 2
    assert {line["less one block"] for line in table.rows[1:-1]} == {"50.00 %"}
    assert dense["less one block"] == "0 % to 50.00 %"  # a transition's convolution is on every path


@check(W, "A network as its paths", "ResNet-110, beside what Veit et al. print")
def _(table):
    for line, (low, high), printed in zip(table.rows, ((19, 35), (5, 17)), ("more than 95 %", "0.45 %"), strict=True):
        assert line["blocks on a path"] == f"{low} to {high}"
        assert line["printed"] == printed
        assert says(line["ours"], float(binomial(54, 0, 1, low, high)))


@check(W, "Deleted and shuffled")
def _(table):
    def in_order(blocks):
        return float(sum(Fraction(comb(blocks, k), factorial(k)) for k in range(blocks + 1)) / 2**blocks)

    plain, deep, bottlenecks = table.rows
    assert [plain["blocks"], plain["left without one, least"], plain["most"], plain["left without ten"]] == [
        "54",
        "0 %",
        "0 %",
        "0 %",
    ]
    for line, blocks, movable in ((deep, 54, 17), (bottlenecks, 16, 2)):
        assert line["blocks"] == str(blocks)
        assert line["left without one, least"] == line["most"] == "50.00 %"
        assert says(line["left without ten"], 1 / 1024)
        assert line["blocks of the last stage that can change places"] == str(movable)
        assert says(line["ways in order, shuffled"], in_order(movable))


@check(W, "Signal and gradient, before training")
def _(table):
    """Each line from the stored figures: layers before the global mean, first against last."""
    nets = json.loads((DATA / "signals.json").read_text())["nets"]
    words = {"plain": "plain", "resnet": "residual", "preresnet": "pre-activation"}
    for line, net in zip(table.rows, nets, strict=True):
        assert [line["net"], line["layers"]] == [words[net["net"]], str(net["depth"])]
        assert line["batch norm"] == ("with" if net["normalised"] else "without")
        told = [layer for layer in net["layers"] if layer[2] is not None]
        first, last = told[0], told[-1]
        assert line["signal ×"] == f"{last[1][1] / first[1][1]:.3g}"
        assert line["gradient ×"] == f"{first[3][1] / last[3][1]:.3g}"
        pairs = [(layer[at], layer[at + 1]) for layer in net["layers"] for at in (1, 3) if layer[at + 1] is not None]
        inside = sum(low <= value <= high for (low, _, high), value in pairs)
        assert line["within spread"] == f"{inside}/{len(pairs)}"
        assert line["neighbours alike"] == f"{net['alike'][1]:.2f}"


@check(W, "Degradation, measured")
def _(table):
    runs = json.loads((DATA / "degradation.json").read_text())["runs"]
    words = {"plain": "plain", "residual": "resnet"}
    for line in table.rows:
        own = [run for run in runs if (run["net"], str(run["depth"])) == (words[line["net"]], line["layers"])]
        last = [run["losses"][-1] for run in own]
        assert line["seeds"] == str(len(own)) == "3"
        assert line["training loss"] == f"{sum(last) / 3:.3f}"
        assert line["least to most"] == f"{min(last):.3f} to {max(last):.3f}"
        assert says(line["training error"], sum(run["errors"][-1] for run in own) / 300)


@check(W, "A thousand layers")
def _(table):
    nets = {
        "ResNet-110": ("resnet110", 54),
        "ResNet-1202": ("resnet1202", 600),
        "pre-activation ResNet-1001": ("preresnet1001", 333),
    }
    for line in table.rows:
        name, blocks = nets[line["network"]]
        params, macs, _ = by_hand.totals(name)
        assert line["paths"] == f"2^{blocks}"
        assert says(line["params"], params)
        assert says(line["MACs"], macs)
        assert says(line["test error, printed"], PRINTED[line["source"]][line["network"]] / 100)
    assert [line["mean length"] for line in table.rows] == ["56", "602", "503"]


COURSE = [
    "1",
    "1.1",
    "1.2",
    "1.3",
    "1.4",
    "1.5",
    "1.6",
    "1.7",
    "2",
    "3",
    "3.1",
    "3.2",
    "3.3",
    "3.4",
    "4",
    "4.1",
    "4.2",
    "4.3",
    "4.4",
]


@check("lecture_guide", "Section by section")
def _(table):
    """Every section of the course is there, in order; the commands run in tests/docs/test_guide.py."""
    assert [line["section"] for line in table.rows] == COURSE
    assert all(line["command"].startswith("resnet-analyze ") for line in table.rows)


@check("lecture_guide", "Identity block and convolutional block")
def _(table):
    """By hand: 1×1, 3×3, 1×1 with biases, four numbers a channel in each batch norm."""

    def params(channels, width, shortcut, norm):
        branch = channels * width + 9 * width * width + width * 4 * width + 6 * width * (1 + norm)
        return branch + shortcut * (channels * 4 * width + 4 * width * (1 + norm))

    expected = ((64, 64, True), (256, 64, False), (256, 128, True), (512, 128, False))
    for line, of in zip(table.rows, expected, strict=True):
        assert says(line["params"], params(*of, norm=2))
        assert says(line["with moving statistics, as Keras counts"], params(*of, norm=4))
    first, second, wide, same = table.rows
    assert (first["in"], first["out"]) == ("15×15×64", "15×15×256")
    assert "/2" not in first["on the main path"] + first["on the shortcut"]
    assert second["in"] == second["out"] == "15×15×256"
    assert (wide["in"], wide["out"]) == ("15×15×256", "8×8×512")
    assert same["in"] == same["out"] == "8×8×512"
    assert "/2" in wide["on the main path"] and "/2" in wide["on the shortcut"]  # noqa: PT018
    assert same["on the shortcut"] == "nothing: the identity"
