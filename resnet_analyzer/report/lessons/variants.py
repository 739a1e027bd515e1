"""The block and shortcut variants of He et al. 2016, Identity Mappings, on ResNet-110."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from ...measurement import Measurement
from ...numbers import grouped, short, times
from ..document import document, figure
from ..model import Column, Report, Section, Table
from .base import Findings, lesson, net

NAME = "block_variants"
SOURCE = "He et al. 2016, Identity Mappings in Deep Residual Networks (arXiv 1603.05027), Fig. 4 and Table 1"


class DrawnVariant(NamedTuple):
    """A registered network, what the drawing calls it, and what it does to the signal."""

    network: str
    label: str
    says: str


ORIGINAL = DrawnVariant("resnet110", "original", "conv, BN, ReLU, conv, BN, then the addition and a ReLU on the sum")
BLOCKS = (
    ORIGINAL,
    DrawnVariant("resnet110_bn_after_addition", "BN after addition", "the normalisation stands in the way of the shortcut: the signal is rescaled by every block"),  # noqa: E501
    DrawnVariant("resnet110_relu_before_addition", "ReLU before addition", "the branch can only add, never take away: the signal can only grow"),  # noqa: E501
    DrawnVariant("resnet110_relu_only_preactivation", "ReLU-only pre-activation", "the shortcut is clean, but the ReLU reads a sum that nobody normalised"),  # noqa: E501
    DrawnVariant("resnet110_full_preactivation", "full pre-activation", "the shortcut is clean from end to end, and every convolution reads normalised input"),  # noqa: E501
)  # fmt: skip
SHORTCUTS = (
    ORIGINAL,
    DrawnVariant("resnet110_constant_scaling", "constant scaling", "branch and shortcut are halved: after L blocks, 1/2^L of the signal is left"),  # noqa: E501
    DrawnVariant("resnet110_exclusive_gating", "exclusive gating", "a 1×1 convolution and a sigmoid decide, pixel by pixel, between branch and shortcut"),  # noqa: E501
    DrawnVariant("resnet110_shortcut_only_gating", "shortcut-only gating", "the gate closes the shortcut alone; the branch is added as it is"),  # noqa: E501
    DrawnVariant("resnet110_conv", "1×1 conv shortcut", "every shortcut becomes a projection (option C)"),
    DrawnVariant("resnet110_dropout", "dropout shortcut", "half of the shortcut's signal is dropped in training; at inference nothing is left of that"),  # noqa: E501
)  # fmt: skip
COLUMNS = (
    Column("variant"),
    Column("params", "count"),
    Column("params added", "signed"),
    Column("MACs", "count"),
    Column("MACs added", "signed"),
    Column("FLOPs", "count"),
    Column("FLOPs added", "signed"),
)
KINDS = {"Conv2d": "convolutions", "BatchNorm": "batch norms", "Activation": "activations", "Add": "additions"}


@lesson(NAME, 40, "Five orders of BN, ReLU and addition, six kinds of shortcuts: drawn, counted, compared.")
def report(findings: Findings) -> Report:
    """The lesson."""
    own = net("resnet110").totals
    lead = (
        "A residual block is a few layers and an addition. Their order can be changed at no cost, and it decides "
        "how well a network of a thousand layers trains. What can also be changed is the shortcut, and that "
        "does cost.",
        f"All variants are those of ResNet-110 for CIFAR-10: {grouped(own.params)} parameters, "
        f"{short(own.macs, 'MACs')}.",
    )
    return document("Variants of the residual block", lead, (_orders(), _shortcuts()), (("source", SOURCE),))


def _costs(variants: Sequence[DrawnVariant]) -> Table:
    base = net(ORIGINAL.network).totals
    rows: list[tuple[Any, ...]] = []
    for each in variants:
        totals = net(each.network).totals
        pairs = ((getattr(totals, name), getattr(base, name)) for name in ("params", "macs", "flops"))
        rows.append((each.label, *(value for now, before in pairs for value in (now, now - before))))
    return Table(COLUMNS, tuple(rows), "What they cost")


def _layers(variants: Sequence[DrawnVariant]) -> Table:
    """How many layers of each kind, and what the variant does to the signal."""
    kinds = dict(KINDS) | ({"Multiply": "gates", "Rescale": "scalings"} if variants is SHORTCUTS else {})
    rows = []
    for each in variants:
        counted = Counter(row.op for row in net(each.network).rows)
        rows.append((each.label, *(counted[op] or None for op in kinds), each.says))
    columns = (Column("variant"), *[Column(word, "count") for word in kinds.values()], Column("what it does"))
    return Table(columns, tuple(rows), "What they consist of")


def _measured(variants: Sequence[DrawnVariant]) -> list[Measurement]:
    return [net(each.network) for each in variants]


def _picture(variants: Sequence[DrawnVariant], stem: str) -> Any:
    return figure(stem, "block", _measured(variants), labels=tuple(each.label for each in variants))


def _orders() -> Section:
    same = {net(each.network).totals.macs for each in BLOCKS}
    asked = "Where do batch normalisation and ReLU belong: behind the convolution, behind the addition, or before all?"
    see = (
        f"{'Not one MAC changes' if len(same) == 1 else 'The MACs change'}: only batch norms and ReLUs move. A network "
        "is not better because it does more.",
        "Follow the line from top to bottom past the boxes. In the last two drawings nothing stands on it: what comes "
        "in at the first block comes out at the last, plus what the branches added.",
        "Full pre-activation moves the batch norm and ReLU of the first convolution behind the last addition, or the "
        "head would read a sum that nobody normalised. That is why their number stays the same. ReLU-only needs its "
        "last ReLU in addition.",
    )
    return Section("The order inside the block", (asked,), (_costs(BLOCKS), _layers(BLOCKS)), (_picture(BLOCKS, f"{NAME}-order"),), see)  # fmt: skip  # noqa: E501


def _shortcuts() -> Section:
    own, gated, projected = (net(f"resnet110{end}").totals for end in ("", "_exclusive_gating", "_conv"))
    asked = "What may stand on the shortcut?"
    see = (
        "A gate is a 1×1 convolution from all channels to all channels: it makes the network "
        f"{times(gated.macs, own.macs)} as expensive as the original. Projections everywhere cost "
        f"{times(projected.macs, own.macs)}.",
        "Gates and projections are more general than the identity, which they could learn. In the paper they train "
        "worse all the same: whatever scales the signal on the shortcut scales it once per block.",
    )
    return Section("What stands on the shortcut", (asked,), (_costs(SHORTCUTS), _layers(SHORTCUTS)), (_picture(SHORTCUTS, f"{NAME}-shortcut"),), see)  # fmt: skip  # noqa: E501
