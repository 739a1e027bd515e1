"""A live Keras layer left as it was, whatever is called on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class NotBuilt(Exception):
    """A layer that would make its weights while it is looked into."""


@contextmanager
def undamaged(keras: Any, layer: Any) -> Iterator[None]:
    """Take back what calling a layer leaves in it and in those inside, and in Keras' count of names.

    A layer that is not built, and makes weights when it is, raises instead.
    """
    layers = layers_in(layer)
    kept = [(each, dict(vars(each)), _lists_of(each)) for each in layers]
    names = _names()
    before = dict(names)
    add_weight = keras.layers.Layer.add_weight
    keras.layers.Layer.add_weight = _refused
    try:
        yield
    finally:
        keras.layers.Layer.add_weight = add_weight
        for each, attributes, lists in kept:
            vars(each).clear()
            vars(each).update(attributes)
            for name, values in lists.items():
                list.__delitem__(attributes[name], slice(len(values), None))  # Keras' own lists tell of what they lose
        names.clear()
        names.update(before)


def _lists_of(layer: Any) -> dict[str, list[Any]]:
    """The lists that Keras keeps of a layer's calls, weights and losses."""
    return {name: list(value) for name, value in vars(layer).items() if isinstance(value, list)}


def _refused(*shapes: Any, **named: Any) -> None:
    raise NotBuilt


def layers_in(layer: Any) -> list[Any]:
    """A layer and every layer inside it."""
    return list(layer._flatten_layers())  # Keras has no public word for it


def _names() -> dict[str, Any]:
    """Keras' count of the names that it has given; one of our own where this Keras keeps it elsewhere."""
    try:
        from keras.src.backend.common import global_state
    except ImportError:
        return {}
    found = global_state.get_global_attribute("object_name_uids")
    return {} if found is None else found  # type: ignore[no-any-return]
