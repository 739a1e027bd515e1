"""What is wrong with a design: every finding with its place, the formula with its numbers, and the branches."""

from __future__ import annotations

from ..design import Failure, Place, Reading, Suggestion, quoted
from ..frozen import NamedTuple
from ..measurement import Row
from ..ops.input import Input
from ..shape import Shape, spell

SHAPES = "shape"  # the kind of a finding that comes from a rule of a layer
HEAD = "head"


class Finding(NamedTuple):
    """One thing that is wrong.

    `kind` is a word (shape, head, unknown key, value …), `node` the layer, `says` the sentence,
    `details` labelled lines that explain it, `suggestions` changes that may help and are still to be tried.
    `is_input` is true where the file itself says something that means nothing (exit status 2).
    """

    kind: str
    node: str
    says: str
    place: Place
    details: tuple[tuple[str, str], ...] = ()
    suggestions: tuple[Suggestion, ...] = ()

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
    problems = reading.problems
    found = [Finding(each.kind, each.node, each.says, each.place, each.details, each.suggestions) for each in problems]
    found += _failures(reading)
    if not found:
        found += _head(reading)
    return tuple(sorted(found, key=lambda each: (each.place.start, each.place.line)))


def _failures(reading: Reading) -> list[Finding]:
    """The rules that do not hold; what one entry does wrong several times is said once."""
    alike: dict[tuple[int, str], list[Failure]] = {}
    for failure in reading.failures:
        entry = reading.origins.get(failure.row.name)
        alike.setdefault((id(entry), failure.check.text), []).append(failure)
    return [_of_failures(reading, failures) for failures in alike.values()]


def _of_failures(reading: Reading, failures: list[Failure]) -> Finding:
    row = failures[0].row
    details = _branches(reading, row) if len(row.node.inputs) > 1 else _trail(reading, row)
    if len(failures) > 1:
        names = ", ".join(_named(failure.row.name) for failure in failures[1:4])
        details += (("also", f"{names}{' …' if len(failures) > 4 else ''}"),)
    return Finding(SHAPES, row.name, failures[0].check.text, reading.place(row.name), details)


def _branches(reading: Reading, row: Row) -> tuple[tuple[str, str], ...]:
    """Every branch: what comes out of it, and the formula of the last window in it."""
    lines = []
    for index, name in enumerate(row.node.inputs):
        others = [each for each in row.node.inputs if each != name]
        last = last_window(reading, name, stop=common_ancestors(reading, others))
        label = ("main path", "shortcut")[index] if len(row.node.inputs) == 2 else f"branch {index + 1}"
        shape = spell(reading.rows[name].output)
        how = f"{last.name}: {last.how()}" if last else "identity"
        lines.append((label, f"{_named(name)} {shape} · {how}"))
    return tuple(lines)


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
