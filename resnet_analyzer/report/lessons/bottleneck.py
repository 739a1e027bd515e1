"""A bottleneck against two 3×3 convolutions, over channels and resolutions."""

from __future__ import annotations

from typing import Any

from ...measurement import Measurement
from ...numbers import grouped, share, short, times
from ...shape import spell
from ..document import document, figure
from ..model import Column, Report, Section, Table
from ..places import spent
from .base import Findings, by_hand, lesson, main_path, net

NAME = "bottleneck_vs_3x3"
CHANNELS = (64, 128, 256, 512, 1024, 2048)
SIDES = (112, 56, 28, 14, 7)
SIDE, WIDE, NARROW = 56, 256, 64  # He et al. 2015, Fig. 5
LAYERS = (
    Column("block"),
    Column("layer"),
    Column("output", "shape"),
    Column("weights by hand", "shape"),
    Column("MACs", "count"),
)
FIGURES = ("params", "macs", "activations")
WORDS = ("weights", "MACs", "activations")
SIDE_BY_SIDE = tuple(
    Column(title, "count" if figure == "weights" else "short" if figure == "MACs" else "count")
    for figure in WORDS
    for title in (f"{figure}, two 3×3", f"{figure}, bottleneck")
)


def block(kind: str, channels: int, side: int = SIDE) -> Measurement:
    """A single block measured."""
    return net(kind, input=(side, side, channels))


@lesson(NAME, 20, "Why ResNet-50 is built of bottlenecks: where 1×1, 3×3, 1×1 saves, and what it costs.")
def report(findings: Findings) -> Report:
    """The lesson."""
    wide, narrow = block("bottleneck", WIDE), block("basic", NARROW)
    lead = (
        f"Two 3×3 convolutions, or 1×1 down, 3×3, 1×1 up? On {WIDE} channels the bottleneck needs "
        f"{times(block('basic', WIDE).totals.params, wide.totals.params)} fewer weights. "
        f"Or, for what two 3×3 cost on {NARROW} channels ({grouped(narrow.totals.params)} weights), "
        f"it works on {WIDE} ({grouped(wide.totals.params)}).",
    )
    sections = (_blocks(), _equal_cost(), _over_channels(), _over_sides(), _whole_networks(), _same_cost())
    return document("A bottleneck against two 3×3 convolutions", lead, sections, (("source", SOURCE),))


SOURCE = "He et al. 2015 (arXiv 1512.03385), sec. 4.1 and Fig. 5"


def _blocks() -> Section:
    """Both blocks, layer by layer, at equal channels."""
    pair = [block(kind, WIDE) for kind in ("basic", "bottleneck")]
    rows = [
        (label, row.name.rpartition("/")[2], spell(row.output), by_hand(row), spent(row))
        for label, each in zip(("two 3×3", "bottleneck"), pair, strict=True)
        for row in each.rows
        if row.weights
    ]
    asked = f"What do the two blocks consist of, on a map of {SIDE}×{SIDE} with {WIDE} channels?"
    see = (
        "A weight of a convolution is used once at every position, so its MACs are its weights times the positions.",
        f"The first 1×1 leaves the 3×3 only {WIDE // 4} channels in and out: the 3×3 then costs a sixteenth.",
    )
    labels = {"labels": ("two 3×3", "bottleneck")}
    return Section("The two blocks", (asked,), (Table(LAYERS, tuple(rows)),), (figure(NAME, "block", pair, **labels),), see)  # fmt: skip  # noqa: E501


def _line(first: Measurement, second: Measurement) -> tuple[Any, ...]:
    return tuple(getattr(each.totals, name) for name in FIGURES for each in (first, second))


def _equal_cost() -> Section:
    narrow, wide = block("basic", NARROW), block("bottleneck", WIDE)
    columns = (Column("block"), Column("channels", "count"), *[Column(word, "count") for word in WORDS])
    rows = [
        (label, channels, *(getattr(each.totals, name) for name in FIGURES))
        for label, channels, each in (("two 3×3", NARROW, narrow), ("bottleneck", WIDE, wide))
    ]
    asked = "What does the bottleneck buy at about the same cost, and what is the price?"
    see = (
        f"It buys channels: {WIDE // NARROW} times as many for {times(wide.totals.macs, narrow.totals.macs)} the MACs.",
        f"The price is memory: {times(wide.totals.activations, narrow.totals.activations)} the activations, since the "
        f"wide maps must be written and kept. And it is three layers deep, not two.",
    )
    return Section("At about the same cost", (asked,), (Table(columns, tuple(rows)),), see=see)


def _over_channels() -> Section:
    rows = []
    for channels in CHANNELS:
        first, second = block("basic", channels), block("bottleneck", channels)
        ratio = share(first.totals.params, second.totals.params)
        rows.append((channels, *_line(first, second), ratio))
    columns = (Column("channels", "count"), *SIDE_BY_SIDE, Column("weights, ratio", "ratio"))
    asked = f"Does it always save as much? Both blocks on {SIDE}×{SIDE}, at equal channels C."
    see = (
        "The ratio never changes. Two 3×3 hold 2·9·C² = 18·C² weights; the bottleneck holds C²/4 + 9·C²/16 + C²/4 = "
        f"17·C²/16. So the saving is 18·16/17, {times(18 * 16, 17)}, whatever C is.",
        "Both grow with the square of the channels: twice the channels, four times the weights.",
    )
    measured = [block(kind, channels) for kind in ("basic", "bottleneck") for channels in CHANNELS]
    measured += [block(kind, WIDE, side) for kind in ("basic", "bottleneck") for side in SIDES if side != SIDE]
    picture = figure(NAME, "bottleneck", measured)
    return Section("Over channels", (asked,), (Table(columns, tuple(rows)),), (picture,), see)


def _over_sides() -> Section:
    rows = []
    for side in SIDES:
        first, second = block("basic", WIDE, side), block("bottleneck", WIDE, side)
        rows.append((f"{side}×{side}", *_line(first, second)))
    columns = (Column("map", "shape"), *SIDE_BY_SIDE)
    asked = f"And over resolutions, with {WIDE} channels?"
    see = (
        "The weights stay: a kernel does not know how large the map is. MACs and activations fall to a quarter with "
        "every halving of the side, in both blocks alike.",
    )
    return Section("Over resolutions", (asked,), (Table(columns, tuple(rows)),), see=see)


def _whole_networks() -> Section:
    wide = net("resnet50", block="basic", width=WIDE)
    found = (
        ("ResNet-34", "two 3×3", net("resnet34")),
        ("ResNet-50", "bottleneck", net("resnet50")),
        ("ResNet-50's channels without bottlenecks", "two 3×3", wide),
    )
    columns = (
        Column("network"),
        Column("block"),
        *[Column(word, "count") for word in ("params", "MACs", "activations")],
    )
    rows = [(name, kind, *(getattr(each.totals, figure) for figure in FIGURES)) for name, kind, each in found]
    own = net("resnet50").totals
    asked = "What does that mean for a whole network? ResNet-34 and ResNet-50 have the same 16 blocks."
    see = (
        f"Had ResNet-50 kept two 3×3 on its {WIDE} to {WIDE * 8} channels, it would have "
        f"{short(wide.totals.params)} parameters in place of {short(own.params)}, and do "
        f"{short(wide.totals.macs, 'MACs')} in place of {short(own.macs)}.",
    )
    return Section("In whole networks", (asked,), (Table(columns, tuple(rows)),), see=see)


def _same_cost() -> Section:
    """ResNet-50 beside ResNet-34, part by part."""
    small, large = net("resnet34"), net("resnet50")
    parts = ("first convolution", "main paths of the blocks", "projections on the shortcuts", "dense layer")
    pairs = {part: (_part(small, part), _part(large, part)) for part in parts}
    pairs["all"] = small.totals.macs, large.totals.macs
    rows = [(part, *pair, share(pair[1], pair[0])) for part, pair in pairs.items()]
    columns = (
        Column("part"),
        Column("MACs, ResNet-34", "count"),
        Column("MACs, ResNet-50", "count"),
        Column("ratio", "ratio"),
    )
    asked = "ResNet-50 has 16 layers more than ResNet-34. Why does it cost about the same?"
    two, three = (main_path(each, "stage2/block2") for each in (small, large))
    main, side, every = (pairs[part] for part in (parts[1], parts[2], "all"))
    see = (
        "Because layers are not what costs. Both have 16 blocks on the same maps. In a block that keeps its size, two "
        f"3×3 on {NARROW} channels "
        f"need 2·9·{NARROW}² = {grouped(18 * NARROW**2)} weights; 1×1, 3×3, 1×1 from {WIDE} to {NARROW} and back need "
        f"(4 + 9 + 4)·{NARROW}² = {grouped(17 * NARROW**2)}: three layers for {times(three, two)} the MACs of "
        "two. Later stages halve the side and double the channels, so that it is the same there.",
        f"On the main paths, ResNet-50 is even the cheaper one, {times(main[1], main[0])}. What it pays more for is "
        f"its projections, {short(side[1], 'MACs')} against {short(side[0])}: they join the wide ends, and "
        "stage2 "
        f"needs one too, from {NARROW} to {WIDE} channels. With them it is {times(every[1], every[0])}.",
    )
    return Section("Why ResNet-50 costs about as much as ResNet-34", (asked,), (Table(columns, tuple(rows)),), see=see)


def _part(each: Measurement, part: str) -> int:
    if part == "main paths of the blocks":
        return main_path(each)
    wanted = {"first convolution": "stage1", "projections on the shortcuts": "/shortcut", "dense layer": "head"}[part]
    return sum(spent(row) for row in each.rows if f"{row.node.scope} ".endswith(f"{wanted} "))
