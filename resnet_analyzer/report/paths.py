"""Paths through networks: how many, how long, and what a lesion or a shuffle leaves of them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from ..analyses.paths import Lesion, Paths, Shuffle, in_blocks, lesions, paths, shuffles
from ..graph import Graph
from ..numbers import about, grouped
from .model import Column, Report, Table

VEIT = "Veit, Wilber & Belongie 2016 (arXiv 1605.06431)"
COUNTED = "layers with weights: convolutions, dense layers, recurrent cells and attention; batch norms do not count"
LESS = "the share of all paths that is left when any one block is deleted"
BINS = 11
LINE = 60  # characters beside a note's label, 80 columns wide


class Claim(NamedTuple):
    """What a paper prints on the paths through a ResNet of 54 blocks: from `least` to `most` blocks hold a share."""

    least: int
    most: int
    printed: str
    source: str


VEIT_BLOCKS = 54
VEIT_CLAIMS = (
    Claim(19, 35, "more than 95 %", f"{VEIT}, sec. 5"),
    Claim(5, 17, "0.45 %", f"{VEIT}, sec. 5"),
)


class Found(NamedTuple):
    """A network with all that is said of its paths."""

    name: str
    title: str
    paths: Paths
    lesions: list[Lesion]
    shuffles: list[Shuffle]


def found_in(graph: Graph) -> Found:
    """The paths of a graph; UsageError where there is none, or too many."""
    title = str(graph.about.get("title", graph.name))
    own = paths(graph)
    return Found(graph.name, title, own, lesions(graph), shuffles(graph))


def percent_of(share: Fraction) -> str:
    """A share with two digits behind the point, or as a power of ten where it is small.

    >>> percent_of(Fraction(98017, 100000)), percent_of(Fraction(1, 3 * 10**9)), percent_of(Fraction(0))
    ('98.02 %', '3.3e-8 %', '0 %')
    """
    if not share or share >= Fraction(1, 10_000):
        return f"{float(100 * share):.2f} %" if share else "0 %"
    digits, power = f"{float(100 * share):.1e}".split("e")
    return f"{digits}e{int(power)} %"


def in_groups(number: int) -> str:
    """All digits of a number; where it is longer than a line, in groups that a line can break between.

    >>> in_groups(18014398509481984), in_groups(2**210)[:20]
    ('18,014,398,509,481,984', '1 645 504 557 321 20')
    """
    digits = grouped(number)
    return digits if len(digits) <= LINE else digits.replace(",", " ")


def paths_report(graphs: Sequence[Graph]) -> Report:
    """One network in detail, or several side by side."""
    found = [found_in(graph) for graph in graphs]
    notes = [("counted", COUNTED)]
    if len(found) == 1:
        notes = [*_details(found[0]), *notes]
        tables = tuple(_tables(found[0]))
        title = f"{found[0].title} · paths from input to output"
    else:
        tables, title = (side_by_side(found),), f"Paths through {len(found)} networks"
        notes = [("less one block", LESS), *notes]
    return Report(title, tables, tuple(notes), lambda: _data(found))


def side_by_side(found: Sequence[Found]) -> Table:
    """A line per network: how many paths, and how long they are."""
    columns = (
        Column("network", flexible=True),
        Column("paths", "shape"),
        Column("shortest", "count"),
        Column("mean", "shape"),
        Column("longest", "count"),
        Column("95 % are", "shape"),
        Column("less one block", "shape", drop=1),
    )
    return Table(columns, tuple(map(_line, found)))


def _line(each: Found) -> tuple[Any, ...]:
    own = each.paths
    return (
        each.title, about(own.total), own.shortest, f"{float(own.mean):.1f}", own.longest, _middle(own), _left(each),
    )  # fmt: skip


def _middle(own: Paths) -> str:
    """The lengths between which the middle 95 % of all paths lie."""
    low, high = own.quantile(Fraction(1, 40)), own.quantile(Fraction(39, 40))
    return str(low) if low == high else f"{low} to {high}"


def _left(each: Found) -> str | None:
    """The share of paths that is left when one block is deleted: the least and the most over all blocks."""
    shares = sorted({Fraction(lesion.left, each.paths.total) for lesion in each.lesions})
    if not shares:
        return None
    ends = [percent_of(shares[0]), percent_of(shares[-1])]
    return " to ".join(dict.fromkeys(ends))


def _tables(each: Found) -> list[Table]:
    tables = [lengths(each.paths)]
    if each.shuffles:
        tables.append(_shuffled(each.shuffles))
    told = in_blocks(each.paths)
    if told is not None and told.blocks == VEIT_BLOCKS:
        tables.append(veit_table(each.paths))
    return tables


def lengths(own: Paths, bins: int = BINS) -> Table:
    """How many paths have which length; lengths next to one another together where there are many."""
    used = [length for length, count in enumerate(own.by_length) if count]
    size = -(-len(used) // bins)
    rows = []
    for start in range(0, len(used), size):
        part = used[start : start + size]
        count = sum(own.by_length[length] for length in part)
        words = str(part[0]) if len(part) == 1 else f"{part[0]} to {part[-1]}"
        rows.append((words, about(count), percent_of(Fraction(count, own.total))))
    return Table((Column("layers with weights"), Column("paths", "shape"), Column("share", "shape")), tuple(rows))


def _shuffled(found: Sequence[Shuffle]) -> Table:
    columns = (
        Column("stage shuffled"),
        Column("blocks that can change places", "count"),
        Column("ways in order on average", "shape"),
        Column("in reverse", "shape"),
    )
    rows = [(each.stage, each.blocks, percent_of(each.mean_share), percent_of(each.reversed_share)) for each in found]
    return Table(columns, tuple(rows))


def veit_table(own: Paths) -> Table:
    """The figures that Veit et al. print for ResNet-110, beside ours."""
    told = in_blocks(own)
    columns = (Column("blocks on a path"), Column("printed"), Column("ours", "shape"), Column("source", flexible=True))
    rows = []
    for claim in VEIT_CLAIMS if told else ():
        ends = [told.first + told.step * blocks for blocks in (claim.least, claim.most)]  # type: ignore[union-attr]
        rows.append((f"{claim.least} to {claim.most}", claim.printed, percent_of(own.share(*ends)), claim.source))
    return Table(columns, tuple(rows))


def _details(each: Found) -> list[tuple[str, str]]:
    own, told = each.paths, in_blocks(each.paths)
    power = f" = 2^{own.total.bit_length() - 1}" if own.total > 1 and own.total & (own.total - 1) == 0 else ""
    notes = [("paths", f"{in_groups(own.total)}{power}")]
    span = f"from {own.shortest} to {own.longest} layers with weights, {float(own.mean):g} on average"
    notes.append(("lengths", f"{span}; 95 % of all paths have {_middle(own)}"))
    if told is not None:
        mean = Fraction(told.blocks, 2)
        words = f"{told.blocks} blocks, each passed or skipped: a path goes through {float(mean):g} on average"
        notes.append(("in blocks", f"{words}, and has {told.first} + {told.step} layers for each; a binomial"))
    short = own.share(0, own.longest // 2)
    notes.append(("short paths", f"{percent_of(short)} have at most {own.longest // 2} layers, half the longest"))
    if each.lesions:
        notes.append(("one block deleted", f"{_left(each)} of the paths are left, whichever of {len(each.lesions)}"))
    if each.shuffles:
        text = "as many paths of the same lengths; a way in order meets its layers in the order of training"
        notes.append(("a stage shuffled", text))
    if told is not None or each.shuffles:
        notes.append(("view", f"the unravelled one of {VEIT}"))
    return notes


def _data(found: Sequence[Found]) -> dict[str, Any]:
    return {"schema": 2, "kind": "paths", "models": [_model(each) for each in found]}


def _model(each: Found) -> dict[str, Any]:
    own = each.paths
    return {
        "model": each.name,
        "paths": own.total,
        "by_length": {str(length): count for length, count in enumerate(own.by_length) if count},
        "mean": {"numerator": own.mean.numerator, "denominator": own.mean.denominator},
        "lesions": [
            {"block": lesion.block, "layers": list(lesion.layers), "left": lesion.left} for lesion in each.lesions
        ],
        "shuffles": [
            {"stage": one.stage, "blocks": one.blocks, "ways_in_order_millionths": int(one.mean_share * 10**6)}
            for one in each.shuffles
        ],
    }
