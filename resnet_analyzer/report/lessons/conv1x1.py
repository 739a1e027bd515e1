"""A 1×1 convolution is a dense layer on every position, and what that is good for."""

from __future__ import annotations

from typing import Any

from ...graph import Graph, GraphBuilder
from ...measurement import Measurement, measure
from ...numbers import grouped, percent, share, short, times
from ...ops.conv import Conv2d
from ...shape import Shape, spell
from ..document import document, figure
from ..model import Column, Report, Section, Table
from ..places import kinds, parameters, spent
from .base import Findings, by_hand, lesson, net, title

NAME = "conv1x1"
SIDE, CHANNELS, FILTERS = 56, 256, 64
WIDTHS = (16, 64, 256, 1024)
NETWORKS = ("alexnet", "vgg19", "resnet34", "googlenet", "resnet50", "resnext50_32x4d", "densenet121")
INCEPTION = (28, 192, 16, 32)  # side, channels, reduced, filters: Szegedy et al. 2014, Table 1, inception (3a)
SOURCE = "Lin et al. 2014 (arXiv 1312.4400), sec. 3.1; Szegedy et al. 2014 (arXiv 1409.4842), sec. 4"


@lesson(NAME, 30, "A 1×1 convolution is a dense layer on every position. What it is for, and where it stands.")
def report(findings: Findings) -> Report:
    """The lesson."""
    lead = (
        "A 1×1 convolution looks at one pixel. What can it see there? All its channels. It is a dense layer, the same "
        "one at every position.",
    )
    sections = (_same(), _running(findings), _channels(), _cheaper(), _where())
    return document("The 1×1 convolution", lead, sections, (("source", SOURCE),))


def _pair() -> tuple[Measurement, Measurement]:
    shape = (SIDE, SIDE, CHANNELS)
    return net("conv1x1", input=shape, filters=FILTERS), net("dense", input=shape, filters=FILTERS)


def _same() -> Section:
    rows: list[tuple[Any, ...]] = []
    for label, each in zip(("1×1 convolution", "dense layer"), _pair(), strict=True):
        (row,) = [row for row in each.rows if row.weights]
        kernel, bias = row.weights
        rows.append(
            (label, spell(row.output), spell(kernel.shape), spell(bias.shape), each.totals.params, each.totals.macs, each.totals.flops)  # noqa: E501
        )  # fmt: skip
    columns = (
        Column("layer"),
        Column("output", "shape"),
        Column("kernel", "shape"),
        Column("bias", "shape"),
        Column("params", "count"),
        Column("MACs", "count"),
        Column("FLOPs", "count"),
    )
    asked = f"On a map of {SIDE}×{SIDE} with {CHANNELS} channels, giving {FILTERS}: is there any difference?"
    conv = _pair()[0].totals
    see = (
        f"Only how the kernel is written down. The same {grouped(conv.params)} numbers, the same "
        f"{grouped(conv.macs)} multiply-accumulates: {CHANNELS}·{FILTERS} at each of {SIDE}·{SIDE} positions.",
    )
    return Section("The same layer twice", (asked,), (Table(columns, tuple(rows)),), see=see)


def _running(findings: Findings) -> Section:
    asked = (
        "Equal counts do not prove equal results. So the cross-check builds both in Keras, gives them the same weights "
        "(a kernel of 1×1×C×K and a matrix of C×K hold the same numbers in the same order), runs both on the same "
        "random images, and compares every number that comes out.",
    )
    found = [text for text in findings if text.startswith("conv1x1")]
    see = [f"What came out: {text}." for text in found] or ["To see it: resnet-analyze crosscheck --all."]
    return Section("Running both", asked, see=tuple(see))


def _channels() -> Section:
    rows = []
    for filters in WIDTHS:
        each = net("conv1x1", input=(SIDE, SIDE, CHANNELS), filters=filters)
        (row,) = [row for row in each.rows if row.weights]
        rows.append((f"{CHANNELS} → {filters}", spell(row.output), by_hand(row), spent(row)))
    columns = (
        Column("channels"),
        Column("output", "shape"),
        Column("weights by hand", "shape"),
        Column("MACs", "count"),
    )
    asked = "What is it for? It mixes the channels of each position, and can change their number."
    see = ("The map keeps its size. Fewer channels before an expensive layer, more behind it: that is a bottleneck.",)
    return Section("Fewer channels, or more", (asked,), (Table(columns, tuple(rows)),), see=see)


def _five_by_five(reduced: int) -> Graph:
    """The 5×5 branch of inception (3a), with a 1×1 before it unless `reduced` is 0."""
    side, channels, _, filters = INCEPTION
    build = GraphBuilder("inception branch")
    x = build.input(Shape(1, side, side, channels))
    if reduced:
        x = build.add("1×1", Conv2d(reduced, 1), x)
    build.add("5×5", Conv2d(filters, 5, padding=2), x)
    return build.graph()


def _cheaper() -> Section:
    side, channels, reduced, filters = INCEPTION
    direct, thrifty = measure(_five_by_five(0)), measure(_five_by_five(reduced))
    rows = [
        (label, row.name, spell(row.output), by_hand(row), spent(row))
        for label, each in (("5×5 alone", direct), ("1×1 first", thrifty))
        for row in each.rows
        if row.weights
    ]
    columns = (
        Column("way", "heading"),
        Column("layer"),
        Column("output", "shape"),
        Column("weights by hand", "shape"),
        Column("MACs", "count"),
    )
    asked = (
        f"GoogLeNet's first 5×5 branch reads {side}×{side}×{channels} and gives {filters} channels. Why a 1×1 first?"
    )
    see = (
        f"{short(direct.totals.macs, 'MACs')} become {short(thrifty.totals.macs)}: "
        f"{times(direct.totals.macs, thrifty.totals.macs)} fewer, though there is one layer more.",
    )
    return Section("A 1×1 before a 5×5", (asked,), (Table(columns, tuple(rows)),), see=see)


def _where() -> Section:
    rows: list[tuple[Any, ...]] = []
    for name in NETWORKS:
        each = net(name)
        found = kinds(each).get("1×1 convolution", [])
        held, cost = sum(map(parameters, found)), sum(map(spent, found))
        rows.append(
            (title(each), len(found), held, share(held, each.totals.params), cost, share(cost, each.totals.macs))
        )  # fmt: skip
    columns = (
        Column("network"),
        Column("1×1 convolutions", "count"),
        Column("their params", "count"),
        Column("share", "share"),
        Column("their MACs", "count"),
        Column("share of MACs", "share"),
    )
    asked = "How much of a network is 1×1?"
    see = (
        f"None in AlexNet and VGG; {_part('resnet50')} of the MACs in ResNet-50, {_part('resnext50_32x4d')} in "
        "ResNeXt-50. Since the bottleneck, much of a convolutional network is a dense layer that all positions share.",
    )
    picture = figure(NAME, "cost", [net(name) for name in NETWORKS], shares=True)
    return Section("Where it stands", (asked,), (Table(columns, tuple(rows)),), (picture,), see)


def _part(name: str) -> str:
    """The share of 1×1 convolutions in a network's MACs."""
    each = net(name)
    return percent(sum(map(spent, kinds(each).get("1×1 convolution", []))), each.totals.macs)
