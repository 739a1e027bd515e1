"""A traced module followed in variables, as far as its code asks for a shape; and expressions at numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..dim import is_number, is_symbol
from ..ops.spelling import Stored
from ..shape import Shape
from . import _values as v
from .assemble import _Assembler
from .records import Argument, Record, Recorded, Ref, Slot


class Follower:
    """What comes out of every record, in variables; worked out when it is asked for."""

    def __init__(self, framework: str, parameters: tuple[Slot, ...]) -> None:
        self.inputs: dict[str, Shape] = {}
        self.done = 0
        self.assembler = _Assembler(
            Recorded("", (), (), (), "", parameters), framework, self.inputs, None, lambda *_: None
        )

    def input(self, name: str, shape: Shape) -> None:
        """An input, and its shape."""
        self.inputs[name] = shape

    def shape(self, ref: Ref, records: list[Record]) -> Shape | None:
        """The shape of a tensor; None where it is not known."""
        for record in records[self.done :]:
            if record.name in self.inputs:
                self.assembler._input(record)
            else:
                self.assembler.record(replace(record, outputs=(None,) * len(record.outputs)))
        self.done = len(records)
        made = self.assembler.made.get(ref.key)
        if isinstance(made, Stored):
            return Shape(*made.shape)
        return None if made is None else self.assembler.own.get(made)


def at(value: Any, values: Mapping[str, int]) -> Any:
    """An argument at these values of its variables: numbers, lists and constants of them."""
    if is_symbol(value):
        return value.replaced(values)
    if isinstance(value, v.Quotient):
        return v.divide(at(value.numerator, values), value.denominator)
    if isinstance(value, (list, tuple)) and type(value) in (list, tuple):
        return type(value)(at(each, values) for each in value)
    if isinstance(value, Stored):
        return value if all(map(is_number, value.shape)) else replace(value, shape=at(tuple(value.shape), values))
    return replace(value, shape=None) if isinstance(value, Ref) else value


def at_sizes(recorded: Recorded, values: Mapping[str, Any], shapes: Mapping[str, tuple[Any, ...]]) -> Recorded:
    """The records at these values of the variables; `shapes` are the declared ones by record."""
    records = []
    for record in recorded.records:
        arguments = tuple([Argument(each.name, at(each.value, values)) for each in record.arguments])
        records.append(replace(record, arguments=arguments, outputs=shapes.get(record.name, record.outputs)))
    return replace(recorded, records=tuple(records))
