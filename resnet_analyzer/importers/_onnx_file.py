"""An ONNX file as plain data: its graph, and of every tensor name, shape and type, never the weights' bytes.

Field numbers are those of onnx/onnx.proto (https://github.com/onnx/onnx). Values are read of small tensors
alone: sizes, axes, scales.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from math import prod
from typing import Any

from ..errors import UsageError
from ._protobuf import BYTES, FIXED32, Field, fields, length_of, signed, varints

DEPTH = 24  # graphs within graphs
MOST_NUMBERS = 4096  # of a list in an attribute, of a shape's axes far less
MOST_VALUES = 256  # of a tensor whose values are read
MOST_AXES = 64
MOST_NODES = 400_000

# TensorProto.DataType: name, bytes of one number, how `struct` reads it
TYPES = {
    1: ("float32", 4, "f"), 2: ("uint8", 1, "B"), 3: ("int8", 1, "b"), 4: ("uint16", 2, "H"), 5: ("int16", 2, "h"),
    6: ("int32", 4, "i"), 7: ("int64", 8, "q"), 8: ("string", 0, ""), 9: ("bool", 1, "?"), 10: ("float16", 2, "e"),
    11: ("float64", 8, "d"), 12: ("uint32", 4, "I"), 13: ("uint64", 8, "Q"), 14: ("complex64", 0, ""),
    15: ("complex128", 0, ""), 16: ("bfloat16", 2, ""), 17: ("float8e4m3fn", 1, ""), 18: ("float8e4m3fnuz", 1, ""),
    19: ("float8e5m2", 1, ""), 20: ("float8e5m2fnuz", 1, ""), 21: ("uint4", 0, ""), 22: ("int4", 0, ""),
    23: ("float4e2m1", 0, ""),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TensorData:
    """A tensor that the file holds: its numbers (row by row) only where they are few, else None."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    numbers: tuple[Any, ...] | None = None


@dataclass(slots=True)
class NodeData:
    """One node: what it is, the names of the tensors that it reads and makes ("" for one left out), its attributes."""

    kind: str = ""
    domain: str = ""
    name: str = ""
    overload: str = ""
    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class GraphData:
    """A graph: its nodes in order, the tensors that it holds, and the declared shapes by the tensors' names."""

    name: str = ""
    nodes: list[NodeData] = field(default_factory=list)
    tensors: dict[str, TensorData] = field(default_factory=dict)
    inputs: dict[str, tuple[Any, ...] | None] = field(default_factory=dict)
    outputs: dict[str, tuple[Any, ...] | None] = field(default_factory=dict)
    declared: dict[str, tuple[Any, ...] | None] = field(default_factory=dict)


@dataclass(slots=True)
class FunctionData:
    """A function of the model's own: nodes between named inputs and outputs, with attributes that a call gives."""

    name: str = ""
    domain: str = ""
    overload: str = ""
    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    nodes: list[NodeData] = field(default_factory=list)
    defaults: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class ModelData:
    """A file: its graph, its functions, the version of each set of operators, and who made it."""

    graph: GraphData | None = None
    opsets: dict[str, int] = field(default_factory=dict)
    functions: list[FunctionData] = field(default_factory=list)
    producer: str = ""
    version: str = ""


class FromCall(str):
    """An attribute of a function's node that the call of the function gives: its name there."""


class Reader:
    """Reads a model out of a buffer; UsageError for bytes that are no ONNX model, or beyond every bound."""

    def __init__(self, buffer: Any) -> None:
        self._buffer, self._nodes = buffer, 0

    def model(self) -> ModelData:
        """The whole file."""
        found = ModelData()
        for each in fields(self._buffer, 0, length_of(self._buffer)):
            if each.wire != BYTES:
                continue
            if each.number == 7:
                found.graph = self._graph(each, 0)
            elif each.number in (2, 3):
                text = self._text(each)
                found.producer, found.version = (text, found.version) if each.number == 2 else (found.producer, text)
            elif each.number == 8:
                parts = {part.number: part for part in self._parts(each)}
                domain = self._text(parts[1]) if 1 in parts else ""
                found.opsets[_domain(domain)] = signed(parts[2].value) if 2 in parts else 0
            elif each.number == 25:
                found.functions.append(self._function(each))
        return found

    def _parts(self, message: Field) -> Any:
        if message.wire != BYTES:
            raise UsageError(f"no ONNX model: field {message.number} is a number")
        return fields(self._buffer, message.value, message.end)

    def _text(self, part: Field, most: int = 4096) -> str:
        if part.wire != BYTES:
            raise UsageError(f"no ONNX model: field {part.number} is a number")
        return str(bytes(self._buffer[part.value : min(part.end, part.value + most)]), "utf-8", "replace")

    def _graph(self, message: Field, depth: int) -> GraphData:
        if depth > DEPTH:
            raise UsageError(f"graphs within graphs, more than {DEPTH} deep")
        found = GraphData()
        for part in self._parts(message):
            if part.number == 1:
                found.nodes.append(self._node(part, depth))
            elif part.number == 2:
                found.name = self._text(part)
            elif part.number == 5:
                tensor = self._tensor(part)
                found.tensors[tensor.name] = tensor
            elif part.number == 15:
                tensor = self._sparse(part)
                found.tensors[tensor.name] = tensor
            elif part.number in (11, 12, 13):
                name, shape = self._value(part)
                (found.inputs if part.number == 11 else found.outputs if part.number == 12 else found.declared)[
                    name
                ] = shape
        return found

    def _function(self, message: Field) -> FunctionData:
        found = FunctionData()
        for part in self._parts(message):
            if part.number == 1:
                found.name = self._text(part)
            elif part.number in (4, 5):
                (found.inputs if part.number == 4 else found.outputs).append(self._text(part))
            elif part.number == 7:
                found.nodes.append(self._node(part, 0))
            elif part.number == 10:
                found.domain = _domain(self._text(part))
            elif part.number == 11:
                name, value = self._attribute(part, 0)
                found.defaults[name] = value
            elif part.number == 13:
                found.overload = self._text(part)
        return found

    def _node(self, message: Field, depth: int) -> NodeData:
        self._nodes += 1
        if self._nodes > MOST_NODES:
            raise UsageError(f"more than {MOST_NODES} nodes")
        found = NodeData()
        for part in self._parts(message):
            if part.number in (1, 2):
                (found.inputs if part.number == 1 else found.outputs).append(self._text(part))
            elif part.number == 3:
                found.name = self._text(part)
            elif part.number == 4:
                found.kind = self._text(part)
            elif part.number == 5:
                name, value = self._attribute(part, depth)
                found.attributes[name] = value
            elif part.number == 7:
                found.domain = _domain(self._text(part))
            elif part.number == 8:
                found.overload = self._text(part)
        return found

    def _attribute(self, message: Field, depth: int) -> tuple[str, Any]:
        """Its name, and a number, a text, a list, a tensor or a graph."""
        name, kind = "", 0
        single: Any = None
        lists: dict[int, list[Any]] = {7: [], 8: [], 9: []}
        for part in self._parts(message):
            number = part.number
            if number == 1:
                name = self._text(part)
            elif number == 20:
                kind = part.value
            elif number == 2:
                single = _float(part)
            elif number == 3:
                single = signed(part.value)
            elif number == 4:
                single = self._text(part)
            elif number == 5:
                single = self._tensor(part)
            elif number == 6:
                single = self._graph(part, depth + 1)
            elif number == 21:
                single = FromCall(self._text(part))
            elif number == 22:
                single = self._sparse(part)
            elif number in lists:
                lists[number] += self._listed(part)
                if len(lists[number]) > MOST_NUMBERS:
                    raise UsageError(f"an attribute of more than {MOST_NUMBERS} numbers")
        several = next((each for each in lists.values() if each), None)
        if several is not None and single is None:
            return name, several
        return name, [] if single is None and kind in (6, 7, 8) else _default(kind) if single is None else single

    def _listed(self, part: Field) -> list[Any]:
        """One member of a list, or all of them packed."""
        if part.number == 9:
            return [self._text(part)]
        if part.wire != BYTES:
            return [_float(part) if part.number == 7 else signed(part.value)]
        if part.number == 8:
            return varints(self._buffer, part.value, part.end, MOST_NUMBERS)
        if part.end - part.value > 4 * MOST_NUMBERS:
            raise UsageError(f"an attribute of more than {MOST_NUMBERS} numbers")
        data = bytes(self._buffer[part.value : part.end])
        return list(struct.unpack(f"<{len(data) // 4}f", data[: len(data) // 4 * 4]))

    def _tensor(self, message: Field) -> TensorData:
        """Name, shape and type of a tensor; its numbers if they are few."""
        name, dims, kind = "", [], 0
        data: list[Field] = []
        outside = False
        for part in self._parts(message):
            if part.number == 1:
                packed = part.wire == BYTES
                dims += varints(self._buffer, part.value, part.end, MOST_AXES) if packed else [signed(part.value)]
            elif part.number == 2:
                kind = part.value
            elif part.number in (4, 5, 7, 9, 10, 11):
                if len(data) <= MOST_VALUES:
                    data.append(part)
            elif part.number == 8:
                name = self._text(part)
            elif part.number == 13 or (part.number == 14 and part.value == 1):
                outside = True
        shape = _shape(dims)
        dtype = TYPES.get(kind, ("unknown", 0, ""))[0]
        few = prod(shape) <= MOST_VALUES and not outside
        return TensorData(name, shape, dtype, self._numbers(data, kind, prod(shape)) if few else None)

    def _numbers(self, data: list[Field], kind: int, count: int) -> tuple[Any, ...] | None:
        """The numbers of a small tensor; None where they are not there, or are of no type that is read."""
        size, code = TYPES.get(kind, ("", 0, ""))[1:]
        if not code:
            return None
        found: list[Any] = []
        for part in data:
            if part.number == 9:
                if part.wire != BYTES or part.end - part.value != size * count:
                    return None
                found += struct.unpack(f"<{count}{code}", bytes(self._buffer[part.value : part.end]))
            elif part.wire != BYTES:
                found.append(_float(part) if part.number == 4 else signed(part.value))
            elif part.number in (4, 10):
                width = 4 if part.number == 4 else 8
                if part.end - part.value != width * count:
                    return None
                raw = bytes(self._buffer[part.value : part.end])
                found += struct.unpack(f"<{count}{'f' if width == 4 else 'd'}", raw)
            else:
                found += varints(self._buffer, part.value, part.end, MOST_VALUES)
        if len(found) != count or (kind == 10 and not all(part.number == 9 for part in data)):
            return None
        return tuple(found)

    def _sparse(self, message: Field) -> TensorData:
        """A sparse tensor: its name is that of its values, its shape that of the whole."""
        name, dims, dtype = "", [], "unknown"
        for part in self._parts(message):
            if part.number == 1:
                values = self._tensor(part)
                name, dtype = values.name, values.dtype
            elif part.number == 3:
                packed = part.wire == BYTES
                dims += varints(self._buffer, part.value, part.end, MOST_AXES) if packed else [signed(part.value)]
        return TensorData(name, _shape(dims), dtype)

    def _value(self, message: Field) -> tuple[str, tuple[Any, ...] | None]:
        """A tensor's name and declared shape: numbers, names, None for what is open; None where there is none."""
        name, shape = "", None
        for part in self._parts(message):
            if part.number == 1:
                name = self._text(part)
            elif part.number == 2:
                shape = self._declared(part)
        return name, shape

    def _declared(self, type_: Field) -> tuple[Any, ...] | None:
        for part in self._parts(type_):
            if part.number == 1:
                for inner in self._parts(part):
                    if inner.number == 2:
                        return self._sizes(inner)
        return None

    def _sizes(self, shape: Field) -> tuple[Any, ...]:
        sizes: list[Any] = []
        for axis in self._parts(shape):
            if axis.number != 1:
                continue
            size: Any = None
            for part in self._parts(axis):
                if part.number == 1:
                    number = signed(part.value)
                    size = number if 0 <= number < 1 << 40 else None
                elif part.number == 2:
                    name = self._text(part)
                    size = name if any(map(str.isalnum, name)) else None  # some write "?" for each open axis
            sizes.append(size)
            if len(sizes) > MOST_AXES:
                raise UsageError(f"a tensor of more than {MOST_AXES} axes")
        return tuple(sizes)


def _shape(dims: list[int]) -> tuple[int, ...]:
    if len(dims) > MOST_AXES or any(not 0 <= size < 1 << 40 for size in dims):
        raise UsageError(f"a tensor of the shape {'×'.join(map(str, dims[:8]))}")
    return tuple(dims)


def _float(part: Field) -> float:
    if part.wire != FIXED32:
        raise UsageError(f"no ONNX model: field {part.number} is no 32-bit number")
    return float(struct.unpack("<f", (part.value & 0xFFFFFFFF).to_bytes(4, "little"))[0])


def _default(kind: int) -> Any:
    """What an attribute without a value is: proto3 leaves zeros out."""
    return {1: 0.0, 2: 0, 3: ""}.get(kind)


def _domain(domain: str) -> str:
    return "" if domain == "ai.onnx" else domain
