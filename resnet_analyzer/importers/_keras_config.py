"""A Keras model's description, of a file or of a live model, as records.

The description names every layer with its settings and every call with the tensors that it reads.
Nested models are opened: their layers get the model's name as scope, and read what it was called on.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ..errors import UsageError
from ._keras2 import called, is_legacy, renamed
from ._keras_entries import built_on, entries_of, input_shape, is_input, is_model, leaves_of, name_of, nodes_of
from ._keras_source import Opened, Source
from ._keras_values import History, as_history, declared, histories, namespace, neutral, settings
from .records import (
    INSIDE,
    Argument,
    Declared,
    Record,
    Recorded,
    Ref,
    printable,
    references,
)

MOST_TENSORS = 50_000  # between layers; ResNet-1202 has 5,000
OPENING = 10  # what opening a nested model counts among them


def read_description(
    entry: Any, source: Source | None = None, thing: Any = None, says: str = "Keras", outputs: Any = ()
) -> Recorded:
    """The records of a model's description; `outputs` are the shapes that it puts out, where they are known.

    UsageError for what describes no model, or one whose layers make no graph.
    """
    if not isinstance(entry, dict) or not isinstance(entry.get("class_name"), str):
        raise UsageError("no Keras model: it describes no layers")
    return Walk(source or Source()).read(entry, thing, says, tuple(outputs))


class _Call(NamedTuple):
    """One call of one entry, still as a description: its arguments, and what it reads."""

    entry: int
    node: int
    data: Mapping[str, Any]
    reads: tuple[History, ...]


class Walk:
    """Collects records; knows which names are taken."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.records: list[Record] = []
        self.inputs: list[str] = []
        self.names: set[str] = set()
        self.counts: dict[str, int] = {}
        self.tensors = 0
        self.inside: Iterator[int] | None = None  # numbers for the names of what a layer's code calls

    def read(self, entry: Mapping[str, Any], thing: Any, says: str, outputs: tuple[Any, ...]) -> Recorded:
        """The whole model."""
        model = self.source.opened(entry, thing, None)
        name = name_of(entry)
        made = self.model(model, "", None, outputs) if model is not None else self.closed(entry, thing, name)
        return Recorded(printable(name), tuple(self.records), tuple(self.inputs), tuple(made), says)

    def closed(self, entry: Mapping[str, Any], thing: Any, name: str) -> list[Ref]:
        """A model whose call is code: its inputs, as far as they are described, and one record for the rest."""
        config = entry.get("config")
        layers = config.get("layers") if isinstance(config, dict) else None
        if namespace(entry) and not isinstance(layers, list):
            raise UsageError(f"no Keras model: it describes a {printable(str(entry['class_name']))}")
        if not isinstance(layers, list) or not layers:
            package = printable(str(entry.get("module") or "").partition(".")[0]) or "PACKAGE"
            raise UsageError(
                f"no Keras model with a graph of layers: it describes {printable(str(entry['class_name']))}, "
                "whose call is code. Let its own package build it (--trust "
                f"{package}), or call it on a keras.Input and save a keras.Model of that."
            )
        shapes = [input_shape(each) for each in layers if isinstance(each, dict) and is_input(each)]
        reads = [self.input(f"input_{number}", shape) for number, shape in enumerate(shapes or [None], 1)]
        return self.layer(entry, thing, "", [Argument("", reads if len(reads) > 1 else reads[0])], {}, ())

    def model(self, model: Opened, scope: str, given: Any, expected: tuple[Any, ...]) -> list[Ref]:
        """The records of a model's layers; `given` is what it is called on, None at the top. Its outputs."""
        self.count(OPENING)
        if isinstance(model.config, dict) and "input_layers" in model.config:
            return _Functional(self, model, scope).read(given, expected)
        return self.sequential(model, scope, given, expected)

    def sequential(self, model: Opened, scope: str, given: Any, expected: tuple[Any, ...]) -> list[Ref]:
        """Layers one after the other."""
        config = model.config
        entries = entries_of(config if isinstance(config, list) else config["layers"])
        start = input_shape(entries[0]) if entries else None
        if start is None and isinstance(config, dict):
            start = declared(config.get("build_input_shape"))
        refs = list(references(given)) if given is not None else []
        if not refs:
            first = name_of(entries[0]) if entries and is_input(entries[0]) else "input"
            refs = [self.input(first, start)]
        layers = [each for each in entries if not is_input(each)]
        shapes = built_on(layers, start)
        if shapes[-1] is None and len(refs) == 1 and expected and refs[0].shape == start:
            shapes[-1] = expected[0]
        for each, read, made in zip(layers, shapes, shapes[1:], strict=False):
            refs = [Ref(ref.record, ref.output, read if read is not None else ref.shape) for ref in refs]
            value: Any = refs if len(refs) > 1 else refs[0]
            inside = model.inside.get(name_of(each))
            refs = self.apply(each, inside, scope, [Argument("", value)], {}, (made,))
        return refs

    def apply(
        self,
        entry: Mapping[str, Any],
        thing: Any,
        scope: str,
        arguments: list[Argument],
        call: Any,
        made: tuple[Declared | None, ...],
    ) -> list[Ref]:
        """One application of a layer, or of a nested model, whose layers are then opened."""
        given = arguments[0].value if arguments else None
        model = None if given is None else self.source.opened(entry, thing, given)
        if model is None:
            return self.layer(entry, thing, scope, arguments, call, made)
        return self.model(model, f"{scope}{name_of(entry)}/", given, made)

    def called(
        self,
        operation: Any,
        path: str,
        name: str,
        arguments: list[Argument],
        call: Any,
        made: tuple[Declared | None, ...],
    ) -> list[Ref]:
        """One call in a layer's code."""
        entry = self.source.entry(operation, name)
        return self.apply(entry, operation, f"{path}/" if path else "", arguments, call, made)

    def layer(
        self,
        entry: Mapping[str, Any],
        thing: Any,
        scope: str,
        arguments: list[Argument],
        call: Any,
        made: tuple[Declared | None, ...],
    ) -> list[Ref]:
        """One record."""
        path = scope + name_of(entry)
        config = entry.get("config")
        own = settings(config) if isinstance(config, dict) else {}
        trainable = own.pop("trainable", True) is not False
        own.pop("name", None)
        kind, space = self.source.kind(entry, thing)
        behind = self.source.behind(entry, thing)
        if behind is not None:
            own["activation"] = "linear"
        record = Record(
            self.free_name(printable(path)), printable(kind), space, own,
            tuple(arguments), made or (None,),
            self.source.weights(entry, thing, path), printable(scope.rstrip("/")),
            self.source.owner(entry, thing, path), trainable, self.source.asker(thing, call),
            self.source.looker(self, thing, path, call, arguments), stored=self.source.stored(entry, scope),
        )  # fmt: skip
        refs = self.add(renamed(record))
        if behind is None:
            return refs
        return self.called(behind, scope.rstrip("/"), behind.name, [Argument("", refs[0])], {}, made)

    def input(self, name: str, shape: Declared | None) -> Ref:
        """One input of the whole model."""
        unique = self.free_name(printable(name))
        self.inputs.append(unique)
        return self.add(Record(unique, "InputLayer", "keras.layers", outputs=(shape,), weights=()))[0]

    def add(self, record: Record) -> list[Ref]:
        self.count(len(record.outputs))
        self.records.append(record)
        return [Ref(record.name, index, shape) for index, shape in enumerate(record.outputs)]

    def count(self, tensors: int) -> None:
        """UsageError where there are more than in any model: nested models can multiply without end."""
        self.tensors += tensors
        if self.tensors > MOST_TENSORS:
            raise UsageError(f"it has more than {MOST_TENSORS:,} tensors, more than any model")

    def free_name(self, name: str) -> str:
        """The name, or name#2, name#3 … for further applications; inside a layer's code, one that no other has."""
        if self.inside:
            self.tensors += 1
            return f"{name}{INSIDE}{next(self.inside)}"
        free = name
        while free in self.names:
            self.counts[name] = self.counts.get(name, 1) + 1
            free = f"{name}#{self.counts[name]}"
        self.names.add(free)
        return free


class _Functional:
    """The calls of a functional model, each after those that it reads."""

    def __init__(self, walk: Walk, model: Opened, scope: str) -> None:
        self.walk, self.config, self.inside, self.scope = walk, model.config, model.inside, scope
        self.entries = entries_of(self.config.get("layers"))
        self.numbers = {name_of(each): index for index, each in enumerate(self.entries)}
        self.calls = [call for index in range(len(self.entries)) for call in self._calls(index)]
        self.outputs = [found for found in map(as_history, leaves_of(self.config.get("output_layers"))) if found]
        self.first = self._first_numbers()
        self.shapes: dict[History, Declared | None] = {}
        self.counts: dict[tuple[str, int], int] = {}  # of each call's outputs
        self.made: dict[tuple[str, int], list[Ref]] = {}

    def read(self, given: Any, expected: tuple[Any, ...]) -> list[Ref]:
        """Its records; its outputs."""
        for call in self.calls:
            for history, shape in histories(call.data):
                self._declare(self._at(history), shape or self._built_on(call))
        inputs = [found for found in map(as_history, leaves_of(self.config.get("input_layers"))) if found]
        self._bind(inputs, given)
        outputs = [self._output(history) for history in self.outputs]
        as_built = given is None or self._as_built(inputs, given)
        for index, history in enumerate(outputs):
            self._declare(history, expected[index] if as_built and index < len(expected) else None)
        for call in self._in_order():
            self._apply(call)
        return [self._ref(history, None) for history in outputs]

    def _declare(self, history: History, shape: Declared | None) -> None:
        self.shapes[history] = self.shapes.get(history) or shape
        at, output = history[:2], history[2]
        self.counts[at] = max(self.counts.get(at, 1), output + 1)

    def _built_on(self, call: _Call) -> Declared | None:
        """What a layer that is called once was built on: Keras 2 tells no tensor's shape, but that."""
        entry = self.entries[call.entry]
        config = entry.get("build_config")
        alone = len(call.reads) == 1 and len(entry["inbound_nodes"]) == 1 and "shared_object_id" not in entry
        return (declared(config.get("input_shape")) or None) if alone and isinstance(config, dict) else None

    def _first_numbers(self) -> dict[str, int]:
        """What the first call of each nested model is numbered: with Keras 2, 1 where it was built on an input."""
        if not any(is_legacy(node) for entry in self.entries for node in nodes_of(entry)):
            return {}
        read = [history for call in self.calls for history in call.reads] + self.outputs
        numbers: dict[str, int] = {}
        for name, node, _ in read:
            numbers[name] = min(numbers.get(name, node), node)
        known = {name: first for name, first in numbers.items() if first and name in self.numbers}
        return {name: first for name, first in known.items() if is_model(self.entries[self.numbers[name]])}

    def _at(self, history: History) -> History:
        """A tensor with its call numbered from 0."""
        name, node, output = history
        return (name, node - self.first.get(name, 0), output)

    def _calls(self, index: int) -> Iterator[_Call]:
        nodes = nodes_of(self.entries[index])
        as_now = [called(node, self.numbers) if is_legacy(node) else node for node in nodes]
        for number, node in enumerate(as_now or [{}]):
            if not isinstance(node, dict):
                name = printable(name_of(self.entries[index]))
                raise UsageError(f"{name}: its calls are not described as Keras does")
            yield _Call(index, number, node, tuple(history for history, _ in histories(node)))

    def _bind(self, inputs: list[History], given: Any) -> None:
        """Let a nested model's inputs be what it is called on; by name where it is called on a dictionary."""
        if given is None:
            return
        structure = self.config.get("input_layers")
        if isinstance(structure, dict) and isinstance(given, dict) and set(given) == set(structure):
            given = [given[name] for name in sorted(structure)]
        refs = list(references(given))
        if len(refs) < len(inputs):
            scope = printable(self.scope.rstrip("/"))
            raise UsageError(f"{scope}: has {len(inputs)} inputs, but is called on {len(refs)}")
        for (name, node, _), ref in zip(inputs, refs, strict=False):
            self.made[name, node] = [ref]

    def _as_built(self, inputs: list[History], given: Any) -> bool:
        """Whether the model is called on just the shapes that it was built on."""
        own = [input_shape(self.entries[self.numbers[name]]) for name, *_ in inputs if name in self.numbers]
        return own == [ref.shape for ref in references(given)]

    def _output(self, history: History) -> History:
        """What an output is: in a list of outputs, a functional model's calls are counted from 1."""
        name, node, output = history
        if self.first:
            return self._at(history)
        entry = self.entries[self.numbers[name]] if name in self.numbers else {}
        config = entry.get("config")
        is_functional = isinstance(config, dict) and "input_layers" in config
        return (name, node - 1, output) if is_functional and node > 0 else history

    def _in_order(self) -> Iterator[_Call]:
        """The calls as their layers are described, each after those that it reads."""
        waiting: dict[tuple[str, int], list[int]] = {}
        missing = []
        ready: list[int] = []
        own = {(self._name(call), call.node) for call in self.calls}
        for number, call in enumerate(self.calls):
            needs = {self._at(history)[:2] for history in call.reads}
            for need in needs:
                if need not in own:
                    where = printable(self.scope + self._name(call))
                    raise UsageError(f"{where}: reads {printable(need[0])}, which is not there")
                waiting.setdefault(need, []).append(number)
            missing.append(len(needs))
            if not needs:
                heapq.heappush(ready, number)
        left = len(self.calls)
        while ready:
            call = self.calls[heapq.heappop(ready)]
            left -= 1
            yield call
            for number in waiting.get((self._name(call), call.node), ()):
                missing[number] -= 1
                if not missing[number]:
                    heapq.heappush(ready, number)
        if left:
            stuck = next(call for call, count in zip(self.calls, missing, strict=True) if count)
            raise UsageError(f"{printable(self.scope + self._name(stuck))}: reads what is made of its own output")

    def _apply(self, call: _Call) -> None:
        name, entry = self._name(call), self.entries[call.entry]
        if (name, call.node) in self.made:  # a nested model's input is what it was called on
            return
        if is_input(entry):
            self.made[name, call.node] = [self.walk.input(self.scope + name, input_shape(entry))]
            return
        count = self.counts.get((name, call.node), 1)
        made = tuple(self.shapes.get((name, call.node, index)) for index in range(count))
        thing, arguments = self.inside.get(name), self._arguments(call)
        self.made[name, call.node] = self.walk.apply(entry, thing, self.scope, arguments, call.data, made)

    def _arguments(self, call: _Call) -> list[Argument]:
        args, kwargs = call.data.get("args"), call.data.get("kwargs")
        given = [Argument("", neutral(value, self._read)) for value in args] if isinstance(args, (list, tuple)) else []
        named = kwargs.items() if isinstance(kwargs, dict) else ()
        return given + [
            Argument(printable(str(name)), neutral(value, self._read)) for name, value in named if value is not None
        ]

    def _read(self, history: History, shape: Declared | None) -> Ref:
        """A tensor in a call's arguments."""
        at = self._at(history)
        return self._ref(at, shape or self.shapes.get(at))

    def _ref(self, history: History, shape: Declared | None) -> Ref:
        name, node, output = history
        made = self.made.get((name, node))
        if made is None:
            raise UsageError(f"{printable(self.scope + name)}: is read, but not there")
        if output < len(made):
            found = made[output]
            return Ref(found.record, found.output, shape if shape is not None else found.shape)
        raise UsageError(f"{printable(self.scope + name)}: its output {output} is read, but it has {len(made)}")

    def _name(self, call: _Call) -> str:
        return name_of(self.entries[call.entry])
