"""A Keras model, read without running it: its nodes in order, as ops of ours or as unknown rows.

Every op's weights are held against the layer's own. Where they differ (a subclass, an option that we
do not know) the layer is read as unknown: its weights are then exact, and its work is not claimed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ..dim import Dim, is_number, symbol
from ..errors import UsageError
from ..graph import Graph, Node
from ..ops.base import Op, Weight
from ..ops.input import Input
from ..ops.opaque import Opaque
from ..shapes import FeatureMap, Shape, Vector, shape_of
from ._framework import keras as import_keras
from ._keras_layers import Foreign, read_layer, read_operation


class Call(NamedTuple):
    """One application in a model: the layer or operation, the keys of what it reads and makes."""

    operation: Any
    prefix: str
    reads: tuple[int, ...]
    makes: tuple[Any, ...]
    constants: tuple[Any, ...]
    constant_first: bool


def read_model(model: Any, size: tuple[Dim, ...] | None = None) -> Graph:
    """The graph of a functional or sequential model; UsageError for anything else."""
    keras = import_keras()
    if not isinstance(model, keras.Model):
        raise UsageError(f"{type(model).__name__} is no Keras model")
    functional = _functional(keras, model)
    reader = _Reader(keras, _layout(model), size)
    for call in _calls(keras, functional, "", {}):
        reader.read(call)
    graph = Graph(model.name, tuple(reader.nodes.values()))
    last = reader.shapes[graph.nodes[-1].name]
    classes = last.channels if isinstance(last, Vector) and is_number(last.channels) else None
    about = {"title": model.name, "says": "read from Keras", **({"classes": classes} if classes else {})}
    return Graph(graph.name, graph.nodes, about)


def _functional(keras: Any, model: Any) -> Any:
    """The functional model inside a sequential one, or itself; UsageError for a subclassed model."""
    if isinstance(model, keras.Sequential):
        if not model.built or model._functional is None:
            raise UsageError(
                f"{model.name}: this Sequential does not know its input yet: add a keras.Input or build it"
            )
        return model._functional
    if not hasattr(model, "_nodes_by_depth"):
        raise UsageError(
            f"{model.name}: a subclassed model is code, not a graph of layers. Build it functionally, "
            "or call it on a keras.Input and make a keras.Model of that."
        )
    return model


def _layout(model: Any) -> str:
    """`channels_first` if a layer says so, else `channels_last`."""
    formats = {getattr(layer, "data_format", None) for layer in model._flatten_layers()}
    return "channels_first" if "channels_first" in formats else "channels_last"


def _calls(keras: Any, model: Any, prefix: str, outer: dict[int, int]) -> Iterator[Call]:
    """Every application in a model in Keras' own order, nested models opened.

    `outer` maps a tensor inside to the one that it really is. Nesting is as deep as people nest
    models by hand, so here recursion is safe.
    """
    position = {id(operation): index for index, operation in enumerate(model.operations)}
    for depth in sorted(model._nodes_by_depth, reverse=True):
        for node in sorted(model._nodes_by_depth[depth], key=lambda node: position[id(node.operation)]):
            tensors = node.arguments.keras_tensors
            reads = tuple(outer.get(id(tensor), id(tensor)) for tensor in tensors)
            inner = _opened(keras, node.operation)
            if inner is not None:
                names = {id(given): read for given, read in zip(inner.inputs, reads, strict=True)}
                yield from _calls(keras, inner, f"{prefix}{node.operation.name}/", names)
                for made, result in zip(node.outputs, inner.outputs, strict=True):
                    outer[id(made)] = names.get(id(result), id(result))
                continue
            if node.is_input and id(node.outputs[0]) in outer:
                continue  # the input of a nested model is what it was called on
            constants = tuple(_constants(keras, node.arguments))
            first = (
                bool(node.arguments.args)
                and not hasattr(node.arguments.args[0], "_keras_history")
                and not (isinstance(node.arguments.args[0], (list, tuple)))
            )
            yield Call(node.operation, prefix, reads, tuple(node.outputs), constants, first)


def _opened(keras: Any, operation: Any) -> Any:
    """The functional model that a nested model is, or None for a layer."""
    if isinstance(operation, keras.Sequential):
        return operation._functional
    return operation if isinstance(operation, keras.Model) and hasattr(operation, "_nodes_by_depth") else None


def _constants(keras: Any, arguments: Any) -> Iterator[Any]:
    """What an operation was called with beside tensors and `None`."""
    for value in (*arguments.args, *arguments.kwargs.values()):
        is_tensor = isinstance(value, keras.KerasTensor)
        is_tensors = isinstance(value, (list, tuple)) and any(isinstance(each, keras.KerasTensor) for each in value)
        if not is_tensor and not is_tensors and value is not None and not isinstance(value, (bool, str)):
            yield value


class _Reader:
    """Collects nodes; knows what each tensor is called and which shape it has with us."""

    def __init__(self, keras: Any, layout: str, size: tuple[Dim, ...] | None) -> None:
        self.keras, self.layout, self.size = keras, layout, size
        self.nodes: dict[str, Node] = {}
        self.shapes: dict[str, Shape | None] = {}
        self.tensors: dict[int, str] = {}
        self.owners: dict[int, str] = {}
        self.kept: list[Any] = []  # tensors stay alive while their ids are keys

    def read(self, call: Call) -> None:
        """Add the node or nodes of one application."""
        operation = call.operation
        name = self._free_name(call.prefix + operation.name)
        reads = tuple(self.tensors[key] for key in call.reads)
        self.kept += call.makes
        if isinstance(operation, self.keras.layers.InputLayer):
            self._add(name, Input(self._input_shape(call.makes[0].shape)), (), call)
            self.tensors[id(call.makes[0])] = name
            return
        ops = self._ops(call, reads)
        if ops is None or len(call.makes) != 1:
            self._add_unknown(name, reads, call)
            return
        *first, last = ops
        for index, op in enumerate(first):
            # a layer of several ops: the earlier ones change its last input, the last one joins all
            step = self._add(f"{name}:{index + 1}", op, reads[-1:], call, whole=False)
            reads = (*reads[:-1], step)
        self.tensors[id(call.makes[0])] = self._add(name, last, reads, call)

    def _ops(self, call: Call, reads: tuple[str, ...]) -> list[Op] | None:
        """Our ops for the call, if we have words for it and its weights are those that our ops have."""
        inputs = [self.shapes[name] for name in reads]
        operation = call.operation
        if not inputs or None in inputs or not type(operation).__module__.startswith("keras."):
            return None
        foreign = self._foreign(call, len(inputs[0]))  # type: ignore[arg-type]
        is_layer = isinstance(operation, self.keras.layers.Layer)
        ops = read_layer(foreign) if is_layer else read_operation(foreign, len(reads))
        return (
            ops if ops and self._weights_agree(ops, inputs, foreign) and self._shape_agrees(ops, inputs, call) else None
        )

    def _foreign(self, call: Call, rank: int) -> Foreign:
        operation = call.operation
        settings = operation.get_config() if hasattr(operation, "get_config") else {}
        settings = {**settings, "constant_first": call.constant_first}
        weights = tuple((weight.name, tuple(weight.shape)) for weight in getattr(operation, "weights", ()))
        axis = 0 if self.layout == "channels_first" and rank == 3 else -1
        return Foreign(type(operation).__name__, settings, rank, axis, call.constants, weights)

    def _weights_agree(self, ops: list[Op], inputs: list[Any], foreign: Foreign) -> bool:
        ours = [tuple(weight.shape) for weight in self._last_cost(ops, inputs).weights]
        return sorted(ours) == sorted(shape for _, shape in foreign.weights)

    def _shape_agrees(self, ops: list[Op], inputs: list[Any], call: Call) -> bool:
        """Whether our rule gives the shape that Keras inferred, as far as that is fixed and not overridden."""
        ours, theirs = self._last_cost(ops, inputs).output, self._keras_shape(call.makes[0].shape)
        if self.size is not None or theirs is None:
            return ours is not None
        return ours is not None and tuple(ours) == tuple(theirs)

    def _last_cost(self, ops: list[Op], inputs: list[Any]) -> Any:
        *first, last = ops
        for op in first:
            inputs = [*inputs[:-1], op.apply(inputs[-1]).output]
        return last.apply(*inputs)

    def _add(self, name: str, op: Op, reads: tuple[str, ...], call: Call, whole: bool = True) -> str:
        operation = call.operation
        owner = self.owners.setdefault(id(operation), name) if whole else name
        frozen = getattr(operation, "trainable", True) is False
        shared = owner if owner != name and getattr(operation, "weights", None) else ""
        scope = call.prefix.rstrip("/")
        self.nodes[name] = Node(name, op, reads, scope, weights_of=shared, frozen=frozen)
        known = [self.shapes[each] for each in reads]
        opaque = isinstance(op, Opaque)
        self.shapes[name] = op.output if opaque else op.apply(*known).output
        return name

    def _add_unknown(self, name: str, reads: tuple[str, ...], call: Call) -> None:
        """A row whose cost we do not know: the weights and, if fixed, the shape are Keras' own."""
        kind = type(call.operation).__name__
        trained = {id(weight) for weight in getattr(call.operation, "trainable_weights", ())}
        weights = tuple(
            Weight(weight.name, tuple(weight.shape), id(weight) in trained)
            for weight in getattr(call.operation, "weights", ())
        )
        for index, made in enumerate(call.makes):
            shape = None if self.size is not None else self._keras_shape(made.shape)
            each = name if not index else f"{name}:{index + 1}"
            self._add(each, Opaque(f"a Keras {kind}", shape, () if index else weights), reads, call)
            self.tensors[id(made)] = each

    def _input_shape(self, shape: tuple[int | None, ...]) -> Shape:
        """An input's shape: Keras' own, with the given size or symbols for what it leaves open."""
        sizes: list[Dim] = list(shape[1:])
        if not 1 <= len(sizes) <= 3:
            raise UsageError(f"an input of shape {tuple(shape)} has {len(sizes)} axes; 1 to 3 can be read")
        if len(sizes) == 3:
            sizes = [*sizes[1:], sizes[0]] if self.layout == "channels_first" else sizes
            if self.size is not None:
                sizes = [*self.size[:2], self.size[2] if len(self.size) == 3 else sizes[2]]
        names = {3: ("h", "w", "c"), 2: ("t", "c"), 1: ("c",)}[len(sizes)]
        return shape_of(*[symbol(name) if size is None else size for name, size in zip(names, sizes, strict=True)])

    def _keras_shape(self, shape: tuple[int | None, ...]) -> Shape | None:
        """A tensor's shape of one image in our axes; None where it is not fixed or has other axes."""
        sizes = list(shape[1:])
        if not 1 <= len(sizes) <= 3 or None in sizes:
            return None
        if len(sizes) == 3 and self.layout == "channels_first":
            return FeatureMap(sizes[1], sizes[2], sizes[0])
        return shape_of(*sizes)

    def _free_name(self, name: str) -> str:
        """The name, or name#2, name#3 … for further applications."""
        if name not in self.nodes:
            return name
        count = 2
        while f"{name}#{count}" in self.nodes:
            count += 1
        return f"{name}#{count}"
