"""Changes to a design by the layer that they are made at: what the candidates of repairs are put together from."""

from __future__ import annotations

from typing import Any

from ..design import (
    VOCABULARY,
    Edit,
    Entry,
    Items,
    Pairs,
    Reading,
    Scalar,
    Suggestion,
    insert_entry,
    op_fields,
    quoted,
    remove_entry,
    remove_pair,
    set_field,
    spelled,
    spelled_input,
)
from ..measurement import Row
from ..shape import is_map


def field_suggestion(reading: Reading, node: str, name: str, value: Any) -> Suggestion | None:
    """Another value of a layer's field; None where the file has no place for it."""
    entry = reading.origins.get(node)
    if entry is None or not _has(entry, name):
        return None
    edits = set_field(reading.source, entry, name, value)
    return Suggestion(f"{name}: {written(value)}", edits, node) if edits else None


def _has(entry: Entry, name: str) -> bool:
    if entry.kind in VOCABULARY:
        return name in VOCABULARY[entry.kind]
    return entry.op is not None and not entry.function and name in op_fields(entry.op)


def written(value: Any) -> str:
    """A value as a person writes it in a design."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (tuple, list)):
        return f"[{', '.join(map(written, value))}]"
    return str(value)


def both(first: Suggestion | None, second: Suggestion | None) -> Suggestion | None:
    """Two changes at once; None if one of them cannot be."""
    if first is None or second is None or first.edits == second.edits:
        return None
    if any(a.start < b.end and b.start < a.end for a in first.edits for b in second.edits):
        return None
    if first.at == second.at:
        says = f"{first.says}, {second.says}"
    else:
        says = ", ".join(f"{each.says.removesuffix(_in(each))}{_in(each)}" for each in (first, second))
    return Suggestion(says, first.edits + second.edits, first.at)


def _in(change: Suggestion) -> str:
    return f" in {quoted(change.at)[1:-1]}"


def removed(reading: Reading, node: str) -> Suggestion | None:
    """The layer taken out, if it has an entry of its own and nobody reads it by name."""
    entry = reading.origins.get(node)
    if entry is None or entry.op is None or "repeat" in entry.fields:
        return None
    edits = remove_entry(reading.source, entry.siblings, entry.index)
    return Suggestion(f"without {entry.function or entry.kind}", edits, node) if edits else None


def without_key(reading: Reading, node: str, name: str) -> Suggestion | None:
    """A setting of a stage or block taken out again."""
    entry = reading.origins.get(node)
    if entry is None or entry.body is None or name not in entry.fields:
        return None
    edits = remove_pair(reading.source, entry.body, name)
    old = reading.source.text[entry.fields[name].place.start : entry.fields[name].place.end]
    return Suggestion(f"without {name}: {old}", edits, node) if edits else None


def inserted(reading: Reading, node: str, text: str, says: str) -> Suggestion | None:
    """A new entry before the layer's."""
    entry = reading.origins.get(node)
    if entry is None or entry.op is None:
        return None
    edits = insert_entry(reading.source, entry.siblings, entry.index, text)
    return Suggestion(says, edits, node) if edits else None


def appended(reading: Reading, items: Items, entries: tuple[str, ...], says: str) -> Suggestion | None:
    """New entries behind the last one of a list."""
    source, last = reading.source, items.items[-1]
    if items.flow:
        end = last.place.end
        return Suggestion(says, (Edit(end, end, "".join(f", {entry}" for entry in entries)),))
    first = items.items[0].place.start
    dash = source.text.rfind("-", 0, first)
    indent = " " * (dash - source.text.rfind("\n", 0, dash) - 1)
    end = len(source.text[: _end(last)].rstrip())
    line = source.text.find("\n", end)
    end = len(source.text) if line < 0 else line
    return Suggestion(says, (Edit(end, end, "".join(f"\n{indent}- {entry}" for entry in entries)),))


def _end(value: Any) -> int:
    """Where a value's text ends, blank lines and comments behind it not counted."""
    while isinstance(value, (Items, Pairs)) and not value.flow:
        value = value.items[-1] if isinstance(value, Items) else value.pairs[-1][1]
    return int(value.place.end)


def inputs_suggestion(reading: Reading, row: Row, names: list[str], says: str) -> Suggestion | None:
    """A layer that reads other layers: all named in full, since `previous` may have moved."""
    entry = reading.origins.get(row.name)
    if entry is None or entry.op is None:
        return None
    known = set(reading.rows)
    value = [spelled_input(name, row.node.scope, known) for name in names]
    edits = set_field(reading.source, entry, "inputs", value)
    return Suggestion(says, edits, row.name) if edits else None


def input_suggestion(reading: Reading, height: int, width: int) -> Suggestion | None:
    """Another size of the input."""
    shape, node = reading.header.input, reading.header.nodes.get("input")
    if not is_map(shape):
        return None
    text = str(height) if height == width else f"{height}x{width}"
    if node is None:
        first = reading.source.root.pairs[0][0].place
        pair = f'"input": {spelled(reading.source, _number(text))}, ' if reading.source.json else f"input: {text}\n"
        return Suggestion(f"input: {text}", (Edit(first.start, first.start, pair),))
    if not isinstance(node, Scalar) and not node.flow:
        return None
    if isinstance(node, Items):
        text = f"[{height}, {width}{f', {shape[-1]}' if len(node.items) == 3 else ''}]"
    elif isinstance(node, Scalar) and str(node.value).lower().replace("×", "x").count("x") == 2:
        text = f"{height}x{width}x{shape[-1]}"
    quotes = f'"{text}"' if reading.source.json and not text.isdecimal() and text[0] != "[" else text
    return Suggestion(f"input: {text}", (Edit(node.place.start, node.place.end, quotes),))


def suggested_entry(reading: Reading, word: str, said: dict[str, object]) -> str:
    """A layer with its settings as an entry of the file: YAML, or JSON where the file is JSON."""
    from json import dumps

    from ..design import flow

    return f'{{"{word}": {dumps(said, ensure_ascii=False)}}}' if reading.source.json else f"{word}: {flow(said)}"


def _number(text: str) -> int | str:
    return int(text) if text.isdecimal() else text


def replaced_word(reading: Reading, node: str, text: str) -> Suggestion | None:
    """Another layer in the place of one whose entry stands on one line."""
    entry = reading.origins.get(node)
    if entry is None or entry.op is None or reading.source.json:
        return None
    value = entry.value
    if isinstance(value, Scalar):
        return Suggestion(text, (Edit(value.place.start, value.place.end, text),), node)
    if not isinstance(value, Pairs) or len(value.pairs) != 1:
        return None
    key, inner = value.pairs[0]
    if isinstance(inner, Scalar) or inner.flow:
        return Suggestion(text, (Edit(key.place.start, inner.place.end, text),), node)
    return None
