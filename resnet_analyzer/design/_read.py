"""A design file read: every problem noted with its place, and the graph of all that can be built."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from ..dim import Dim, is_symbol
from ..errors import AnalyzerError, NeedsNumbers, Undecided
from ..graph import Graph
from ..measurement import Row
from ..ops.base import Op
from ..ops.opaque import Opaque
from ._blocks import BUILD, Unbuildable, values_of
from ._builder import MOST_NODES, TooLarge
from ._entry import Entry, Problem, near_words, quoted, read_entry, renames
from ._fields import Field, FieldError, Whole, op_fields, plain_number, read_value, read_words
from ._header import Header, Overrides, read_header
from ._notes import Notes
from ._state import Failure
from ._text import Items, Place, Scalar, Text, parse, read_bytes
from ._vocabulary import known_fields

MOST_STEPS = 24_000
NONE: Mapping[str, Any] = MappingProxyType({})


@dataclass(eq=False)
class Reading:
    """What a design file says.

    `graph` is all that could be built (None: nothing); entries that could not are opaque layers in it,
    named in `broken`. `origins` are the entries by the names of the nodes that they made, `failures` the
    rules that do not hold, in order, `rows` all rows.
    """

    source: Text
    header: Header
    graph: Graph | None
    problems: list[Problem]
    origins: dict[str, Entry]
    failures: list[Failure]
    rows: dict[str, Row]
    broken: set[str] = field(default_factory=set)
    sizes: Overrides = Overrides()  # noqa: RUF009 (immutable)

    def __repr__(self) -> str:
        return f"<Reading of {self.source.file}: {len(self.rows)} layers, {len(self.problems)} problems>"

    def place(self, node: str) -> Place:
        """Where a node was written."""
        entry = self.origins.get(node)
        return entry.place if entry else self.header.input_place

    def of_text(self, text: str) -> Reading:
        """Another text in the place of this one, read with the same sizes."""
        return _read(parse(self.source.file, text), self.sizes)


def examine(
    file: str, input: tuple[Dim, ...] | None = None, classes: Dim | None = None, variables: Mapping[str, Any] = NONE
) -> Reading:
    """Everything that a design file says, and everything that is wrong with it.

    `input`, as (height, width) or (height, width, channels), `classes` and `variables` replace what the file says;
    UnknownName for a variable that it does not have. A value may be a symbol: NeedsNumbers where that is no network.
    SyntaxProblem where it is no design file at all: unreadable, no YAML, too large.
    """
    return examine_text(file, read_bytes(file), input, classes, variables)


def examine_text(
    file: str,
    text: str,
    input: tuple[Dim, ...] | None = None,
    classes: Dim | None = None,
    variables: Mapping[str, Any] = NONE,
) -> Reading:
    """The same for a text; `file` is its name in messages."""
    return _read(parse(file, text), Overrides(input, classes, variables))


def _read(source: Text, sizes: Overrides) -> Reading:
    problems: list[Problem] = []
    for key in source.twice:
        problems.append(Problem("twice", f"the key {quoted(str(key.value))} appears twice in one mapping", key.place))
    header = read_header(source, sizes, problems)
    return Reader(source, header, problems, sizes).read()


class Reader(Notes):
    """Writes the graph entry by entry."""

    def read(self) -> Reading:
        """The whole design."""
        top = ""
        if self.header.input is not None:
            from ..ops.input import Input

            top = self.residual.add("input", Input(self.header.input))
        if self.header.layers is not None:
            try:
                self.layers(self.header.layers, top)
            except TooLarge as error:
                self.problems.append(Problem("too large", str(error), self.header.layers.place))
                self.build.written.clear()
        self._measure()
        graph = self._graph()
        return Reading(
            self.source, self.header, graph, self.problems, self.origins, self.failures, self.rows, self.broken,
            self.sizes,
        )  # fmt: skip

    def _graph(self) -> Graph | None:
        if not self.build.written:
            return None
        graph = Graph(self.header.name, tuple(self.build.written), dict(self.header.about))
        return graph.by_depth() if self.keras_order else graph

    def layers(self, items: Items, top: str) -> str:
        """A list of entries, each reading the one before unless it says otherwise."""
        self._claimed = len(self.build.written)
        start = top
        for index in range(len(items.items)):
            self._steps += 1
            if self._steps > MOST_STEPS:
                raise TooLarge(f"more than {MOST_STEPS:,} entries, repeats counted")
            entry = read_entry(self.source, items, index, self.problems)
            if entry is None:
                top = self._placeholder(None, top)
                continue
            self._check_keys(entry)
            top = self._repeated(entry, top, start)
        return top

    def _check_keys(self, entry: Entry) -> None:
        known = known_fields(entry)
        for name, key in entry.keys.items():
            if name not in known:
                near = near_words(name, [each for each in known if each not in entry.fields])
                guess = f". Did you mean {' or '.join(near)}?" if near else f". Known: {', '.join(known)}."
                says = f"{entry.kind}: unknown setting {quoted(name)}{guess}"
                suggestions = renames(self.source, key, near, entry.kind)
                self.problems.append(Problem("unknown key", says, key.place, "", suggestions))

    def _repeated(self, entry: Entry, top: str, start: str) -> str:
        noted = len(self.problems)
        outer = self.names.get("index")
        try:
            times = self._times(entry)
            for number in range(1, times + 1):
                if times > 1:
                    self.names["index"] = number
                top = self._entry(entry, top, start, number if times > 1 else 0)
                if len(self.problems) > noted:
                    break  # what is wrong once is wrong every time
        except Unbuildable:
            top = self._placeholder(entry, top)
        except TooLarge:
            raise
        except AnalyzerError as error:
            if isinstance(error, Undecided):
                self._require_numbers(entry, error)
            self._note_error(entry, error)
            top = self._placeholder(entry, top)
        finally:
            self.names.pop("index", None)
            if outer is not None:
                self.names["index"] = outer
        return top

    def _require_numbers(self, entry: Entry, error: Undecided) -> None:
        """Pass on what is undecided because of the caller's symbols: it is no problem of the file."""
        if isinstance(error, NeedsNumbers):
            raise error
        symbols = [name for name, value in self.sizes.variables.items() if is_symbol(value)]
        if symbols:
            raise NeedsNumbers(f"{entry.place.line}:{entry.place.column}: {entry.kind}: {error}", symbols) from None

    def _times(self, entry: Entry) -> int:
        node = entry.fields.get("repeat")
        if node is None or "repeat" not in known_fields(entry):
            return 1
        try:
            times = plain_number(Field("repeat", "whole", least=1), node, self.names)
            if times > MOST_NODES:
                raise FieldError(node, f"repeat: {times:,} is more than {MOST_NODES:,}, the most that is built")
        except FieldError as error:
            self.note_value(entry, "repeat", error)
            raise Unbuildable from None
        return times

    def _entry(self, entry: Entry, top: str, start: str, number: int) -> str:
        if entry.kind == "group":
            return self._group(entry, top, start, number)
        if entry.kind in BUILD:
            inputs = self._inputs(entry, top, start)
            if len(inputs) != 1:
                self.problems.append(Problem("inputs", f"a {entry.kind} reads one layer", entry.place_of("inputs")))
                raise Unbuildable
            self._claimed = len(self.build.written)
            return BUILD[entry.kind](self, entry, inputs[0])
        return self._op(entry, top, start, number)

    def _group(self, entry: Entry, top: str, start: str, number: int) -> str:
        inner = entry.fields.get("layers")
        if not isinstance(inner, Items):
            place = inner.place if inner else entry.place
            self.problems.append(Problem("layers", "a group needs `layers`, a list", place))
            raise Unbuildable
        options = {"training_only": COMMON_TRAINING}
        flags = values_of(self, _only(entry, options), options)
        inputs = self._inputs(entry, top, start)
        name = self.name_of(entry, "group" if number else "")
        name = f"{name}{number}" if number else name
        if not name:
            return self.layers(inner, inputs[0] if inputs else "")
        with self.build.scope(name, bool(flags["training_only"])):
            scope = self.known.scope
            end = self.layers(inner, inputs[0] if inputs else "")
            self.known.outputs[scope] = end
        return end

    def _op(self, entry: Entry, top: str, start: str, number: int) -> str:
        name = self.name_of(entry, "") or self.known.automatic(entry.function or entry.kind)
        name = f"{name}{number}" if number and "name" in entry.fields else name
        self._claimed = len(self.build.written)
        inputs = self._inputs(entry, top, start)
        op = self._made(entry)
        inputs = self._arity(entry, op, inputs)
        absolute = name[1:] if name.startswith("/") else None
        full = self.build.add(name, op, *inputs, full_name=absolute)
        self.claim(entry)
        self._flags(entry)
        return full

    def _made(self, entry: Entry) -> Op:
        assert entry.op is not None
        if entry.function:
            return entry.op(entry.function)  # type: ignore[call-arg]
        values = values_of(self, entry, op_fields(entry.op))
        required = [name for name, known in op_fields(entry.op).items() if known.required]
        given = {name: values[name] for name in entry.fields if name in op_fields(entry.op)}
        for name in entry.op.batch_left_out:
            value = given.get(name)
            if isinstance(value, tuple):
                given[name] = tuple(value) if type(value) is Whole else (0, *value)
        return entry.op(**given, **{name: values[name] for name in required if name not in given})

    def _arity(self, entry: Entry, op: Op, inputs: tuple[str, ...]) -> tuple[str, ...]:
        if op.arity == 0:
            if "inputs" in entry.fields:
                self.problems.append(Problem("inputs", "an input reads no layer", entry.place_of("inputs")))
            return ()
        if op.arity is None and not isinstance(op, Opaque) and "inputs" not in entry.fields:
            says = f"{entry.kind}: which layers? Name them, as `{entry.kind}: [previous, start]`"
            if self.known.names:
                suggestions = self._branch_suggestions(entry)
                self.problems.append(Problem("inputs", says, entry.place, "", suggestions))
                raise Unbuildable
        return inputs

    def _flags(self, entry: Entry) -> None:
        flags: dict[str, Any] = {}
        for name in ("frozen", "training_only"):
            if name in entry.fields:
                flags[name] = read_value(Field(name, "truth"), entry.fields[name], self.names)
        node = entry.fields.get("weights_of")
        if isinstance(node, Scalar):
            flags["weights_of"] = self.known.find(str(node.value))
            if not flags["weights_of"]:
                self._unknown_input(entry, node)
                flags.pop("weights_of")
        if "shared_weights" in entry.fields:
            flags["shared_weights"] = read_words(entry.fields["shared_weights"])
        if flags:
            self.build.flag(**flags)

    def _inputs(self, entry: Entry, top: str, start: str) -> tuple[str, ...]:
        """The nodes that an entry reads; problems are noted, Unbuildable if one is unknown."""
        node = entry.fields.get("inputs")
        if node is None:
            if not top and entry.op is not None and entry.op.arity != 0:
                self.problems.append(Problem("inputs", "there is no previous layer to read", entry.place))
                raise Unbuildable
            return (top,) if top else ()
        if isinstance(node, Items) and not node.items and entry.op is Opaque:
            return ()
        found, special = [], {"previous": top, "start": start}
        for each in node.items if isinstance(node, Items) else [node]:
            text = str(each.value) if isinstance(each, Scalar) and each.value is not None else ""
            full = special.get(text) or self.known.find(text)
            if full:
                found.append(full)
            else:
                self._unknown_input(entry, each)
        if len(found) < (len(node.items) if isinstance(node, Items) else 1) or not found:
            if isinstance(node, Items) and not node.items:
                self.problems.append(Problem("inputs", "inputs must name at least one layer", node.place))
            raise Unbuildable
        return tuple(found)

    def _placeholder(self, entry: Entry | None, top: str) -> str:
        """An opaque layer where an entry could not be built, so that what follows can still be read."""
        wanted = self.name_of(entry, "") if entry else ""
        name = wanted or self.known.automatic("unknown")
        full = name[1:] if name.startswith("/") else self.known.full(name)
        if full in self.known.names:
            name = self.known.automatic("unknown")
            full = self.known.full(name)
        inputs = (top,) if top else ()
        op: Op = Opaque("could not be read")
        self._claimed = len(self.build.written)
        if not inputs:
            from ..ops.input import Input

            op, inputs = Input(), ()
        self.build.add(name, op, *inputs, full_name=full)
        if entry is not None:
            self.claim(entry)
        self.broken.add(full)
        return full


COMMON_TRAINING = Field("training_only", "truth", default=False)


def _only(entry: Entry, options: dict[str, Field]) -> Entry:
    """The entry with no other fields than those."""
    part = Entry(entry.value, entry.kind, entry.place, entry.siblings, entry.index)
    part.fields = {name: node for name, node in entry.fields.items() if name in options}
    return part
