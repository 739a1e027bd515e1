"""The wire format of protocol buffers: fields of a message one by one, as places in a buffer.

Nothing is copied until somebody asks for it, so a field of gigabytes costs no more than its header
(https://protobuf.dev/programming-guides/encoding/).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

from ..errors import UsageError

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
_BLOCK = 1 << 16


class Field(NamedTuple):
    """A field of a message: its number, how it is written, and its number or the place of its bytes."""

    number: int
    wire: int
    value: int  # of BYTES where they begin
    end: int = 0  # of BYTES where they end


class Blocks:
    """A seekable stream as something that is indexed: one block of it is held at a time.

    >>> Blocks(io.BytesIO(b"abcdef"))[2], Blocks(io.BytesIO(b"abcdef"))[1:3]
    (99, b'bc')
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.length = stream.seek(0, io.SEEK_END)  # no `__len__`: a file may be longer than a list on this machine
        self._first, self._held = 0, b""

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            self._stream.seek(place.start)
            return self._stream.read(place.stop - place.start)
        within = place - self._first
        if not 0 <= within < len(self._held):
            self._first = place - place % _BLOCK
            self._stream.seek(self._first)
            self._held = self._stream.read(_BLOCK)
            within = place - self._first
        return self._held[within]


def buffer_of(stream: BinaryIO) -> Any:
    """A stream's bytes by place: mapped into memory where it is a file, else read block by block."""
    try:
        import mmap  # not every Python has it, and few need it

        return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    except (ImportError, OSError, ValueError, OverflowError, AttributeError):  # no file, an empty or a huge one
        return Blocks(stream)


def length_of(buffer: Any) -> int:
    """The bytes of what `buffer_of` gives.

    >>> length_of(Blocks(io.BytesIO(b"abcdef"))), length_of(b"abc")
    (6, 3)
    """
    return buffer.length if isinstance(buffer, Blocks) else len(buffer)


def fields(buffer: Any, start: int, end: int) -> Iterator[Field]:
    """The fields of the message between two places; UsageError for bytes that are no message.

    >>> [tuple(field) for field in fields(bytes([0x08, 0x96, 0x01, 0x12, 0x01, 0x61]), 0, 6)]
    [(1, 0, 150, 0), (2, 2, 5, 6)]
    """
    place = start
    while place < end:
        key = buffer[place]
        if key < 0x80:  # nearly always: one byte
            place += 1
        else:
            key, place = varint(buffer, place, end)
        wire, number = key & 7, key >> 3
        if not 0 < number < 1 << 29:
            raise UsageError(f"no protocol buffer: a field numbered {number} at byte {place}")
        if wire == BYTES:
            size = buffer[place] if place < end else 0x80
            if size < 0x80:
                place += 1
            else:
                size, place = varint(buffer, place, end)
            if size > end - place:
                raise UsageError(f"cut short: a field of {size} bytes at byte {place}, where {end - place} are left")
            yield Field(number, wire, place, place + size)
            place += size
        elif wire == VARINT:
            value, place = varint(buffer, place, end)
            yield Field(number, wire, value)
        elif wire in (FIXED32, FIXED64):
            size = 4 if wire == FIXED32 else 8
            if size > end - place:
                raise UsageError(f"cut short at byte {place}")
            yield Field(number, wire, int.from_bytes(buffer[place : place + size], "little"))
            place += size
        else:
            raise UsageError(f"no protocol buffer: a field of kind {wire} at byte {place}")


def varint(buffer: Any, place: int, end: int) -> tuple[int, int]:
    """The number written at a place, 7 bits a byte, and the place behind it; UsageError for one that does not end.

    >>> varint(bytes([0x96, 0x01]), 0, 2)
    (150, 2)
    """
    value = shift = 0
    while place < end and shift < 70:
        byte = buffer[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFFFFFFFFFFFFFF, place
        shift += 7
    raise UsageError(f"cut short, or no protocol buffer: a number at byte {place} does not end")


def signed(value: int) -> int:
    """A 64-bit number as it is meant, with its sign.

    >>> signed((1 << 64) - 1)
    -1
    """
    return value - (1 << 64) if value >= 1 << 63 else value


def varints(buffer: Any, start: int, end: int, most: int) -> list[int]:
    """The numbers of a packed field, each with its sign; UsageError for more than `most`."""
    found: list[int] = []
    place = start
    while place < end:
        if len(found) >= most:
            raise UsageError(f"a list of more than {most} numbers at byte {start}")
        value, place = varint(buffer, place, end)
        found.append(signed(value))
    return found
