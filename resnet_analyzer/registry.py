"""Names to things: one kind of table for ops, architectures, conventions, writers.

A registry knows the package whose modules fill it. A lookup imports as little as it can: first the
modules whose file name starts the wanted name (`resnet.py` for `resnet50`), then all of them. So
adding a thing is adding a file, and a user who asks for one network does not wait for the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from os import listdir
from typing import Generic, TypeVar

from .errors import DuplicateName, UnknownName

T = TypeVar("T")


def squash(name: str) -> str:
    """The letters and digits of a name, in lower case: how people spell names does not matter.

    >>> squash("ResNet-50") == squash("resnet_50") == "resnet50"
    True
    """
    return "".join(letter for letter in name.lower() if letter.isalnum())


class Registry(Generic[T]):
    """A table of named things that fills itself from the modules of a package.

    `kind` is the word used in messages, `package` the dotted name whose modules register their
    things when imported, `hint` a sentence added when a name is unknown.

    >>> colours = Registry[int]("colour")
    >>> colours.add("red", 1)
    1
    >>> colours["Red"]
    1
    >>> colours.add("red", 2)
    Traceback (most recent call last):
        ...
    resnet_analyzer.errors.DuplicateName: colour 'red' is registered twice
    """

    def __init__(self, kind: str, package: str | None = None, hint: str = "") -> None:
        self.kind, self.package, self.hint = kind, package, hint
        self._items: dict[str, T] = {}
        self._names: dict[str, str] = {}
        self._complete = package is None

    def __repr__(self) -> str:
        return f"<Registry of kind {self.kind}: {len(self._items)} so far>"

    def add(self, name: str, item: T) -> T:
        """Register `item` under `name` and return it; DuplicateName if the name is taken."""
        key = squash(name)
        if key in self._names:
            raise DuplicateName(f"{self.kind} {name!r} is registered twice")
        self._names[key] = name
        self._items[name] = item
        return item

    def remove(self, name: str) -> T:
        """Take a name out again and return what it named (tests add things on the fly)."""
        return self._items.pop(self._names.pop(squash(name)))

    def find(self, name: str) -> T | None:
        """The thing of that name, or None; spelling differences of case and punctuation are ignored."""
        key = squash(name)
        if key not in self._names and not self._complete:
            self._import(stem for stem in sorted(self._modules(), reverse=True) if key.startswith(squash(stem)))
        if key not in self._names:
            self.discover()
        return self._items[self._names[key]] if key in self._names else None

    def __getitem__(self, name: str) -> T:
        item = self.find(name)
        if item is None:
            raise UnknownName(self.kind, name, self._items, self.hint)
        return item

    def __contains__(self, name: str) -> bool:
        return self.find(name) is not None

    def __iter__(self) -> Iterator[str]:
        self.discover()
        return iter(self._items)

    def __len__(self) -> int:
        self.discover()
        return len(self._items)

    def items(self) -> list[tuple[str, T]]:
        """Every name with its thing, in the order of registration."""
        self.discover()
        return list(self._items.items())

    def known(self) -> list[tuple[str, T]]:
        """What is registered so far: nothing is imported."""
        return list(self._items.items())

    def discover(self) -> None:
        """Import every module of the package, so that all things are registered."""
        if not self._complete:
            self._complete = True  # while they are imported, too: a module may look something up
            try:
                self._import(sorted(self._modules()))
            except BaseException:
                self._complete = False
                raise

    def _modules(self) -> list[str]:
        folders = import_module(self.package).__path__ if self.package else []
        files = [file for folder in folders for file in listdir(folder)]
        return [file[:-3] for file in files if file.endswith(".py") and not file.startswith("_")]

    def _import(self, stems: Iterator[str] | list[str]) -> None:
        for stem in stems:
            import_module(f"{self.package}.{stem}")
