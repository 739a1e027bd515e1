"""What a module is called with: shapes, tensors, several of them, or names of its `forward`."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from ..dim import is_number, is_symbol, symbol
from ..errors import UsageError
from ._torch_live import Asked


def arguments_of(torch: Any, module: Any, given: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Places and names of a call of the module, with an `Asked` for each tensor; UsageError for what is no input."""
    if given is None:
        given = (1, channels_of(module), symbol("h"), symbol("w"))
    elif is_number(given):
        given = (1, channels_of(module), given, given)
    names = _names(module)
    dtype = torch.get_default_dtype()
    if isinstance(given, Mapping):
        unknown = [name for name in given if names and name not in names and None not in names]
        if 1 < len(given) == len(unknown) and len(_required(module)) == 1:  # its forward reads a dictionary
            given, unknown = {_required(module)[0]: given}, []
        if unknown:
            raise UsageError(f"there is no input {unknown[0]!r}. Its inputs: {', '.join(filter(None, names))}")
        return (), {name: _asked(torch, module, each, name, dtype) for name, each in given.items()}
    if _is_shape(given) or isinstance(given, torch.Tensor):
        given = (given,)
    if not isinstance(given, (tuple, list)):
        raise UsageError(f"an input is a shape, the batch first, or a tensor, not {given!r:.60}")
    plain = [name for name in names if name is not None]
    return tuple(
        [
            _asked(torch, module, each, plain[place] if place < len(plain) else f"input{place + 1}", dtype)
            for place, each in enumerate(given)
        ]
    ), {}


def _names(module: Any) -> list[str | None]:
    """The names of the forward's arguments; None where it takes any."""
    try:
        parameters = inspect.signature(module.forward).parameters.values()
    except (TypeError, ValueError):
        return [None]
    several = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [None if each.kind in several else each.name for each in parameters]


def _required(module: Any) -> list[str]:
    """The names of the forward's arguments that have no default."""
    parameters = inspect.signature(module.forward).parameters.values()
    several = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [each.name for each in parameters if each.default is each.empty and each.kind not in several]


def _is_shape(given: Any) -> bool:
    return (
        isinstance(given, (tuple, list)) and bool(given) and all(is_number(size) or is_symbol(size) for size in given)
    )


def _asked(torch: Any, module: Any, given: Any, name: str, dtype: Any) -> Any:
    """One argument: a tensor by its shape and type; what holds none as it is."""
    if isinstance(given, torch.Tensor):
        return Asked(name, tuple(given.shape), given.dtype)
    if _is_shape(given):
        if any(is_number(size) and size < 1 for size in given):
            raise UsageError(f"input {name}: every size must be at least 1")
        return Asked(name, tuple(given), torch.int64 if _reads_numbers(torch, module, given) else dtype)
    if isinstance(given, (list, tuple)):
        return type(given)(_asked(torch, module, each, f"{name}{place + 1}", dtype) for place, each in enumerate(given))
    if isinstance(given, Mapping):
        return {key: _asked(torch, module, each, f"{name}.{key}", dtype) for key, each in given.items()}
    return given


def _reads_numbers(torch: Any, module: Any, shape: Any) -> bool:
    """Whether an input of two axes is one of tokens: the first layer with weights looks them up."""
    first = next((each for each in module.modules() if next(each.parameters(recurse=False), None) is not None), None)
    return len(shape) <= 2 and isinstance(first, (torch.nn.Embedding, torch.nn.EmbeddingBag))


def channels_of(module: Any) -> int:
    """The channels of an image that its first convolution reads; 3 where it has none."""
    for each in module.modules():
        channels = getattr(each, "in_channels", None)
        if type(channels) is int and channels > 0 and hasattr(each, "kernel_size"):
            return channels
    return 3
