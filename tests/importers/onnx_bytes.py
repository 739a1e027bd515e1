"""ONNX files written by hand, field by field (onnx/onnx.proto), so that a test needs no onnx package."""

from __future__ import annotations

from typing import Any

FLOAT, INT64 = 1, 7


def varint(number: int) -> bytes:
    """A number, 7 bits a byte."""
    number &= (1 << 64) - 1
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*found, number])


def field(number: int, value: Any) -> bytes:
    """A number, or bytes or a text with its length."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def tensor(name: str, shape: tuple[int, ...], numbers: tuple[int, ...] | None = None, more: bytes = b"") -> bytes:
    """A tensor: of these whole numbers, or of floating-point ones whose values are not there."""
    dims = b"".join(field(1, size) for size in shape)
    values = b"".join(field(7, number) for number in numbers or ())
    return dims + field(2, FLOAT if numbers is None else INT64) + field(8, name) + values + more


def value(name: str, shape: tuple[int | str | None, ...] | None) -> bytes:
    """A tensor's name and declared shape: numbers, names, None for an open size."""
    if shape is None:
        return field(1, name)
    sizes = [b"" if size is None else field(2 if isinstance(size, str) else 1, size) for size in shape]
    dims = b"".join(field(1, size) for size in sizes)
    return field(1, name) + field(2, field(1, field(1, FLOAT) + field(2, dims)))


def attribute(name: str, given: Any) -> bytes:
    """A whole number, a text, a list of whole numbers, or the bytes of a graph."""
    if isinstance(given, int):
        return field(1, name) + field(3, given) + field(20, 2)
    if isinstance(given, str):
        return field(1, name) + field(4, given) + field(20, 3)
    if isinstance(given, bytes):
        return field(1, name) + field(6, given) + field(20, 5)
    return field(1, name) + b"".join(field(8, number) for number in given) + field(20, 7)


def node(kind: str, inputs: str, outputs: str, **attributes: Any) -> bytes:
    """A node; the names that it reads and makes by spaces, `-` for one left out."""
    names = [each.replace("-", "") for each in inputs.split()]
    reads = b"".join(field(1, each) for each in names)
    makes = b"".join(field(2, each) for each in outputs.split())
    more = b"".join(field(5, attribute(name, given)) for name, given in attributes.items())
    return reads + makes + field(4, kind) + more


def graph(
    nodes: list[bytes],
    tensors: list[bytes],
    inputs: list[bytes],
    outputs: list[bytes],
    between: tuple[bytes, ...] = (),
) -> bytes:
    """A graph; `between` are tensors whose shape is declared that go neither in nor out."""
    parts = [(1, nodes), (5, tensors), (11, inputs), (12, outputs), (13, list(between))]
    return field(2, "net") + b"".join(field(number, each) for number, group in parts for each in group)


def model(whole: bytes, opset: int = 17) -> bytes:
    """A file."""
    return field(1, 8) + field(7, whole) + field(8, field(1, "") + field(2, opset))
