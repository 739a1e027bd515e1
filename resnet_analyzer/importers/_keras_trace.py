"""A live Keras layer looked into: its `call` run on symbolic tensors, and what it calls there as records.

Nothing is computed: Keras infers shapes only. The layer's own weights stand in the call as symbolic tensors
too, so that work on them is seen. The layer is left as it was: see `undamaged`.
"""

from __future__ import annotations

import inspect
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from ..ops.spelling import Array
from ._keras_undamaged import layers_in, undamaged
from .records import Argument, Declared, Looked, Record, Ref, Slot, printable

if TYPE_CHECKING:
    from ._keras_config import Walk

MOST_NODES = 20_000  # of one call
MOST_LISTED = 4_096  # numbers of a constant array that are looked at


class Call(NamedTuple):
    """What a layer is called with: Keras' symbolic tensors among plain values."""

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]


class Tracer:
    """Looks into calls of layers; `role` tells the part in training that a layer's weight has."""

    def __init__(self, keras: Any, role: Callable[[Any, Any], str]) -> None:
        self.keras, self.role = keras, role

    def look(self, walk: Walk, layer: Any, path: str, call: Call, refs: list[Ref], way: int = 0) -> Looked | None:
        """What a layer calls when it is called so; None where its code does not go through.

        `refs` are the tensors of the call, in order, as `walk` knows them. There are two ways: first what the code
        counts (its positions) is a tensor like others, so that work on it is seen; in the second it is numbers, and
        nothing comes of it where the first has seen all that there is.
        """
        given = self.tensors(call)
        if len(given) != len(refs):
            return None
        for substituted in (True, False):
            counted: list[Any] = []
            mark = len(walk.records)
            with (
                warnings.catch_warnings(),
                undamaged(self.keras, layer),
                suppress(Exception),
            ):  # it is a stranger's code
                warnings.simplefilter("ignore")
                with (
                    _weights_as_tensors(self.keras, layer if substituted else None) as variables,
                    _nothing_as_tensor(self.keras, layer) as nothing,
                    _counted_as_tensors(self.keras, counted, way == 0),
                ):
                    made = type(layer).call(layer, *call.args, **_complete(layer, call))
                    if way and not counted:
                        return None
                    trace = _Trace(self, walk, layer, path, variables, nothing)
                    trace.know(zip(given, refs, strict=True))
                    return trace.read(self.keras.tree.flatten(made))
            del walk.records[mark:]
        return None

    def tensors(self, call: Call) -> list[Any]:
        """The symbolic tensors and weights in a call's arguments, in the order in which records have them."""
        return list(_tensors(self.keras, (call.args, call.kwargs)))

    def is_symbolic(self, value: Any) -> bool:
        """Whether a value is one of Keras' symbolic tensors."""
        return isinstance(value, self.keras.KerasTensor)

    def again(self, call: Call, shapes: list[Declared]) -> Call:
        """The same call on fresh symbolic tensors of these shapes."""
        given = iter(shapes)

        def fresh(value: Any) -> Any:
            if isinstance(value, Mapping):
                return {name: fresh(each) for name, each in value.items()}
            if isinstance(value, (list, tuple)) and not hasattr(value, "_fields"):
                return type(value)([fresh(each) for each in value])
            if isinstance(value, slice):
                return slice(*[fresh(each) for each in (value.start, value.stop, value.step)])
            if _is_variable(self.keras, value):
                next(given)
                return value
            return self.keras.KerasTensor(next(given), dtype=value.dtype) if self.is_symbolic(value) else value

        return Call(tuple(fresh(each) for each in call.args), {name: fresh(each) for name, each in call.kwargs.items()})


def _tensors(keras: Any, value: Any) -> Iterator[Any]:
    """The symbolic tensors and weights in a call's arguments, in the order in which records have them."""
    if isinstance(value, keras.KerasTensor) or _is_variable(keras, value):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _tensors(keras, each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _tensors(keras, each)
    elif isinstance(value, slice):
        yield from _tensors(keras, (value.start, value.stop, value.step))


class _Trace:
    """The nodes of one call, backwards from what it gives, as records."""

    def __init__(
        self,
        tracer: Tracer,
        walk: Walk,
        layer: Any,
        path: str,
        variables: Mapping[int, Any],
        nothing: Mapping[int, Any],
    ) -> None:
        self.tracer, self.walk, self.layer, self.path, self.variables = tracer, walk, layer, path, variables
        self.nothing = nothing
        self.known: dict[int, Ref] = {}
        self.held: list[Any] = []  # what `known` names by its identity must live as long
        self.counts: dict[str, int] = {}
        self.start = len(walk.records)

    def know(self, tensors: Iterable[tuple[Any, Ref]]) -> None:
        """Tensors that the call reads, or makes, by the names that the walk has for them."""
        for tensor, ref in tensors:
            self.known[id(tensor)] = ref
            self.held.append(tensor)

    def read(self, outputs: list[Any]) -> Looked:
        """All records, and the outputs."""
        for node in _in_order(outputs, self.known):
            self.node(node)
        made = tuple(self.ref(each) if self.is_tensor(each) else None for each in outputs)
        records = tuple(self.walk.records[self.start :])
        del self.walk.records[self.start :]
        return Looked(records, made)

    def is_tensor(self, value: Any) -> bool:
        """Whether what a call gives is a tensor that may be read, and no None, number or empty array."""
        return id(value) not in self.nothing and bool(getattr(value, "shape", ())) and 0 not in tuple(value.shape)

    def node(self, node: Any) -> None:
        """One call inside, as a record, or as those of the model that is called."""
        operation, tensors = node.operation, node.arguments
        call = Call(tensors.args, tensors.kwargs)
        arguments = [Argument("", self.neutral(each)) for each in call.args]
        named = {name: self.neutral(each) for name, each in call.kwargs.items()}
        arguments += [Argument(printable(name), each) for name, each in named.items() if each is not None]
        shapes = tuple(tuple(each.shape) for each in node.outputs)
        name = self.name_of(operation)
        refs = self.walk.called(operation, self.path, name, arguments, call, shapes)
        self.know(zip(node.outputs, refs, strict=False))

    def name_of(self, operation: Any) -> str:
        """A layer's own name; of an operation, its kind's, numbered within the layer, as Keras numbers in a session."""
        if isinstance(operation, self.tracer.keras.layers.Layer):
            return str(operation.name)
        word = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", type(operation).__name__).lower()
        count = self.counts.get(word, 0)
        self.counts[word] = count + 1
        return f"{word}_{count}" if count else word

    def neutral(self, value: Any) -> Any:
        """A value of a call in no framework's words."""
        if id(value) in self.nothing:
            return None
        if self.tracer.is_symbolic(value) or _is_variable(self.tracer.keras, value):
            return self.ref(value)
        if isinstance(value, Mapping):
            return {printable(str(name)): self.neutral(each) for name, each in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.neutral(each) for each in value]
        if isinstance(value, slice):
            return slice(*[self.neutral(each) for each in (value.start, value.stop, value.step)])
        return _constant(value)

    def ref(self, value: Any) -> Ref:
        """A tensor of the call: made there, given to it, a weight, or a constant."""
        if id(value) in self.known:
            return self.known[id(value)]
        variable = self.variables.get(id(value), value)
        if _is_variable(self.tracer.keras, variable):
            found = self.weight(variable)
        else:
            constant = _constant(value)
            shape = constant.shape if isinstance(constant, Array) else ()
            found = self.stored("constant", "Constant", {"shape": list(shape)}, shape, ())
        self.know([(value, found)])
        return found

    def weight(self, variable: Any) -> Ref:
        """A weight that the call reads as a tensor."""
        if id(variable) in self.known:
            return self.known[id(variable)]
        shape = tuple(variable.shape)
        slot = Slot(printable(str(variable.name)), shape, self.tracer.role(self.layer, variable), id(variable))
        found = self.stored(
            slot.name, "Parameter", {"shape": list(shape), "weight": slot.name, "role": slot.role}, shape, (slot,)
        )
        self.know([(variable, found)])
        return found

    def stored(self, name: str, kind: str, settings: Any, shape: tuple[int, ...], weights: tuple[Slot, ...]) -> Ref:
        """A record that reads nothing."""
        unique = self.walk.free_name(printable(f"{self.path}/{name}" if self.path else name))
        record = Record(unique, kind, "keras.weights", settings, (), (shape,), weights, printable(self.path))
        return self.walk.add(record)[0]


def _in_order(outputs: list[Any], known: Mapping[int, Ref]) -> Iterator[Any]:
    """The nodes that outputs come from, each after those that it reads, without recursion."""
    done: set[int] = set()
    waiting = [(node, False) for node in reversed([_node_of(each) for each in outputs]) if node is not None]
    while waiting:
        node, ready = waiting.pop()
        if id(node) in done:
            continue
        if ready:
            done.add(id(node))
            yield node
            continue
        waiting.append((node, True))
        reads = [_node_of(each) for each in node.arguments.keras_tensors if id(each) not in known]
        waiting += [(each, False) for each in reversed(reads) if each is not None and id(each) not in done]
        if len(done) > MOST_NODES:
            raise ValueError("a call of too many operations")


def _node_of(tensor: Any) -> Any:
    """The call that a symbolic tensor comes from: Keras has no public word for it."""
    history = getattr(tensor, "_keras_history", None)
    return (
        None if history is None or history.operation is None else history.operation._inbound_nodes[history.node_index]
    )


def _complete(layer: Any, call: Call) -> dict[str, Any]:
    """The call's arguments by name, and `training` where the layer's code insists on it."""
    named = dict(call.kwargs)
    parameters = inspect.signature(type(layer).call).parameters
    if "training" not in parameters:  # Keras passes it on to those that take it
        named.pop("training", None)
    elif parameters["training"].default is inspect.Parameter.empty:
        named.setdefault("training", False)
    return named


def _is_variable(keras: Any, value: Any) -> bool:
    return isinstance(value, keras.Variable)


def _constant(value: Any) -> Any:
    """A number as it is; an array's shape and type; numbers of a small one."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return printable(value) if isinstance(value, str) else value
    shape = getattr(value, "shape", None)
    if shape is None:
        return value if value is Ellipsis else printable(str(value))
    sizes = tuple(int(size) for size in shape)
    if sizes:
        return Array(sizes, printable(str(getattr(value, "dtype", ""))))
    with suppress(Exception):
        return value.numpy().item() if hasattr(value, "numpy") else value.item()
    return Array((), "")


@contextmanager
def _weights_as_tensors(keras: Any, layer: Any) -> Iterator[dict[int, Any]]:
    """Let a layer's own attributes that are weights be symbolic tensors; which weight each is, by its identity."""
    variables: dict[int, Any] = {}
    made: dict[int, Any] = {}

    def tensor(value: Any) -> Any:
        if id(value) not in made:
            made[id(value)] = keras.KerasTensor(tuple(value.shape), dtype=value.dtype)
            variables[id(made[id(value)])] = value
        return made[id(value)]

    if layer is not None:
        held = vars(layer)
        for name, value in list(held.items()):
            if not name.startswith("_") and _is_variable(keras, value):
                held[name] = tensor(value)
            elif (
                not name.startswith("_")
                and isinstance(value, list)
                and any(_is_variable(keras, each) for each in value)
            ):
                held[name] = [tensor(each) if _is_variable(keras, each) else each for each in value]
    yield variables


@contextmanager
def _counted_as_tensors(keras: Any, counted: list[Any], symbolic: bool) -> Iterator[None]:
    """Let what `keras.ops.arange` makes be symbolic tensors, if asked for; `counted` has all that it makes."""
    own = keras.ops.arange

    def arange(*args: Any, **kwargs: Any) -> Any:
        made = own(*args, **kwargs)
        if symbolic and not isinstance(made, keras.KerasTensor):
            made = keras.KerasTensor(tuple(made.shape), dtype=keras.backend.standardize_dtype(made.dtype))
        counted.append(made)
        return made

    keras.ops.arange = arange
    try:
        yield
    finally:
        keras.ops.arange = own


@contextmanager
def _nothing_as_tensor(keras: Any, layer: Any) -> Iterator[dict[int, Any]]:
    """Let layers inside give a tensor where they give None, which Keras takes from no layer; which those are.

    To be used within `undamaged`.
    """
    nothing: dict[int, Any] = {}

    def wrapped(layer: Any) -> Callable[..., Any]:
        own = layer.symbolic_call

        def symbolic_call(*args: Any, **kwargs: Any) -> Any:
            try:
                made = own(*args, **kwargs)
            except Exception:  # it tells its shapes as the class does that it is of, and has other arguments
                made = keras.Operation.compute_output_spec(layer, *args, **kwargs)
            return _filled(keras, made, nothing)

        return symbolic_call

    for each in layers_in(layer)[1:]:
        if has_own_call(each):
            vars(each)["symbolic_call"] = wrapped(each)
    yield nothing


def _filled(keras: Any, value: Any, nothing: dict[int, Any]) -> Any:
    """What a layer gives, with a tensor in place of every None."""
    if value is None:
        made = keras.KerasTensor(())
        nothing[id(made)] = made
        return made
    if isinstance(value, (list, tuple)) and not hasattr(value, "_fields"):
        return type(value)([_filled(keras, each, nothing) for each in value])
    if isinstance(value, dict):
        return {name: _filled(keras, each, nothing) for name, each in value.items()}
    return value


def has_own_call(layer: Any) -> bool:
    """Whether a layer's `call` is not Keras' own, but its author's."""
    owner = next(each for each in type(layer).__mro__ if "call" in vars(each))
    return not owner.__module__.startswith("keras.")
