"""The tables of the lesson on other tools' numbers, against what the real tools print (tests/data/peers.csv)."""

import csv
from pathlib import Path

from . import by_hand
from .lesson_checks import check, figures_say, rows_of
from .read_reports import says

L = "conventions"
with Path(__file__).parents[1].joinpath("data/peers.csv").open(encoding="utf-8", newline="") as file:
    PEERS = list(csv.DictReader(file))
FIGURES = {
    "fvcore 0.1.5": ("fvcore", "flops"),
    "thop 0.1.1": ("thop", "macs"),
    "ptflops, pytorch back end 0.7.5": ("ptflops", "macs (pytorch)"),
    "ptflops, aten back end 0.7.5": ("ptflops", "macs (aten)"),
    "torchinfo 1.8.0": ("torchinfo", "mult-adds"),
    "calflops 0.3.2": ("calflops", "flops"),
    "torch FlopCounterMode 2.13.0": ("torch", "flops"),
    "onnx-tool 1.0.1": ("onnx-tool", "macs"),
    "torchprofile 0.1.0": ("torchprofile", "macs"),
    "DeepSpeed 0.19.8": ("deepspeed", "flops"),
    "ultralytics-thop 2.2.3": ("ultralytics-thop", "macs"),
    "paddle.flops 3.3.1": ("paddle", "flops"),
}
MACS = 4_089_184_256


def real(network, label):
    """What the real tool prints for torchvision's network at 224; None where it was not run."""
    found = [
        int(row["number"])
        for row in PEERS
        if (row["tool"], row["figure"]) == FIGURES.get(label) and (row["network"], row["input"]) == (network, "224")
    ]
    return found[0] if found else None


@check(L, "Two networks of one name")
def _(table):
    names = [row.name for row in rows_of("resnet50") if row.name in [line["layer"] for line in table.rows]]
    assert len(names) == 3
    for line in table.rows[:3]:
        figures_say(line, ("stride in the first 1×1 (paper)", "in the 3×3 (torchvision)"), (25_690_112, 102_760_448))
    whole = table.rows[3]
    assert says(whole["in the 3×3 (torchvision)"], MACS)
    assert says(whole["stride in the first 1×1 (paper)"], by_hand.totals("resnet50")[1])


@check(L, "What the numbers are made of")
def _(table):
    seen = 0
    for line in table.rows:
        truth = real("resnet50", line["tool"])
        if truth is not None and (line["tool"], line["calls it"]) != ("calflops 0.3.2", "MACs"):
            seen += 1
            assert says(line["number"], truth), line
    assert seen >= len(FIGURES)


@check(L, "The course's networks")
def _(table):
    networks = {"ResNet-50": "resnet50", "ResNet-34": "resnet34", "ResNeXt-50 32×4d": "resnext50_32x4d"}
    networks["DenseNet-121"] = "densenet121"
    for line in table.rows:
        network = networks.get(line["network"])
        for label in FIGURES if network else ():
            if label in line:
                assert says(line[label], real(network, label)), (line, label)
    assert set(networks) <= {line["network"] for line in table.rows}
