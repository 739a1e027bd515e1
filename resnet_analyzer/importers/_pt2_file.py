"""A PyTorch program that `torch.export.save` wrote, as data: a zip of JSON. No weights' bytes, nothing runs.

torch/_export/serde/schema.py has the JSON's schema, torch/export/pt2_archive/constants.py the archive's names.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import IO, Any, NamedTuple

from ..errors import UsageError
from ._bounds import MOST_BYTES, require_bounds
from ._zip import BadArchive, Member, members, read

# torch 2.8 and later (an archive, its name before each member's), and before that
MODEL = re.compile(r"(?:[^/]{1,200}/)?models/([^/]{1,200})\.json")
WEIGHTS = re.compile(r"(?:[^/]{1,200}/)?data/weights/([^/]{1,200})_weights_config\.json")
OLD_MODEL = "serialized_exported_program.json"
# what reading a description raises that is none of torch.export's
BROKEN = (TypeError, LookupError, AttributeError, ValueError, ArithmeticError)

# torch/_export/serde/schema.py, ScalarType
TYPES = {
    1: "uint8", 2: "int8", 3: "int16", 4: "int32", 5: "int64", 6: "float16", 7: "float32", 8: "float64",
    9: "complex32", 10: "complex64", 11: "complex128", 12: "bool", 13: "bfloat16", 28: "uint16", 29: "float8",
    30: "float8", 31: "float8", 32: "float8", 33: "float8", 34: "uint32", 35: "uint64",
}  # fmt: skip


class Meta(NamedTuple):
    """A tensor as the program declares it: sizes are numbers, or expressions as text."""

    sizes: tuple[int | str, ...]
    dtype: str
    requires_grad: bool = False


class Held(NamedTuple):
    """A tensor that the program holds: a parameter, a buffer or a constant, and where it is stored."""

    name: str
    kind: str
    storage: str


class Operation(NamedTuple):
    """One node: the operator (`aten.conv2d`), arguments by name as JSON has them, outputs, the modules' stack."""

    target: str
    arguments: tuple[tuple[str, dict[str, Any]], ...]
    outputs: tuple[str, ...]
    stack: str


@dataclass
class Program:
    """What is in the file, in its own words."""

    name: str
    version: str
    inputs: tuple[str, ...] = ()
    held: dict[str, Held] = field(default_factory=dict)
    unread: dict[str, tuple[str, Meta]] = field(default_factory=dict)
    tensors: dict[str, Meta] = field(default_factory=dict)
    numbers: dict[str, int | str] = field(default_factory=dict)
    operations: tuple[Operation, ...] = ()
    outputs: tuple[str, ...] = ()
    ranges: dict[str, tuple[Any, Any]] = field(default_factory=dict)


def read_program(stream: IO[bytes]) -> Program:
    """The program in a seekable stream; UsageError for what is none."""
    try:
        text, weights, name = _texts(stream)
    except (BadArchive, OSError) as error:
        raise UsageError("not a readable .pt2 file: the archive is damaged") from error
    described = _parsed(text)
    stored = _parsed(weights) if weights else {}
    try:
        return _program(described, stored, name)
    except BROKEN as error:
        raise UsageError("not a readable .pt2 file: its description is not one of torch.export") from error


def _texts(stream: IO[bytes]) -> tuple[bytes, bytes, str]:
    """The program's JSON, that of its weights ("" where there is none), and the model's name."""
    found = members(stream)
    if found is None:
        raise UsageError("no .pt2 file: it is no archive that torch.export.save writes")
    if OLD_MODEL in found:
        return _member(stream, found[OLD_MODEL]), b"", ""
    models = [each for each in map(MODEL.fullmatch, found) if each]
    if not models:
        if any(each.endswith(("data.pkl", "constants.pkl")) for each in found):
            raise UsageError(
                "a PyTorch archive of pickled objects, no exported program: "
                "in Python, torch.export.save(torch.export.export(model, (example,)), 'net.pt2')"
            )
        raise UsageError("no .pt2 file: there is no exported program in it")
    model = min(models, key=lambda each: (each[1] != "model", each[1]))
    weights = [each.string for each in map(WEIGHTS.fullmatch, found) if each and each[1] == model[1]]
    text = _member(stream, found[weights[0]]) if weights else b""
    name = model.string.partition("/")[0] if "/models" in model.string else ""
    return _member(stream, found[model.string]), text, name


def _member(stream: IO[bytes], member: Member) -> bytes:
    if member.size > MOST_BYTES:
        raise UsageError(f"its description has {member.size:,} bytes, more than any model's")
    return read(stream, member, MOST_BYTES)


def _parsed(text: bytes) -> dict[str, Any]:
    try:
        require_bounds("", text)
    except UsageError as error:
        raise UsageError(str(error).removeprefix(": ")) from error
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError("not a readable .pt2 file: its description is no JSON") from error
    if not isinstance(found, dict):
        raise UsageError("not a readable .pt2 file: its description is not one of torch.export")
    return found


def _program(described: dict[str, Any], stored: dict[str, Any], name: str) -> Program:
    version = described.get("torch_version")
    program = Program(name, version if isinstance(version, str) else "")
    module = described["graph_module"]
    graph = module["graph"]
    program.tensors = {_text(each): _meta(meta) for each, meta in graph["tensor_values"].items()}
    program.numbers = {_text(each): _size(size) for each, size in graph.get("sym_int_values", {}).items()}
    for each, bounds in (described.get("range_constraints") or {}).items():
        program.ranges[_text(each)] = (bounds.get("min_val"), bounds.get("max_val"))
    where = {each: _stored(entry) for each, entry in _config(stored).items()}
    program.inputs = _inputs(program, module["signature"]["input_specs"], where)
    known = {held.name for held in program.held.values()}
    for each, entry in _config(stored).items():
        if each not in known and entry.get("is_param"):
            program.unread[where[each]] = (each, _meta(entry["tensor_meta"]))
    program.operations = tuple(map(_operation, graph["nodes"]))
    program.outputs = tuple(each for output in graph["outputs"] for each in _names(output))
    return program


def _config(stored: dict[str, Any]) -> dict[str, Any]:
    found = stored.get("config", {})
    if not isinstance(found, dict):
        raise TypeError("no table of weights")
    return found


def _stored(entry: dict[str, Any]) -> str:
    """Where a tensor is stored: those of one file, shape and first number in it are one tensor.

    Parts of one storage are several: an LSTM's weights, where a GPU wants them beside one another.
    """
    meta = entry.get("tensor_meta") or {}
    first = (meta.get("storage_offset") or {}).get("as_int", 0)
    return f"{_text(entry['path_name'])}+{first}: {meta.get('sizes')}"


def _inputs(program: Program, specs: list[Any], where: dict[str, str]) -> tuple[str, ...]:
    """The tensors that a user gives; `held` gets those that the program holds."""
    inputs = []
    for spec in specs:
        ((kind, told),) = spec.items()
        if kind == "user_input":
            inputs += list(_names(told["arg"]))
        elif kind in ("parameter", "buffer", "tensor_constant"):
            name = _text(told[f"{kind}_name"])
            program.held[_text(told["arg"]["name"])] = Held(name, kind, where.get(name, name))
    return tuple(inputs)


def _operation(node: dict[str, Any]) -> Operation:
    arguments = tuple([(_text(each.get("name") or ""), _argument(each["arg"])) for each in node["inputs"]])
    target = _text(node["target"])
    stack = (node.get("metadata") or {}).get("nn_module_stack") or ""
    outputs = tuple(each for output in node["outputs"] for each in _names(output))
    return Operation(target, arguments, outputs, _text(stack))


def _argument(given: Any) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise TypeError("no argument")
    return given


def _names(given: Any) -> tuple[str, ...]:
    """The tensors of an argument or output, in order; "" for other outputs, to keep places."""
    ((kind, value),) = given.items()
    if kind == "as_tensor":
        return (_text(value["name"]),)
    if kind == "as_tensors":
        return tuple([_text(each["name"]) for each in value])
    if kind == "as_optional_tensor":
        return _names(value)
    if kind == "as_optional_tensors":
        return tuple([name for each in value for name in _names(each)])
    if kind == "as_nested_tensors":
        return tuple([_text(each["name"]) for inner in value for each in inner])
    return ("",) if kind == "as_none" else ()


def _meta(meta: dict[str, Any]) -> Meta:
    sizes = tuple([_size(size) for size in meta["sizes"]])
    return Meta(sizes, TYPES.get(meta["dtype"], ""), meta.get("requires_grad") is True)


def _size(size: dict[str, Any]) -> int | str:
    """A size: a number, or an expression's text."""
    if "as_int" in size:
        if type(size["as_int"]) is not int:
            raise TypeError("a size that is no number")
        return size["as_int"]
    return _text(size["as_expr"]["expr_str"])


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value
