"""What a model is in no framework's words: one record for each application of a layer or operation.

Readers of files and of live models make records and judge nothing; the assembler turns records into
a graph. Shapes are whole, batch first, in the model's own axis order, as the source wrote them down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ..dim import Dim
from ..ops.base import TRAINABLE
from ..ops.spelling import Part

Size = int | str | None  # a number, a name that the source gives it, or open
Declared = tuple[Size, ...]
INSIDE = "\0"  # in the name of a record that was found inside another: its label is what stands before


@dataclass(frozen=True, slots=True)
class Ref:
    """A tensor that a record reads: which output of which record, and its shape as this reader's source saw it.

    >>> Ref("conv", 0, (None, 8, 8, 4)).key
    ('conv', 0)
    """

    record: str
    output: int = 0
    shape: Declared | None = None

    @property
    def key(self) -> tuple[str, int]:
        """Where the tensor comes from: equal for all that read the same one."""
        return self.record, self.output


@dataclass(frozen=True, slots=True)
class Slot:
    """A weight of a record: its name, shape, part in training, and the variable that it is.

    `role` is TRAINABLE, FROZEN (trained if nobody had said no) or MOVING. Two slots of one `identity`
    are one variable, and counted once. `module` is the path of the module that has it, if the source tells.
    """

    name: str
    shape: tuple[int, ...]
    role: str = TRAINABLE
    identity: str | int = ""
    module: str = ""


class StoredWeights(NamedTuple):
    """The weights that a file holds for a layer; `whole` tells that these are all that it has."""

    slots: tuple[Slot, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class Argument:
    """What a record was called with at one place: `name` is "" where it was given by place.

    `value` is a `Ref`, an `Array`, a plain value, or a list, tuple, dictionary or slice of those.
    """

    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class Record:
    """One application of a layer or operation.

    `kind` is the framework's class or operation, `namespace` where it stands there (`keras.layers`,
    `keras.ops`, `tf`; "" for somebody's own), `settings` its configuration by the framework's argument
    names, `outputs` the declared shape of each output (None where the source does not tell), `weights`
    its weights (None where the source does not list them), `scope` the nested models around it,
    `owner` the object that is applied (the same for all applications of a shared layer), `trainable`
    False where the model freezes it. `ask` gives the output shapes for other input shapes, in the
    order of `inputs`, or None: only a live model can. `look` gives what its code calls on tensors of other
    shapes than its own (`()`: of its own), as records in its place, or None where nobody can look into it.
    `made_by` is the class of the PyTorch module that calls it (see `graph.Node`); "" of other frameworks.
    `stored` gives the weights that the file holds for it, where they are not listed.
    """

    name: str
    kind: str
    namespace: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    arguments: tuple[Argument, ...] = ()
    outputs: tuple[Declared | None, ...] = (None,)
    weights: tuple[Slot, ...] | None = None
    scope: str = ""
    owner: str = ""
    trainable: bool = True
    ask: Callable[[list[Declared]], tuple[Declared, ...] | None] | None = field(default=None, compare=False, repr=False)
    look: Callable[[tuple[Declared, ...], int], Looked | None] | None = field(default=None, compare=False, repr=False)
    made_by: str = ""
    stored: Callable[[], StoredWeights | None] | None = field(default=None, compare=False, repr=False)

    @property
    def inputs(self) -> tuple[Ref, ...]:
        """The tensors that it reads, in order, each as often as it is given."""
        return tuple(ref for argument in self.arguments for ref in references(argument.value))

    @property
    def roles(self) -> tuple[str, ...]:
        """For each of `inputs` the argument's name, "" for those given by place."""
        return tuple(argument.name for argument in self.arguments for _ in references(argument.value))

    @property
    def constants(self) -> tuple[Any, ...]:
        """What it was called with by place beside tensors: numbers, arrays, slices, in order."""
        return tuple(each.value for each in self.arguments if not each.name and not any(references(each.value)))

    def argument(self, name: str, place: int | None = None, default: Any = None) -> Any:
        """The value given under that name, or as the `place`-th by place; `default` if there is none.

        >>> record = Record("sum", "Sum", "keras.ops", arguments=(Argument("", Ref("x")), Argument("axis", 1)))
        >>> record.argument("axis"), record.argument("x", 0).record, record.argument("keepdims", 2)
        (1, 'x', None)
        """
        by_place = [each.value for each in self.arguments if not each.name]
        if place is not None and place < len(by_place):
            return by_place[place]
        return next((each.value for each in self.arguments if each.name == name), default)


class Looked(NamedTuple):
    """A record looked into: the records that stand in its place, and what it gives (None where that is no tensor)."""

    records: tuple[Record, ...]
    outputs: tuple[Ref | None, ...]


@dataclass(frozen=True, slots=True)
class Recorded:
    """A model as records, each after all that it reads.

    `inputs` are the records of its inputs, `outputs` the tensors that it gives, `says` what made the
    file ("Keras 3.15.1"), `unused` the weights that no record has. `batch` is what an open first axis of a
    declared shape stands for, None where it may be anything; `of_another_batch` tells that shapes are declared
    for a batch of one, and `batch` is asked for. `declared` tensors are those whose shape the source wrote down.
    """

    name: str
    records: tuple[Record, ...]
    inputs: tuple[str, ...]
    outputs: tuple[Ref, ...]
    says: str = ""
    unused: tuple[Slot, ...] = ()
    batch: Dim | None = 1
    of_another_batch: bool = False

    @property
    def declared(self) -> int:
        """How many tensors have a declared shape."""
        return sum(shape is not None for record in self.records for shape in record.outputs)


def references(value: Any) -> Iterator[Ref]:
    """Every `Ref` in an argument's value, in order.

    >>> [ref.record for ref in references([Ref("a"), {"x": Ref("b")}, 3])]
    ['a', 'b']
    """
    if isinstance(value, Ref):
        yield value
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from references(part)
    elif isinstance(value, dict):
        for part in value.values():
            yield from references(part)
    elif isinstance(value, slice):
        yield from references((value.start, value.stop, value.step))


def identities(value: Any) -> list[str]:
    """The identities of the layers inside a layer's settings."""
    if isinstance(value, Part):
        return ([value.identity] if value.identity else []) + identities(value.settings)
    if isinstance(value, Mapping):
        return [found for each in value.values() for found in identities(each)]
    return [found for each in value for found in identities(each)] if isinstance(value, (list, tuple)) else []


def printable(text: str, most: int = 200) -> str:
    """A text of a stranger's file as it may be printed: signs that steer a terminal escaped, its length bounded.

    >>> printable("conv"), printable("a\\x1b[31m")
    ('conv', 'a\\\\x1b[31m')
    """
    if len(text) > most:
        text = text[:most] + "…"
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)
