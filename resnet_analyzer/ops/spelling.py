"""How frameworks spell an op: what an importer reads, and a builder writes. It stands on the op's own file.

A foreign call comes in no framework's words (`Call`); an op's `Spelling` says under which names the
framework has it, and makes ops of such a call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from ..frozen import NamedTuple, Value

if TYPE_CHECKING:
    from ..shape import Shape

Op: TypeAlias = Any  # an op: its base stands on this file, not this file on it


class Array(Value):
    """A constant array in a call: its shape and type; its values are never kept.

    >>> Array((3,), "float32").shape
    (3,)
    """

    shape: tuple[int, ...]
    dtype: str = ""


class Stored(Array):
    """A tensor that a file holds, or that is made of such tensors alone.

    `numbers` are its numbers row by row where they are few and matter (sizes, axes, scales; a size may be
    symbolic), else None; `name` is what the file calls it, `roots` the parameters of the file that it is made of.
    """

    name: str = ""
    numbers: tuple[Any, ...] | None = None
    roots: tuple[str, ...] = ()


class Part(Value):
    """Something with settings of its own inside a layer's settings: a wrapped layer, a cell, a function.

    `identity` is the same for two parts (or layers) that are one object in the model; "" where the
    source does not tell.
    """

    kind: str
    namespace: str = ""
    settings: Mapping[str, Any] = MappingProxyType({})
    identity: str = ""


# names under which layers and operations take what they work on
INPUTS = ("inputs", "sequence", "sequences", "initial_state", "x", "x1", "x2", "xs", "images")


class Tensor(NamedTuple):
    """Where the tensor of that number stands among a call's arguments."""

    number: int


FEW_BITS = ("int", "uint", "float8", "gptq", "awq")  # how names of policies of types for such weights begin


class Call(NamedTuple):
    """One call of a layer or operation, in no framework's words.

    `kind` is its name: a layer's class, `ops.Add` for an operation of keras.ops. `settings` are those by
    the framework's argument names, `shapes` those of the tensors that it reads, batch first, `places`
    what it was given by place, and `named` by name: a `Tensor`, an `Array`, or a plain value. `weights`
    are the shapes of its weights (None: not told). `words` gives the ops of a layer or function that
    stands in its settings, read on the first tensor or on another shape. `stored` are those of its tensors
    that are no more than what the file holds, by their numbers.
    """

    kind: str
    settings: Mapping[str, Any] = MappingProxyType({})
    shapes: tuple[Shape, ...] = ()
    places: tuple[Any, ...] = ()
    named: Mapping[str, Any] = MappingProxyType({})
    weights: tuple[tuple[int, ...], ...] | None = None
    words: Callable[..., list[Op] | None] = lambda part, shape=None: None
    stored: Mapping[int, Stored] = MappingProxyType({})

    @property
    def rank(self) -> int:
        """How many axes its first tensor has."""
        return len(self.shapes[0])

    @property
    def constants(self) -> tuple[Any, ...]:
        """What it was given by place beside tensors."""
        return tuple(value for value in self.places if type(value) is not Tensor and not _holds_tensor(value))

    @property
    def takes_more_than_inputs(self) -> bool:
        """Whether it is given tensors under names of their own: a mask, a state."""
        return any(type(value) is Tensor and name not in INPUTS for name, value in self.named.items())

    @property
    def is_rewritten(self) -> bool:
        """Whether its weights are others than its settings tell: quantised, or with low-rank additions (LoRA)."""
        quantised = any(str(name).startswith(FEW_BITS) for name in _texts(self.settings.get("dtype")))
        return quantised or bool(self.settings.get("lora_rank") or self.settings.get("quantization_config"))

    def argument(self, name: str, place: int | None = None, default: Any = None) -> Any:
        """What it was given at that place, or under that name; else the setting of that name; else `default`."""
        if place is not None and place < len(self.places):
            return self.places[place]
        return self.named.get(name, self.settings.get(name, default))

    def tensor(self, place: int | str) -> int | None:
        """The number of the tensor at that place, or of that name; None if there is none."""
        if isinstance(place, str):
            value = self.named.get(place)
        else:
            value = self.places[place] if place < len(self.places) else None
        return value.number if type(value) is Tensor else None

    def shape(self, place: int | str) -> Shape | None:
        """The shape of the tensor at that place; None if there is none."""
        number = self.tensor(place)
        return None if number is None else self.shapes[number]

    def held(self, place: int | str) -> Stored | None:
        """The tensor at that place if the file holds it; None if not."""
        return self.stored.get(self.tensor(place))  # type: ignore[arg-type]

    def numbers(self, place: int | str) -> tuple[Any, ...] | None:
        """The numbers of the tensor at that place, row by row; None where they are not known."""
        held = self.held(place)
        return None if held is None or held.numbers is None or None in held.numbers else held.numbers

    def reading(self, *ops: Op, places: tuple[int | str, ...] = (0,), **weights: int | str) -> Reads:
        """The ops that read the tensors at those places (or of those names), and have others as weights, by name."""
        numbers = tuple(number for place in places if (number := self.tensor(place)) is not None)
        own = {name: number for name, place in weights.items() if (number := self.tensor(place)) is not None}
        return Reads(numbers, list(ops), own)

    def axes(self, value: Any) -> tuple[int, ...]:
        """One or several axes, counted from the batch or from the end, as places in its first tensor.

        ValueError for an axis that is not there.
        """
        given = value if isinstance(value, (list, tuple)) else [value]
        if not all(type(axis) is int and -self.rank <= axis < self.rank for axis in given):
            raise ValueError(f"no axes of {self.rank}: {value}")
        return tuple(axis % self.rank for axis in given)


def _texts(value: Any) -> Iterator[str]:
    """The texts in a setting, those in parts of it too: a policy of types may be one for each layer."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Part):
        yield from _texts(value.settings)
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)


def _holds_tensor(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and any(type(each) is Tensor for each in value)


class Outputs(NamedTuple):
    """The ops of a call of several outputs: one for each, all reading what the call reads, or the tensors `numbers`.

    `weights` are the numbers of the tensors that are weights of the first op, by the weights' names; with `chained`
    the ops after it read what it gives.
    """

    ops: tuple[Op, ...]
    numbers: tuple[int, ...] | None = None
    weights: Mapping[str, int] = MappingProxyType({})
    chained: bool = False


class Reads(NamedTuple):
    """The ops of a call that read its tensors in another order: the numbers of those that they read.

    `weights` are the numbers of the tensors that are weights of the ops, by the weights' names.
    """

    numbers: tuple[int, ...]
    ops: list[Op]
    weights: Mapping[str, int] = MappingProxyType({})


class Spelling(NamedTuple):
    """How a framework writes an op: its layer, and its argument for each field of ours.

    `words` translate a field's values where they are spelled otherwise, `fixed` are arguments that
    make that layer this op. An importer reads the map in one direction, a builder in the other.

    What is not said field by field is read by a function: `read(call)` gives the ops of a call of
    `layer` or of one of the names in `also`, each reading the one before; None for a call that they
    can't say. `fallback` is asked when no other op can say it.
    """

    layer: str
    fields: Mapping[str, str] = MappingProxyType({})
    words: Mapping[str, Mapping[Any, Any]] = MappingProxyType({})
    fixed: Mapping[str, Any] = MappingProxyType({})
    also: tuple[str, ...] = ()
    read: Callable[[Call], Any] | None = None
    fallback: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that is read as this op."""
        return (self.layer, *self.also)

    def arguments(self, op: Op) -> dict[str, Any]:
        """The framework's arguments for that op."""
        found = {theirs: self._theirs(ours, getattr(op, ours)) for ours, theirs in self.fields.items()}
        return {**found, **self.fixed}

    def _theirs(self, field: str, value: Any) -> Any:
        words = self.words.get(field)
        return value if words is None else words[value]

    def settings(self, arguments: Mapping[str, Any]) -> dict[str, Any] | None:
        """Our fields for the framework's arguments; None if a value has no word with us."""
        found = {}
        for ours, theirs in self.fields.items():
            if theirs in arguments:
                value = _tuples(arguments[theirs])
                words = self.words.get(ours)
                if words is not None:
                    known = [mine for mine, word in words.items() if _tuples(word) == value]
                    if not known:
                        return None
                    value = known[0]
                found[ours] = value
        return found

    def ops(self, op: type[Op], call: Call) -> list[Op] | Outputs | Reads | None:
        """The ops of a call, the first one of the class whose spelling this is; None if it can't say it.

        An activation that `op` can't carry is an op of its own, behind it.
        """
        if self.read is not None:
            return self.read(call)  # type: ignore[no-any-return]
        if any(call.settings.get(name) != value for name, value in self.fixed.items()):
            return None
        if call.constants or call.takes_more_than_inputs or call.is_rewritten:
            return None
        found = self.settings(call.settings)
        if found is None:
            return None
        if "activation" not in found:
            return [op(**found)]
        behind = activations(call, found.pop("activation"))
        if behind is None:
            return None
        if len(behind) == 1 and behind[0].fused:
            return [op(**found, activation=behind[0].fused)]  # type: ignore[call-arg]
        return [op(**found, activation=None), *behind]  # type: ignore[call-arg]


def activations(call: Call, function: Any) -> list[Op] | None:
    """The ops of the activation that a layer carries, by name or as a layer of its own; [] for none."""
    if function is None or function == "linear":
        return []
    is_layer = isinstance(function, Part) and "function" not in function.settings
    found = call.words(function) if is_layer else None
    return found or call.words(Part("Activation", "keras.layers", {"activation": function}))


def same_names(*fields: str) -> dict[str, str]:
    """A field map for fields that the framework calls the same."""
    return {field: field for field in fields}


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, (list, tuple)) else value
