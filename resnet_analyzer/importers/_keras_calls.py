"""Every application in a Keras model, in Keras' own order, nested models opened."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from itertools import count
from typing import Any, NamedTuple

Shape = tuple["int | None", ...]


class Call(NamedTuple):
    """One application: the layer or operation, and the keys and shapes (with batch) of what it reads and makes.

    `prefix` names the nested models that it stands in. `constants` are the numbers that it takes beside
    tensors, `constant_first` tells that one stands before them (`1 − x`), `roles` under which names of
    its own it takes tensors (`query`, `value` …) where it is told so.
    """

    operation: Any
    prefix: str
    reads: tuple[int, ...]
    read_shapes: tuple[Shape, ...]
    makes: tuple[int, ...]
    shapes: tuple[Shape, ...]
    constants: tuple[Any, ...] = ()
    constant_first: bool = False
    roles: tuple[str, ...] = ()


def calls(keras: Any, model: Any) -> Iterator[Call]:
    """Every application in a functional model, each after those that it reads."""
    return _calls(keras, model, "", {}, count())


def _calls(keras: Any, model: Any, prefix: str, keys: dict[int, int], fresh: Iterator[int]) -> Iterator[Call]:
    """The same below `prefix`. `keys` are those of the tensors in this call of the model, by their ids.

    A nested model's tensors are the same objects in each of its calls, but not the same arrays: keys
    are. Nesting is as deep as people nest models by hand, so here recursion is safe.
    """
    for node in _nodes(model):
        reads = tuple(keys[id(tensor)] for tensor in node.arguments.keras_tensors)
        inner = _opened(keras, node.operation)
        if inner is not None:
            below = {id(given): read for given, read in zip(inner.inputs, reads, strict=True)}
            yield from _calls(keras, inner, f"{prefix}{node.operation.name}/", below, fresh)
            keys.update({id(made): below[id(result)] for made, result in zip(node.outputs, inner.outputs, strict=True)})
        elif not (node.is_input and id(node.outputs[0]) in keys):  # a nested model's input is what it was called on
            keys.update({id(made): next(fresh) for made in node.outputs})
            yield _call(keras, node, prefix, reads, keys)


def _nodes(model: Any) -> list[Any]:
    """A functional model's nodes as Keras runs them: farthest from the end first, then as built."""
    position = {id(operation): index for index, operation in enumerate(model.operations)}
    made = {id(node): index for each in model.operations for index, node in enumerate(each._inbound_nodes)}
    return [
        node
        for depth in sorted(model._nodes_by_depth, reverse=True)
        for node in sorted(
            model._nodes_by_depth[depth], key=lambda node: (position[id(node.operation)], made[id(node)])
        )
    ]


def _call(keras: Any, node: Any, prefix: str, reads: tuple[int, ...], keys: dict[int, int]) -> Call:
    arguments = node.arguments
    roles, order = _roles(keras, node.operation, arguments)
    return Call(
        node.operation,
        prefix,
        tuple(reads[index] for index in order),
        tuple(tuple(arguments.keras_tensors[index].shape) for index in order),
        tuple(keys[id(made)] for made in node.outputs),
        tuple(tuple(made.shape) for made in node.outputs),
        tuple(_constants(keras, arguments)),
        bool(arguments.args) and not _tensors_in(keras, arguments.args[0]),
        roles,
    )


def _opened(keras: Any, operation: Any) -> Any:
    """The functional model that a nested model is, or None for a layer."""
    if isinstance(operation, keras.Sequential):
        return operation._functional
    return operation if isinstance(operation, keras.Model) and hasattr(operation, "_nodes_by_depth") else None


def _tensors_in(keras: Any, value: Any) -> bool:
    """Whether an argument is a tensor, or a list with one."""
    parts = value if isinstance(value, (list, tuple)) else [value]
    return any(isinstance(part, keras.KerasTensor) for part in parts)


def _constants(keras: Any, arguments: Any) -> Iterator[Any]:
    """What an operation was called with beside tensors and `None`; an array of one number as the number."""
    for value in (*arguments.args, *arguments.kwargs.values()):
        if value is None or isinstance(value, (bool, str)) or _tensors_in(keras, value):
            continue
        yield value.item() if getattr(value, "shape", None) == () and hasattr(value, "item") else value


def _roles(keras: Any, operation: Any, arguments: Any) -> tuple[tuple[str, ...], list[int]]:
    """The names of tensors given by name, `""` for those by place, and the order in which the layer takes them."""
    roles = [""] * sum(_tensors_in(keras, value) for value in arguments.args)
    roles += [name for name, value in arguments.kwargs.items() if _tensors_in(keras, value)]
    order = list(range(len(arguments.keras_tensors)))
    if not any(roles) or len(roles) != len(order):
        return ("",) * len(order), order
    takes = list(inspect.signature(operation.call).parameters)
    order.sort(key=lambda index: takes.index(roles[index]) if roles[index] in takes else index - len(order))
    return tuple(roles[index] for index in order), order
