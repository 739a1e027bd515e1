"""A Keras model, read without running it: its nodes in order, as ops of ours or as unknown rows.

Every op's weights are held against the layer's own. Where they differ (a subclass, an option that we
do not know) the layer is read as unknown: its weights are then exact, and its work is not claimed.
"""

from __future__ import annotations

import itertools
import warnings
from typing import Any

from ..dim import Dim, is_number, symbol
from ..errors import UsageError
from ..graph import Graph, Node
from ..ops.activation import Activation
from ..ops.base import MOVING, TRAINABLE, Cost, Op, Weight
from ..ops.dense import Dense
from ..ops.input import Input
from ..ops.opaque import Opaque
from ..shape import Shape, spell
from ._keras_calls import Call, calls
from ._keras_layers import Foreign, read_layer, read_operation
from .framework import keras as import_keras
from .framework import named_weights


def read_model(model: Any, size: tuple[Dim, ...] | None = None) -> Graph:
    """The graph of a functional or sequential model; UsageError for anything else."""
    keras = import_keras()
    if not isinstance(model, keras.Model):
        raise UsageError(f"{type(model).__name__} is no Keras model")
    functional = _functional(keras, model, size)
    reader = _Reader(keras, _layout(functional), size)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras', on describing a layer that holds a lambda
        for call in calls(keras, functional):
            reader.read(call)
    nodes = tuple(reader.nodes.values())
    return Graph(model.name, nodes, {"title": model.name, "says": "read from Keras", **_classes(nodes, reader.shapes)})


def _classes(nodes: tuple[Node, ...], shapes: dict[str, Shape | None]) -> dict[str, Any]:
    """The number of classes, if the model ends in a dense layer (and perhaps a softmax)."""
    *_, last = nodes
    if isinstance(last.op, Activation):
        last = next(node for node in nodes if node.name == last.inputs[0])
    shape = shapes[last.name]
    is_head = isinstance(last.op, Dense) and shape is not None and len(shape) == 2 and is_number(shape[-1])
    return {"classes": shape[-1]} if is_head else {}  # type: ignore[index]


def _functional(keras: Any, model: Any, size: tuple[Dim, ...] | None) -> Any:
    """The functional model inside a sequential one, or itself; UsageError for a subclassed model."""
    if isinstance(model, keras.Sequential):
        return model._functional if model.built and model._functional is not None else _built_copy(keras, model, size)
    if not hasattr(model, "_nodes_by_depth"):
        raise UsageError(
            f"{model.name}: a subclassed model is code, not a graph of layers. Build it functionally, "
            "or call it on a keras.Input and make a keras.Model of that."
        )
    return model


def _built_copy(keras: Any, model: Any, size: tuple[Dim, ...] | None) -> Any:
    """A copy of a sequential model that knows no input yet, on an input of the given size."""
    if size is None or len(size) != 3 or not all(map(is_number, size)):
        raise UsageError(
            f"{model.name}: this Sequential does not know its input yet: "
            "give one of HEIGHTxWIDTHxCHANNELS, or begin the model with a keras.Input"
        )
    copy = keras.models.clone_model(model, input_tensors=keras.Input(tuple(size)))
    return copy._functional


def _layout(model: Any) -> str:
    """`channels_first` if a layer says so, else `channels_last`."""
    formats = {getattr(layer, "data_format", None) for layer in model._flatten_layers()}
    return "channels_first" if "channels_first" in formats else "channels_last"


class _Reader:
    """Collects nodes; knows what each tensor is called and which shape it has with us."""

    def __init__(self, keras: Any, layout: str, size: tuple[Dim, ...] | None) -> None:
        self.keras, self.layout, self.size = keras, layout, size
        self.nodes: dict[str, Node] = {}
        self.shapes: dict[str, Shape | None] = {}
        self.tensors: dict[int, str] = {}
        self.owners: dict[int, str] = {}
        self.open_inputs = 0

    def read(self, call: Call) -> None:
        """Add the node or nodes of one application."""
        name = self._free_name(call.prefix + call.operation.name)
        reads = tuple(self.tensors[key] for key in call.reads)
        if isinstance(call.operation, self.keras.layers.InputLayer):
            shape = self._input_shape(call.shapes[0])
            self._add(name, Input(shape), (), call, shape)
            self.tensors[call.makes[0]] = name
            return
        ops = self._ops(call, reads)
        if ops is None:
            self._add_unknown(name, reads, call)
            return
        *first, (last, cost) = ops
        for index, (op, before) in enumerate(first):
            # a layer of several ops: the earlier ones change its last input, the last one joins all
            step = self._add(f"{name}:{index + 1}", op, reads[-1:], call, before.output, whole=False)
            reads = (*reads[:-1], step)
        self.tensors[call.makes[0]] = self._add(name, last, reads, call, cost.output)

    def _ops(self, call: Call, reads: tuple[str, ...]) -> list[tuple[Op, Cost]] | None:
        """Our ops for the call with their costs, if we have words for it and its weights are those of our ops."""
        inputs = [self.shapes[name] for name in reads]
        operation = call.operation
        own = type(operation).__module__.startswith("keras.")
        if not inputs or None in inputs or not own or len(call.makes) != 1:
            return None
        foreign = self._foreign(call, len(inputs[0]))  # type: ignore[arg-type]
        is_layer = isinstance(operation, self.keras.layers.Layer)
        ops = read_layer(foreign, len(reads)) if is_layer else read_operation(foreign, len(reads))
        if not ops:
            return None
        costs = _costs(ops, inputs)
        if not _weights_agree(costs[-1], operation):
            self._require_its_size(ops, call, inputs)
            return None
        if not self._shape_agrees(costs[-1].output, call.shapes[0]):
            return None
        return list(zip(ops, costs, strict=True))

    def _foreign(self, call: Call, rank: int) -> Foreign:
        operation = call.operation
        settings = operation.get_config() if hasattr(operation, "get_config") else {}
        weights = tuple((weight.name, tuple(weight.shape)) for weight in getattr(operation, "weights", ()))
        return Foreign(
            type(operation).__name__, settings, rank, call.constants, weights, call.constant_first, call.roles
        )

    def _require_its_size(self, ops: list[Op], call: Call, inputs: list[Any]) -> None:
        """UsageError where only the size that was given makes the weights other ones than the layer's."""
        if self.size is None:
            return
        own = [self._keras_shape(shape) for shape in call.read_shapes]
        if None not in own and _weights_agree(_costs(ops, own)[-1], call.operation):
            raise UsageError(
                f"{call.operation.name}: its weights are those for an input of {spell(own[-1])}, "
                f"but --input makes it {spell(inputs[-1])}. Take the model's own size, or build it for this one."
            )

    def _shape_agrees(self, ours: Shape | None, theirs: tuple[int | None, ...]) -> bool:
        """Whether our rule gives the shape that Keras inferred, as far as that is fixed and not overridden."""
        if ours is None or len(ours) != len(theirs):
            return False
        return self.size is not None or all(
            each in (None, mine) for mine, each in zip(ours[1:], theirs[1:], strict=True)
        )

    def _add(
        self, name: str, op: Op, reads: tuple[str, ...], call: Call, shape: Shape | None, whole: bool = True
    ) -> str:
        operation = call.operation
        owner = self.owners.setdefault(id(operation), name) if whole else name
        frozen = getattr(operation, "trainable", True) is False
        shared = owner if owner != name and getattr(operation, "weights", None) else ""
        self.nodes[name] = Node(name, op, reads, call.prefix.rstrip("/"), weights_of=shared, frozen=frozen)
        self.shapes[name] = shape
        return name

    def _add_unknown(self, name: str, reads: tuple[str, ...], call: Call) -> None:
        """A row whose cost we do not know: the weights and, if fixed, the shape are Keras' own."""
        operation = call.operation
        trained = {id(weight) for weight in getattr(operation, "trainable_weights", ())}
        found = named_weights(operation) if getattr(operation, "weights", None) else {}
        weights = tuple(
            Weight(called, tuple(weight.shape), TRAINABLE if id(weight) in trained else MOVING)
            for called, weight in found.items()
        )
        for index, (key, made) in enumerate(zip(call.makes, call.shapes, strict=True)):
            shape = None if self.size is not None else self._keras_shape(made)
            each = name if not index else f"{name}:{index + 1}"
            op = Opaque(f"a Keras {type(operation).__name__}", shape, () if index else weights)
            self.tensors[key] = self._add(each, op, reads, call, shape, whole=not index)

    def _input_shape(self, shape: tuple[int | None, ...]) -> Shape:
        """An input's shape: Keras' own, with the given size or symbols for what it leaves open.

        Symbols of a second input are others: `h2`, `w2`; that both are the same is then an assumption.
        """
        sizes: list[Dim | None] = list(shape[1:])
        places = (1, 2) if self.layout == "channels_first" else (0, 1)
        if len(sizes) == 3 and self.size is not None:
            for place, size in zip((*places, 3 - sum(places)), self.size, strict=False):
                sizes[place] = size
        names = ["c", "h", "w"] if self.layout == "channels_first" else ["h", "w", "c"]
        names = {3: names, 2: ["t", "c"], 1: ["c"]}.get(len(sizes), [f"d{axis}" for axis in range(len(sizes))])
        self.open_inputs += None in sizes
        number = str(self.open_inputs) if self.open_inputs > 1 else ""
        open_or_not = zip(names, sizes, strict=True)
        return Shape(1, *[symbol(name + number) if size is None else size for name, size in open_or_not])

    def _keras_shape(self, shape: tuple[int | None, ...]) -> Shape | None:
        """A tensor's shape at batch 1; None where it is not fixed."""
        sizes = shape[1:]
        return None if None in sizes else Shape(1, *sizes)  # type: ignore[arg-type]

    def _free_name(self, name: str) -> str:
        """The name, or name#2, name#3 … for further applications."""
        free = name
        for count in itertools.count(2):
            if free not in self.nodes:
                return free
            free = f"{name}#{count}"
        raise AssertionError  # never reached: the numbers do not end


def _costs(ops: list[Op], inputs: list[Any]) -> list[Cost]:
    """The cost of each op of a layer: the earlier ones change its last input, the last one joins all."""
    *first, last = ops
    costs = []
    for op in first:
        costs.append(op.apply(inputs[-1]))
        inputs = [*inputs[:-1], costs[-1].output]
    return [*costs, last.apply(*inputs)]


def _weights_agree(cost: Cost, operation: Any) -> bool:
    """Whether a layer has just the weights that our op has, trained as it says (all of them fixed if frozen)."""
    theirs = getattr(operation, "weights", ())
    if len(cost.weights) != len(theirs):
        return False
    trained = {id(weight) for weight in getattr(operation, "trainable_weights", ())}
    frozen = getattr(operation, "trainable", True) is False
    ours = sorted((tuple(weight.shape), weight.trainable and not frozen) for weight in cost.weights)
    return ours == sorted((tuple(weight.shape), id(weight) in trained) for weight in theirs)
