"""Inputs that stand later in the file: moved up they would do, unless they close a cycle."""

from __future__ import annotations

from ._entry import Entry, quoted
from ._text import Items, Pairs, Scalar


class Later:
    """The names that a file's layers give themselves, what each reads and where it stands, collected once per file."""

    def __init__(self, layers: Items | None) -> None:
        self._links: dict[str, list[str]] = {}
        self._lines: dict[str, int] = {}
        if layers is not None:
            _collect(layers, self._links, self._lines)

    def says(self, entry: Entry, name: str) -> str:
        """A sentence if a layer of that name stands later in the file, in a cycle or not; else empty."""
        own = _text(entry.fields.get("name")) or ""
        wanted = name.removeprefix("/").rpartition("/")[2]
        if wanted == own and own:
            return f"{quoted(own)} reads itself: a layer's inputs are defined before it"
        if wanted not in self._lines:
            return ""
        trail = _path(self._links, wanted, own)
        if trail:
            return f"a cycle: {' → '.join([own, *reversed(trail)])}; remove one of these inputs"
        return f"{entry.kind} reads {quoted(name)}, which is defined later (line {self._lines[wanted]}): move it up"


def _collect(layers: Items, links: dict[str, list[str]], lines: dict[str, int]) -> None:
    """The names that layers give themselves, what each reads, and where they stand."""
    before = ""
    waiting = list(reversed(layers.items))
    seen: set[int] = set()
    while waiting:
        item = waiting.pop()
        if not isinstance(item, Pairs) or id(item) in seen:
            continue
        seen.add(id(item))
        mappings = [item, *(value for _, value in item.pairs if isinstance(value, Pairs))]
        name = next((text for each in mappings if (text := _text(each.get("name")))), "")
        reads = next((each.get("inputs") for each in mappings if each.get("inputs")), None)
        for each in mappings:
            inner = each.get("layers")
            if isinstance(inner, Items):
                waiting.extend(reversed(inner.items))
        if name:
            items = reads.items if isinstance(reads, Items) else [reads]
            texts = [_text(value) or "" for value in items] if reads else [before]
            links[name] = [before if text == "previous" else text for text in texts]
            lines.setdefault(name, item.place.line)
        before = name


def _text(node: object) -> str | None:
    return node.value if isinstance(node, Scalar) and isinstance(node.value, str) else None


def _path(links: dict[str, list[str]], start: str, end: str) -> list[str]:
    """The names from `start` back to `end` along what each reads; empty if there is no way."""
    came: dict[str, str] = {start: ""}
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name == end and end:
            trail = [name]
            while came[name]:
                name = came[name]
                trail.append(name)
            return trail
        for each in links.get(name, []):
            if each and each not in came:
                came[each] = name
                waiting.append(each)
    return []
