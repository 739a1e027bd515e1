"""The course, section by section: what this project shows of each, and the command that shows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ...measurement import Measurement, Row
from ...numbers import grouped
from ..document import document, figure
from ..model import Column, Figure, Link, Report, Section, Table
from .base import Findings, lesson, net

NAME = "lecture_guide"
PROGRAM = "resnet-analyze"


class Part(NamedTuple):
    """A section of the course: its number, its title there and in English, what is shown of it, how, and where."""

    number: tuple[int, ...]
    chinese: str
    english: str
    shows: str
    command: str
    report: str

    @property
    def place(self) -> str:
        """The number as the course writes it."""
        return ".".join(map(str, self.number))


PARTS = (
    Part((1,), "残差网络基础", "Basics of residual networks", "every network that is known here", "list", "index"),
    Part((1, 1), "VGG19、ResNet34结构图", "Structure of VGG-19 and ResNet-34", "the three nets side by side, drawn and counted", "compare vgg19 plain34 resnet34", "vgg19_plain34_resnet34"),  # noqa: E501
    Part((1, 2), "ResNet残差块", "The residual block of ResNet", "two 3×3 against 1×1, 3×3, 1×1: what the bottleneck saves", "compare bottleneck basic --channels 256 --input 56", "bottleneck_vs_3x3"),  # noqa: E501
    Part((1, 3), "梯度弥散和网络退化", "Vanishing gradients and degradation", "signal and gradient of deep nets, measured; plain nets that get worse", "gradients --stored", "why_residual"),  # noqa: E501
    Part((1, 4), "残差块变体", "Variants of the residual block", "orders of norm, ReLU and sum; what stands on the shortcut", "compare resnet110 resnet110_full_preactivation resnet110_conv", "block_variants"),  # noqa: E501
    Part((1, 5), "ResNet模型变体", "Variants of the model", "ResNeXt and DenseNet beside ResNet", "compare resnet50@torchvision resnext50_32x4d densenet121", "resnext_densenet"),  # noqa: E501
    Part((1, 6), "Residual Network补充", "Supplement: shortcuts, and why residual nets perform well", "a net with shortcuts as all its paths", "paths plain110 resnet110", "why_residual"),  # noqa: E501
    Part((1, 7), "1*1卷积核", "The 1×1 convolution", "a dense layer at every position: the same weights, the same work", "conv1x1 --how", "conv1x1"),  # noqa: E501
    Part((2,), "ResNet", "ResNet, He Kaiming's slides", "the paper's five networks, ours beside what it prints", "compare resnet18 resnet34 resnet50 resnet101 resnet152", "resnet_table1"),  # noqa: E501
    Part((3,), "ResNet-50", "ResNet-50, Ng's course", "the network, stage by stage", "resnet50", "resnet50"),
    Part((3, 1), "非常深的神经网络问题", "The problem of very deep networks", "plain and residual nets of 20 to 110 layers, trained alike", "degradation --stored", "why_residual"),  # noqa: E501
    Part((3, 2), "建立一个残差网络", "Building a residual network", "identity block and convolutional block, drawn below", "lecture50 --by block", "lecture_guide"),  # noqa: E501
    Part((3, 3), "第一个ResNet模型（50层）", "The first ResNet model, 50 layers", "the output of every layer, with (n + 2p − f)/s + 1 worked out", "lecture50 --how", "lecture50"),  # noqa: E501
    Part((3, 4), "代码", "Code", "the printed code, counted; and where it departs from the paper", "compare lecture50 resnet50 --input 64 --classes 6", "lecture_notes"),  # noqa: E501
    Part((4,), "", "ResNets of 100 to 1000 layers", "what one more block costs", "formula resnet110 --in blocks", "depth_100_to_1202"),  # noqa: E501
    Part((4, 1), "", "152 layers", "the network, stage by stage", "resnet152", "resnet152"),
    Part((4, 2), "", "1000 layers", "ResNet-1202 and the paths through it, all digits", "paths resnet1202", "why_residual"),  # noqa: E501
    Part((4, 3), "", "He Kaiming's papers", "the errors that they print, beside our parameters and MACs", "list resnet1202", "why_residual"),  # noqa: E501
    Part((4, 4), "", "Code", "ResNet-101 with its tiny filters, and ResNet-152", "compare lecture101 lecture152", "lecture101"),  # noqa: E501
)  # fmt: skip
SOURCE = "Lecture 9: Residual Network (ResNet), a lecture in Chinese; its sections and titles"


@lesson(NAME, 5, "The course, section by section: what is shown of it here, and the command that shows it.")
def report(findings: Findings) -> Report:
    """The lesson."""
    lead = (
        "Whoever took the course finds every one of its sections here, in its order, with what this project shows of "
        "it, the command to type, and the report to read. The course is a lecture in Chinese, known to this project by "
        "its sections and its printed code, without its author's name and address; it shows slides of He Kaiming's "
        "talk and of Andrew Ng's course in its turn. Its ResNet-50 is the one of Ng's Coursera course on convolutional "
        f"networks, week 2, whose notebooks print the same {grouped(net('lecture50').totals.all_params)} parameters.",
    )
    sections = (_parts(), _blocks())
    return document("Guide to the course", lead, sections, (("source", SOURCE),))


def _parts() -> Section:
    rows = [(each.place, each.chinese or None, each.english, each.shows, f"{PROGRAM} {each.command}") for each in PARTS]
    columns = (Column("section"), Column("title"), Column("in English"), Column("what is shown"), Column("command"))
    links = tuple(Link(f"{each.place} {each.english}", each.report, f"{each.shows}.") for each in PARTS)
    asked = ("What does the course say, and where is it here?",)
    return Section("Section by section", asked, (Table(columns, tuple(rows)),), links=links)


def _blocks() -> Section:
    """Identity and convolutional block of the course's ResNet-50."""
    own = net("lecture50")
    rows = [
        _row(f"{kind}, {stage}", own, f"{stage}/{block}")
        for stage in ("stage2", "stage3")
        for kind, block in (("convolutional block", "block1"), ("identity block", "block2"))
    ]
    columns = (
        Column("block"),
        Column("on the main path"),
        Column("on the shortcut"),
        Column("in", "shape"),
        Column("out", "shape"),
        Column("params", "count"),
        Column("with moving statistics, as Keras counts", "count"),
    )
    asked = (
        "The course builds its nets of two blocks. Both have a main path of 1×1, f×f and 1×1 convolutions and a "
        "shortcut, added at the end.",
        "Identity block: input and output have the same size, so the shortcut passes on what it reads.",
        "Convolutional block: what goes in and what comes out differ, in stage2 by the channels only (stride s = 1), "
        "later by the size too (s = 2). The first 1×1 has stride s, and a 1×1 on the shortcut has it too, or the two "
        "could not be added.",
    )
    see = (
        "Elsewhere the first is called a block with identity shortcut, the second one with projection shortcut "
        "(option B). Each stage begins with the second and goes on with the first.",
        "Behind the last stage stand a pool, flattening and the dense layer; the paper's networks have a global "
        "average pool there.",
    )
    figures: Sequence[Figure] = (
        figure(f"{NAME}-identity", "block", [own], labels=("identity block, stage2",)),
        figure(f"{NAME}-convolutional", "block", [own], labels=("convolutional block, stage2",), widens=True),
    )
    return Section("Identity block and convolutional block", asked, (Table(columns, tuple(rows)),), tuple(figures), see)


def _row(label: str, each: Measurement, scope: str) -> tuple[object, ...]:
    rows = [row for row in each.rows if row.node.scope == scope or row.node.scope.startswith(f"{scope}/")]
    side = [row for row in rows if _on_shortcut(row)]
    main = [row for row in rows if row.op == "Conv2d" and not _on_shortcut(row)]
    inside = {row.name for row in rows}
    entry = next(row for row in rows if any(name not in inside for name in row.node.inputs))
    return (
        label,
        " → ".join(", ".join(row.node.op.phrase(True)) for row in main),
        ", ".join(part for row in side for part in row.node.op.phrase(True)) or "nothing: the identity",
        "×".join(map(str, entry.inputs[0][1:])),  # type: ignore[index]
        "×".join(map(str, rows[-1].output[1:])),  # type: ignore[index]
        sum(row.params for row in rows),
        sum(row.all_params for row in rows),
    )


def _on_shortcut(row: Row) -> bool:
    return row.op == "Conv2d" and "branch1" in row.name
