"""What one entry of a Keras description says: a layer's name, calls and shapes, a model's layers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import UsageError
from ._keras_values import as_history, declared, namespace
from .records import Declared

MODELS = ("Functional", "Model", "Sequential")


def is_model(entry: Mapping[str, Any]) -> bool:
    """Whether an entry is a model of Keras' own class, whose call is its layers' and nothing else."""
    if entry.get("class_name") not in MODELS or not namespace(entry):
        return False
    config = entry.get("config")
    return isinstance(config, list) or (isinstance(config, dict) and isinstance(config.get("layers"), list))


def nodes_of(entry: Mapping[str, Any]) -> Any:
    """The calls of a layer, as they are described."""
    nodes = entry.get("inbound_nodes")
    return nodes if isinstance(nodes, list) else ()


def entries_of(layers: Any) -> list[Mapping[str, Any]]:
    """The layers of a model; UsageError where they are not described as Keras does."""
    for each in layers if isinstance(layers, list) else [None]:
        if not isinstance(each, dict) or not isinstance(each.get("class_name"), str):
            raise UsageError("no Keras model: its layers are not described as Keras does")
    return layers  # type: ignore[no-any-return]


def name_of(entry: Mapping[str, Any]) -> str:
    """A layer's name; without one, its class."""
    config = entry.get("config")
    inside = config.get("name") if isinstance(config, dict) else None
    return next((each for each in (entry.get("name"), inside) if isinstance(each, str)), str(entry["class_name"]))


def is_input(entry: Mapping[str, Any]) -> bool:
    """Whether an entry describes an input and no layer that computes."""
    return entry.get("class_name") == "InputLayer"


def input_shape(entry: Mapping[str, Any]) -> Declared | None:
    """The shape of the input that an entry describes; Keras 2 writes it into a model's first layer."""
    config = entry.get("config")
    if not isinstance(config, dict):
        return None
    return declared(config.get("batch_shape") or config.get("batch_input_shape"))


def built_on(layers: list[Mapping[str, Any]], start: Declared | None) -> list[Declared | None]:
    """The shape that each layer of a sequence was built on, and one more for what comes out, not known here.

    An object that stands elsewhere too may have been built there, on another shape: not told.
    """
    shapes: list[Declared | None] = []
    for entry in layers:
        config = entry.get("build_config")
        shared = "shared_object_id" in entry or not isinstance(config, dict)
        shapes.append(None if shared else declared(config.get("input_shape")))  # type: ignore[union-attr]
    if shapes and start is not None:
        shapes[0] = start
    return [*shapes, None]


def leaves_of(value: Any) -> Iterator[Any]:
    """The tensors in the structure of a model's inputs or outputs, in Keras' order: dictionaries by their names."""
    if isinstance(value, dict):
        for name in sorted(value):
            yield from leaves_of(value[name])
    elif isinstance(value, (list, tuple)):
        if as_history(value) is not None:
            yield value
        else:
            for part in value:
                yield from leaves_of(part)
