"""ResNeXt and DenseNet: cardinality against width, growth against parameters, beside ResNet."""

from __future__ import annotations

from typing import Any

from ...measurement import Measurement
from ...numbers import grouped, short, times
from ...plots.base import PLOTS
from ..comparison import kernel_weights
from ..document import document, figure
from ..model import Column, Figure, Report, Section, Table
from .base import Findings, by_hand, lesson, net, title

NAME = "resnext_densenet"
PATHS = ((1, 64), (2, 40), (4, 24), (8, 14), (32, 4))  # Xie et al. 2016, Table 2
GROWTHS = (12, 16, 24, 32, 40, 48)
PLANE = (
    ("resnet50", "torchvision"), ("resnet101", "torchvision"), ("resnet152", "torchvision"),
    ("resnext50_32x4d", "paper"), ("resnext101_32x4d", "paper"),
    ("densenet121", "paper"), ("densenet169", "paper"), ("densenet201", "paper"), ("densenet264", "paper"),
)  # fmt: skip
XIE = "Xie et al. 2016 (arXiv 1611.05431), Tables 1 and 2, Fig. 3"
HUANG = "Huang et al. 2016 (arXiv 1608.06993), Table 1"
FIGURES = (Column("params", "count"), Column("MACs", "count"), Column("activations", "count"))


def _totals(each: Measurement) -> tuple[int, int, int]:
    return each.totals.params, each.totals.macs, each.totals.activations


def _resnext(cardinality: int, width: int) -> Measurement:
    return net(f"resnext50_{cardinality}x{width}d")


@lesson(NAME, 50, "Two other ways to spend a budget: more paths (ResNeXt), or keep everything (DenseNet).")
def report(findings: Findings) -> Report:
    """The lesson."""
    own, paths, dense = net("resnet50", style="torchvision"), net("resnext50_32x4d"), net("densenet121")
    lead = (
        "A ResNet grows deeper or wider. ResNeXt grows in a third direction: it splits the bottleneck into many thin "
        "paths. DenseNet goes another way: no layer's output is ever added into a sum, all are kept and read again.",
        f"ResNet-50 spends {short(own.totals.macs, 'MACs')} on {short(own.totals.params)} parameters, "
        f"ResNeXt-50 {short(paths.totals.macs)} on {short(paths.totals.params)}, DenseNet-121 "
        f"{short(dense.totals.macs)} on {short(dense.totals.params)}.",
    )
    sections = (_plane(), _cardinality(), _forms(findings), _growth())
    return document("ResNeXt and DenseNet", lead, sections, (("source", f"{XIE}; {HUANG}"),))


def _drawn(stem: str, plot: str, measured: list[Measurement], **options: Any) -> tuple[Figure, ...]:
    return (figure(stem, plot, measured, **options),) if plot in PLOTS else ()


def _plane() -> Section:
    measured = [net(name, style=style) for name, style in PLANE]
    rows = [(title(each), *_totals(each)) for each in measured]
    columns = (Column("network"), *FIGURES)
    own, deep = (net(f"resnet{depth}", style="torchvision") for depth in (50, 101))
    paths, dense = net("resnext50_32x4d"), net("densenet201")
    asked = (
        "What does each family give for its parameters and MACs? ResNets here have the stride in the 3×3, as ResNeXt "
        "does, so that equal things are compared."
    )
    see = (
        f"ResNeXt-50 was made to cost about what ResNet-50 does, {times(paths.totals.macs, own.totals.macs)} the MACs "
        "on "
        f"{times(paths.totals.params, own.totals.params)} the parameters, so that little but the structure differs. "
        "DenseNets were not: hold one against the ResNet that is nearest to it.",
        "At errors that Huang et al. find alike, "
        f"DenseNet-201 has {times(deep.totals.params, dense.totals.params)} fewer parameters than "
        f"ResNet-101 and {times(deep.totals.macs, dense.totals.macs)} fewer MACs.",
    )
    return Section("Side by side", (asked,), (Table(columns, tuple(rows)),), _drawn(NAME, "plane", measured), see)


def _cardinality() -> Section:
    """Xie et al., Table 2: the same cost in ever more paths."""
    rows = []
    for cardinality, width in PATHS:
        each = _resnext(cardinality, width)
        block = [row for row in each.rows if row.name.startswith("stage2/block2/conv")]
        weights = sum(row.params for row in block)
        rows.append((cardinality, width, cardinality * width, by_hand(block[1]), weights, *_totals(each)))
    columns = (
        Column("cardinality", "count"),
        Column("width of a path", "count"),
        Column("width of the 3×3", "count"),
        Column("its weights by hand", "shape"),
        Column("weights of the block", "count"),
        *FIGURES,
    )
    asked = "How wide may a path be, if there are more of them and the block must not cost more?"
    first, last = _resnext(*PATHS[0]), _resnext(*PATHS[-1])
    see = (
        f"From one path to {PATHS[-1][0]} the 3×3 becomes {PATHS[-1][0] * PATHS[-1][1] // PATHS[0][1]} times as wide, "
        f"while parameters go from {grouped(first.totals.params)} to {grouped(last.totals.params)} "
        "and the MACs hardly move: a channel reads only its own group.",
        f"What grows is memory: {times(last.totals.activations, first.totals.activations)} the activations.",
    )
    measured = [_resnext(*pair) for pair in PATHS]
    return Section("Cardinality against width", (asked,), (Table(columns, tuple(rows)),), _drawn(NAME, "cardinality", measured), see)  # fmt: skip  # noqa: E501


def _forms(findings: Findings) -> Section:
    measured = [net("resnext50_32x4d", form=form) for form in "abc"]
    words = ("a: 32 paths, added", "b: 32 paths, concatenated", "c: one grouped convolution")
    rows = [
        (label, each.totals.layers, kernel_weights(each), *_totals(each))
        for label, each in zip(words, measured, strict=True)
    ]
    columns = (Column("form"), Column("layers", "count"), Column("weights of kernels", "count"), *FIGURES)
    asked = (
        "The paper draws the same block in three forms (Xie et al. 2016, Fig. 3): a, every path with its own three "
        "layers, the paths added; b, the paths joined side by side before one last 1×1; c, one convolution in groups. "
        "Are they the same?"
    )
    kernels = {kernel_weights(each) for each in measured}
    see = (
        f"{'The kernels hold the same weights in all three' if len(kernels) == 1 else 'The kernels differ'}. Only the "
        "grouped form is three layers.",
        f"Form a adds what the paths put out, so each path writes a map as wide as the block: "
        f"{times(measured[0].totals.activations, measured[2].totals.activations)} the activations of form c.",
        *[f"Run in Keras: {text}." for text in findings if text.startswith("ResNeXt")],
    )
    labels = tuple(words)
    return Section("Three forms of one block", (asked,), (Table(columns, tuple(rows)),), _drawn(NAME, "block", measured, labels=labels), see)  # fmt: skip  # noqa: E501


def _growth() -> Section:
    measured = [net("densenet121", growth_rate=growth) for growth in GROWTHS]
    rows = [
        (growth, _last_channels(each), *_totals(each)) for growth, each in zip(GROWTHS, measured, strict=True)
    ]  # fmt: skip
    columns = (Column("growth k", "count"), Column("channels at the end", "count"), *FIGURES)
    small, large = measured[GROWTHS.index(16)], measured[GROWTHS.index(32)]
    asked = "A DenseNet layer adds only k channels to what it has read. How does the network grow with k?"
    see = (
        f"From k = 16 to 32 the parameters grow {times(large.totals.params, small.totals.params)}, "
        "nearly with the square of k, since every layer reads a multiple of k and writes k.",
        "That it reads everything before it is what makes it thrifty: a feature is made once and never made again.",
    )
    return Section("Growth against parameters", (asked,), (Table(columns, tuple(rows)),), _drawn(NAME, "growth", measured), see)  # fmt: skip  # noqa: E501


def _last_channels(each: Measurement) -> int:
    return int(next(row for row in reversed(each.rows) if row.op == "GlobalAveragePool2d").inputs[0][-1])
