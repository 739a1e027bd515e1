"""ONNX files mutated field by field (onnx/onnx.proto), so that what is changed is still a message."""

from __future__ import annotations

import random
import zipfile
from copy import deepcopy
from functools import cache
from pathlib import Path

from .onnx_bytes import attribute, field, graph, model, node, tensor, value, varint

DATA = Path(__file__).parents[1] / "data" / "onnx"
# what is a message inside a message, by the number of its field
INSIDE = {
    "model": {7: "graph", 8: "opset", 25: "function"},
    "graph": {1: "node", 5: "tensor", 11: "value", 12: "value", 13: "value"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph"},
    "value": {2: "type"},
    "type": {1: "tensor type"},
    "tensor type": {2: "shape"},
    "shape": {1: "axis"},
    "function": {7: "node", 9: "opset", 11: "attribute"},
}
NUMBERS = (0, 1, 2, 3, 5, 7, 13, 64, 2**31, 2**40, 2**63 - 1, 2**63, 2**64 - 1, 2**64 - 2)
TEXTS = (
    b"", b"x", b"\x1b[31m", b"\xff\xfe", b"a\nb", b"h", b"unk__1", b"h/0", b"2**99999", b"(" * 60, b"SAME_UPPER",
    b"axes", b"perm", b"Conv", b"If", b"Loop", b"Reshape", b"Resize", b"LSTM", b"Einsum", b"Constant", b"Shape",
    b"Gather", b"Slice", b"Range", b"Expand", b"Tile", b"Pad", b"com.microsoft", b"...ij,jk->ik",
    b"QLinearConv", b"Split",
)  # fmt: skip


@cache
def seeds() -> tuple[tuple[bytes, ...], ...]:
    """Groups of files: models of several operations, examples of one operator each, and what those lack."""
    with zipfile.ZipFile(DATA / "small.zip") as archive:
        small = [archive.read(name) for name in archive.namelist()]
    with zipfile.ZipFile(DATA / "operators.zip") as archive:
        operators = [archive.read(name) for name in archive.namelist()]
    return tuple(small), tuple(operators), (by_hand(), quantised(), (DATA / "sizes.onnx").read_bytes())


def by_hand() -> bytes:
    """An `If`, a function of the file's own, open sizes, external data, an operator that nobody knows."""
    branch = [
        graph([node("Conv", "x w", f"{name}_y", kernel_shape=[3, 3], pads=[1] * 4)], [], [], [value(f"{name}_y", None)])
        for name in ("a", "b")
    ]
    nodes = [
        node("If", "flag", "y", then_branch=branch[0], else_branch=branch[1]),
        node("Own", "y", "z") + field(7, "mine"),
        node("Strange", "z", "s"),
        node("Shape", "s", "size"),
        node("Slice", "size from to", "front"),
        node("Concat", "front rest", "target", axis=0),
        node("Reshape", "s target", "t"),
    ]
    away = field(13, field(1, "location") + field(2, "../../etc/passwd")) + field(14, 1)
    tensors = [tensor("w", (8, 3, 3, 3), more=away), *(tensor(*each) for each in SLICED)]
    inputs = [value("x", ("N", 3, "h", "w")), value("flag", ())]
    function = field(1, "Own") + field(4, "p") + field(5, "q") + field(7, node("Relu", "p", "q")) + field(10, "mine")
    whole = graph(nodes, tensors, inputs, [value("t", None)], (value("s", ("N", 8, "(h - 1)//2 + 1", "w")),))
    return model(whole) + field(25, function + field(9, field(1, "") + field(2, 17)))


SLICED = (("from", (1,), (0,)), ("to", (1,), (2,)), ("rest", (1,), (-1,)))


def quantised() -> bytes:
    """Weights and images as small whole numbers, in each of ONNX' ways."""
    image, kernel, whole = tensor("one", (), None), tensor("w8", (4, 3, 3, 3), (1,)), tensor("zero", (), (0,))
    nodes = [
        node("QuantizeLinear", "x one zero", "q"),
        node("QLinearConv", "q one zero w8 one zero one zero", "c", kernel_shape=[3, 3]),
        node("DequantizeLinear", "c one zero", "d"),
        node("DynamicQuantizeLinear", "d", "e es ez"),
        node("Flatten", "e", "f"),
        node("MatMulInteger", "f m ez", "y"),
    ]
    outputs = [value("y", None)]
    return model(graph(nodes, [image, kernel, whole, tensor("m", (144, 5), (1,))], [value("x", (1, 3, 8, 8))], outputs))


Part = list  # [field number, wire type, value, kind]: the value a number, bytes, or a list of parts


def parsed(data: bytes, kind: str = "model") -> list[Part]:
    """A message as its fields."""
    found, at = [], 0
    while at < len(data):
        key, at = _varint(data, at)
        number, wire = key >> 3, key & 7
        inner = INSIDE.get(kind, {}).get(number, "")
        given: object
        if wire == 0:
            given, at = _varint(data, at)
        else:
            size = {1: 8, 5: 4}.get(wire, 0)
            if not size:
                size, at = _varint(data, at)
            given, at = data[at : at + size], at + size
        found.append([number, wire, parsed(given, inner) if inner and wire == 2 else given, inner])  # type: ignore[arg-type]
    return found


def _varint(data: bytes, at: int) -> tuple[int, int]:
    found = shift = 0
    while True:
        found |= (data[at] & 127) << shift
        shift += 7
        at += 1
        if data[at - 1] < 128:
            return found, at


def written(parts: list[Part]) -> bytes:
    """The message again."""
    made = bytearray()
    for number, wire, given, _ in parts:
        made += varint(number << 3 | wire)
        data = written(given) if isinstance(given, list) else given
        made += varint(data) if isinstance(data, int) else varint(len(data)) + data if wire == 2 else data
    return bytes(made)


def _places(parts: list[Part]) -> list[tuple[list[Part], int]]:
    """Every field: the message that it is in, and its place there."""
    found, pending = [], [parts]
    while pending:
        message = pending.pop()
        for place, part in enumerate(message):
            found.append((message, place))
            if isinstance(part[2], list):
                pending.append(part[2])
    return found


def changed(rng: random.Random, data: bytes) -> bytes:
    """A file with some of its fields changed, left out, doubled, or put in the place of others."""
    parts = parsed(data)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
        places = _places(parts)
        if not places:
            break
        message, place = rng.choice(places)
        part, chance = message[place], rng.random()
        if chance < 0.15:
            del message[place]
        elif chance < 0.25:
            message.insert(rng.randrange(len(message) + 1), deepcopy(part))
        elif chance < 0.4:
            other, there = rng.choice(places)
            same = [each for each in places if each[0][each[1]][3] == part[3]] if part[3] else []
            other, there = rng.choice(same) if same else (other, there)
            message[place] = deepcopy(other[there])
        elif chance < 0.45 and not part[3]:
            part[0] = rng.randint(1, 26)
        elif chance < 0.55 and part[3] == "node":
            part[2].append([5, 2, attribute(rng.choice(TEXTS).decode("latin-1"), rng.choice((-1, 0, [], [0, -1]))), ""])
        else:
            _leaf(rng, part, places)
    return written(parts)


def _leaf(rng: random.Random, part: Part, places: list[tuple[list[Part], int]]) -> None:
    """Another number, text or piece of bytes."""
    given = part[2]
    if isinstance(given, int):
        part[2] = rng.choice(NUMBERS) if rng.random() < 0.6 else max(0, given + rng.choice((-2, -1, 1, 2, 100)))
    elif isinstance(given, bytes) and part[1] == 2:
        texts = [message[place][2] for message, place in places if isinstance(message[place][2], bytes)]
        part[2] = rng.choice(TEXTS) if rng.random() < 0.5 else rng.choice(texts)
    elif isinstance(given, bytes):
        part[2] = rng.randbytes(len(given))
