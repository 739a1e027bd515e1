"""A live Keras model as records: its own public description, with the variables that its layers hold.

Nothing is run but the `call` of a model class of somebody's own, on symbolic inputs, to see its layers;
the model is left as it was.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any, NamedTuple

from ..errors import UsageError
from ..ops.base import FROZEN, MOVING, TRAINABLE
from ._keras_config import Asker, Opened, Source, read_description
from .framework import keras as import_keras
from .framework import named_weights
from .records import Declared, Record, Recorded, Slot, references


def record_model(model: Any) -> Recorded:
    """The records of a Keras model; UsageError for what is none, and for one whose call cannot be looked into."""
    keras = import_keras()
    if not isinstance(model, keras.Model):
        raise UsageError(f"{type(model).__name__} is no Keras model")
    source = _Live(keras, model)
    entry = {"class_name": "Model", "module": "keras", "name": model.name}
    if source.opened(entry, model, None) is None:
        raise UsageError(
            f"{model.name}: a subclassed model is code, not a graph of layers. Build it functionally, "
            "or call it on a keras.Input and make a keras.Model of that."
        )
    outputs = source.seen[id(model), ()].outputs  # type: ignore[union-attr]
    found = read_description(entry, source, model, f"Keras {keras.__version__}", outputs)
    return replace(found, records=tuple(map(_completed, found.records)), unused=source.unused(found))


def _completed(record: Record) -> Record:
    """A record with the shapes of outputs that nothing reads, which no description tells, as Keras infers them."""
    if None not in record.outputs or record.ask is None or not record.namespace:
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
        self.keras, self.model = keras, model
        self.seen: dict[tuple[int, Any], _Seen | None] = {}

    def opened(self, entry: Mapping[str, Any], thing: Any, given: Any) -> Opened | None:
        """The layers of a model; of one with a call of its own, those that it really calls."""
        if not isinstance(thing, self.keras.Model):
            return None
        own_call = has_own_call(thing)
        key = (id(thing), tuple(ref.shape for ref in references(given)) if own_call else ())
        if key not in self.seen:
            self.seen[key] = self._traced(thing, given) if own_call else self._described(thing)
        found = self.seen[key]
        return None if found is None else found.opened

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

    def asker(self, thing: Any, call: Mapping[str, Any]) -> Asker | None:
        """Keras' own inference of the call's output shapes for other input shapes."""
        if thing is None or not hasattr(thing, "compute_output_spec"):
            return None
        return lambda shapes: _asked(self.keras, thing, call, shapes)

    def _described(self, model: Any) -> _Seen | None:
        """A model whose call is its layers' and nothing else; None for one of which nothing is known."""
        keras = self.keras
        if isinstance(model, keras.Sequential):
            if not model.built or not getattr(model, "inputs", None):
                return _Seen(Opened(_config(model), {layer.name: layer for layer in model.layers}))
        elif not isinstance(model, keras.Function):
            return None
        return _graph(keras.Model(_structure(model, "inputs"), _structure(model, "outputs"), name=model.name))

    def _traced(self, model: Any, given: Any) -> _Seen | None:
        """A model with a call of its own, called on symbolic inputs; None where that fails."""
        keras = self.keras
        with warnings.catch_warnings(), _undamaged(model), suppress(Exception):  # it is a stranger's code
            warnings.simplefilter("ignore")
            if not all(layer.built for layer in _layers_of(model)):
                return None
            inputs = _inputs_for(keras, model, given)
            if inputs is None:
                return None
            made = type(model).call(model, inputs)
            return _graph(keras.Model(inputs, made, name=model.name))
        return None


def has_own_call(model: Any) -> bool:
    """Whether a model's `call` is not Keras' own, but its author's."""
    owner = next(each for each in type(model).__mro__ if "call" in vars(each))
    return not owner.__module__.startswith("keras.")


def _structure(model: Any, name: str) -> Any:
    """A model's inputs or outputs in the structure that it takes or gives them in."""
    structure = getattr(model, f"_{name}_struct", None)  # no public word tells the names of a dictionary of inputs
    return getattr(model, name) if structure is None else structure


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


def _inputs_for(keras: Any, model: Any, given: Any) -> Any:
    """Symbolic inputs of the shapes that a model is called on, or was built on; None where they are not known."""
    if given is not None:
        return _like(keras, given)
    if getattr(model, "inputs", None):
        shapes: Any = [(tuple(each.shape), each.dtype) for each in model.inputs]
    else:
        shape = (model.get_build_config() or {}).get("input_shape")
        if not shape or not all(each is None or isinstance(each, int) for each in shape):
            return None
        shapes = [(tuple(shape), None)]
    made = [keras.Input(batch_shape=shape, dtype=dtype) for shape, dtype in shapes]
    return made if len(made) > 1 else made[0]


def _like(keras: Any, given: Any) -> Any:
    """Symbolic inputs in the structure of a call's first argument."""
    if isinstance(given, dict):
        return {name: _like(keras, each) for name, each in given.items()}
    if isinstance(given, (list, tuple)):
        return [_like(keras, each) for each in given]
    return keras.Input(batch_shape=given.shape)


def _layers_of(model: Any) -> list[Any]:
    """A model and every layer inside it."""
    return list(model._flatten_layers())  # Keras has no public word for it


def _meant_to_train(layer: Any) -> set[int]:
    """The variables in a layer that are trained unless somebody freezes them."""
    return {id(weight) for each in _layers_of(layer) for weight in each._trainable_variables}


@contextmanager
def _undamaged(model: Any) -> Iterator[None]:
    """Take back what calling a model leaves in its layers, and in Keras' count of names."""
    layers = _layers_of(model)
    kept = [(layer, len(layer._inbound_nodes), len(layer._outbound_nodes)) for layer in layers]
    names = _names()
    before = dict(names)
    try:
        yield
    finally:
        for layer, inbound, outbound in kept:
            del layer._inbound_nodes[inbound:]
            del layer._outbound_nodes[outbound:]
        names.clear()
        names.update(before)


def _names() -> dict[str, Any]:
    """Keras' count of the names that it has given; one of our own where this Keras keeps it elsewhere."""
    try:
        from keras.src.backend.common import global_state
    except ImportError:
        return {}
    found = global_state.get_global_attribute("object_name_uids")
    return {} if found is None else found  # type: ignore[no-any-return]


def _asked(keras: Any, thing: Any, call: Mapping[str, Any], shapes: list[Declared]) -> tuple[Declared, ...] | None:
    """What Keras infers for a call whose tensors have these shapes; None where it cannot tell."""
    given = iter(shapes)

    def with_shape(value: Any) -> Any:
        if isinstance(value, keras.KerasTensor):
            return keras.KerasTensor(next(given), dtype=value.dtype)
        return value

    try:
        args, kwargs = (keras.saving.deserialize_keras_object(call.get(each)) for each in ("args", "kwargs"))
        args, kwargs = (keras.tree.map_structure(with_shape, each) for each in (args, kwargs))
        made = thing.compute_output_spec(*args, **kwargs)
        return tuple(tuple(each.shape) for each in keras.tree.flatten(made))
    except Exception:  # a layer's own code may fail in any way: then its shape is not known
        return None
