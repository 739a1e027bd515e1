"""A module that cannot be traced, by PyTorch's own static export: one size, which is then the module's."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from typing import Any

from ..errors import UsageError
from ..ops.spelling import Stored
from ._pt2_records import COMPOSITE
from ._torch_records import SILENT, Maker
from ._torch_schemas import bound
from .records import Recorded, Ref, printable


def exported(torch: Any, module: Any, inputs: Any, title: str, says: str, error: Exception) -> Recorded:
    """The records of `torch.export.export` at these arguments; UsageError, with what tracing said, where it fails."""
    args, kwargs = inputs
    training = [(each, each.training) for each in module.modules()]
    try:
        for each, _ in training:
            each.training = False
        with _silence(), torch.no_grad():
            program = torch.export.export(module, tuple(args), kwargs or None, strict=False)
        return _records(torch, program, module, title, says)
    except Exception as other:  # whatever a stranger's code raises
        first = printable(str(error).strip().partition("\n")[0], 160)
        text = f"{title}: its forward cannot be traced: {type(error).__name__}: {first}"
        raise UsageError(text) from other
    finally:
        for each, was in training:
            each.training = was


@contextmanager
def _silence() -> Iterator[None]:
    """Nothing is printed: where an export ends, PyTorch writes down whole graphs as warnings, errors and plain text."""
    off = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings(), redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(off)


def _records(torch: Any, program: Any, module: Any, title: str, says: str) -> Recorded:
    maker, scope = Maker(), {}
    signature = program.graph_signature
    state = {
        **dict(module.named_parameters(remove_duplicate=False)),
        **dict(module.named_buffers(remove_duplicate=False)),
    }
    for node in program.graph.nodes:
        if node.op == "placeholder":
            scope[node] = _placeholder(maker, node, signature, state)
        elif node.op == "call_function":
            _read(torch, maker, scope, node)
    (output,) = [node for node in program.graph.nodes if node.op == "output"]
    found = [scope[each] for each in torch.fx.node.map_arg(output.args, lambda n: n)[0] if each in scope]
    return maker.recorded(title, says, found)


def _placeholder(maker: Maker, node: Any, signature: Any, state: dict[str, Any]) -> Any:
    tensor = node.meta.get("val")
    shape = tuple(getattr(tensor, "shape", ()))
    name = signature.inputs_to_parameters.get(node.name)
    if name is not None:
        held = state[name]
        return maker.parameter(name, shape, str(held.dtype), held.requires_grad, str(id(held)))
    name = signature.inputs_to_buffers.get(node.name) or signature.inputs_to_lifted_tensor_constants.get(node.name)
    return maker.input(node.name, shape) if name is None else Stored(shape, "", name)


def _read(torch: Any, maker: Maker, scope: dict[Any, Any], node: Any) -> None:
    """The records of a node; of one that takes a part of several, that part."""
    if getattr(node.target, "__name__", "") == "getitem":
        scope[node] = scope[node.args[0]][node.args[1]]
        return
    schema = getattr(node.target, "_schema", None)
    kind = "" if schema is None else schema.name.removeprefix("aten::")
    value = node.meta.get("val")
    several = value if isinstance(value, (list, tuple)) else ()
    results = [value] if isinstance(value, torch.Tensor) else [each for each in several if hasattr(each, "shape")]
    if kind in SILENT or not kind or not results:
        return

    def placed(given: Any) -> Any:
        if isinstance(given, torch.fx.Node):
            return scope.get(given)
        return [placed(each) for each in given] if isinstance(given, (list, tuple)) else given

    values = [each.meta.get("val") if isinstance(each, torch.fx.Node) else each for each in node.args]
    names = [name for name, _ in bound(kind, values, {})]
    arguments = [(name, placed(each)) for name, each in zip(names, node.args, strict=False)]
    arguments += [(name, placed(each)) for name, each in node.kwargs.items() if not isinstance(each, torch.device)]
    arguments = [(name, each) for name, each in arguments if not isinstance(each, (torch.dtype, torch.memory_format))]
    path, leaf, maker.made_by = _module(node.meta.get("nn_module_stack") or {})
    shapes = [_shape(each) for each in results]
    made = maker.operation(kind, arguments, shapes, path, leaf)
    scope[node] = made[0] if isinstance(value, torch.Tensor) else made


def _shape(tensor: Any) -> tuple[int | None, ...]:
    """A tensor's sizes; None for those that its numbers decide."""
    return tuple([size if type(size) is int else None for size in tensor.shape])


def _module(stack: Any) -> tuple[str, bool, str]:
    if not stack:
        return "", False, ""
    path, kind = list(stack.values())[-1]
    name = kind if isinstance(kind, str) else f"{kind.__module__}.{kind.__name__}"
    own = name.startswith("torch.nn.modules.") and name.rpartition(".")[2] not in COMPOSITE
    return path.partition("@")[0], own, name


__all__ = ["Ref", "exported"]
