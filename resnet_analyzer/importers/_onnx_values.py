"""What ONNX' operators make of small tensors that say sizes: by `values`, in the operators' own words."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

from ..dim import is_number, product
from ..ops.spelling import Stored
from ..shape import Shape
from . import _values as v
from ._values import Values

FLOATS = ("float32", "float16", "float64", "bfloat16")
NAMES = {
    "Add": "add", "Sub": "subtract", "Mul": "multiply", "Mod": "modulo", "Pow": "power", "Floor": "floor",
    "Ceil": "ceiling", "Neg": "negative", "Max": "maximum", "Min": "minimum", "Equal": "equal", "Less": "less",
    "Greater": "greater", "LessOrEqual": "less_equal", "GreaterOrEqual": "greater_equal", "Not": "not", "And": "and",
    "Or": "or",
}  # fmt: skip
REDUCTIONS = {"ReduceProd": "multiply", "ReduceSum": "add", "ReduceMax": "maximum", "ReduceMin": "minimum"}
TYPES = {1: "float32", 6: "int32", 7: "int64", 9: "bool", 10: "float16", 11: "float64", 16: "bfloat16"}
BOOLEANS = ("Equal", "Less", "Greater", "LessOrEqual", "GreaterOrEqual", "Not", "And", "Or")

Operand = Stored | None


def reckon(
    kind: str, settings: dict[str, Any], shapes: list[Shape | None], given: list[Operand]
) -> tuple[Stored, ...] | None:
    """The outputs of an operator as tensors that are no data but sizes and constants; None if they are not.

    `given` are those of its inputs that are such tensors, in place, None for others and those left out.
    """
    if kind in ("Shape", "Size"):
        return _of_shape(kind, settings, shapes[0]) if shapes else None
    if not given or any(operand is None for operand in given if operand is not None) or given[0] is None:
        return None
    present = [operand for operand in given if operand is not None]
    if len(present) != sum(shape is not None for shape in shapes):
        return None  # one of them is data
    if kind in ("ConstantOfShape", "Range"):
        return _made(kind, settings, given)
    operands = [
        None if each is None or each.numbers is None else Values(tuple(each.shape), tuple(map(v.exact, each.numbers)))
        for each in given
    ]
    if any(one is None for one, operand in zip(operands, given, strict=True) if operand is not None):
        return None
    found = _values(kind, settings, operands, present[0].dtype)
    if found is None:
        return None
    roots = tuple(dict.fromkeys(root for operand in present for root in operand.roots))
    return tuple(Stored(each.shape, _dtype(kind, settings, present), "", each.numbers, roots) for each in found)


def _dtype(kind: str, settings: dict[str, Any], present: list[Stored]) -> str:
    if kind == "Cast":
        return TYPES.get(settings.get("to", 0), "")
    return "bool" if kind in BOOLEANS else present[-1].dtype


def _of_shape(kind: str, settings: dict[str, Any], shape: Shape | None) -> tuple[Stored, ...] | None:
    if shape is None:
        return None
    if kind == "Size":
        return (Stored((), "int64", "", (product(*shape),)),)
    sizes = shape[slice(settings.get("start", 0), settings.get("end"))]
    return (Stored((len(sizes),), "int64", "", tuple(sizes)),)


def _made(kind: str, settings: dict[str, Any], given: list[Operand]) -> tuple[Stored, ...] | None:
    """Tensors whose shape is what another one says."""
    numbers = [None if each is None else each.numbers for each in given]
    if any(each is None or None in each for each in numbers):
        return None
    if kind == "ConstantOfShape":
        shape = tuple(map(v.exact, numbers[0]))  # type: ignore[arg-type]
        value = settings.get("value")
        fill, dtype = (0.0, "float32") if value is None else ((value.numbers or (None,))[0], value.dtype)
        few = all(map(is_number, shape)) and prod(shape) <= v.MOST
        return (Stored(shape, dtype, "", (v.exact(fill),) * prod(shape) if few else None),)
    start, limit, step = (v.exact(each[0]) for each in numbers)  # type: ignore[index]
    if not all(type(each) is int for each in (start, limit, step)):
        if type(step) is not int or step != 1 or isinstance(v.subtract(limit, start), v.Quotient):
            return None
        return (Stored((v.subtract(limit, start),), given[0].dtype),)  # type: ignore[union-attr]
    if step == 0:
        return None
    found = range(start, limit, step)
    return (Stored((len(found),), given[0].dtype, "", tuple(found) if len(found) <= v.MOST else None),)  # type: ignore[union-attr]


def _values(kind: str, settings: dict[str, Any], operands: list[Values | None], dtype: str) -> list[Values] | None:
    first = operands[0]
    if first is None:
        return None
    if kind in NAMES or kind in ("Div", "Cast"):
        name = _function(kind, settings, dtype)
        return None if name is None else _one(v.elementwise(name, *[each for each in operands if each is not None]))
    if kind == "Where" and len(operands) == 3:
        return _one(v.where(*operands))  # type: ignore[arg-type]
    if kind in REDUCTIONS:
        return _reduced(kind, settings, operands)
    if kind == "Split":
        return _split(settings, operands)
    function = _STRUCTURE.get(kind)
    return None if function is None else _one(function(settings, operands))


def _one(found: Values | None) -> list[Values] | None:
    return None if found is None else [found]


def _function(kind: str, settings: dict[str, Any], dtype: str) -> str | None:
    if kind == "Div":
        return "divide" if dtype in FLOATS else "whole_divide"
    if kind == "Cast":
        return "truncated" if TYPES.get(settings.get("to", 0)) in ("int32", "int64") else "same"
    return NAMES[kind]


def _axes(settings: dict[str, Any], operands: list[Values | None], place: int = 1) -> list[int] | None:
    """Axes by attribute (before opset 13) or by input; None where they are not told."""
    if len(operands) > place and operands[place] is not None:
        return [number for number in operands[place].numbers if type(number) is int]  # type: ignore[union-attr]
    axes = settings.get("axes")
    return axes if isinstance(axes, list) else None


def _reduced(kind: str, settings: dict[str, Any], operands: list[Values | None]) -> list[Values] | None:
    data = operands[0]
    axes = _axes(settings, operands)
    if data is None:
        return None
    rank = len(data.shape)
    chosen = range(rank) if not axes else [axis % rank for axis in axes] if rank else []
    return [v.reduced(REDUCTIONS[kind], data, list(chosen), bool(settings.get("keepdims", 1)))]


def _split(settings: dict[str, Any], operands: list[Values | None]) -> list[Values] | None:
    data = operands[0]
    sizes = operands[1].numbers if len(operands) > 1 and operands[1] is not None else settings.get("split")
    if data is None or not data.shape:
        return None
    axis = settings.get("axis", 0) % len(data.shape)
    if not sizes:
        count = settings.get("outputs", 0)
        if not count or data.shape[axis] % count:
            return None
        sizes = [data.shape[axis] // count] * count
    found, at = [], 0
    for size in sizes:
        if type(size) is not int:
            return None
        found.append(v.sliced(data, {axis: slice(at, at + size)}))
        at += size
    return found


def _unsqueeze(settings: dict[str, Any], operands: list[Values | None]) -> Values | None:
    data, axes = operands[0], _axes(settings, operands)
    if data is None or axes is None:
        return None
    rank = len(data.shape) + len(axes)
    new = {axis % rank for axis in axes}
    sizes = iter(data.shape)
    return Values(tuple(1 if axis in new else next(sizes) for axis in range(rank)), data.numbers)


def _squeeze(settings: dict[str, Any], operands: list[Values | None]) -> Values | None:
    data, axes = operands[0], _axes(settings, operands)
    if data is None:
        return None
    rank = len(data.shape)
    gone = {axis for axis, size in enumerate(data.shape) if size == 1} if axes is None else {a % rank for a in axes}
    return Values(tuple(size for axis, size in enumerate(data.shape) if axis not in gone), data.numbers)


def _reshape(settings: dict[str, Any], operands: list[Values | None]) -> Values | None:
    data, target = operands[0], operands[1] if len(operands) > 1 else None
    if data is None or target is None or not all(type(size) is int for size in target.numbers):
        return None
    shape = [data.shape[at] if size == 0 and at < len(data.shape) else size for at, size in enumerate(target.numbers)]
    known = prod(size for size in shape if size != -1)
    whole = len(data.numbers)
    shape = [whole // known if size == -1 and known else size for size in shape]
    return Values(tuple(shape), data.numbers) if prod(shape) == whole else None


def _gather(settings: dict[str, Any], operands: list[Values | None]) -> Values | None:
    data, picked = operands
    axis = settings.get("axis", 0)
    if data is None or picked is None or not -len(data.shape) <= axis < len(data.shape):
        return None
    return v.gather(data, picked, axis)


def _concat(settings: dict[str, Any], operands: list[Values | None]) -> Values | None:
    return v.concatenated([each for each in operands if each is not None], settings.get("axis", 0))


def _slice(settings: dict[str, Any], operands: list[Values | None]) -> Values | None:
    """By attributes (opset 9 and before) or inputs."""
    data = operands[0]
    if data is None:
        return None
    given = [None if each is None else each.numbers for each in operands[1:]]
    given += [None] * (4 - len(given))
    starts, ends = given[0] or settings.get("starts") or (), given[1] or settings.get("ends") or ()
    axes, steps = given[2] or settings.get("axes") or range(len(starts)), given[3] or (1,) * len(starts)
    parts = list(zip(starts, ends, axes, steps, strict=True))
    if not all(type(number) is int for part in parts for number in part):
        return None
    ranges = {}
    for start, end, axis, step in parts:
        stop = None if step < 0 and end < -data.shape[axis] else end
        ranges[axis % len(data.shape)] = slice(start, stop, step)
    return v.sliced(data, ranges)


def _transpose(settings: dict[str, Any], operands: list[Values | None]) -> Values | None:
    data = operands[0]
    if data is None:
        return None
    order = settings.get("perm") or list(reversed(range(len(data.shape))))
    return v.transposed(data, order) if sorted(order) == list(range(len(data.shape))) else None


def _expand(settings: dict[str, Any], operands: list[Values | None]) -> Values | None:
    data, target = operands[0], operands[1]
    if data is None or target is None or not all(type(size) is int for size in target.numbers):
        return None
    shape = v.common_shape([data.shape, tuple(target.numbers)])
    return None if shape is None or prod(shape) > v.MOST else v.expand(data, shape)


def _tile(settings: dict[str, Any], operands: list[Values | None]) -> Values | None:
    data, times = operands[0], operands[1]
    if data is None or times is None or len(data.shape) != 1 or len(times.numbers) != 1:
        return None
    (count,) = times.numbers
    return Values((len(data.numbers) * count,), data.numbers * count) if type(count) is int and count <= 16 else None


def _flatten(settings: dict[str, Any], operands: list[Values | None]) -> Values | None:
    data, axis = operands[0], settings.get("axis", 1)
    return None if data is None else Values((prod(data.shape[:axis]), prod(data.shape[axis:])), data.numbers)


_STRUCTURE: dict[str, Callable[[dict[str, Any], list[Values | None]], Values | None]] = {
    "Identity": lambda settings, operands: operands[0],
    "Unsqueeze": _unsqueeze,
    "Squeeze": _squeeze,
    "Reshape": _reshape,
    "Flatten": _flatten,
    "Gather": _gather,
    "Concat": _concat,
    "Slice": _slice,
    "Transpose": _transpose,
    "Expand": _expand,
    "Tile": _tile,
}
