"""What is wrong with an entry, in words, and what may repair it: the reader's notes."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from ..errors import AnalyzerError, UnknownName
from ._edit import Suggestion, replace
from ._entry import FUNCTIONS, Entry, Problem, near_words, quoted, set_field
from ._fields import FieldError
from ._later import Later
from ._state import State
from ._text import Scalar, Value


class Notes(State):
    """Collects problems, each with what may repair it."""

    @cached_property
    def _later(self) -> Later:
        return Later(self.header.layers)

    def name_of(self, entry: Entry, otherwise: str) -> str:
        """The name that the entry gives itself; `otherwise` if it has none or a bad one (a problem is noted)."""
        node = entry.fields.get("name")
        if node is None:
            return otherwise
        value = node.value if isinstance(node, Scalar) else None
        value = str(value) if type(value) is int else value
        if not isinstance(value, str) or not _is_name(value):
            says = "a name is text of at most 200 printable characters without spaces at its ends"
            self.problems.append(Problem("name", says, node.place))
            return otherwise
        return value

    def note_value(self, entry: Entry, name: str, error: FieldError) -> None:
        """Note a value that means nothing, with what may be meant."""
        suggestions = []
        for better in error.better:
            edits = replace(self.source, error.node, better)
            if edits:
                suggestions.append(Suggestion(f"{name}: {_spell(better)}", edits, entry.kind))
        self.problems.append(Problem("value", f"{entry.kind}: {error.says}", error.node.place, "", tuple(suggestions)))

    def note_missing(self, entry: Entry, name: str) -> None:
        """Note that a field is needed; as many as channels come in is what may be meant."""
        top = self.build.written[-1].name if self.build.written else ""
        value = self.channels(top, 64) if top else 64
        edits = set_field(self.source, entry, name, value)
        suggestions = (Suggestion(f"{name}: {value}", edits, entry.kind),) if edits else ()
        self.problems.append(Problem("missing", f"{entry.kind}: {name} is needed", entry.place, "", suggestions))

    def _note_error(self, entry: Entry, error: AnalyzerError) -> None:
        """What an op or the graph itself refused."""
        says = str(error)
        named = next((name for name in entry.fields if f": {name} must" in says), "")
        if isinstance(error, UnknownName):
            named = "activation" if "activation" in entry.fields else "function"
        suggestions: tuple[Suggestion, ...] = ()
        if "two nodes have this name" in says and "name" in entry.fields:
            named = "name"
            suggestions = self._other_name(entry)
        elif isinstance(error, UnknownName) and named in entry.fields:
            near = near_words(error.name, list(FUNCTIONS))
            node = entry.fields[named]
            suggestions = tuple(
                Suggestion(f"{named}: {word}", replace(self.source, node, word), entry.kind) for word in near
            )
        self.problems.append(Problem("value", f"{says}", entry.place_of(named), "", suggestions))

    def _other_name(self, entry: Entry) -> tuple[Suggestion, ...]:
        node = entry.fields["name"]
        if not isinstance(node, Scalar):
            return ()
        name = f"{node.value}_2"
        return (Suggestion(f"name: {name}", replace(self.source, node, name), entry.kind),)

    def _branch_suggestions(self, entry: Entry) -> tuple[Suggestion, ...]:
        words = ["previous", "start"]
        edits = set_field(self.source, entry, "inputs", words)
        return (Suggestion("inputs: [previous, start]", edits, entry.kind),) if edits else ()

    def _unknown_input(self, entry: Entry, node: Value) -> None:
        if not isinstance(node, Scalar) or node.value is None:
            self.problems.append(Problem("inputs", "inputs are names of layers", node.place))
            return
        name = str(node.value)
        near = near_words(name, [*self.known.spellings(), "start", "previous"])
        suggestions = tuple(
            Suggestion(f"{word} for {name}", replace(self.source, node, word), entry.kind, word in near)
            for word in dict.fromkeys((*near, "previous"))
        )
        says = self._later.says(entry, name) or (
            f"{entry.kind} reads {quoted(name)}, and there is no layer of that name before it"
            + (f". Did you mean {' or '.join(near)}?" if near else "")
        )
        self.problems.append(Problem("unknown input", says, node.place, "", suggestions))


def _spell(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_name(text: str) -> bool:
    fits = 0 < len(text) <= 200 and text.isprintable() and text == text.strip()
    return fits and text not in ("previous", "start", "/")
