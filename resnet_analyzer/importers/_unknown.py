"""What is known of the shape and the weights of a layer that no op says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..dim import is_number
from ..graph import Node
from ..shape import Shape
from .records import Record


def seen_at(record: Record, shapes: tuple[Shape | None, ...]) -> tuple[Shape | None, ...]:
    """The shapes at which an unknown layer's output was seen; none where the source declares it for any size.

    Where we know none of them, they are none that can be met again.
    """
    open_sizes = any(size is None for ref in record.inputs for size in (ref.shape or ())[1:])
    return () if open_sizes else shapes if any(shapes) else tuple(Shape() for _ in shapes)


def known_behind(reads: list[str], nodes: Mapping[str, Node], own: Mapping[str, Shape | None]) -> list[str]:
    """The nearest rows of known shape behind those whose shape we do not know: what these depend on."""
    pending, passed = [name for name in reads if own.get(name) is None], set(reads)
    found: list[str] = []
    while pending:
        for name in nodes[pending.pop()].inputs:
            if name not in passed:
                passed.add(name)
                (pending if own.get(name) is None else found).append(name)
    return found


def asked(record: Record, index: int, shapes: tuple[Any, ...]) -> Shape | None:
    """A live layer's own word on an output's shape for other input shapes."""
    plain = None not in shapes and all(is_number(size) for shape in shapes for size in shape)
    made = record.ask(list(shapes)) if plain and record.ask is not None else None
    if made is None or index >= len(made) or not all(type(size) is int for size in made[index]):
        return None
    return Shape(*made[index])


def with_stored(record: Record) -> tuple[Record, bool]:
    """The record with the weights that its file holds for it, and whether these are all that it has."""
    if record.weights is None and record.stored is not None and not _is_code(record):
        found = record.stored()
        if found is not None:
            return replace(record, weights=found.slots), found.whole
    return record, has_all_weights(record)


def _is_code(record: Record) -> bool:
    """Whether it is a function alone, or an operation: these have no weights."""
    return record.kind == "Lambda" or record.namespace not in ("", "keras.layers")


def has_all_weights(record: Record) -> bool:
    """Whether all its weights are told: listed by the source, or none, as operations and Keras' Lambda have none."""
    return record.weights is not None or _is_code(record)
