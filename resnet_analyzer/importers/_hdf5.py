"""Texts among the attributes of an HDF5 file's root, read without a library: no more of the file is touched.

After the HDF5 File Format Specification 3.0 (superblock: II.A, object headers: IV.A, attributes: IV.A.2.m,
global heap: III.E). What is not of the kinds that Keras' files have raises ValueError.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import unpack, unpack_from
from typing import IO

SIGNATURE = b"\x89HDF\r\n\x1a\n"
MOST_BLOCKS, MOST_BLOCK_BYTES, MOST_OBJECTS = 64, 2**20, 4_096  # of an object header, and of a heap
ATTRIBUTE, CONTINUATION = 0x0C, 0x10
FIXED_TEXT, VARIABLE = 3, 9  # classes of data types


def root_texts(file: IO[bytes], names: tuple[str, ...], most: int) -> dict[str, bytes | None]:
    """The attributes of these names, as bytes of at most `most`; None for one that is no text."""
    found: dict[str, bytes | None] = {}
    for kind, data in messages(file, root_address(file)):
        if kind == ATTRIBUTE:
            name, datatype, value = attribute(data)
            if name in names:
                found[name] = text_of(file, datatype, value, most)
    return found


def read_at(file: IO[bytes], address: int, size: int) -> bytes:
    """So many bytes from there; ValueError where the file has fewer."""
    file.seek(address)
    data = file.read(size)
    if len(data) < size:
        raise ValueError("the file ends within")
    return data


def root_address(file: IO[bytes]) -> int:
    """Where the root's object header stands."""
    start = read_at(file, 0, 72)
    version = start[8]
    if start[:8] != SIGNATURE or version > 3:
        raise ValueError("no HDF5 file")
    offsets, lengths = (start[13], start[14]) if version < 2 else (start[9], start[10])
    if (offsets, lengths) != (8, 8):
        raise ValueError("addresses are not of 8 bytes")
    at = {0: 64, 1: 68}.get(version, 36)
    return int(unpack_from("<Q", read_at(file, 0, at + 8), at)[0])


def messages(file: IO[bytes], address: int) -> Iterator[tuple[int, bytes]]:
    """The messages of an object header, those in continued blocks too."""
    head = read_at(file, address, 16)
    if head[:4] == b"OHDR":
        yield from _newer(file, address, head[5])
        return
    if head[0] != 1:
        raise ValueError("no object header")
    blocks = [(address + 16, unpack_from("<I", head, 8)[0])]
    for number, (start, size) in enumerate(blocks):
        if number >= MOST_BLOCKS or size > MOST_BLOCK_BYTES:
            raise ValueError("an object header of too many parts")
        block, place = read_at(file, start, size), 0
        while place + 8 <= size:
            kind, length = unpack_from("<HH", block, place)
            data = block[place + 8 : place + 8 + length]
            if kind == CONTINUATION:
                blocks.append(unpack_from("<QQ", data))
            yield kind, data
            place += 8 + length


def _newer(file: IO[bytes], address: int, flags: int) -> Iterator[tuple[int, bytes]]:
    """The messages of a header of version 2, each block with a signature and a checksum around it."""
    start = address + 6 + (16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0)
    width = 1 << (flags & 3)
    size = int.from_bytes(read_at(file, start, width), "little")
    blocks = [(start + width, size)]
    head = 6 if flags & 4 else 4
    for number, (begin, length) in enumerate(blocks):
        if number >= MOST_BLOCKS or length > MOST_BLOCK_BYTES:
            raise ValueError("an object header of too many parts")
        block, place = read_at(file, begin, length), 0
        while place + head <= length:
            kind, count = block[place], unpack_from("<H", block, place + 1)[0]
            data = block[place + head : place + head + count]
            if kind == CONTINUATION:
                where, long = unpack_from("<QQ", data)
                blocks.append((where + 4, long - 8))
            yield kind, data
            place += head + count


def attribute(data: bytes) -> tuple[str, bytes, bytes]:
    """An attribute's name, the description of its type, and its bytes."""
    version, _, name_size, type_size, space_size = unpack_from("<BBHHH", data)
    if version not in (1, 2, 3):
        raise ValueError("an attribute of another version")
    place = 9 if version == 3 else 8
    parts = []
    for size in (name_size, type_size, space_size):
        parts.append(data[place : place + size])
        place += -(-size // 8) * 8 if version == 1 else size
    return parts[0].rstrip(b"\0").decode("utf-8", "replace"), parts[1], data[place:]


def text_of(file: IO[bytes], datatype: bytes, value: bytes, most: int) -> bytes | None:
    """An attribute's text: in place, or in the heap that it points to; None for what is no text."""
    kind, size = datatype[0] & 15, unpack_from("<I", datatype, 4)[0]
    if kind == FIXED_TEXT:
        return value[: min(size, most)].rstrip(b"\0")
    if kind != VARIABLE or datatype[1] & 15 != 1:
        return None
    length, heap, number = unpack_from("<IQI", value)
    return _from_heap(file, heap, number, min(length, most)) if length else b""


def _from_heap(file: IO[bytes], address: int, number: int, length: int) -> bytes:
    """So many bytes of an object of a global heap."""
    head = read_at(file, address, 16)
    if head[:4] != b"GCOL":
        raise ValueError("no global heap")
    place, end = address + 16, address + unpack("<Q", head[8:])[0]
    for _ in range(MOST_OBJECTS):
        if place + 16 > end:
            break
        index, _, _, size = unpack("<HHIQ", read_at(file, place, 16))
        if index == number:
            file.seek(place + 16)
            return file.read(min(size, length))
        if index == 0:
            break
        place += 16 + -(-size // 8) * 8
    raise ValueError("no such object in the heap")
