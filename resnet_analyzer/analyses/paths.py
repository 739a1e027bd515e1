"""Paths through a network: how many there are, how long they are, and what is left when a block is taken out.

A path leads along the graph's edges from an input to an output; its length is the number of its layers with
weights (convolutions, dense layers, recurrent cells, attention). A sum of two branches has the paths of both, so
L residual blocks in a row have 2^L: the unravelled view of Veit, Wilber & Belongie 2016 (arXiv 1605.06431).

Paths are counted by length at once, as a polynomial over the graph: the coefficient of z^k counts those of k
layers; a layer multiplies by z, a place where edges meet adds. All coefficients of one polynomial are held in one
whole number, each in as many bits as the largest needs, so that adding and shifting whole numbers is all it takes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from fractions import Fraction
from math import comb, factorial
from typing import NamedTuple

from ..errors import UsageError
from ..graph import Graph, Node
from ..ops.input import Input

WEIGHTED = frozenset({"convolution", "dense", "attention", "recurrence"})  # kinds of ops that a depth counts
MOST_BITS = 4_000  # of a number of paths whose lengths are counted: the work grows with its square


class Paths(NamedTuple):
    """The paths of a network by length: `by_length[k]` have k layers with weights; `total` is all of them."""

    total: int
    by_length: tuple[int, ...]

    @property
    def shortest(self) -> int:
        """The fewest layers with weights on a path."""
        return next(length for length, count in enumerate(self.by_length) if count)

    @property
    def longest(self) -> int:
        """The most layers with weights on a path."""
        return len(self.by_length) - 1

    @property
    def mean(self) -> Fraction:
        """The mean length over all paths, exactly."""
        return Fraction(sum(length * count for length, count in enumerate(self.by_length)), self.total)

    def share(self, least: int, most: int) -> Fraction:
        """The share of paths whose length is from `least` to `most`, both included.

        >>> Paths(4, (0, 1, 2, 1)).share(1, 2)
        Fraction(3, 4)
        """
        return Fraction(sum(self.by_length[max(least, 0) : most + 1]), self.total)

    def quantile(self, share: Fraction) -> int:
        """The smallest length that at least this share of the paths does not exceed."""
        so_far = 0
        for length, count in enumerate(self.by_length):
            so_far += count
            if Fraction(so_far, self.total) >= share:
                return length
        return self.longest


def paths(graph: Graph) -> Paths:
    """All paths from inputs to outputs by length; UsageError where there is none, or too many.

    Layers that only training runs (auxiliary heads) are left out. A node that reads another twice has two edges.

    >>> from resnet_analyzer.architectures.base import architecture
    >>> found = paths(architecture("resnet20"))   # 9 blocks of 2 layers between the first layer and the last
    >>> found.total, found.shortest, found.longest, found.by_length[2::2]
    (512, 2, 20, (1, 9, 36, 84, 126, 126, 84, 36, 9, 1))
    """
    nodes = running(graph)
    total = sum(_ends(_counted(nodes), nodes))
    if not total:
        raise UsageError(f"{graph.name}: no path leads from an input to an output")
    if total.bit_length() > MOST_BITS:
        raise UsageError(
            f"{graph.name}: 2^{total.bit_length() - 1:,} paths or more; at most 2^{MOST_BITS:,} are counted"
        )
    bits = total.bit_length()
    found = sum(_ends(_packed(nodes, bits), nodes))
    mask = (1 << bits) - 1
    by_length = []
    while found:
        by_length.append(found & mask)
        found >>= bits
    return Paths(total, tuple(by_length))


def running(graph: Graph) -> tuple[Node, ...]:
    """The nodes that inference runs, each after all that it reads."""
    return tuple(node for node in graph.nodes if not node.training_only)


def has_weights(node: Node) -> bool:
    """Whether a path's length counts this layer."""
    return node.op.kind in WEIGHTED


def _counted(nodes: Sequence[Node], closed: Collection[str] = ()) -> dict[str, int]:
    """The paths from an input to each node that go through none of the `closed` ones."""
    ways: dict[str, int] = {}
    for node in nodes:
        if node.name in closed:
            ways[node.name] = 0
        else:
            ways[node.name] = sum(ways[name] for name in node.inputs) if node.inputs else int(type(node.op) is Input)
    return ways


def _packed(nodes: Sequence[Node], bits: int) -> dict[str, int]:
    """The same by length, `bits` to each; what nobody reads any more is let go, but for the outputs."""
    last = {name: node.name for node in nodes for name in node.inputs}
    ways: dict[str, int] = {}
    for node in nodes:
        if not node.inputs:
            ways[node.name] = int(type(node.op) is Input)
        elif len(node.inputs) == 1:
            ways[node.name] = ways[node.inputs[0]]
        else:
            ways[node.name] = sum(ways[name] for name in node.inputs)
        if has_weights(node):
            ways[node.name] <<= bits
        for name in set(node.inputs):
            if last[name] == node.name:
                del ways[name]
    return ways


def _ends(ways: dict[str, int], nodes: Sequence[Node]) -> Iterable[int]:
    read = {name for node in nodes for name in node.inputs}
    return [ways[node.name] for node in nodes if node.name not in read]


class Lesion(NamedTuple):
    """A block taken out: its layers with weights no longer carry a path; `left` paths of all remain."""

    block: str
    layers: tuple[str, ...]
    left: int


def lesions(graph: Graph) -> list[Lesion]:
    """Every block of the graph (`stage2/block1`) taken out alone: the paths that are left.

    What stands on the block's shortcut stays, as in Veit et al. 2016, sec. 4.1. A plain block leaves nothing.

    >>> from resnet_analyzer.architectures.base import architecture
    >>> [lesion.left for lesion in lesions(architecture("resnet20"))][:2], lesions(architecture("plain20"))[0].left
    ([256, 256], 0)
    """
    nodes = running(graph)
    ahead, behind = _counted(nodes), _counted_back(nodes)
    total = sum(_ends(ahead, nodes))
    found = []
    places = {node.name: place for place, node in enumerate(nodes)}
    for block, members in _blocks(nodes).items():
        layers = tuple(node.name for node in members if has_weights(node) and "/shortcut" not in node.name)
        if layers:
            between = nodes[places[layers[0]] : places[layers[-1]] + 1]
            found.append(Lesion(block, layers, total - _through(between, layers, ahead, behind)))
    return found


def _blocks(nodes: Sequence[Node]) -> dict[str, list[Node]]:
    """The nodes of each block by its scope: the first two parts of a name such as stage2/block1/conv1."""
    found: dict[str, list[Node]] = {}
    for node in nodes:
        parts = node.scope.split("/")
        if len(parts) >= 2:
            found.setdefault("/".join(parts[:2]), []).append(node)
    return found


def _counted_back(nodes: Sequence[Node]) -> dict[str, int]:
    """The paths from each node to an output."""
    ways = {node.name: 0 for node in nodes}
    read = {name for node in nodes for name in node.inputs}
    for node in reversed(nodes):
        ways[node.name] += node.name not in read
        for name in node.inputs:
            ways[name] += ways[node.name]
    return ways


def _through(between: Sequence[Node], layers: Sequence[str], ahead: dict[str, int], behind: dict[str, int]) -> int:
    """The paths through any of the layers, each counted at the first that it meets; `between` are first to last."""
    closed = frozenset(layers)
    clean: dict[str, int] = {}
    lost = 0
    for node in between:
        ways = sum(clean.get(name, ahead[name]) for name in node.inputs) if node.inputs else ahead[node.name]
        if node.name in closed:
            lost += ways * behind[node.name]
            ways = 0
        clean[node.name] = ways
    return lost


class Shuffle(NamedTuple):
    """A stage whose interchangeable blocks change places.

    `blocks` of them, each passed or skipped: 2^blocks ways through. `reversed_share` of those still meet their
    layers in the order that they were trained in when the blocks stand in reverse order, `mean_share` of them on
    average over all orders.
    """

    stage: str
    blocks: int
    reversed_share: Fraction
    mean_share: Fraction


def shuffles(graph: Graph) -> list[Shuffle]:
    """The stages whose blocks could change places: residual ones, all but the first (which changes the size).

    The number of paths and their lengths stay what they were. A way through k of n blocks keeps its order in 1 of
    k! orders, so the mean share is the sum of C(n, k)/k! over 2^n; backwards, only ways through one block or none.

    >>> from resnet_analyzer.architectures.base import architecture
    >>> shuffles(architecture("resnet20"))[0]
    Shuffle(stage='stage2', blocks=2, reversed_share=Fraction(3, 4), mean_share=Fraction(7, 8))
    """
    nodes = running(graph)
    total = sum(_ends(_counted(nodes), nodes))
    adding = {block for block, members in _blocks(nodes).items() if any(node.op.commutative for node in members)}
    stages: dict[str, int] = {}
    for lesion in lesions(graph):
        stage = lesion.block.split("/")[0]
        if 2 * lesion.left == total and lesion.block in adding:
            stages[stage] = stages.get(stage, -1) + 1
    return [Shuffle(stage, n, Fraction(n + 1, 2**n), kept_in_order(n)) for stage, n in stages.items() if n > 0]


def kept_in_order(blocks: int) -> Fraction:
    """The share of the ways through n blocks, each passed or skipped, that a random order keeps in order.

    >>> kept_in_order(1), kept_in_order(2)   # (1 + 2 + 1/2) of 4
    (Fraction(1, 1), Fraction(7, 8))
    """
    kept = sum((Fraction(comb(blocks, k), factorial(k)) for k in range(blocks + 1)), Fraction(0))
    return kept / 2**blocks


class InBlocks(NamedTuple):
    """A length told in blocks: `first` layers that every path has, and `step` for each block that it goes through."""

    first: int
    step: int
    blocks: int


def in_blocks(found: Paths) -> InBlocks | None:
    """How lengths follow from blocks, if the paths are those of equal blocks, each passed or skipped; else None.

    >>> from resnet_analyzer.architectures.base import architecture
    >>> in_blocks(paths(architecture("resnet110")))
    InBlocks(first=2, step=2, blocks=54)
    """
    blocks = found.total.bit_length() - 1
    spread = found.longest - found.shortest
    if not blocks or 2**blocks != found.total or spread % blocks:
        return None
    step = spread // blocks
    if not step or any(found.by_length[found.shortest + k * step] != comb(blocks, k) for k in range(blocks + 1)):
        return None
    return InBlocks(found.shortest, step, blocks)
