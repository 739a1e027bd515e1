"""What a PyTorch function was called with, by the names of ATen's schemas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

# Python's other words for arguments of ATen
WORDS = {"axis": "dim", "keepdims": "keepdim", "input": "self", "x": "self", "dims": "dim", "dim": "dims"}
SEVERAL = ("size", "dims", "shape", "repeats")  # arguments that a method takes one by one: `x.view(1, -1)`
DUNDERS = {
    "__add__": "add", "__radd__": "add", "__iadd__": "add_", "__sub__": "sub", "__isub__": "sub_", "__mul__": "mul",
    "__rmul__": "mul", "__imul__": "mul_", "__truediv__": "div", "__div__": "div", "__itruediv__": "div_",
    "__idiv__": "div_", "__matmul__": "matmul", "__neg__": "neg", "__invert__": "bitwise_not", "__and__": "bitwise_and",
    "__rand__": "bitwise_and", "__or__": "bitwise_or", "__ror__": "bitwise_or", "__xor__": "bitwise_xor",
    "__eq__": "eq", "__ne__": "ne", "__lt__": "lt", "__le__": "le", "__gt__": "gt", "__ge__": "ge",
    "__pow__": "pow", "__rsub__": "rsub", "__floordiv__": "floor_divide", "__mod__": "remainder", "__abs__": "abs",
    "__pos__": "positive", "subtract": "sub", "multiply": "mul", "divide": "div", "true_divide": "div",
    "negative": "neg", "absolute": "abs", "greater": "gt", "greater_equal": "ge", "less": "lt", "less_equal": "le",
    "not_equal": "ne", "concat": "cat", "concatenate": "cat", "clip": "clamp", "clip_": "clamp_", "arctan": "atan",
}  # fmt: skip


class _Parameter(NamedTuple):
    """A parameter of a schema."""

    name: str
    kind: str
    by_name: bool
    optional: bool


@cache
def _schemas(name: str) -> tuple[tuple[_Parameter, ...], ...]:
    import torch

    found = torch._C._jit_get_schemas_for_operator(f"aten::{name}")  # no public word tells them
    return tuple(
        tuple(
            [_Parameter(each.name, str(each.type), each.kwarg_only, each.has_default_value()) for each in one.arguments]
        )
        for one in found
        if not any(each.is_out for each in one.arguments)
    )


def bound(name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The arguments by their names in the schema that takes them; by place where none does.

    Of several that take them the first one, those that take them without a doubt before others.
    """
    given = {key: value for key, value in kwargs.items() if value is not None and key != "out"}
    best: tuple[int, list[tuple[str, Any]]] | None = None
    for schema in _schemas(name):
        found = _fitted(schema, args, given)
        if found is not None and (best is None or found[0] > best[0]):
            best = found
    if best is not None:
        return best[1]
    return [(f"argument{place}", value) for place, value in enumerate(args)] + list(given.items())


def _fitted(arguments: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[int, list[tuple[str, Any]]] | None:
    """The arguments by this schema's names, and how well they fit; None if it does not take them."""
    by_place = [each for each in arguments if not each.by_name]
    values = _gathered(by_place, args)
    if len(values) > len(by_place):
        return None
    found: dict[str, Any] = {each.name: value for each, value in zip(by_place, values, strict=False)}
    types = {each.name: each.kind for each in arguments}
    for key, value in kwargs.items():
        name = key if key in types else WORDS.get(key, key)
        if name not in types or name in found:
            return None
        found[name] = value
    missing = [each for each in arguments if each.name not in found and not each.optional]
    if any("Optional" not in each.kind for each in missing):
        return None
    scores = [_score(types[name], value) for name, value in found.items()]
    return None if None in scores else (sum(scores), list(found.items()))  # type: ignore[arg-type]


def _gathered(by_place: Sequence[Any], args: Sequence[Any]) -> list[Any]:
    """Numbers one by one (`x.view(1, -1)`) as the list that the schema takes."""
    for place, each in enumerate(by_place):
        if place < len(args) and each.name in SEVERAL and "List[int]" in each.kind and isinstance(args[place], int):
            rest = args[place:]
            if len(rest) > 1 and all(isinstance(value, int) for value in rest):
                return [*args[:place], list(rest)]
    return list(args)


def _score(kind: str, value: Any) -> int | None:
    """How well a value goes with a type of a schema; None if it does not."""
    is_tensor = type(value).__module__.startswith("torch") and hasattr(value, "ndim")
    if value is None:
        return 1 if "Optional" in kind or "None" in kind else None
    if "List[" in kind:
        if isinstance(value, (list, tuple)):
            inner = [hasattr(each, "ndim") for each in value]
            return 2 if not inner or all(inner) == ("Tensor" in kind) or ("Optional[Tensor]" in kind) else None
        return 1 if isinstance(value, int) and "int" in kind else None
    if "Tensor" in kind:
        return 3 if is_tensor else None
    if is_tensor:
        return None
    if isinstance(value, bool):
        return 2 if "bool" in kind else 1 if "number" in kind else None
    if isinstance(value, int):
        return 2 if "int" in kind or "number" in kind else 1 if "float" in kind or "Scalar" in kind else None
    if isinstance(value, float):
        return 2 if "float" in kind or "number" in kind else None
    if isinstance(value, str):
        return 2 if "str" in kind else 0
    return 0 if not isinstance(value, (list, tuple)) else None
