"""Repairs of maps that meet in different sizes, as in U-Nets: cropped, padded, resized, or another input.

One change is made at every such join at once: a crop at one level changes what meets at the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from ..design import Edit, Reading, Suggestion, applied, spelled_input
from ..errors import AnalyzerError
from ..measurement import Row, walk
from ..ops.concatenate import Concatenate
from ..ops.elementwise import Add, Multiply, Subtract
from ..shape import Shape, is_map
from ._repair_edits import field_suggestion, input_suggestion, inputs_suggestion, inserted, suggested_entry

MOST_JOINS = 12
NAMED = 2  # changes that a repair tells one by one
FURTHEST = 32  # pixels up and down in which an input is sought: five levels of pooling divide by 32
LARGEST_GRAPH = 600  # layers: every size that is tried walks the graph
GROWTH = (1.15, 1.35, 1.6, 2.0, 2.6, 3.4, 4.5, 6.0, 8.0, 12.0, 16.0, 24.0)  # times the input, until everything fits
JOINS = (Add, Subtract, Multiply, Concatenate)


class Step(NamedTuple):
    """A change at one join: its edits, and what it does to which layer."""

    edits: tuple[Edit, ...]
    says: str


class Mended(NamedTuple):
    """One change made at every join in turn: the edits, what was done, and whether every rule then holds."""

    edits: tuple[Edit, ...]
    steps: tuple[str, ...]
    holds: bool

    @property
    def says(self) -> str:
        """The changes in words, the first ones by name."""
        more = f" and {len(self.steps) - NAMED} more" if len(self.steps) > NAMED else ""
        return f"{', '.join(self.steps[:NAMED])}{more}"


Fix = Callable[[Reading, Row], Step | None]


def at_every_join(reading: Reading) -> Iterator[Suggestion]:
    """Crop, pad or resize wherever maps of different sizes meet; pools that round up, and crops."""
    for fix in (_cropped, _padded, _resized):
        found = _mended(reading, fix)
        if found is not None and found.steps:
            yield Suggestion(found.says, found.edits, "")
    pools = [
        change
        for name, row in reading.rows.items()
        if type(row.node.op).__name__.endswith("Pool2d") and any(window.dropped for window in row.cost.windows)
        if (change := field_suggestion(reading, name, "padding", "same")) is not None
    ]
    if pools:
        edits = tuple(dict.fromkeys(edit for change in pools for edit in change.edits))
        again = _read(reading, edits)
        rest = _mended(again, _cropped) if again is not None else None
        if rest is not None:
            says = f"padding: same in {len(pools)} pool{'s' * (len(pools) != 1)}"
            yield Suggestion(", ".join([says, rest.says] if rest.steps else [says]), _composed(edits, rest.edits), "")


def another_input(reading: Reading) -> Iterator[Suggestion | None]:
    """The nearest inputs, below and above, for which the whole network fits together; or one, with crops."""
    shape, graph = reading.header.input, reading.graph
    if not is_map(shape) or graph is None or len(graph.inputs) != 1 or len(graph) > LARGEST_GRAPH:
        return
    found: dict[tuple[int, int], bool] = {}

    def holds(height: int, width: int) -> bool:
        if (height, width) not in found:
            try:
                for _ in walk(graph.with_input(Shape(1, height, width, shape[-1]))):
                    pass
                found[height, width] = True
            except AnalyzerError:
                found[height, width] = False
        return found[height, width]

    height, width = int(shape[1]), int(shape[2])
    nearest = False
    for way in (-1, 1):
        sizes = [_nearest(side, way, holds) for side in (height, width)]
        if None not in sizes and holds(*sizes) and sizes != [height, width]:  # type: ignore[arg-type]
            nearest = True
            yield input_suggestion(reading, *sizes)  # type: ignore[arg-type]
    if not nearest:
        yield _larger_with_crops(reading, height, width)


def _nearest(side: int, way: int, holds: Callable[[int, int], bool]) -> int | None:
    """The size nearest to a side, in one direction, at which a square input fits."""
    for step in range(FURTHEST + 1):
        if side + way * step >= 1 and holds(side + way * step, side + way * step):
            return side + way * step
    return None


def _larger_with_crops(reading: Reading, height: int, width: int) -> Suggestion | None:
    """A larger input at which all windows fit, and crops where maps meet."""
    for factor in GROWTH:
        grown = input_suggestion(reading, *(-(-int(side * factor) // 4) * 4 for side in (height, width)))
        again = _read(reading, grown.edits) if grown is not None else None
        rest = _mended(again, _cropped) if again is not None else None
        if grown is not None and rest is not None and rest.holds:
            return Suggestion(f"{grown.says}, {rest.says}", _composed(grown.edits, rest.edits), "")
    return None


def _mended(reading: Reading, fix: Fix) -> Mended | None:
    """One change at every join in turn, each on the text as the one before left it; None where that cannot be."""
    edits: tuple[Edit, ...] = ()
    current = reading
    steps: list[str] = []
    for _ in range(MOST_JOINS):
        row = next((failure.row for failure in current.failures if _disagrees(current, failure.row)), None)
        if row is None:
            return Mended(edits, tuple(steps), not current.failures)
        step = fix(current, row)
        again = _read(current, step.edits) if step is not None else None
        if step is None or again is None:
            return None
        edits, current = _composed(edits, step.edits), again
        steps.append(step.says)
        if not edits:
            return None
    return None


def _read(reading: Reading, edits: tuple[Edit, ...]) -> Reading | None:
    try:
        return reading.of_text(applied(reading.source.text, edits))
    except AnalyzerError:
        return None


def _composed(first: tuple[Edit, ...], then: tuple[Edit, ...]) -> tuple[Edit, ...]:
    """Edits of a text, and edits of the text after them, as edits of the first text; () where they overlap."""
    moved = []
    for edit in then:
        offset = 0
        for before in sorted(first):
            start = before.start + offset
            if edit.start >= start + len(before.text):
                offset += len(before.text) - (before.end - before.start)
            elif edit.end > start:
                return ()
        moved.append(Edit(edit.start - offset, edit.end - offset, edit.text))
    return (*first, *moved)


def _disagrees(reading: Reading, row: Row) -> bool:
    """Whether a layer joins maps that differ in height or width alone, or there too."""
    shapes = [reading.rows[name].output for name in row.node.inputs if name in reading.rows]
    maps = [shape for shape in shapes if is_map(shape)]
    return isinstance(row.node.op, JOINS) and len(maps) == len(row.node.inputs) and len({s[1:3] for s in maps}) > 1


def _cropped(reading: Reading, row: Row) -> Step | None:
    return _adapted(reading, row, "cropping2d", "cropping", "crop", min)


def _padded(reading: Reading, row: Row) -> Step | None:
    return _adapted(reading, row, "zero_padding2d", "padding", "pad", max)


def _resized(reading: Reading, row: Row) -> Step | None:
    return _adapted(reading, row, "resize", "size", "resize", max)


def _adapted(reading: Reading, row: Row, word: str, field: str, prefix: str, target: Callable[..., int]) -> Step | None:
    """A layer before the join on every branch whose map is not of the target size."""
    shapes = [reading.rows[name].output for name in row.node.inputs]
    wanted = [target(shape[axis] for shape in shapes) for axis in (1, 2)]  # type: ignore[index]
    names, says = list(row.node.inputs), []
    edits: list[Edit] = []
    taken, scope = set(reading.rows), row.node.scope
    for place, shape in enumerate(shapes):
        amounts = [abs(shape[axis] - wanted[axis - 1]) for axis in (1, 2)]  # type: ignore[index]
        if not any(amounts):
            continue
        new = next(
            name for number in range(1, len(taken) + 2) if _full(scope, name := f"{prefix}{number}") not in taken
        )
        said = {"name": new, field: wanted if field == "size" else _sides(amounts)}
        said["inputs"] = spelled_input(names[place], scope, set(reading.rows))
        add = inserted(reading, row.name, suggested_entry(reading, word, said), "")
        if add is None:
            return None
        edits += add.edits
        says.append(f"{prefix} {names[place]} to {wanted[0]}×{wanted[1]}")
        names[place] = _full(scope, new)
        taken.add(names[place])
    reads = inputs_suggestion(reading, row, names, "")
    return Step((*edits, *reads.edits), ", ".join(says)) if reads is not None and edits else None


def _full(scope: str, name: str) -> str:
    return f"{scope}/{name}" if scope else name


def _sides(amounts: list[int]) -> object:
    """Numbers to take off or put on, before and behind, of both axes; one number where all are alike."""
    pairs = [[amount // 2, amount - amount // 2] for amount in amounts]
    numbers = {number for pair in pairs for number in pair}
    return numbers.pop() if len(numbers) == 1 else pairs
