"""Names in a design: how a layer is called that nobody named, and which one a name means."""

from __future__ import annotations

from collections.abc import Collection

from ._builder import Builder


class Names:
    """The names of a graph that is being written; `outputs` are the last layers of groups, by the group's name."""

    def __init__(self, build: Builder) -> None:
        self.build = build
        self.outputs: dict[str, str] = {}
        self._counts: dict[tuple[str, str], int] = {}

    @property
    def names(self) -> Collection[str]:
        """All names so far, in full."""
        return self.build.names

    @property
    def scope(self) -> str:
        """The groups that are open, as `stage1/block2`."""
        return self.build.inside

    def full(self, name: str) -> str:
        """A name inside the groups that are open."""
        return f"{self.scope}/{name}" if self.scope else name

    def count(self, word: str) -> int:
        """1, 2, 3 … for each time that the word is asked for in this scope."""
        key = (self.scope, word)
        self._counts[key] = self._counts.get(key, 0) + 1
        return self._counts[key]

    def automatic(self, word: str) -> str:
        """`conv2d`, `conv2d_2`, `conv2d_3` …: the first that is free here."""
        while True:
            number = self.count(word)
            name = word if number == 1 else f"{word}_{number}"
            if self.full(name) not in self.names:
                return name

    def find(self, name: str) -> str:
        """The full name that `name` means here: the innermost group first; empty if there is none."""
        if name.startswith("/"):
            return name[1:] if name[1:] in self.names else ""
        scope = self.scope
        while True:
            full = f"{scope}/{name}" if scope else name
            if full in self.names:
                return full
            if full in self.outputs:
                return self.outputs[full]
            if not scope:
                return ""
            scope = scope.rpartition("/")[0]

    def spellings(self) -> list[str]:
        """How the layers can be called here, the nearest ones last."""
        prefix = f"{self.scope}/"
        return [name[len(prefix) :] if name.startswith(prefix) else name for name in list(self.names)[-400:]]
