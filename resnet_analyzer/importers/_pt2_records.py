"""A PyTorch program's nodes as neutral records, at sizes that are asked for or left as variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..dim import is_symbol
from ..errors import UsageError
from ..ops.spelling import Stored
from ._pt2_file import Meta, Operation, Program
from ._torch_records import SILENT, Maker
from .records import Declared, Recorded, printable

PLAIN = (
    "as_int", "as_ints", "as_float", "as_floats", "as_string", "as_strings", "as_bool", "as_bools", "as_int_lists",
    "as_float_lists", "as_scalar_type",
)  # fmt: skip
# module classes of torch.nn that call modules of their own, or many operators
COMPOSITE = (
    "Sequential", "ModuleList", "ModuleDict", "MultiheadAttention", "Transformer", "TransformerEncoder",
    "TransformerDecoder", "TransformerEncoderLayer", "TransformerDecoderLayer",
)  # fmt: skip


def records_of(program: Program, title: str, names: Mapping[str, Any]) -> Recorded:
    """The records of a program; `names` tells what each of its symbols is.

    UsageError for a program that reads what nothing makes.
    """
    reader = _Reader(program, names)
    for name in program.inputs:
        reader.scope[name] = reader.maker.input(name, reader.shape(name))
    for operation in program.operations:
        reader.read(operation)
    outputs = [reader.scope.get(name) for name in program.outputs]
    version = f" {printable(program.version.partition('+')[0], 20)}" if program.version else ""
    return reader.maker.recorded(title, f"{title} (PyTorch{version})", outputs)


class _Reader:
    def __init__(self, program: Program, names: Mapping[str, Any]) -> None:
        self.program, self.names = program, names
        self.maker = Maker()
        self.scope: dict[str, Any] = {}
        self.sizes: dict[str, Any] = {}
        for name, held in program.held.items():
            meta = program.tensors[name]
            shape = self.fixed(meta)
            if held.kind == "parameter":
                made = self.maker.parameter(held.name, shape, meta.dtype, meta.requires_grad, held.storage)
            else:
                made = Stored(shape, meta.dtype, held.storage)
            self.scope[name] = made
        for storage, (name, meta) in program.unread.items():
            self.maker.parameter(name, self.fixed(meta), meta.dtype, meta.requires_grad, storage)

    def fixed(self, meta: Meta) -> tuple[int, ...]:
        """The shape of a tensor that the program holds; UsageError for one that is not fixed."""
        if not all(type(size) is int and size >= 0 for size in meta.sizes):
            raise UsageError("a parameter whose size is not fixed")
        return meta.sizes  # type: ignore[return-value]

    def size(self, size: int | str) -> Any:
        """What a size is here; None for one that is not known."""
        if isinstance(size, int):
            return size
        if size not in self.sizes:
            from ._pt2_expressions import NoValue, evaluate

            try:
                self.sizes[size] = evaluate(size, self.names)
            except NoValue:
                self.sizes[size] = None
        return self.sizes[size]

    def shape(self, name: str) -> Declared:
        """The declared shape of a tensor."""
        meta = self.program.tensors.get(name)
        if meta is None:
            raise UsageError(f"{printable(name, 80)!r} is a tensor of which the file says nothing")
        return tuple([self.size(size) for size in meta.sizes])

    def read(self, operation: Operation) -> None:
        """The records of a node; its outputs stand in the scope then."""
        kind = _kind(operation.target)
        if kind in SILENT or not any(operation.outputs):
            return
        arguments = [(name, self.argument(given)) for name, given in operation.arguments]
        shapes = [self.shape(name) if name else None for name in operation.outputs]
        path, leaf, self.maker.made_by = _module(operation.stack)
        made = self.maker.operation(kind, arguments, shapes, path, leaf)
        for name, each in zip(operation.outputs, made, strict=False):
            if name:
                self.scope[name] = each
        if kind.endswith("_") and not kind.endswith("__") and operation.arguments and made:
            changed = operation.arguments[0][1].get("as_tensor", {}).get("name")
            if changed in self.scope and made[0] is not None:
                self.scope[changed] = made[0]

    def tensor(self, given: Any) -> Any:
        """The tensor of that name; UsageError where nothing makes it."""
        name = given["name"] if isinstance(given, dict) else ""
        if name not in self.scope:
            raise UsageError(f"an operation reads {printable(str(name), 80)!r}, which nothing before it makes")
        return self.scope[name]

    def argument(self, given: dict[str, Any]) -> Any:
        """An argument's value: tensors, numbers, sizes, words; None for what says nothing of shapes."""
        found: tuple[str, Any] = next(iter(given.items()), ("as_none", None))
        kind, value = found
        if kind in PLAIN:
            return value
        if kind == "as_tensor":
            return self.tensor(value)
        if kind == "as_tensors":
            return [self.tensor(each) for each in value]
        if kind == "as_optional_tensor":
            return self.argument(value)
        if kind in ("as_optional_tensors", "as_nested_tensors"):
            return [
                [self.tensor(one) for one in each] if isinstance(each, list) else self.argument(each) for each in value
            ]
        if kind in ("as_sym_int", "as_sym_float", "as_sym_bool"):
            return self.number(value)
        if kind in ("as_sym_ints", "as_sym_floats"):
            return [self.number(each) for each in value]
        return None

    def number(self, given: dict[str, Any]) -> Any:
        """A size that the program reckons: a number, or what its expression gives."""
        if "as_name" in given:
            size = self.program.numbers.get(given["as_name"])
            return None if size is None else self.size(size)
        return next(iter(given.values()), None)


def _kind(target: str) -> str:
    """`torch.ops.aten.conv2d.padding` as `conv2d`; an operator of somebody else's with its package."""
    parts = target.split(".")
    if parts[:3] == ["torch", "ops", "aten"] and len(parts) > 3:
        return parts[3]
    return ".".join(parts[2:4]) if parts[:2] == ["torch", "ops"] else target


def _module(stack: str) -> tuple[str, bool, str]:
    """The path of the innermost module, whether that is a layer of PyTorch's own, and which."""
    last = stack.rpartition(";")[2]
    _, _, rest = last.partition(",")
    path, _, kind = rest.partition(",")
    path = path.removeprefix("L['self']").removeprefix(".").partition("@")[0]
    own = kind.startswith("torch.nn.modules.") and kind.rpartition(".")[2] not in COMPOSITE
    return path, own, kind


def open_symbols(names: Mapping[str, Any]) -> bool:
    """Whether a size is left as a variable."""
    return any(is_symbol(size) for size in names.values())
