"""The members of a zip archive, of which one or two are read: no more than a table and zlib.

Python's own zipfile takes as long to import as everything else that reading a file needs. PKWARE's APPNOTE, 4.3.
"""

from __future__ import annotations

import zlib
from struct import error as BadStruct
from struct import unpack_from
from typing import IO, NamedTuple

MOST_MEMBERS = 100_000
MOST_TABLE = 32 * 2**20  # bytes of the table of members
STORED, DEFLATED = 0, 8
_END, _END64, _LOCATOR, _ENTRY, _LOCAL = b"PK\5\6", b"PK\6\6", b"PK\6\7", b"PK\1\2", b"PK\3\4"
FULL = 0xFFFFFFFF  # in the place of a number that stands in the 64-bit part


class BadArchive(ValueError):
    """What is no archive, or a damaged one."""


class Member(NamedTuple):
    """A member: how it is packed, its bytes packed and unpacked, where it begins, its check sum."""

    method: int
    packed: int
    size: int
    offset: int
    crc: int


def members(stream: IO[bytes]) -> dict[str, Member] | None:
    """The members of a seekable stream by name; None for one that is no archive, BadArchive for a damaged one."""
    stream.seek(0, 2)
    length = stream.tell()
    start = max(length - 65_557, 0)
    stream.seek(start)
    tail = stream.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < 22:
        return None
    try:
        count, size, offset = _place(stream, tail, at, start)
        if count > MOST_MEMBERS or size > MOST_TABLE or offset + size > length:
            raise BadArchive("a table of members that is none")
        stream.seek(offset)
        return _table(stream.read(size), count)
    except (BadStruct, UnicodeDecodeError) as error:
        raise BadArchive("a table of members that is none") from error


def _place(stream: IO[bytes], tail: bytes, at: int, start: int) -> tuple[int, int, int]:
    """How many members there are, and where their table is."""
    count, size, offset = unpack_from("<HII", tail, at + 10)
    if at >= 20 and tail[at - 20 : at - 16] == _LOCATOR and FULL in (size, offset) + (FULL,) * (count == 0xFFFF):
        (place,) = unpack_from("<Q", tail, at - 12)
        if place > start + at:
            raise BadArchive("a table of members that is none")
        stream.seek(place)
        end = stream.read(56)
        if end[:4] != _END64:
            raise BadArchive("a table of members that is none")
        count, size, offset = unpack_from("<QQQ", end, 32)
    return count, size, offset


def _table(table: bytes, count: int) -> dict[str, Member]:
    found: dict[str, Member] = {}
    at = 0
    for _ in range(count):
        if table[at : at + 4] != _ENTRY:
            raise BadArchive("a table of members that is none")
        flags, method, crc, packed, size, name, extra, comment = unpack_from("<HH4xIIIHHH", table, at + 8)
        (offset,) = unpack_from("<I", table, at + 42)
        begin = at + 46
        text = table[begin : begin + name].decode("utf-8" if flags & 0x800 else "cp437")
        if FULL in (packed, size, offset):
            size, packed, offset = _wide(table[begin + name : begin + name + extra], size, packed, offset)
        found[text] = Member(method, packed, size, offset, crc)
        at = begin + name + extra + comment
    return found


def _wide(extra: bytes, size: int, packed: int, offset: int) -> tuple[int, int, int]:
    """The three numbers, those that did not fit from the 64-bit part."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = unpack_from("<HH", extra, at)
        if kind == 1:
            wide = iter(unpack_from(f"<{min(length, 24) // 8}Q", extra, at + 4))
            return (
                next(wide, size) if size == FULL else size,
                next(wide, packed) if packed == FULL else packed,
                next(wide, offset) if offset == FULL else offset,
            )
        at += 4 + length
    return size, packed, offset


def read(stream: IO[bytes], member: Member, most: int) -> bytes:
    """The bytes of a member, one more than `most` at the outside; BadArchive for what is damaged."""
    stream.seek(member.offset)
    header = stream.read(30)
    if len(header) < 30 or header[:4] != _LOCAL:
        raise BadArchive("a member that does not begin where it should")
    name, extra = unpack_from("<HH", header, 26)
    stream.seek(member.offset + 30 + name + extra)
    packed = stream.read(min(member.packed, most + 2**20))
    if member.method == STORED:
        data = packed[: most + 1]
    elif member.method == DEFLATED:
        try:
            data = zlib.decompressobj(-15).decompress(packed, most + 1)
        except zlib.error as error:
            raise BadArchive("a member that is damaged") from error
    else:
        raise BadArchive("a member that is packed in another way")
    if len(data) <= most and (len(data) != member.size or zlib.crc32(data) != member.crc):
        raise BadArchive("a member that is damaged")
    return data
