"""What can be said about a layer or block: names, kinds, and how a value in the file becomes one in Python.

An op's fields are read from its class, so that a new op is usable in a design the day it appears.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from difflib import get_close_matches
from fractions import Fraction
from functools import cache
from types import NoneType
from typing import Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

from ..dim import Dim, at_least, divides, floor_div, is_symbol, suppose
from ..dim.polynomial import polynomial
from ..errors import NeedsNumbers, UsageError
from ..frozen import REQUIRED
from ..ops.base import FROZEN, MOVING, OPS, TRAINABLE, UNTOLD, Op, Weight
from ..shape import Shape
from ._expression import LIMIT, evaluate
from ._ratio import Ratio
from ._ratio import Value as Amount
from ._text import Items, Pairs, Scalar, Value

Names = Mapping[str, Any]  # numbers, symbols, and what expressions over symbols come to
MOST_SIDES = 8  # axes of a tensor in a design, the batch left out
SIDE = re.compile(r"[0-9]{1,30}")  # a side of a size in digits; how large it may be is told where numbers are read


class Field(NamedTuple):
    """One thing that can be set.

    `kind` is whole (a number), wholes (a number, a word of `words`, or lists of numbers), number,
    truth, choice (one of `words`), text, plain (numbers, words and nothing, and lists of them), numbers (plain
    without words), shape, weights, layer (a layer inside a layer) or fraction; `least` the smallest number.
    """

    name: str
    kind: str
    required: bool = False
    default: Any = None
    words: tuple[str, ...] = ()
    least: int | None = None
    says: str = ""


class FieldError(UsageError):
    """A value that means nothing; `node` is where it stands, `better` are values that may be meant."""

    def __init__(self, node: Value, says: str, better: tuple[Any, ...] = ()) -> None:
        self.node, self.says, self.better = node, says, better
        super().__init__(says)


@cache
def op_fields(op: type[Op]) -> dict[str, Field]:
    """The fields of an op by name, from its class and what that tells of them."""
    hints = get_type_hints(op, localns={"Literal": Literal})  # the alias `Padding` is text that names it
    return {name: _field(op, name, default, hints[name]) for name, default in op.own_fields()}


def _field(op: type[Op], name: str, default: Any, hint: Any) -> Field:
    required = default is REQUIRED
    words = get_args(hint) if get_origin(hint) is Literal else ()
    kind, least = "wholes", None
    if words:
        kind = "choice"
    elif name in op.counts + op.sizes:
        kind, least = "whole", 1 if name in op.counts else 0
    elif name in op.per_axis:
        least = 1
    elif name in op.pads:
        words, least = ("valid", "same") if op.pad_words else (), 0
    else:
        kind = _kind(hint)
    return Field(name, kind, required, None if required else default, words, least)


def _kind(hint: Any) -> str:
    parts = get_args(hint) or (hint,)
    for kind, of_it in _KINDS:
        if of_it in parts:
            return kind
    if {*parts} - {NoneType} == {str}:
        return "text"
    return "plain" if _takes_words(hint) else "numbers"


def _takes_words(hint: Any) -> bool:
    """Whether a value may be a word, or anything, or hold one in a list."""
    if hint in (str, Any) or get_origin(hint) is Literal:
        return True
    return any(map(_takes_words, get_args(hint)))


_KINDS = (("truth", bool), ("number", float), ("weights", Weight), ("shape", Shape), ("layer", Op))


def read_value(field: Field, node: Value, names: Names) -> Any:
    """The value of `field` that stands at `node`; FieldError if there is none."""
    return _READ[field.kind](field, node, names)


def whole_number(field: Field, node: Value, names: Names) -> Dim:
    """A whole number, or an expression that gives one; over symbols a formula, supposed to be one that may stand."""
    value = _amount(node, names, field)
    if isinstance(value, Ratio):
        return _formula(field, node, value)
    if value.denominator != 1:
        raise FieldError(
            node, f"{field.name} must be a whole number, not {_short(node, value)}", (max(round(value), 1),)
        )
    number = int(value)
    if field.least is not None and number < field.least:
        better = tuple(dict.fromkeys((max(-number, field.least), field.least)))
        raise FieldError(node, f"{field.name} must be at least {field.least}, not {number}", better)
    return number


def _formula(field: Field, node: Value, value: Ratio) -> Dim:
    """A formula where a whole number stands: what must hold for it is supposed; FieldError if it never does."""
    if not suppose(divides(value.bottom, value.top)):
        raise FieldError(node, f"{field.name} must be a whole number, not ({value.top})/{value.bottom}")
    number = floor_div(value.top, value.bottom)
    if field.least is not None and not suppose(at_least(number, field.least)):
        raise FieldError(node, f"{field.name} must be at least {field.least}, not {number}")
    return number


def plain_number(field: Field, node: Value, names: Names) -> int:
    """A whole number that decides which layers there are; NeedsNumbers for a symbol."""
    return require_plain(field.name, node, whole_number(field, node, names))


def require_plain(name: str, node: Value, value: Any) -> Any:
    """The value of a setting that decides what the layers are; NeedsNumbers for a symbol."""
    if is_symbol(value) or isinstance(value, Ratio):
        symbols = value.variables if isinstance(value, Ratio) else polynomial(value).variables
        raise NeedsNumbers(
            f"{node.place.line}:{node.place.column}: {name}: {', '.join(sorted(symbols))} decides what the layers are, "
            f"so there is no formula in it: give it numbers (solve and sweep take it as it is)",
            symbols,
        )
    return value


def _number(node: Value, names: Names, field: Field) -> Fraction:
    """The exact value that stands there; NeedsNumbers for one with symbols."""
    found: Fraction = require_plain(field.name, node, _amount(node, names, field))
    return found


def _amount(node: Value, names: Names, field: Field) -> Amount:
    """The exact value of a number or an expression; `{width}` without quotes, which YAML reads as a mapping, too."""
    if isinstance(node, Pairs) and node.flow and len(node.pairs) == 1:
        key, nothing = node.pairs[0]
        if isinstance(nothing, Scalar) and nothing.value is None:
            node = Scalar(node.place, f"{{{key.value}}}")
    if not isinstance(node, Scalar):
        raise FieldError(node, f"{field.name} must be a number, not {kind_of(node)}")
    if type(node.value) is int or isinstance(node.value, float):
        value = Fraction(repr(node.value)) if math.isfinite(node.value) else None
        if value is None or abs(value) > LIMIT:
            raise FieldError(node, f"{field.name}: a value beyond 10**18")  # as of an expression
        return value
    if isinstance(node.value, str):
        try:
            return evaluate(node.value, names)
        except UsageError as error:
            raise FieldError(node, f"{field.name}: {error}", _near_names(node.value, names)) from None
    raise FieldError(node, f"{field.name} must be a number, not {kind_of(node)}", (1,) if node.value is True else ())


def _near_names(text: str, names: Names) -> tuple[Any, ...]:
    return tuple(get_close_matches(text.strip("{} "), list(names), n=1))


def _wholes(field: Field, node: Value, names: Names, depth: int = 0) -> Any:
    """A number, a word, or lists of numbers: what kernels, strides and paddings are."""
    if isinstance(node, Items):
        if depth > 1 or not 1 <= len(node.items) <= 3:
            raise FieldError(node, f"{field.name} cannot be a list of {len(node.items)} lists or numbers")
        return tuple(_wholes(field, item, names, depth + 1) for item in node.items)
    if isinstance(node, Scalar) and isinstance(node.value, str):
        if node.value.lower() in field.words:
            return node.value.lower()
        near = get_close_matches(node.value.lower(), field.words, n=1, cutoff=0.5)
        if near or (field.words and node.value.isalpha() and node.value not in names):
            words = " or ".join(field.words)
            raise FieldError(
                node, f"{field.name} must be {words} or numbers, not {node.value!r:.40}", (*near, *field.words)
            )
    if isinstance(node, Scalar) and node.value is None and field.default is None and not field.required:
        return None
    return whole_number(field, node, names)


MOST_ITEMS = 1000  # in one list of a setting: how many parts a tensor is split into, say


class Whole(tuple[Any, ...]):
    """A list that says all axes, the batch too."""

    __slots__ = ()


def _plain(field: Field, node: Value, names: Names, depth: int = 0) -> Any:
    """Numbers, words, nothing, and lists of them; the op says which of them it takes."""
    whole = whole_list(node)
    if whole is not None and depth == 0:
        return Whole(_plain(field, whole, names, 1))
    if isinstance(node, Items):
        _require_short(field, node, depth)
        return tuple(_plain(field, item, names, depth + 1) for item in node.items)
    if isinstance(node, Scalar) and (node.value is None or isinstance(node.value, bool)):
        return node.value
    if isinstance(node, Scalar) and isinstance(node.value, str) and not _is_expression(node.value, names):
        if not node.value.isprintable():
            raise FieldError(node, f"{field.name} must be printable text")
        return node.value
    value = _amount(node, names, field)
    if isinstance(value, Ratio):
        return _formula(field, node, value)
    return int(value) if value.denominator == 1 else value


def _numbers(field: Field, node: Value, names: Names, depth: int = 0) -> Any:
    """Whole numbers, or expressions that give them, or nothing, and lists of them."""
    whole = whole_list(node)
    if whole is not None and depth == 0:
        return Whole(_numbers(field, whole, names, 1))
    if isinstance(node, Items):
        _require_short(field, node, depth)
        return tuple(_numbers(field, item, names, depth + 1) for item in node.items)
    if isinstance(node, Scalar) and node.value is None:
        return None
    return whole_number(field, node, names)


def _require_short(field: Field, node: Items, depth: int) -> None:
    if depth > 3 or len(node.items) > MOST_ITEMS:
        raise FieldError(node, f"{field.name} cannot be a list of {len(node.items)} lists or numbers")


def _is_expression(text: str, names: Names) -> bool:
    """Whether a word is one that has a value: it names numbers, or is made of them."""
    return "{" in text or text.strip() in names or bool(re.fullmatch(r"[\s\d.+*/()-]*\d[\s\d.+*/()-]*", text))


def whole_list(node: Value) -> Items | None:
    """The list in `{whole: [4, 3, 224, 224]}`, which says all axes; None where something else stands."""
    found = node.get("whole") if isinstance(node, Pairs) and len(node.pairs) == 1 else None
    return found if isinstance(found, Items) else None


def _layer(field: Field, node: Value, names: Names) -> Op | None:
    """A layer inside a layer: its word, or a mapping from its word to its settings."""
    if isinstance(node, Scalar) and node.value is None and not field.required:
        return None
    word, inner = node.pairs[0] if isinstance(node, Pairs) and len(node.pairs) == 1 else (node, None)
    op = OPS.find(word.value) if isinstance(word, Scalar) and isinstance(word.value, str) else None
    if op is None:
        raise FieldError(node, f"{field.name} must be a layer, as {{lstm: {{units: 64}}}}, not {kind_of(node)}")
    known, given = op_fields(op), {}
    for key, value in inner.pairs if isinstance(inner, Pairs) else ():
        if key.value not in known:
            raise FieldError(key, f"{field.name}: unknown setting {key.value!r:.40}. Known: {', '.join(known)}.")
        given[str(key.value)] = read_value(known[key.value], value, names)
    for name, each in known.items():
        if each.required and name not in given:
            raise FieldError(node, f"{field.name}: needs {name}")
    return op(**given)


def _real(field: Field, node: Value, names: Names) -> Any:
    if isinstance(node, Scalar) and (type(node.value) is int or (node.value is None and field.default is None)):
        return node.value
    return float(_number(node, names, field))


def _truth(field: Field, node: Value, names: Names) -> bool:
    if isinstance(node, Scalar) and isinstance(node.value, bool):
        return node.value
    text = str(node.value).lower() if isinstance(node, Scalar) else ""
    better = {"yes": True, "on": True, "1": True, "true": True, "no": False, "off": False, "0": False, "false": False}
    raise FieldError(
        node,
        f"{field.name} must be true or false, not {kind_of(node)}",
        (better[text],) if text in better else (),
    )


def _choice(field: Field, node: Value, names: Names) -> str:
    value = node.value if isinstance(node, Scalar) else None
    if value in field.words:
        return value  # type: ignore[return-value]
    folded = {word.lower(): word for word in field.words}
    near = get_close_matches(str(value).lower(), folded, n=2, cutoff=0.5)
    known = ", ".join(field.words)
    says = f"{field.name} must be one of {known}; not {kind_of(node)}"
    raise FieldError(node, says, tuple(folded[word] for word in near))


def _text(field: Field, node: Value, names: Names) -> str | None:
    if isinstance(node, Scalar) and (isinstance(node.value, str) or node.value is None):
        return node.value
    raise FieldError(node, f"{field.name} must be text, not {kind_of(node)}")


def read_words(node: Value) -> tuple[str, ...]:
    """A word, or a list of words; FieldError where something else stands there."""
    each = node.items if isinstance(node, Items) else [node]
    if not all(isinstance(word, Scalar) and isinstance(word.value, str) for word in each):
        raise FieldError(node, "must be a name, or a list of names")
    return tuple([word.value for word in each if isinstance(word, Scalar)])


def _shape(field: Field, node: Value, names: Names) -> Shape | None:
    if isinstance(node, Scalar) and node.value is None and not field.required:
        return None
    return read_shape(node, names, field.name)


def read_shape(node: Value, names: Names, what: str) -> Shape:
    """A shape: `56x56x256`, `[56, 56, 256]`, or a single number of features."""
    least = Field(what, "whole", least=1)
    if isinstance(node, Scalar) and isinstance(node.value, str):
        parts = node.value.lower().replace("×", "x").split("x")
        if len(parts) in (2, 3) and all(SIDE.fullmatch(part.strip()) for part in parts):
            items = [Scalar(node.place, int(part)) for part in parts]
            node = Items(node.place, True, items)  # type: ignore[arg-type]
    whole = whole_list(node)
    if whole is not None:
        return Shape(*[whole_number(least, item, names) for item in whole.items])
    if isinstance(node, Items):
        if not 1 <= len(node.items) <= MOST_SIDES:
            raise FieldError(node, f"{what} must have 1 to {MOST_SIDES} sizes, not {len(node.items)}")
        return Shape(1, *[whole_number(least, item, names) for item in node.items])
    return Shape(1, whole_number(least, node, names))


def _weights(field: Field, node: Value, names: Names) -> tuple[Weight, ...]:
    """Named weights of an opaque layer: a mapping from names to shapes, or to a role and a shape."""
    if not isinstance(node, Pairs):
        raise FieldError(node, f"{field.name} must be a mapping from names to shapes, as {{kernel: [3, 3, 64]}}")
    size, found = Field(field.name, "whole", least=0), []
    for key, value in node.pairs:
        role = TRAINABLE
        if isinstance(value, Pairs) and len(value.pairs) == 1:
            said, value = value.pairs[0]
            role = _ROLES.get(str(said.value), "")
            if not role:
                raise FieldError(said, f"{field.name}: {key.value!r:.40} is frozen, moving or untold")
        sizes = value.items if isinstance(value, Items) else [value]
        found.append(Weight(str(key.value), tuple(whole_number(size, each, names) for each in sizes), role))
    return tuple(found)


_ROLES = {"frozen": FROZEN, "moving": MOVING, "untold": UNTOLD}


def _fraction(field: Field, node: Value, names: Names) -> Fraction:
    value = _number(node, names, field)
    if not 0 < value <= 1:
        raise FieldError(node, f"{field.name} must be above 0 and at most 1, not {value}")
    return value


def kind_of(node: Value) -> str:
    """What stands there, in words and with its value if it is short."""
    if isinstance(node, Items):
        return "a list"
    if isinstance(node, Pairs):
        return "a mapping"
    return "nothing" if node.value is None else {True: "true", False: "false"}.get(node.value, f"{node.value!r:.40}")


def _short(node: Value, value: Fraction) -> str:
    text = str(node.value) if isinstance(node, Scalar) else ""
    return f"{text:.40}" if isinstance(node, Scalar) and not isinstance(node.value, str) else f"{text:.40} = {value}"


_READ = {
    "whole": whole_number,
    "wholes": _wholes,
    "number": _real,
    "truth": _truth,
    "choice": _choice,
    "text": _text,
    "plain": _plain,
    "numbers": _numbers,
    "layer": _layer,
    "shape": _shape,
    "weights": _weights,
    "fraction": _fraction,
}
