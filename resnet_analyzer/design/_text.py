"""A design file's text as a tree in which every value knows its place: the safe subset of YAML that designs need.

Nothing of YAML that makes objects is read: no tags, no merge keys, one document. Size, depth and what
aliases expand to are bounded before anything is built, so that no text can cost more than it is worth.
"""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, NamedTuple

from ..errors import UsageError, unreadable

MAX_BYTES = 1_000_000
MAX_DEPTH = 32
MAX_VALUES = 60_000  # with aliases expanded
TOO_DEEP = f"nested deeper than {MAX_DEPTH} levels"

_INT = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
# what a flow list or mapping is made of, so that brackets in quotes and in comments are told from those that nest
_LEXEME = re.compile(r"""'(?:[^']|'')*'|"(?:\\.|[^"\\])*"|#[^\n]*|[\[\]{}]|[^\s\[\]{},]+""", re.DOTALL)
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Place(NamedTuple):
    """A stretch of the text, with the line and column (from 1) where it begins."""

    start: int = 0
    end: int = 0
    line: int = 1
    column: int = 1


@dataclass(eq=False, slots=True)
class Scalar:
    """A single value: a number, text, true, false or nothing."""

    place: Place
    value: Any
    quoted: bool = False
    size: int = 1


@dataclass(eq=False, slots=True)
class Items:
    """A list."""

    place: Place
    flow: bool
    items: list[Value] = field(default_factory=list)
    size: int = 1

    def __repr__(self) -> str:
        return f"<list of {len(self.items)} at {self.place.line}:{self.place.column}>"


@dataclass(eq=False, slots=True)
class Pairs:
    """Keys and values, in order; `get` finds one by its key."""

    place: Place
    flow: bool
    pairs: list[tuple[Scalar, Value]] = field(default_factory=list)
    size: int = 1

    def __repr__(self) -> str:
        return f"<mapping of {len(self.pairs)} at {self.place.line}:{self.place.column}>"

    def get(self, key: str) -> Value | None:
        """The value under `key`, or None."""
        return next((value for name, value in self.pairs if name.value == key), None)


Value = Scalar | Items | Pairs


class SyntaxProblem(UsageError):
    """A text that is no design file at all; `place` is where, `says` the sentence without it."""

    def __init__(self, file: str, place: Place | None, says: str) -> None:
        self.file, self.place, self.says = file, place or Place(), says
        where = f"{file}:{place.line}:{place.column}" if place else file
        super().__init__(f"{where}: {says}")


@dataclass(frozen=True, eq=False)
class Text:
    """A text read: its file's name, the tree, keys that stand twice, and whether it is written as JSON."""

    file: str
    text: str
    root: Pairs
    twice: tuple[Scalar, ...]
    json: bool

    def __repr__(self) -> str:
        return f"<Text {self.file}: {len(self.text)} characters>"


def read_bytes(file: str) -> str:
    """The text of a file; SyntaxProblem or UsageError if it is none, is too large or cannot be opened."""
    try:
        if os.path.isdir(file):
            raise UsageError(f"{file}: is a folder, not a design file")
        with open(file, "rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise unreadable(file, error) from error
    if len(data) > MAX_BYTES:
        raise SyntaxProblem(file, None, f"is larger than {MAX_BYTES:,} bytes; a design takes a few thousand")
    return decoded(file, data)


def decoded(file: str, data: bytes) -> str:
    """Bytes as text; SyntaxProblem with the line of the first byte that is not UTF-8."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise SyntaxProblem(file, None, "is written in UTF-16; save it as UTF-8")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        place = Place(0, 0, before.count(b"\n") + 1, error.start - before.rfind(b"\n"))
        byte = data[error.start]
        raise SyntaxProblem(file, place, f"is not UTF-8 text (byte 0x{byte:02x}); save it as UTF-8") from None


def parse(file: str, text: str) -> Text:
    """The tree of a text; SyntaxProblem with the place where it cannot be read."""
    bad = _FORBIDDEN.search(text)
    if bad:
        says = f"a character that text files do not have (U+{ord(bad.group()):04X}); is this a text file?"
        raise SyntaxProblem(file, place_of(text, bad.start()), says)
    deep = _beyond_depth(text)
    if deep is not None:
        raise SyntaxProblem(file, place_of(text, deep), TOO_DEEP)
    twice: list[Scalar] = []
    root = _compose(file, text, twice)
    if isinstance(root, Scalar) and root.value is None:
        raise SyntaxProblem(file, None, "is empty; begin with: resnet-analyze init my-design.yaml --like resnet50")
    if not isinstance(root, Pairs):
        says = "a design is a mapping with the key `layers`: layers:, and below it one `- ` per layer"
        raise SyntaxProblem(file, root.place, says)
    is_json = root.flow and bool(root.pairs) and root.pairs[0][0].quoted
    return Text(file, text, root, tuple(twice), is_json)


def place_of(text: str, index: int) -> Place:
    """Line and column of a character.

    >>> place_of("a\\nbc", 3)
    Place(start=3, end=4, line=2, column=2)
    """
    return Place(index, index + 1, text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index))


def _beyond_depth(text: str) -> int | None:
    """Where brackets nest deeper than MAX_DEPTH; None if they do not.

    A parser reads ahead over brackets, and would come to a limit of its own before the tree has grown to ours.

    >>> _beyond_depth("[" * 40), _beyond_depth("[]" * 40), _beyond_depth(f"a: '{'[' * 40}'")
    (32, None, None)
    """
    depth = 0
    for lexeme in _LEXEME.finditer(text):
        sign = lexeme[0]
        if sign in ("[", "{"):
            depth += 1
            if depth > MAX_DEPTH:
                return lexeme.start()
        elif sign in ("]", "}"):
            depth = max(depth - 1, 0)
    return None


def _compose(file: str, text: str, twice: list[Scalar]) -> Value:
    """The events of the parser as a tree, without recursion: the depth is checked as it grows."""
    import yaml

    composer = _Composer(file, twice)
    try:
        for event in _events(text):
            composer.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(mark.index, mark.index + 1, mark.line + 1, mark.column + 1) if mark else None
        raise SyntaxProblem(file, place, _explained(error, text, mark)) from None
    except yaml.YAMLError as error:
        raise SyntaxProblem(file, None, f"cannot be read as YAML: {error}") from None
    return composer.root


def _events(text: str) -> Iterator[Any]:
    import yaml

    return yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # type: ignore[return-value]


def _explained(error: Any, text: str, mark: Any) -> str:
    """What is wrong, in words of our own that hold for every version of the parser; the parser's stand behind them."""
    problem = " ".join(str(error.problem or error.context or error).split())
    lines = text.splitlines()
    line = lines[mark.line] if mark and mark.line < len(lines) else ""
    if "\t" in line[: mark.column + 1 if mark else 0]:
        return "a tab: YAML indents by spaces; replace it by two spaces"
    if re.search(r":\s*[{][^}]*[}]\s*[-+*/]", line):
        return 'an expression that begins with { must be quoted: "{width}*2", or without braces: width*2'
    if not text[mark.index if mark else 0 :].strip():
        return f"the text ends too early: a bracket or a quote is not closed ({problem})"
    return f"cannot be read as YAML: look at indentation, colons, commas, brackets and quotes ({problem})"


class _Composer:
    """Takes the parser's events one by one and builds the tree."""

    def __init__(self, file: str, twice: list[Scalar]) -> None:
        self.file, self.twice = file, twice
        self.root: Value = Scalar(Place(), None)
        self.stack: list[Items | Pairs] = []
        self.keys: list[Scalar | None] = []
        self.seen: list[set[Any]] = []
        self.anchors: dict[str, Value | None] = {}
        self.names: list[str | None] = []
        self.documents = 0

    def take(self, event: Any) -> None:
        """One event: a scalar, the begin or end of a list or mapping, an alias; others are passed over."""
        kind = type(event).__name__
        mark, end = event.start_mark, event.end_mark
        place = Place(mark.index, end.index, mark.line + 1, mark.column + 1)
        if kind == "DocumentStartEvent":
            self.documents += 1
            if self.documents > 1:
                raise SyntaxProblem(self.file, place, "a second document (---): a design file holds one")
        elif kind in ("SequenceEndEvent", "MappingEndEvent"):
            self._close(end.index)
        elif kind == "AliasEvent":
            self._alias(event.anchor, place)
        elif kind in ("ScalarEvent", "SequenceStartEvent", "MappingStartEvent"):
            self._begin(kind, event, place)

    def _begin(self, kind: str, event: Any, place: Place) -> None:
        if event.tag is not None:
            raise SyntaxProblem(
                self.file, place, f"the tag {event.tag!r:.60}: tags are not supported; use plain values"
            )
        if kind == "ScalarEvent":
            value: Value = Scalar(place, event.value if event.style else plain_value(event.value), bool(event.style))
            self._anchor(event.anchor, value)
            self._put(value)
            return
        if len(self.stack) >= MAX_DEPTH:
            raise SyntaxProblem(self.file, place, TOO_DEEP)
        self.stack.append((Items if kind == "SequenceStartEvent" else Pairs)(place, bool(event.flow_style)))
        self.keys.append(None)
        self.seen.append(set())
        self.names.append(event.anchor)
        self._anchor(event.anchor, None)

    def _close(self, end: int) -> None:
        value = self.stack.pop()
        self.keys.pop()
        self.seen.pop()
        value.place = value.place._replace(end=end)
        self._anchor(self.names.pop(), value)
        self._put(value)

    def _anchor(self, name: str | None, value: Value | None) -> None:
        if name is not None:
            self.anchors[name] = value

    def _alias(self, name: str, place: Place) -> None:
        value = self.anchors.get(name)
        if value is None:
            says = f"the alias *{name:.40} contains itself" if name in self.anchors else f"no anchor &{name:.40} before"
            raise SyntaxProblem(self.file, place, says)
        self._put(value, place)

    def _put(self, value: Value, place: Place | None = None) -> None:
        """Hang a value under what is open; in a mapping every other one is a key."""
        if not self.stack:
            self.root = value
            return
        parent = self.stack[-1]
        parent.size += value.size
        if parent.size > MAX_VALUES:
            says = f"more than {MAX_VALUES:,} values (aliases counted where they are used)"
            raise SyntaxProblem(self.file, place or value.place, says)
        if isinstance(parent, Items):
            parent.items.append(value)
        elif self.keys[-1] is None:
            self._key(value, place or value.place)
        else:
            parent.pairs.append((self.keys[-1], value))
            self.keys[-1] = None

    def _key(self, value: Value, place: Place) -> None:
        if not isinstance(value, Scalar):
            says = "a list or mapping where a key is expected; an expression with { must be quoted"
            raise SyntaxProblem(self.file, place, says)
        if value.value in self.seen[-1]:
            self.twice.append(value)
        self.seen[-1].add(value.value)
        self.keys[-1] = value


def plain_value(text: str) -> Any:
    """An unquoted scalar's value: whole numbers, fractions, true, false, nothing; all else is text.

    >>> plain_value("3"), plain_value("0.5"), plain_value("yes"), plain_value("~")
    (3, 0.5, 'yes', None)
    """
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) and not text.lstrip("+-").isdigit() and isfinite(float(text)):
        return float(text)
    return text
