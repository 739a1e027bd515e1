"""Which tensors an HDF5 file holds: groups, and the shapes of data sets, read without a library and without the data.

After the HDF5 File Format Specification 3.0: symbol tables (III.A to III.D), links (IV.A.2.g), dataspaces
(IV.A.2.b). Groups of more links than stand in their headers ("dense") are of files that Keras does not write.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from struct import unpack_from
from typing import IO, NamedTuple

from ._hdf5 import ATTRIBUTE, attribute, messages, read_at, root_address, text_of

MOST_OBJECTS, MOST_NODES, MOST_NAME, MOST_RANK = 100_000, 20_000, 4_096, 32
DATASPACE, LINK, DATATYPE, TABLE = 0x01, 0x06, 0x03, 0x11
WHOLE_NUMBERS = 0  # class of data types


class Held(NamedTuple):
    """A data set: its shape, and whether its numbers are whole."""

    shape: tuple[int, ...]
    whole: bool


@dataclass
class Group:
    """A group: its attribute `name`, the groups and the data sets in it."""

    name: str = ""
    groups: dict[str, Group] = field(default_factory=dict)
    sets: dict[str, Held] = field(default_factory=dict)


class _Object(NamedTuple):
    """What an object header says: an attribute `name`, what it links to, its shape if it is a data set."""

    name: str
    links: list[tuple[str, int]]
    held: Held | None


def read_tree(file: IO[bytes]) -> Group:
    """All groups and data sets; ValueError for what is damaged, or more than a model has."""
    reader = _Reader(file)
    root, at = Group(), root_address(file)
    pending = [(root, at)]
    seen = {at}
    while pending:
        group, address = pending.pop()
        found = reader.object(address)
        group.name = found.name
        for name, place in found.links:
            if place in seen:
                continue  # a link to what stands elsewhere, too: counted once, and no circles
            seen.add(place)
            if len(seen) > MOST_OBJECTS:
                raise ValueError("more objects than a model has")
            inner = reader.object(place)
            if inner.held is not None:
                group.sets[name] = inner.held
            else:
                group.groups[name] = Group()
                pending.append((group.groups[name], place))
    return root


class _Reader:
    """Reads object headers of one file, so many nodes of its trees at most."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.nodes = file, 0

    def object(self, address: int) -> _Object:
        """What the object header there says."""
        name, shape, whole = "", None, False
        links: list[tuple[str, int]] = []
        for kind, data in messages(self.file, address):
            if kind == ATTRIBUTE and b"name" in data[:24]:
                key, datatype, value = attribute(data)
                if key == "name":
                    name = (text_of(self.file, datatype, value, MOST_NAME) or b"").decode("utf-8", "replace")
            elif kind == TABLE:
                tree, heap = unpack_from("<QQ", data)
                links += self._symbols(tree, heap)
            elif kind == LINK:
                links.append(_link(data))
            elif kind == DATASPACE:
                shape = _shape(data)
            elif kind == DATATYPE:
                whole = data[0] & 15 == WHOLE_NUMBERS
        return _Object(name, links, None if shape is None else Held(shape, whole))

    def _symbols(self, tree: int, heap: int) -> Iterator[tuple[str, int]]:
        """The names in a symbol table, and where their objects are."""
        head = read_at(self.file, heap, 32)
        if head[:4] != b"HEAP":
            raise ValueError("no local heap")
        size, names = unpack_from("<Q", head, 8)[0], unpack_from("<Q", head, 24)[0]
        pending = [tree]
        while pending:
            self.nodes += 1
            if self.nodes > MOST_NODES:
                raise ValueError("more nodes than a model has")
            node = pending.pop()
            start = read_at(self.file, node, 24)
            count = unpack_from("<H", start, 6)[0]
            if start[:4] == b"TREE":
                body = read_at(self.file, node + 24, 16 * count + 8)
                pending += [unpack_from("<Q", body, 16 * place + 8)[0] for place in reversed(range(count))]
            elif start[:4] == b"SNOD":
                body = read_at(self.file, node + 8, 40 * count)
                for place in range(count):
                    offset, address = unpack_from("<QQ", body, 40 * place)
                    if offset >= size:
                        raise ValueError("a name outside of its heap")
                    yield self._name(names + offset, min(size - offset, MOST_NAME)), address
            else:
                raise ValueError("no node of a symbol table")

    def _name(self, address: int, most: int) -> str:
        self.file.seek(address)
        return self.file.read(most).partition(b"\0")[0].decode("utf-8", "replace")


def _shape(data: bytes) -> tuple[int, ...]:
    version, rank = data[0], data[1]
    if version not in (1, 2) or rank > MOST_RANK:
        raise ValueError("a dataspace of another kind")
    return unpack_from(f"<{rank}Q", data, 8 if version == 1 else 4)


def _link(data: bytes) -> tuple[str, int]:
    """A hard link: its name, and where its object is."""
    flags, place = data[1], 2
    if flags & 8 and data[place] != 0:
        raise ValueError("a link that is no hard one")
    place += (1 if flags & 8 else 0) + (8 if flags & 4 else 0) + (1 if flags & 16 else 0)
    width = 1 << (flags & 3)
    length = int.from_bytes(data[place : place + width], "little")
    place += width
    return data[place : place + length].decode("utf-8", "replace"), unpack_from("<Q", data, place + length)[0]
