"""A live Keras model as records: its own public description, with the variables that its layers hold.

Nothing is run but the `call` of a model class of somebody's own, on symbolic inputs, to see its layers;
the model is left as it was.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from functools import cache
from itertools import count
from typing import Any, NamedTuple

from ..errors import UsageError
from ..ops.base import FROZEN, MOVING, TRAINABLE
from ._keras_config import Walk, read_description
from ._keras_source import Asker, Looker, Opened, Source
from ._keras_trace import Call, Tracer, has_own_call
from ._keras_undamaged import layers_in, undamaged
from .framework import keras as import_keras
from .framework import named_weights
from .records import Argument, Declared, Looked, Record, Recorded, Slot, references


def record_model(model: Any) -> Recorded:
    """The records of a Keras model; UsageError for what is none, and for one whose call cannot be looked into."""
    keras = import_keras()
    if not isinstance(model, keras.Model):
        raise UsageError(f"{type(model).__name__} is no Keras model")
    source = _Live(keras, model)
    says = f"Keras {keras.__version__}"
    entry = {"class_name": "Model", "module": "keras", "name": model.name}
    if source.opened(entry, model, None) is not None:
        found = read_description(entry, source, model, says, source.seen[id(model)].outputs)
    elif has_own_call(model):
        found = _of_code(source, model, says)
    else:
        raise UsageError(_IS_CODE.format(model.name))
    return replace(found, records=tuple(map(_completed, found.records)), unused=source.unused(found))


_IS_CODE = (
    "{}: a subclassed model is code, not a graph of layers, and its call does not go through on symbolic inputs. "
    "Build it functionally, or call it on a keras.Input and make a keras.Model of that."
)


def _of_code(source: _Live, model: Any, says: str) -> Recorded:
    """A model whose call is its author's: what it calls on symbolic inputs."""
    for given in _inputs_for(source.keras, model):
        walk = Walk(source)
        call = Call((given,), {})
        refs = [walk.input(*each) for each in _named(model, given, source.tracer.tensors(call))]
        walk.records, inputs = [], tuple(walk.records)
        walk.inside = count(1)
        found = source.tracer.look(walk, model, "", call, refs)
        if found is not None:
            outputs = tuple(ref for ref in found.outputs if ref is not None)
            return Recorded(model.name, (*inputs, *found.records), tuple(walk.inputs), outputs, says)
    raise UsageError(_IS_CODE.format(model.name))


def _named(model: Any, given: Any, tensors: list[Any]) -> list[tuple[str, Declared]]:
    """The inputs of a model of code, each with a name: its own, or its key, where it has as many, else numbers."""
    own = [each.name for each in getattr(model, "inputs", None) or ()] or list(given if isinstance(given, dict) else ())
    names = own if len(own) == len(tensors) else [f"input_{number}" for number in range(1, len(tensors) + 1)]
    if len(tensors) == 1 and names == ["input_1"]:
        names = ["input"]
    return [(name, tuple(tensor.shape)) for name, tensor in zip(names, tensors, strict=True)]


def _completed(record: Record) -> Record:
    """A record with the shapes of outputs that nothing reads, which no description tells, as Keras infers them."""
    if None not in record.outputs or record.ask is None:
        return record
    shapes = [ref.shape for ref in record.inputs]
    made = None if None in shapes else record.ask(shapes)  # type: ignore[arg-type]
    return record if made is None else replace(record, outputs=made)


class _Seen(NamedTuple):
    """A model looked into, and the shapes that it puts out."""

    opened: Opened
    outputs: tuple[Declared, ...] = ()


class _Live(Source):
    """What a live model knows beside its description."""

    def __init__(self, keras: Any, model: Any) -> None:
        super().__init__()
        self.keras, self.model = keras, model
        self.seen: dict[int, _Seen] = {}
        self.tracer = Tracer(keras, self._role)

    def opened(self, entry: Mapping[str, Any], thing: Any, given: Any) -> Opened | None:
        """The layers of a model whose call is its layers' and nothing else; None for all else."""
        if not isinstance(thing, self.keras.Model) or has_own_call(thing):
            return None
        if id(thing) not in self.seen:
            found = self._described(thing)
            if found is None:
                return None
            self.seen[id(thing)] = found
        return self.seen[id(thing)].opened

    def kind(self, entry: Mapping[str, Any], thing: Any) -> tuple[str, str]:
        """A layer's class; of a subclass that keeps the call of Keras' own layer, that layer's."""
        kind, space = super().kind(entry, thing)
        if space or not isinstance(thing, self.keras.layers.Layer) or has_own_call(thing):
            return kind, space
        public = (each for each in type(thing).__mro__ if getattr(self.keras.layers, each.__name__, None) is each)
        return next(public).__name__, "keras.layers"

    def entry(self, operation: Any, name: str) -> dict[str, Any]:
        """The description of an operation that some layer's code calls."""
        kind = type(operation)
        entry: dict[str, Any] = {"class_name": kind.__name__, "module": kind.__module__, "config": {}}
        if not has_own_call(operation) and self.opened(entry, operation, None) is None:
            with suppress(Exception):  # a stranger's settings
                entry = self.keras.saving.serialize_keras_object(operation)
        return {**entry, "name": name}

    def behind(self, entry: Mapping[str, Any], thing: Any) -> Any:
        """A layer that does what somebody's own function does as a layer's activation; None where there is none."""
        function = getattr(thing, "activation", None)
        kind, space = self.kind(entry, thing)
        if not space or kind == "Activation" or not callable(function) or not hasattr(thing, "compute_output_spec"):
            return None
        if isinstance(function, self.keras.layers.Layer) or str(function.__module__).startswith("keras."):
            return None
        return self.keras.layers.Activation(function, name=f"{thing.name}:activation")

    def weights(self, entry: Mapping[str, Any], thing: Any, path: str) -> tuple[Slot, ...] | None:
        """The variables that a layer holds; None before it is built."""
        if not isinstance(thing, self.keras.layers.Layer):
            return None if thing is None else ()
        if not thing.built and not thing.weights:
            return None
        return tuple(
            Slot(name, tuple(weight.shape), self._role(thing, weight), id(weight))
            for name, weight in named_weights(thing).items()
        )

    def _role(self, layer: Any, weight: Any) -> str:
        """What a weight is in training: only what somebody wanted to be trained can be frozen."""
        if weight.trainable:
            return TRAINABLE if layer.trainable and self.model.trainable else FROZEN
        return FROZEN if id(weight) in _meant_to_train(layer) else MOVING

    def owner(self, entry: Mapping[str, Any], thing: Any, path: str) -> str:
        """The layer object itself."""
        return path if thing is None else f"@{id(thing)}"

    def unused(self, found: Recorded) -> tuple[Slot, ...]:
        """The model's weights that no record has."""
        used = {slot.identity for record in found.records for slot in record.weights or ()}
        named = named_weights(self.model) if self.model.built else {}
        return tuple(
            Slot(name, tuple(weight.shape), self._role(self.model, weight), id(weight))
            for name, weight in named.items()
            if id(weight) not in used
        )

    def asker(self, thing: Any, call: Any) -> Asker | None:
        """Keras' own inference of the call's output shapes for other input shapes."""
        if thing is None or not hasattr(thing, "compute_output_spec"):
            return None
        return lambda shapes: self._asked(thing, call, shapes)

    def _asked(self, thing: Any, call: Any, shapes: list[Declared]) -> tuple[Declared, ...] | None:
        """What Keras infers for a call whose tensors have these shapes; None where it cannot tell."""
        is_layer = isinstance(thing, self.keras.layers.Layer)
        kept = undamaged(self.keras, thing) if is_layer else nullcontext()
        with suppress(Exception), kept:  # a layer's own code may fail in any way: then its shape is not known
            args, kwargs = self.tracer.again(self._call(call), shapes)
            made = thing.compute_output_spec(*args, **kwargs)
            return tuple(tuple(each.shape) for each in self.keras.tree.flatten(made))
        return None

    def _call(self, call: Any) -> Call:
        """A call as it is described, with Keras' symbolic tensors in it."""
        if isinstance(call, Call):
            return call
        restored = (self.keras.saving.deserialize_keras_object(call.get(each)) for each in ("args", "kwargs"))
        args, kwargs = restored
        return Call(tuple(args or ()), dict(kwargs or {}))

    def looker(self, walk: Walk, thing: Any, path: str, call: Any, arguments: list[Argument]) -> Looker | None:
        """What a layer's code calls, called so."""
        if not isinstance(thing, self.keras.layers.Layer) or getattr(thing, "quantization_mode", None):
            return None  # of few bits another function than `call` runs
        refs = [ref for argument in arguments for ref in references(argument.value)]

        @cache
        def look(shapes: tuple[Declared, ...], way: int) -> Looked | None:
            own = shapes or tuple(ref.shape for ref in refs if ref.shape is not None)
            if len(own) < len(refs):
                return None
            with suppress(Exception):  # a call that cannot be described
                plain = Call((_like(self.keras, arguments[0].value),), {}) if call == {} else self._call(call)
                walk.inside = walk.inside or count(1)
                return self.tracer.look(walk, thing, path, self.tracer.again(plain, list(own)), refs, way)
            return None

        return look

    def _described(self, model: Any) -> _Seen | None:
        """A model whose call is its layers' and nothing else; None for one of which nothing is known."""
        keras = self.keras
        if isinstance(model, keras.Sequential):
            if not model.built or not getattr(model, "inputs", None):
                return _Seen(Opened(_config(model), {layer.name: layer for layer in model.layers}))
        elif not isinstance(model, keras.Function):
            return None
        return _graph(keras.Model(model.inputs, model.outputs, name=model.name))
        return _graph(keras.Model(model.input, model.output, name=model.name))


def _graph(model: Any) -> _Seen:
    """A functional model, described."""
    return _Seen(
        Opened(_config(model), {each.name: each for each in model.operations}),
        tuple(tuple(made.shape) for made in model.outputs),
    )


def _config(model: Any) -> Any:
    """A model's configuration, even if a layer of it cannot tell its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras', on describing a layer that holds a lambda
        try:
            return model.get_config()
        except Exception:  # whatever a stranger's layer raises
            with _silenced(getattr(model, "operations", model.layers)):
                return model.get_config()


@contextmanager
def _silenced(operations: Any) -> Iterator[None]:
    """Let the operations that cannot tell their configuration say nothing of it."""
    mute = []
    for each in operations:
        try:
            each.get_config()
        except Exception:  # whatever a stranger's layer raises
            mute.append(each)
    for each in mute:
        vars(each)["get_config"] = lambda each=each: {"name": each.name, "trainable": getattr(each, "trainable", True)}
    try:
        yield
    finally:
        for each in mute:
            del vars(each)["get_config"]


def _inputs_for(keras: Any, model: Any) -> list[Any]:
    """Symbolic inputs of the shapes that a model was built on, of any batch first; none where they are not known."""
    if getattr(model, "inputs", None):
        made = [keras.KerasTensor(tuple(each.shape), dtype=each.dtype) for each in model.inputs]
        return [made if len(made) > 1 else made[0]]
    shapes = model.get_build_config() or {}
    shape = shapes.get("input_shape", shapes.get("shapes_dict"))
    found = [_on_shapes(keras, shape, whole) for whole in (False, True)]
    return [each for each in found if each is not None]


def _on_shapes(keras: Any, shape: Any, whole: bool) -> Any:
    """Symbolic tensors in the structure of the shapes that a model was built on; None for what are no shapes.

    Not `whole`: of any batch.
    """
    if isinstance(shape, Mapping):
        made = {name: _on_shapes(keras, each, whole) for name, each in shape.items()}
        return None if None in made.values() or not made else made
    if not isinstance(shape, (list, tuple)) or not shape:
        return None
    if all(each is None or isinstance(each, int) for each in shape):
        return keras.KerasTensor(tuple(shape) if whole else (None, *shape[1:]))
    several = [_on_shapes(keras, each, whole) for each in shape]
    return None if None in several else several


def _like(keras: Any, given: Any) -> Any:
    """Symbolic inputs in the structure of a call's first argument."""
    if isinstance(given, dict):
        return {name: _like(keras, each) for name, each in given.items()}
    if isinstance(given, (list, tuple)):
        return [_like(keras, each) for each in given]
    return keras.KerasTensor(given.shape)


def _meant_to_train(layer: Any) -> set[int]:
    """The variables in a layer that are trained unless somebody freezes them, or keeps them in few bits."""
    found = {id(weight) for each in layers_in(layer) for weight in each._trainable_variables}
    few = [each for each in layers_in(layer) if getattr(each, "quantization_mode", None)]
    return found | {id(weight) for each in few for weight in each._non_trainable_variables if weight.name != "g_idx"}
