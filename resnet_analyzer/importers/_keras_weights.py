"""The weights of layers that no op says, from the file beside the description: their shapes, never their numbers.

`model.weights.h5` holds them under groups of the layers' classes, each with its name as an attribute (Keras 3,
saving_lib.py); an `.h5` file under the layers' names, with the weights' own (legacy_h5_format.py). It is opened
only for a layer whose weights can be had nowhere else. Which of them are trained stands in no file.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import IO

from ..ops.base import UNTOLD
from ._hdf5 import SIGNATURE
from ._hdf5_tree import Group, Held, read_tree
from ._zip import STORED, BadArchive, members, read
from .records import Slot, StoredWeights, printable

MEMBER = "model.weights.h5"
MOST_PACKED = 32 * 2**20  # bytes of weights that are packed: Keras stores them as they are
OTHERS = ("optimizer", "optimizer_weights", "top_level_model_weights")
DAMAGED = (BadArchive, OSError, ValueError, LookupError, struct.error, OverflowError, EOFError, MemoryError)


class WeightFile:
    """The groups of weights in a Keras file, opened when they are first asked for."""

    def __init__(self, opens: Callable[[], IO[bytes]]) -> None:
        self.opens = opens
        self.tree: Group | None = None
        self.is_read = self.is_legacy = False

    def find(self, scope: str, name: str, is_model: bool) -> StoredWeights | None:
        """The weights of the layer of that name in the nested models of `scope`; None where they are not held."""
        if not self.is_read:
            self.is_read = True
            with suppress(*DAMAGED), self.opens() as stream:
                self.tree = self._read(stream)
        if self.tree is None:
            return None
        scopes = [part for part in scope.split("/") if part]
        group = (_in_legacy if self.is_legacy else _in_layers)(self.tree, scopes, name, is_model)
        return None if group is None else _weights(group, "/".join([*scopes, name]))

    def _read(self, stream: IO[bytes]) -> Group | None:
        if stream.read(8) == SIGNATURE:
            self.is_legacy = True
            return read_tree(stream).groups.get("model_weights")
        member = (members(stream) or {}).get(MEMBER)
        if member is None:
            return None
        if member.method != STORED:
            from io import BytesIO

            return read_tree(BytesIO(read(stream, member, MOST_PACKED)))
        stream.seek(member.offset)
        head = stream.read(30)
        start = member.offset + 30 + sum(struct.unpack_from("<HH", head, 26))
        return read_tree(_Part(stream, start, member.size))  # type: ignore[arg-type]


class _Part:
    """A stretch of a stream, as a stream."""

    def __init__(self, stream: IO[bytes], start: int, size: int) -> None:
        self.stream, self.start, self.size, self.at = stream, start, size, 0

    def seek(self, place: int) -> None:
        """Go to a place."""
        self.at = place

    def read(self, count: int) -> bytes:
        """So many bytes from there, as far as the stretch goes."""
        self.stream.seek(self.start + self.at)
        found = self.stream.read(max(min(count, self.size - self.at), 0))
        self.at += len(found)
        return found


def _in_layers(tree: Group, scopes: list[str], name: str, is_model: bool) -> Group | None:
    """The group of a layer, found by the names that the groups `vars` have as an attribute."""
    if is_model and not scopes:
        inner = {key: group for key, group in tree.groups.items() if key not in OTHERS}
        return Group(tree.name, inner, tree.sets)
    for part in [*scopes, name]:
        layers = tree.groups.get("layers", Group()).groups.values()
        named = [each for each in layers if each.groups.get("vars", Group()).name == part]
        if len(named) != 1:
            return None
        tree = named[0]
    return tree


def _in_legacy(tree: Group, scopes: list[str], name: str, is_model: bool) -> Group | None:
    """The group of a layer: of its own name, inside the group of the outermost model that holds it."""
    if is_model and not scopes:
        return Group("", {key: group for key, group in tree.groups.items() if key not in OTHERS})
    pending = [tree.groups[scopes[0]]] if scopes and scopes[0] in tree.groups else [] if scopes else [tree]
    found = []
    while pending:
        group = pending.pop()
        found += [inner for key, inner in group.groups.items() if key == name]
        pending += [inner for key, inner in group.groups.items() if key != name and scopes]
    return found[0] if len(found) == 1 else None


def _weights(group: Group, path: str) -> StoredWeights:
    """All data sets in a group, those left out that a layer only knows by a second name."""
    slots, whole = [], True
    for names, held, doubled in _sets(group):
        if doubled:
            whole = False
            continue
        slots.append(Slot(printable("/".join(names)), held.shape, UNTOLD, printable("/".join((path, *names)), 2000)))
    return StoredWeights(tuple(slots), whole)


def _sets(group: Group) -> Iterator[tuple[tuple[str, ...], Held, bool]]:
    """Every data set with its path, and whether it may be one that stands further inside, too.

    A layer that keeps a weight of a layer inside it under a name of its own has it stored twice (Keras'
    SpectralNormalization does): of those of one shape, the outer ones are not counted.
    """
    pending: list[tuple[Group, tuple[str, ...]]] = [(group, ())]
    while pending:
        each, path = pending.pop()
        own = each.groups.get("vars", Group()).sets if "vars" in each.groups else each.sets
        within = Counter(held for key, inner in each.groups.items() if key != "vars" for held in _all_sets(inner))
        for key in sorted(own, key=lambda key: (len(key), key)):
            doubled = "vars" in each.groups and within[own[key]] > 0
            within[own[key]] -= doubled
            yield (*path, key), own[key], doubled
        inside = [(inner, (*path, key)) for key, inner in each.groups.items() if key != "vars"]
        pending += [(inner, names) for inner, names in reversed(inside) if not names[-1].startswith("seed_generator")]


def _all_sets(group: Group) -> list[Held]:
    found: list[Held] = []
    pending = [group]
    while pending:
        each = pending.pop()
        found += each.sets.values()
        pending += each.groups.values()
    return found
