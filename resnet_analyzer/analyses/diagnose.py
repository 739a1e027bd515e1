"""What is wrong with a design: every finding with its place, the formula with its numbers, and the branches."""

from __future__ import annotations

import re

from ..design import Failure, Place, Problem, Reading, Suggestion, quoted
from ..frozen import NamedTuple
from ..measurement import Row
from ..ops.concatenate import Concatenate
from ..ops.elementwise import Add, Multiply, Subtract
from ..ops.input import Input
from ..shape import Shape, is_map, spell

SHAPES = "shape"  # the kind of a finding that comes from a rule of a layer
HEAD = "head"
ALSO = 6  # layers named that do the same wrong, the first one counted


class Finding(NamedTuple):
    """One thing that is wrong.

    `kind` is a word (shape, head, unknown key, value …), `node` the layer, `says` the sentence,
    `details` labelled lines that explain it, `suggestions` changes that may help and are still to be tried,
    `also` the other layers at which the same is wrong.
    `is_input` is true where the file itself says something that means nothing (exit status 2).
    """

    kind: str
    node: str
    says: str
    place: Place
    details: tuple[tuple[str, str], ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    also: tuple[str, ...] = ()

    @property
    def is_input(self) -> bool:
        """Whether this is bad input rather than a network that cannot exist."""
        return self.kind not in (SHAPES, HEAD)

    @property
    def key(self) -> tuple[str, str]:
        """What stays the same of it when other lines of the file change."""
        return (self.kind, self.node or self.says)


def diagnose(reading: Reading) -> tuple[Finding, ...]:
    """Everything that is wrong, in the order of the file."""
    found = _problems(reading) + _failures(reading)
    if not found:
        found += _head(reading)
    return tuple(sorted(found, key=lambda each: (each.place.start, each.place.line)))


def _problems(reading: Reading) -> list[Finding]:
    """What means nothing; a word that is misspelt alike in several places is told once, and mended in all."""
    alike: dict[object, list[Problem]] = {}
    for each in reading.problems:
        changes = tuple(change.says for change in each.suggestions)
        alike.setdefault((each.kind, each.node, each.says, changes) if changes else id(each), []).append(each)
    return [_of_problems(each) for each in alike.values()]


def _of_problems(problems: list[Problem]) -> Finding:
    first = problems[0]
    details, changes = first.details, first.suggestions
    if len(problems) > 1:
        lines = [str(each.place.line) for each in problems[1:]]
        more = f" and {len(lines) - ALSO} more" if len(lines) > ALSO else ""
        details += (("also", f"in line{'s' * (len(lines) > 1)} {', '.join(lines[:ALSO])}{more}"),)
        together = zip(*(each.suggestions for each in problems), strict=True)
        changes = tuple(
            each[0]._replace(edits=tuple(dict.fromkeys(edit for change in each for edit in change.edits)))
            for each in together
        )
    return Finding(first.kind, first.node, first.says, first.place, details, changes)


def _failures(reading: Reading) -> list[Finding]:
    """The rules that do not hold; what one entry does wrong several times is said once."""
    alike: dict[object, list[Failure]] = {}
    for failure in reading.failures:
        alike.setdefault(_mistake(reading, failure), []).append(failure)
    return [_of_failures(reading, failures) for failures in alike.values()]


def _mistake(reading: Reading, failure: Failure) -> object:
    """What failures with one cause have in common.

    The place in the file and the sentence; where branches with names of their own meet, as in the same block of
    several stages: those names, the rule, and which branches differ from the first one.
    """
    row, text = failure.row, failure.check.text
    if len(row.node.inputs) < 2 or not row.node.scope:
        return reading.place(row.name).start, text
    own = tuple(name.removeprefix(f"{row.node.scope}/") for name in (row.name, *row.node.inputs))
    if any("/" in name or name == each for name, each in zip(own, (row.name, *row.node.inputs), strict=True)):
        return reading.place(row.name).start, text
    first = row.inputs[0] or ()
    sizes = tuple(tuple(a - b for a, b in zip((shape or ())[1:3], first[1:3], strict=False)) for shape in row.inputs)
    return (re.sub(r"\d+", "0", text), own, sizes)


def _of_failures(reading: Reading, failures: list[Failure]) -> Finding:
    row = failures[0].row
    details = _branches(reading, row) if len(row.node.inputs) > 1 else _trail(reading, row)
    if len(failures) > 1:
        names = ", ".join(_named(failure.row.name) for failure in failures[1:ALSO])
        more = len(failures) - ALSO
        details += (("also", f"{names}{f' and {more} more' if more > 0 else ''}"),)
    also = tuple(failure.row.name for failure in failures[1:])
    return Finding(SHAPES, row.name, failures[0].check.text, reading.place(row.name), details, (), also)


def _branches(reading: Reading, row: Row) -> tuple[tuple[str, str], ...]:
    """Every branch: what comes out of it, and the formula of the last window in it."""
    lines = []
    shared = [common_ancestors(reading, [each for each in row.node.inputs if each != name]) for name in row.node.inputs]
    straight = [name in stop for name, stop in zip(row.node.inputs, shared, strict=True)]
    labels = _labels(reading, row, straight)
    by_channels = _sizes_agree(row)
    for name, stop, label in zip(row.node.inputs, shared, labels, strict=True):
        how = "identity" if name in stop and label == "shortcut" else ""
        if not how:
            how = _channels(reading, name) if by_channels else _size(reading, name, stop)
        lines.append((label, " · ".join(filter(None, (f"{_named(name)} {spell(reading.rows[name].output)}", how)))))
    return tuple(lines)


def _sizes_agree(row: Row) -> bool:
    """Whether only the channels of the branches disagree; between elements an axis of 1 agrees with every size."""
    sizes = [shape[1:-1] for shape in row.inputs if shape is not None]
    if len({len(size) for size in sizes}) != 1:
        return False
    once: set[int] = set() if isinstance(row.node.op, Concatenate) else {1}
    return all(len(set(axis) - once) <= 1 for axis in zip(*sizes, strict=True))


def _labels(reading: Reading, row: Row, straight: list[bool]) -> list[str]:
    """What the branches are called: main path and shortcut of a block, map and gate, or a number."""
    shapes = [reading.rows[name].output for name in row.node.inputs]
    if len(shapes) == 2 and isinstance(row.node.op, (Add, Subtract)) and any(straight):
        return ["shortcut", "main path"] if straight[0] else ["main path", "shortcut"]
    if len(shapes) == 2 and isinstance(row.node.op, Multiply) and all(map(is_map, shapes)):
        gates = [set(shape[1:3]) == {1} for shape in shapes]  # type: ignore[index]
        if gates[0] != gates[1]:
            return ["gate" if each else "map" for each in gates]
    return [f"branch {index}" for index in range(1, len(shapes) + 1)]


def _size(reading: Reading, name: str, stop: frozenset[str]) -> str:
    """The formula of the size at `name`: that of the last window of its branch."""
    last = last_window(reading, name, stop) or _any_window(reading, name, stop)
    return f"{_named(last.name)}: {last.how()}" if last is not None else "identity" if name in stop else ""


def _any_window(reading: Reading, name: str, stop: frozenset[str]) -> Row | None:
    """The nearest layer with a window, if only of one tap."""
    while name not in stop and name in reading.rows:
        row = reading.rows[name]
        if row.cost.windows or not row.node.inputs:
            return row if row.cost.windows else None
        name = row.node.inputs[0]
    return None


def _channels(reading: Reading, name: str) -> str:
    """The layer that sets the channels at `name`, and how."""
    while name in reading.rows:
        row = reading.rows[name]
        for word in ("filters", "units"):
            if hasattr(row.node.op, word):
                return f"{_named(name)}: {word} {getattr(row.node.op, word)}"
        if len(row.inputs) == 1 and row.inputs[0] and row.output and row.inputs[0][-1] != row.output[-1]:
            return f"{_named(name)}: {row.inputs[0][-1]} → {row.output[-1]} channels"
        if isinstance(row.node.op, Concatenate) and len(row.inputs) > 1 and None not in (*row.inputs, row.output):
            parts = " + ".join(str(shape[-1]) for shape in row.inputs if shape is not None)
            return f"{_named(name)}: {parts} = {row.output[-1]}"  # type: ignore[index]
        if not row.node.inputs:
            return ""
        name = row.node.inputs[0]
    return ""


def _named(name: str) -> str:
    return quoted(name)[1:-1]


def _trail(reading: Reading, row: Row) -> tuple[tuple[str, str], ...]:
    """Where the size that does not fit comes from: its formula, and the window before."""
    misfits = [window for window in row.cost.windows if window.fits is not True]
    if not misfits or not row.node.inputs:
        return ()
    before = last_window(reading, row.node.inputs[0])
    from_there = (("before", f"{_named(before.name)}: {before.how()}"),) if before is not None else ()
    return (("formula", misfits[0].how()), *from_there)


def last_window(reading: Reading, name: str, stop: frozenset[str] = frozenset()) -> Row | None:
    """The nearest layer at or above `name` whose window changes the size, else the nearest with more than one tap.

    Along first inputs, not beyond `stop`.
    """
    nearest = None
    while name not in stop and name in reading.rows:
        row = reading.rows[name]
        if any(window.output != window.length for window in row.cost.windows):
            return row
        if nearest is None and any(window.span > 1 for window in row.cost.windows):
            nearest = row
        if not row.node.inputs:
            return nearest
        name = row.node.inputs[0]
    return nearest


def common_ancestors(reading: Reading, names: list[str]) -> frozenset[str]:
    """The nodes that all of `names` come from, themselves counted."""
    found: set[str] | None = None
    for name in names:
        seen: set[str] = set()
        waiting = [name]
        while waiting:
            each = waiting.pop()
            if each not in seen and each in reading.rows:
                seen.add(each)
                waiting.extend(reading.rows[each].node.inputs)
        found = seen if found is None else found & seen
    return frozenset(found or ())


def _head(reading: Reading) -> list[Finding]:
    """That what comes out is what the design says: as many numbers as classes."""
    classes = reading.header.classes
    if not classes or reading.graph is None:
        return []
    ends = [node.name for node in reading.graph.outputs if not node.training_only]
    shapes = [reading.rows[name].output for name in ends]
    if Shape(1, classes) in shapes or None in shapes:
        return []
    end = reading.rows[ends[-1]]
    says = f"{spell(end.output)} comes out of the last layer, but the design has {classes} classes."
    if isinstance(end.node.op, Input):
        says = f"the design has {classes} classes but no layers."
    return [Finding(HEAD, end.name, says, reading.place(end.name))]
