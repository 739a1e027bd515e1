"""Is this the paper's network? The registered networks nearest to a design, and the first differences in words.

Two networks are one if every layer is the same function of the same layers before it. Each layer gets a
number from what it does and from the numbers of what it reads (hash consing); names do not matter, nor
does the order in which a sum is written. Equal networks have the same numbers, equally often.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ..architectures.base import ARCHITECTURES, Architecture
from ..errors import AnalyzerError
from ..frozen import whole
from ..graph import Graph
from ..measurement import Row, walk
from ..ops.input import Input
from ..shape import Shape, is_map
from ._identity_tokens import token

SHOWN = 4  # differences named
MEASURED = 8  # candidates that are looked at closely


class Match(NamedTuple):
    """A registered network: how alike the design is (1: equal), and the first differences in words.

    `shared` is the mean of two shares: of layers that are the same, and of layers that compute the same
    function of the input.
    """

    name: str
    style: str
    equal: bool
    shared: float
    differences: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Name and style, as `resnet50@torchvision`; the name alone of what has no style, as a file."""
        return f"{self.name}@{self.style}" if self.style else self.name


def signature(rows: Sequence[Row], numbers: dict[Any, int]) -> Counter[int]:
    """How often each function of the input is computed; `numbers` is shared by what is to be compared."""
    own: dict[str, int] = {}
    for row in rows:
        before = [own[name] for name in row.node.inputs]
        if row.node.op.commutative:
            before.sort()
        key = (token(row), tuple(before), bool(row.node.weights_of), row.node.training_only)
        own[row.name] = numbers.setdefault(key, len(numbers))
    return Counter(own.values())


def identify(graph: Graph, most: int = 2) -> tuple[Match, ...]:
    """The registered networks nearest to a (valid) graph, the nearest first; all that are equal, if any is."""
    rows = tuple(walk(graph))
    shape, classes = _frame(rows)
    wanted = Counter(row.op for row in rows)
    ranked = []
    for architecture, style, other in _registered(shape, classes, len(rows)):
        counted = Counter(type(node.op).__name__ for node in other)
        ranked.append((sum((wanted - counted).values()) + sum((counted - wanted).values()), architecture, style, other))
    ranked.sort(key=lambda each: each[0])
    matches = [_match(rows, architecture, style, other) for _, architecture, style, other in ranked[:MEASURED]]
    found = [each for each in matches if each is not None]
    found.sort(key=lambda each: (not each[0].equal, -each[0].shared))
    equal = tuple(match for match, _ in found if match.equal)
    return equal or tuple(_with_differences(match, rows, theirs) for match, theirs in found[:most])


def compare_with(graph: Graph, architecture: Architecture, style: str | None) -> Match:
    """The match with one network, in a style or in whichever of its styles is nearest.

    AnalyzerError if it cannot be built for the design's input.
    """
    rows = tuple(walk(graph))
    shape, classes = _frame(rows)
    matches = []
    for each in [style] if style else architecture.styles:
        other = architecture.graph(shape, classes, each)
        tuple(walk(other))
        matches.append(_match(rows, architecture, each, other))
    match, theirs = max((each for each in matches if each), key=lambda each: (each[0].equal, each[0].shared))
    return _with_differences(match, rows, theirs)


def compare_with_graph(graph: Graph, other: Graph, name: str) -> Match:
    """The match with any other graph, as it is; AnalyzerError if that one cannot exist."""
    rows, theirs = tuple(walk(graph)), tuple(walk(other))
    return _with_differences(_likeness(rows, theirs, name, ""), rows, theirs)


def _frame(rows: Sequence[Row]) -> tuple[Shape | None, int | None]:
    """The input's size and the number of classes of a network, where it has them."""
    first: Shape | None = next((row.output for row in rows if isinstance(row.node.op, Input)), None)
    last = rows[-1].output
    return (
        first if is_map(first) else None,
        last[-1] if last is not None and len(last) == 2 else None,
    )


def _registered(shape: Shape | None, classes: int | None, layers: int) -> Iterator[tuple[Architecture, str, Graph]]:
    """Every registered network of a size that is not out of the question (a block has at least four layers)."""
    for _, architecture in ARCHITECTURES.items():
        if 4 * sum(architecture.options.get("blocks", ())) > 2 * layers:
            continue
        for style in architecture.styles:
            try:
                yield architecture, style, architecture.graph(shape, classes, style)
            except AnalyzerError:
                continue


def _match(
    rows: Sequence[Row], architecture: Architecture, style: str, other: Graph
) -> tuple[Match, Sequence[Row]] | None:
    try:
        theirs = tuple(walk(other))
    except AnalyzerError:
        return None
    return _likeness(rows, theirs, architecture.name, style), theirs


def _likeness(rows: Sequence[Row], theirs: Sequence[Row], name: str, style: str) -> Match:
    numbers: dict[Any, int] = {}
    one, two = signature(rows, numbers), signature(theirs, numbers)
    alike = (one & two).total() / max(one.total(), two.total())
    return Match(name, style, one == two, (alike + _shared(rows, theirs)) / 2)


def _with_differences(match: Match, rows: Sequence[Row], theirs: Sequence[Row]) -> Match:
    """The match with the first differences, alike ones said once."""
    from ._identity_words import words

    return match if match.equal else match._replace(differences=words(rows, theirs, match.label, SHOWN))


def _shared(rows: Sequence[Row], theirs: Sequence[Row]) -> float:
    mine, other = Counter(map(_hashable, rows)), Counter(map(_hashable, theirs))
    return sum((mine & other).values()) / max(len(rows), len(theirs))


def _hashable(row: Row) -> str:
    return whole(token(row))
