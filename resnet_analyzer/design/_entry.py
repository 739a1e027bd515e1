"""One entry of a design's list of layers: what it is called, and what is said of it where."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from typing import Any, NamedTuple

from ..ops.activation import ALIASES, PER_ELEMENT
from ..ops.base import OPS, Op
from ._edit import Edit, Suggestion, insert_pair, key_text, replace, spelled
from ._fields import Field, op_fields
from ._text import Items, Pairs, Place, Scalar, Text, Value

FUNCTIONS = (*PER_ELEMENT, *ALIASES, "softmax")
VOCABULARY = ("stage", "block", "group", "dense_block", "transition")

COMMON = {
    each.name: each
    for each in (
        Field("name", "text", says="its name inside its group; a name that begins with / is absolute"),
        Field("inputs", "names", says="the layers that it reads; default: the one before"),
        Field("repeat", "whole", default=1, least=1, says="how many copies, one after another"),
        Field(
            "training_only", "truth", default=False, says="used in training only: its weights count, its work does not"
        ),
        Field("frozen", "truth", default=False, says="all its weights are frozen"),
        Field("weights_of", "text", says="the layer whose weights it shares"),
        Field("shared_weights", "names", says="single weights of it that are counted elsewhere, as [kernel]"),
    )
}


class Problem(NamedTuple):
    """Something in a design file that is not right: its kind, a sentence, its place, and what may repair it."""

    kind: str
    says: str
    place: Place
    node: str = ""
    suggestions: tuple[Suggestion, ...] = ()
    details: tuple[tuple[str, str], ...] = ()


@dataclass(eq=False)
class Entry:
    """An entry read: `kind` is an op's name in the design's spelling, or a word of the vocabulary.

    `fields` are the values by name, `keys` their keys, `owners` the mappings in which they stand;
    `siblings` and `index` tell where the entry stands. `function` is set for activations by name.
    """

    value: Value
    kind: str
    place: Place
    siblings: Items
    index: int
    op: type[Op] | None = None
    function: str = ""
    fields: dict[str, Value] = field(default_factory=dict)
    keys: dict[str, Scalar] = field(default_factory=dict)
    owners: dict[str, Pairs] = field(default_factory=dict)
    body: Pairs | None = None
    shorthand: Value | None = None

    def __repr__(self) -> str:
        return f"<Entry {self.kind} at {self.place.line}:{self.place.column}>"

    @property
    def known(self) -> dict[str, Field]:
        """What can be said of an entry of this kind."""
        if self.op is None:
            return COMMON
        own = {} if self.function else op_fields(self.op)
        return {**own, **COMMON}

    def place_of(self, name: str) -> Place:
        """Where a field's value stands, or the entry."""
        return self.fields[name].place if name in self.fields else self.place


@cache
def snake(name: str) -> str:
    """A class name as designs spell it.

    >>> snake("MaxPool2d"), snake("PReLU"), snake("BatchNorm")
    ('max_pool2d', 'prelu', 'batch_norm')
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", "_", name).lower()


def kind_named(name: Any) -> tuple[str, type[Op] | None, str] | None:
    """Kind, op and activation function that a word stands for; None if it stands for nothing."""
    if not isinstance(name, str):
        return None
    if name in VOCABULARY:
        return name, None, ""
    if name in FUNCTIONS:
        return "activation", OPS["Activation"], name
    op = OPS.find(name)
    return None if op is None else (snake(op.__name__), op, "")


def known_kinds() -> list[str]:
    """Every word that may begin an entry."""
    return [*VOCABULARY, *(snake(name) for name in OPS), *FUNCTIONS]


def read_entry(source: Text, siblings: Items, index: int, problems: list[Problem]) -> Entry | None:
    """The entry at `index` of a list; None, with a problem noted, where it is none."""
    value = siblings.items[index]
    if isinstance(value, Scalar):
        return _of_word(source, value, siblings, index, problems)
    if isinstance(value, Items) or not value.pairs:
        says = "a layer is a word, as `relu`, or a word with settings, as `conv2d: {filters: 64}`"
        problems.append(Problem("layer", says, value.place))
        return None
    words = [(key, kind_named(key.value)) for key, _ in value.pairs]
    key, found = next((pair for pair in words if pair[1]), words[0])
    if found is None:
        _unknown(source, key, problems)
        return None
    entry = Entry(value, found[0], key.place, siblings, index, found[1], found[2])
    for name, inner in value.pairs:
        if name is key:
            _settings(entry, inner)
        else:
            _note(entry, name, inner, value)
    if entry.body is None and len(value.pairs) > 1:
        entry.body = value
    return entry


def _of_word(source: Text, value: Scalar, siblings: Items, index: int, problems: list[Problem]) -> Entry | None:
    found = kind_named(value.value)
    if found is None:
        _unknown(source, value, problems)
        return None
    return Entry(value, found[0], value.place, siblings, index, found[1], found[2])


def _settings(entry: Entry, inner: Value) -> None:
    """What stands behind the word: a mapping of settings, or one value for the most usual one."""
    if isinstance(inner, Pairs) and not _is_variable(inner):
        entry.body = inner
        for key, value in inner.pairs:
            _note(entry, key, value, inner)
    elif not isinstance(inner, Scalar) or inner.value is not None:
        entry.shorthand = inner
        name = shorthand_name(entry)
        if name:
            entry.fields[name] = inner


def _is_variable(inner: Pairs) -> bool:
    """Whether a mapping is `{width}` without quotes."""
    if not inner.flow or len(inner.pairs) != 1:
        return False
    nothing = inner.pairs[0][1]
    return isinstance(nothing, Scalar) and nothing.value is None


def shorthand_name(entry: Entry) -> str:
    """What a value directly behind the word sets: the branches of an addition, else the op's first field."""
    if entry.op is None or entry.function:
        return {"group": "layers", "stage": "blocks", "dense_block": "layers"}.get(entry.kind, "")
    if entry.op.arity != 1 and entry.op.arity != 0:
        return "inputs"
    return next(iter(op_fields(entry.op)), "")


def _note(entry: Entry, key: Scalar, value: Value, owner: Pairs) -> None:
    name = key.value if isinstance(key.value, str) else str(key.value)
    entry.fields[name] = value
    entry.keys[name] = key
    entry.owners[name] = owner


def _unknown(source: Text, key: Scalar, problems: list[Problem]) -> None:
    near = near_words(str(key.value), known_kinds())
    guess = f". Did you mean {' or '.join(near)}?" if near else ". See: resnet-analyze schema"
    says = f"unknown layer {quoted(str(key.value))}{guess}"
    problems.append(Problem("unknown layer", says, key.place, "", renames(source, key, near)))


SYNONYMS = {
    "conv": "conv2d", "convolution": "conv2d", "maxpool": "max_pool2d", "maxpooling2d": "max_pool2d",
    "averagepooling2d": "average_pool2d", "avgpool": "average_pool2d", "gap": "global_average_pool2d",
    "globalaveragepooling2d": "global_average_pool2d", "bn": "batch_norm", "batchnorm2d": "batch_norm",
    "batchnormalization": "batch_norm", "linear": "dense", "fc": "dense", "fullyconnected": "dense",
    "layernormalization": "layer_norm",
    "concat": "concatenate", "groupnormalization": "group_norm", "conv2dtranspose": "transposed_conv2d",
    "kernel": "kernel_size", "size": "kernel_size", "stride": "strides", "pad": "padding", "bias": "use_bias",
    "outchannels": "filters", "channels": "filters", "outfeatures": "units", "dilation": "dilation_rate",
    "input": "inputs", "poolsize": "pool_size", "kernelsize": "pool_size", "p": "rate", "strides": "stride",
    "filters": "width", "repeat": "blocks", "n": "blocks", "depth": "blocks", "layer": "layers",
}  # fmt: skip


def near_words(word: str, known: list[str]) -> list[str]:
    """Up to two known words that may be meant: what other frameworks call the same, then those spelled alike.

    >>> near_words("maxpooling2d", ["max_pool2d", "dense"]), near_words("padd", ["padding", "strides"])
    (['max_pool2d'], ['padding'])
    """
    squashed = "".join(letter for letter in word.lower() if letter.isalnum())
    same = [SYNONYMS[squashed]] if SYNONYMS.get(squashed) in known else []
    near = get_close_matches(word.lower()[:60], known, n=2, cutoff=0.6)
    return list(dict.fromkeys(same or near))[:2]


def renames(source: Text, key: Scalar, words: list[str], at: str = "") -> tuple[Suggestion, ...]:
    """The suggestions that put another word in the place of `key`."""
    suggestions = [(word, replace(source, key, word)) for word in words]
    return tuple(Suggestion(f"{word} for {key.value}", edits, at) for word, edits in suggestions if edits)


def set_field(source: Text, entry: Entry, name: str, value: Any) -> tuple[Edit, ...]:
    """The edits that give an entry's field another value, or add it; () where the layout does not allow it."""
    if name in entry.fields:
        return replace(source, entry.fields[name], value)
    if entry.body is entry.value and isinstance(entry.value, Pairs) and not entry.value.flow:
        second = Pairs(entry.value.place, False, entry.value.pairs[1:])
        return insert_pair(source, second, name, value)
    if entry.body is not None:
        return insert_pair(source, entry.body, name, value)
    pair = f"{key_text(source, name)}: {spelled(source, value)}"
    if isinstance(entry.value, Scalar):
        word = key_text(source, str(entry.value.value))
        text = f"{{{word}: {{{pair}}}}}" if source.json else f"{word}: {{{pair}}}"
        return (Edit(entry.value.place.start, entry.value.place.end, text),)
    first, inner = shorthand_name(entry), entry.shorthand
    if inner is None or not first or (not isinstance(inner, Scalar) and not inner.flow):
        return ()
    old = source.text[inner.place.start : inner.place.end]
    return (Edit(inner.place.start, inner.place.end, f"{{{key_text(source, first)}: {old}, {pair}}}"),)


def quoted(name: str) -> str:
    """A name from a file, safe to print: what is not printable is escaped, what is long is cut.

    >>> quoted("a\\x1b[1m")
    "'a\\\\x1b[1m'"
    """
    text = json.dumps(name, ensure_ascii=False) if "'" in name else f"'{name}'"
    text = "".join(sign if sign.isprintable() else f"\\x{ord(sign):02x}" for sign in text)
    return text if len(text) <= 70 else f"{text[:68]}…'"
