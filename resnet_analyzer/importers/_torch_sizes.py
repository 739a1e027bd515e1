"""The sizes at which a PyTorch program is read: what somebody asks for, what the program fixes, or variables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import SimpleNamespace

from ..dim import Dim, floor_div, is_number, is_symbol, symbol
from ..errors import UsageError
from ..request import Request
from ..shape import Shape
from ._pt2_file import Program
from .records import Declared, printable

SYMBOL = re.compile(r"(?:Symbol\('(\w{1,40})'(?:, \w+=\w+)*\)|([A-Za-z_]\w{0,39}))", re.ASCII)
NAMED = re.compile(r"Symbol\('(\w{1,40})'|\b([A-Za-z_]\w{0,39})\b(?!\()", re.ASCII)


def sizes_for(program: Program, request: Request) -> tuple[dict[str, Shape], dict[str, Dim]]:
    """The shapes of the inputs under a request, and what each symbol of the program is then.

    UsageError where the request does not go with what the program fixes.
    """
    from .onnx import input_shapes

    declared = {name: _declared(program, name) for name in program.inputs}
    given = request if request.batch is None or _has_open_batch(declared) else request._replace(batch=None)
    found, by_text, _ = input_shapes(SimpleNamespace(inputs=declared, tensors={}), given)  # type: ignore[arg-type]
    names: dict[str, Dim] = {}
    for text, size in by_text.items():
        _name(text.removeprefix("?"), size, names)
    for name, shape in declared.items():
        found[name] = _filled(found[name], shape, names)
    return found, names


def _has_open_batch(declared: Mapping[str, Declared]) -> bool:
    return any(shape and not isinstance(shape[0], int) for shape in declared.values())


def _declared(program: Program, name: str) -> Declared:
    """An input's shape; a size that is an expression stands as its text, marked as none of a person's names."""
    meta = program.tensors.get(name)
    if meta is None:
        raise UsageError(f"input {printable(name, 80)!r} has no shape in the file")
    return tuple([size if isinstance(size, int) else f"?{size}" for size in meta.sizes])


def _name(text: str, size: Dim, names: dict[str, Dim]) -> None:
    """What the symbol of an expression is, whose value is `size`."""
    plain = SYMBOL.fullmatch(text)
    if plain:
        names[plain[1] or plain[2]] = size
        return
    inside = {first or second for first, second in NAMED.findall(text)} - {"positive", "integer", "True", "False"}
    inside -= set(names)
    if len(inside) != 1:
        return
    (name,) = inside
    names[name] = _solved(text, name, size, names)


def _solved(text: str, name: str, size: Dim, names: Mapping[str, Dim]) -> Dim:
    """The value of a symbol for which a linear expression has that size; UsageError where there is none."""
    from ._pt2_expressions import NoValue, evaluate

    try:
        offset = evaluate(text, {**names, name: 0})
        slope = evaluate(text, {**names, name: 1}) - offset
    except (NoValue, TypeError):
        return symbol(name)
    if not (is_number(offset) and is_number(slope)) or slope < 1:
        return symbol(name)
    if not is_number(size):
        return size
    if (size - offset) % slope or size < offset + slope:
        raise UsageError(f"a size must be {slope}·k{f' + {offset}' if offset else ''} for a whole k, not {size}")
    return floor_div(size - offset, slope)


def _filled(shape: Shape, declared: Declared, names: Mapping[str, Dim]) -> Shape:
    """The shape with its expressions' values, where their symbols are variables."""
    sizes = list(shape)
    if not any(map(is_symbol, sizes)):
        return shape
    from ._pt2_expressions import NoValue, evaluate

    for place, size in enumerate(declared):
        if isinstance(size, str) and is_symbol(sizes[place]):
            try:
                sizes[place] = evaluate(size.removeprefix("?"), names)
            except NoValue:
                continue
    return Shape(*sizes)


def invented(program: Program, names: Mapping[str, Dim]) -> str:
    """What is told of sizes below the bounds that the exporter wrote down, which are none of the model's."""
    told = []
    for name, (least, _most) in program.ranges.items():
        size = names.get(name)
        if type(size) is int and type(least) is int and size < least:
            told.append(f"{size} where the exporter wrote at least {least}")
    return ", ".join(told[:4])
