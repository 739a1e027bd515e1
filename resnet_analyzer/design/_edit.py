"""Changes to a design file's text: what a repair is made of. Comments and layout around them stay as they are."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from ._text import Items, Pairs, Scalar, Text, Value, plain_value


class Edit(NamedTuple):
    """Put `text` in place of the characters from `start` to `end`."""

    start: int
    end: int
    text: str


class Suggestion(NamedTuple):
    """A change that may help: what it says to a person, its edits, the layer it is made at.

    `likely` marks the one of several equally small changes that goes first.
    """

    says: str
    edits: tuple[Edit, ...]
    at: str = ""
    likely: bool = False


def applied(text: str, edits: Iterable[Edit]) -> str:
    """The text after all edits, which must not overlap.

    >>> applied("a: 1", [Edit(3, 4, "2"), Edit(0, 1, "b")])
    'b: 2'
    """
    for edit in sorted(edits, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def spelled(source: Text, value: Any) -> str:
    """A value as it is written in a design: `same`, `3`, `[1, 2]`, `true`; as JSON where the file is JSON.

    Text that plain YAML would read as something else, or that could end a value, is quoted.
    """
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(spelled(source, part) for part in value)}]"
    if isinstance(value, str) and not source.json and plain_is_safe(value):
        return value
    return json.dumps(value, ensure_ascii=False)


def plain_is_safe(text: str) -> bool:
    """Whether text may stand without quotes, in a flow mapping too.

    >>> plain_is_safe("stage1/conv"), plain_is_safe("a: b"), plain_is_safe("true"), plain_is_safe("3")
    (True, False, False, False)
    """
    words = text.replace("_", "a").replace("/", "a").replace("-", "a").replace(".", "a").replace(" ", "a")
    return (
        words.isalnum() and text[0].isalnum() | (text[0] in "_/") and text == text.strip() and plain_value(text) == text
    )


def key_text(source: Text, key: str) -> str:
    """A key, quoted where the file is JSON."""
    return json.dumps(key) if source.json else key


def replace(source: Text, node: Value, value: Any) -> tuple[Edit, ...]:
    """Another value in the place of `node`; () where that cannot be done without touching other lines."""
    if isinstance(node, (Items, Pairs)) and not node.flow:
        return ()
    if node.place.start == node.place.end:  # nothing stands behind the colon
        return (Edit(node.place.start, node.place.end, f" {spelled(source, value)}"),)
    return (Edit(node.place.start, node.place.end, spelled(source, value)),)


def insert_pair(source: Text, pairs: Pairs, key: str, value: Any) -> tuple[Edit, ...]:
    """A new key in a mapping: at the end of a flow mapping, before the first key of a block mapping."""
    pair = f"{key_text(source, key)}: {spelled(source, value)}"
    if pairs.flow:
        end = pairs.place.end - 1
        if source.text[end : end + 1] != "}":
            return ()
        while end > pairs.place.start and source.text[end - 1] in " \t\r\n,":
            end -= 1
        return (Edit(end, end, f", {pair}" if pairs.pairs else pair),)
    first = pairs.pairs[0][0].place
    return (Edit(first.start, first.start, f"{pair}\n{' ' * (first.column - 1)}"),)


def remove_pair(source: Text, pairs: Pairs, key: str) -> tuple[Edit, ...]:
    """A key and its value taken out of a flow mapping or, where it has a line of its own, of a block mapping."""
    names = [name.value for name, _ in pairs.pairs]
    if key not in names or len(names) < 2:
        return ()
    index = names.index(key)
    if index + 1 < len(names):
        return (Edit(pairs.pairs[index][0].place.start, pairs.pairs[index + 1][0].place.start, ""),)
    before, after = pairs.pairs[index - 1][1].place.end, pairs.pairs[index][1].place.end
    return (Edit(before, after, ""),) if pairs.flow or isinstance(pairs.pairs[index][1], Scalar) else ()


def insert_entry(source: Text, entries: Items, index: int, entry: str) -> tuple[Edit, ...]:
    """A new entry before the one at `index` of a list of layers."""
    item = entries.items[index]
    if entries.flow:
        return (Edit(item.place.start, item.place.start, f"{entry}, "),)
    dash = source.text.rfind("-", 0, item.place.start)
    if dash < 0 or source.text[dash + 1 : item.place.start].strip():
        return ()
    indent = dash - source.text.rfind("\n", 0, dash) - 1
    return (Edit(dash, dash, f"- {entry}\n{' ' * indent}"),)


def remove_entry(source: Text, entries: Items, index: int) -> tuple[Edit, ...]:
    """The entry at `index` taken out of a list of layers (not the last one that is left)."""
    starts = [_begin(source, entries, item) for item in entries.items]
    if len(starts) < 2 or None in starts:
        return ()
    if index + 1 < len(starts):
        return (Edit(starts[index], starts[index + 1], ""),)  # type: ignore[arg-type]
    item = entries.items[index]
    if entries.flow:
        return (Edit(entries.items[index - 1].place.end, item.place.end, ""),)
    if isinstance(item, Pairs) and not item.flow:
        return ()
    line = source.text.rfind("\n", 0, starts[index]) + 1  # type: ignore[arg-type]
    end = source.text.find("\n", item.place.end)
    return (Edit(line, len(source.text) if end < 0 else end + 1, ""),)


def _begin(source: Text, entries: Items, item: Value) -> int | None:
    if entries.flow:
        return item.place.start
    dash = source.text.rfind("-", 0, item.place.start)
    return dash if dash >= 0 and not source.text[dash + 1 : item.place.start].strip() else None
