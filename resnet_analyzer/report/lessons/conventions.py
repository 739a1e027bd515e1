"""Which number to quote when, and what the numbers of other tools are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...analyses.conventions import Told, conventions, counted
from ...conventions.base import CONVENTIONS
from ...measurement import Measurement
from ...numbers import grouped, signed
from ..document import document, figure
from ..model import Column, Report, Section, Table
from .base import Findings, lesson, net, title

NAME = "conventions"
NETWORKS = ("alexnet", "vgg19", "resnet34", "resnet50", "resnext50_32x4d", "googlenet", "densenet121")
SHOWN = ("macs", "fvcore", "thop", "ptflops", "torchinfo", "calflops", "torch_flop_counter")
SOURCE = "the tools' own code, file by file in `resnet-analyze conventions`; their figures in tests/data/peers.csv"


@lesson(NAME, 35, "Why tools print other numbers for one network, and which to quote when.")
def report(findings: Findings) -> Report:
    """The lesson."""
    paper, torchvision = (net("resnet50", style=style) for style in ("paper", "torchvision"))
    said = {name: counted(CONVENTIONS[name], torchvision) for name in ("fvcore", "thop", "calflops")}
    printed = f"{paper.totals.macs // 10**8 / 10}"  # the paper truncates
    lead = (
        f"The paper says {printed} billion for ResNet-50, torchvision {_billions(torchvision.totals.macs)}, "
        + ", ".join(f"{name} {_billions(number)}" for name, number in said.items())
        + ". Nobody is wrong: they count other things, and of two networks.",
    )
    question = f"{printed} or {said['fvcore'] / 1e9:.1f} G?"
    sections = (_networks(), _made_of(), _course(), _quote(torchvision))
    return document(question, lead, sections, (("source", SOURCE),))


def _billions(number: int) -> str:
    return f"{number / 1e9:.2f}"


def _networks() -> Section:
    paper, torchvision = (net("resnet50", style=style) for style in ("paper", "torchvision"))
    rows: list[tuple[Any, ...]] = []
    for name in (f"stage{number}/block1/conv1" for number in (3, 4, 5)):
        before, after = paper.by_name[name].macs, torchvision.by_name[name].macs
        rows.append((name, before, after, after - before))
    rows.append(
        (
            "whole network",
            paper.totals.macs,
            torchvision.totals.macs,
            torchvision.totals.macs - paper.totals.macs,
        )
    )
    columns = (
        Column("layer"),
        Column("stride in the first 1×1 (paper)", "count"),
        Column("in the 3×3 (torchvision)", "count"),
        Column("difference", "signed"),
    )
    step = rows[0][3]
    see = (
        "Three stages begin with a stride of 2. Moved from the first 1×1 to the 3×3, it leaves the 1×1 at work on "
        f"four times the pixels: 3 × {grouped(step)} = {signed(3 * step)} MACs, and not one parameter.",
    )
    asked = ("The name says ResNet-50; two networks have it. Where do they differ?",)
    return Section("Two networks of one name", asked, (Table(columns, tuple(rows)),), see=see)


def _made_of() -> Section:
    measured = net("resnet50", style="torchvision")
    found = [each for each in conventions(measured) if each.convention.figure == "work"]
    columns = (
        Column("tool"),
        Column("calls it"),
        Column("number", "count"),
        Column("MACs apart", "signed"),
        Column("which is"),
    )
    rows = [
        (
            each.convention.label,
            each.convention.calls,
            each.number,
            each.number - measured.totals.macs,
            each.convention.says,
        )
        for each in sorted(found, key=lambda each: (each.number, each.convention.label, each.convention.calls))
    ]
    see = (
        f"On the convolutions all agree but {' and '.join(_apart(found, measured))}: XLA leaves out the products with "
        "padding, torchstat's MAdd the first addition of every sum. They differ in what they add: normalisation once, "
        "twice or four times, "
        "ReLU not at all, once or twice (a hook on the module, and the patched function inside it), and in whether a "
        "multiply-accumulate is one operation or two.",
        "Few see the residual additions: written as +, they are no module and no function that could be hooked.",
    )
    asked = ("One network, torchvision's ResNet-50 at 224×224. What does each tool count?",)
    drawn = figure(f"{NAME}-tools", "conventions", [measured])
    return Section("What the numbers are made of", asked, (Table(columns, tuple(rows)),), (drawn,), see)


def _apart(found: Sequence[Told], measured: Measurement) -> list[str]:
    """The tools whose multiply-accumulates are neither the network's nor twice as many."""
    names = []
    for each in found:
        parts = [part.amount for part in each.parts if part.item == "multiply-accumulates"]
        if parts and sum(parts) not in (measured.totals.macs, 2 * measured.totals.macs):
            names.append(f"{each.convention.label} ({each.convention.calls})")
    return names


def _course() -> Section:
    columns = (Column("network"), *[Column(CONVENTIONS[name].label, "count") for name in SHOWN])
    rows = []
    for name in NETWORKS:
        measured = net(name, style="torchvision")
        rows.append((title(measured), *[counted(CONVENTIONS[each], measured) for each in SHOWN]))
    see = (
        "VGG has no batch norm and few pools: the tools nearly agree. DenseNet normalises again and again what it has "
        "concatenated: they differ most.",
    )
    asked = ("The same for the course's networks, in torchvision's style:",)
    return Section("The course's networks", asked, (Table(columns, tuple(rows)),), see=see)


def _quote(torchvision: Measurement) -> Section:
    keras = net("resnet50", style="keras")
    moving, biases = torchvision.totals.moving_statistics, keras.totals.params - torchvision.totals.params
    see = (
        "To compare with papers, quote MACs: what He et al. 2015 call FLOPs, and most papers after it.",
        "To compare with a table of timm or Detectron, quote fvcore's number, and say so.",
        "To compare with a device's FLOP/s, quote 2 per MAC: the device's own figure counts so.",
        "Parameters: without moving statistics, as PyTorch and papers have them; Keras' total has them, "
        f"{grouped(moving)} more for ResNet-50, and {grouped(biases)} biases of convolutions that only Keras' network "
        "has.",
        "Always say what is counted, the input's size, and the tool with its version: `resnet-analyze reconcile` finds "
        "out what somebody else did not say.",
    )
    asked = ("A table has room for one number. Which one depends on what it will stand beside.",)
    return Section("Which number to quote when", asked, (), see=see)
