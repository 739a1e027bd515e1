"""The top of a design file: everything but its layers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from ..architectures.residual_style import STYLES
from ..dim import Dim, dimension, is_number, is_symbol
from ..errors import UnknownName, UsageError
from ..frozen import NamedTuple
from ..shape import Shape
from ._edit import Suggestion, replace
from ._entry import Problem, kind_named, near_words, quoted, renames
from ._expression import LIMIT, evaluate
from ._fields import Field, FieldError, kind_of, read_value
from ._ratio import Ratio
from ._ratio import Value as Amount
from ._text import Items, Pairs, Place, Scalar, Text, Value
from ._vocabulary import BLOCK

STYLE_NAMES = tuple(name for name in STYLES if name != "keras_v2")
TEXTS = ("title", "source", "remark", "says")
TOP = {
    "design": Field("design", "text", says="the network's name"),
    "title": Field("title", "text", says="its display name"),
    "source": Field("source", "text", says="its source"),
    "remark": Field("remark", "text"),
    "says": Field("says", "text", says="a note for the title line"),
    "style": Field("style", "choice", default="paper", words=STYLE_NAMES, says="how blocks are written and named"),
    "input": Field("input", "shape", says="224, 224x320 or 224x320x3; without it 224"),
    "channels": Field("channels", "whole", default=3, least=1, says="channels of the input"),
    "classes": Field("classes", "whole", least=0, says="number of outputs of the last layer"),
    "variables": Field("variables", "variables", says="numbers by name, for expressions: width: 64"),
    "defaults": Field("defaults", "defaults", says="default settings of every stage and block"),
    "layers": Field("layers", "layers", True, says="the layers in order; each reads the one before"),
    "budgets": Field("budgets", "budgets", says='limits: {params: "<= 26M", macs: "<= 4.2G"}'),
    "expect": Field("expect", "expect", says="exact figures, shapes by layer: {params: 25557032, conv1: 112x112x64}"),
    "like": Field("like", "text", says="the registered network that it must equal"),
}  # fmt: skip


class Overrides(NamedTuple):
    """What the caller says instead of the file: (height, width) or (height, width, channels), and the classes.

    None leaves what the file says. `variables` are values of the file's variables by name.
    """

    input: tuple[Dim, ...] | None = None
    classes: Dim | None = None
    variables: Mapping[str, Any] = MappingProxyType({})


@dataclass(eq=False)
class Header:
    """What the top of a file says; `nodes` are its values by key.

    `variables` are all names of expressions, `varying` those that stand for a plain whole number of the file's own.
    """

    name: str = "design"
    style: str = "paper"
    input: Shape | None = None
    classes: int = 0
    about: dict[str, Any] = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)
    varying: dict[str, int] = field(default_factory=dict)
    defaults: list[tuple[Scalar, Value]] = field(default_factory=list)
    layers: Items | None = None
    budgets: Value | None = None
    expect: Value | None = None
    like: str = ""
    nodes: dict[str, Value] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Header of {self.name:.40}: {len(self.nodes)} keys>"

    @property
    def input_place(self) -> Place:
        """Where the input's size is said."""
        return self.nodes["input"].place if "input" in self.nodes else Place()


def read_header(source: Text, sizes: Overrides, problems: list[Problem]) -> Header:
    """The top of a design, as far as it can be read; the rest is noted."""
    header = Header()
    for key, value in source.root.pairs:
        name = str(key.value)
        if name not in TOP:
            near = near_words(name, [each for each in TOP if source.root.get(each) is None])
            known = f"Did you mean {' or '.join(near)}?" if near else f"Known: {', '.join(TOP)}."
            says = f"unknown key {quoted(name)}. {known}"
            problems.append(Problem("unknown key", says, key.place, "", renames(source, key, near)))
            if near:  # read as what it may mean, so that what follows from the word is not told as well
                header.nodes.setdefault(near[0], value)
        else:
            header.nodes[name] = value
    _variables(source, header, sizes.variables, problems)
    sizes = _of_classes(header, sizes)
    for name in ("design", *TEXTS, "style", "like", "budgets", "expect", "layers", "defaults"):
        if name in header.nodes:
            _SET.get(name, _plain)(source, header, name, problems)
    if "layers" not in header.nodes:
        says = "a design needs the key `layers`: a list with one entry per layer"
        problems.append(Problem("missing", says, source.root.place))
    _sizes(source, header, sizes, problems)
    return header


def _value(source: Text, header: Header, name: str, problems: list[Problem]) -> Any:
    """The value of a key; its default, and a problem noted, where there is none."""
    try:
        return read_value(TOP[name], header.nodes[name], header.variables)
    except FieldError as error:
        edits = [(better, replace(source, error.node, better)) for better in error.better]
        suggestions = tuple(Suggestion(f"{name}: {better}", each) for better, each in edits if each)
        problems.append(Problem("value", error.says, error.node.place, "", suggestions))
        return TOP[name].default


def _plain(source: Text, header: Header, name: str, problems: list[Problem]) -> None:
    node = header.nodes[name]
    if isinstance(node, Scalar) and type(node.value) is int:
        node = header.nodes[name] = Scalar(node.place, str(node.value))
    text = _value(source, header, name, problems)
    if text is None:
        return
    if not text.isprintable() or len(text) > 400:
        problems.append(Problem("value", f"{name} must be at most 400 printable characters", node.place))
    elif name in TEXTS:
        header.about[name] = text
    elif name == "design":
        header.name = text
    else:
        header.like = text


def _style(source: Text, header: Header, name: str, problems: list[Problem]) -> None:
    header.style = _value(source, header, name, problems)


def _kept(source: Text, header: Header, name: str, problems: list[Problem]) -> None:
    setattr(header, name, header.nodes[name])


def _layers(source: Text, header: Header, name: str, problems: list[Problem]) -> None:
    node = header.nodes[name]
    if isinstance(node, Items) and node.items:
        header.layers = node
        return
    says = f"layers must be a list with at least one layer, not {kind_of(node)}"
    problems.append(Problem("layers", says, node.place))


def _defaults(source: Text, header: Header, name: str, problems: list[Problem]) -> None:
    node = header.nodes[name]
    if not isinstance(node, Pairs):
        problems.append(Problem("value", f"defaults must be a mapping, not {kind_of(node)}", node.place))
        return
    for key, value in node.pairs:
        if key.value in BLOCK:
            header.defaults.append((key, value))
            continue
        near = near_words(str(key.value), list(BLOCK))
        says = f"unknown setting {quoted(str(key.value))}" + (f". Did you mean {near[0]}?" if near else "")
        problems.append(Problem("unknown key", says, key.place, "", renames(source, key, near)))


def _of_classes(header: Header, sizes: Overrides) -> Overrides:
    """The sizes, with `classes` among the variables as what it is; UnknownName for a name that is no variable."""
    for name in sizes.variables:
        if name == "classes" and name in header.nodes and name not in header.variables:
            if sizes.classes is not None:
                raise UsageError(f"{header.name}: classes is given twice")
            sizes = sizes._replace(classes=given_value(name, sizes.variables[name]))
        elif name not in header.variables:
            known = [*header.variables, *(["classes"] if "classes" in header.nodes else [])]
            raise UnknownName("variable of this design", name, known, "" if known else "It has no `variables`.")
    return sizes


def given_value(name: str, value: Any) -> Any:
    """A variable's value as a caller gives it: a number or a symbol; UsageError for anything else."""
    if is_symbol(value):
        return value
    if isinstance(value, float) and abs(value) < LIMIT:
        return Fraction(repr(value))
    try:
        number = dimension(value)
    except UsageError:
        number = None
    if not is_number(number) or abs(number) >= LIMIT:
        raise UsageError(f"{name} must be a number, not {value!r:.40}")
    return number


def _variables(source: Text, header: Header, given: Mapping[str, Any], problems: list[Problem]) -> None:
    node = header.nodes.get("variables")
    if node is None:
        return
    if not isinstance(node, Pairs):
        problems.append(Problem("value", f"variables must be a mapping, not {kind_of(node)}", node.place))
        return
    for key, value in node.pairs:
        name = str(key.value)
        try:
            if not name.isidentifier() or name == "index":
                raise FieldError(key, f"{quoted(name)} cannot be a variable's name: letters, digits and _")
            if name in given:
                header.variables[name] = found = given_value(name, given[name])
            else:
                header.variables[name] = found = _variable(name, value, header.variables)
            plain = not is_symbol(found) and not isinstance(found, Ratio) and found.denominator == 1
            if plain and (name in given or type(value.value) is int):  # type: ignore[union-attr]
                header.varying[name] = int(found)
        except FieldError as error:
            problems.append(Problem("value", error.says, error.node.place))


def _variable(name: str, node: Value, known: dict[str, Any]) -> Amount:
    if isinstance(node, Scalar) and isinstance(node.value, str):
        try:
            return evaluate(node.value, known)
        except UsageError as error:
            raise FieldError(node, f"{name}: {error}") from None
    if isinstance(node, Scalar) and type(node.value) in (int, float):
        return Fraction(repr(node.value))
    raise FieldError(node, f"{name} must be a number, not {kind_of(node)}")


def _sizes(source: Text, header: Header, sizes: Overrides, problems: list[Problem]) -> None:
    """Input and classes, as the file or else the caller says."""
    channels = _value(source, header, "channels", problems) if "channels" in header.nodes else None
    classes = _value(source, header, "classes", problems) if "classes" in header.nodes else None
    header.classes = sizes.classes if sizes.classes is not None else classes or 0
    if header.classes or "classes" in header.nodes:
        header.variables.setdefault("classes", header.classes)
        header.about["classes"] = header.classes
    if "style" in header.nodes:
        header.about["style"] = header.style
    if "input" in header.nodes:
        header.input = _map(_value(source, header, "input", problems), header.nodes["input"], channels, problems)
    elif not _begins_with_input(header.layers):
        header.input = Shape(1, 224, 224, channels or 3)
    if sizes.input is not None and header.input is not None:
        header.input = Shape(1, *sizes.input, *header.input[1 + len(sizes.input) :])
    if header.input is not None:
        header.variables.setdefault("channels", header.input[-1])


def _map(shape: Shape | None, node: Value, channels: int | None, problems: list[Problem]) -> Shape:
    """The input's shape from one, two or three sizes."""
    if shape is None:
        return Shape(1, 224, 224, channels or 3)
    if isinstance(node, Items) and len(shape) == 2:
        return shape  # [10]: a vector of ten features
    if len(shape) == 4:
        if channels not in (None, shape[3]):
            says = f"input has {shape[3]} channels, and channels says {channels}"
            problems.append(Problem("value", says, node.place))
        return shape
    return Shape(1, shape[1], shape[-1], channels or 3)


def _begins_with_input(layers: Items | None) -> bool:
    if layers is None:
        return False
    first = layers.items[0]
    words = [first.value] if isinstance(first, Scalar) else []
    words += [key.value for key, _ in first.pairs] if isinstance(first, Pairs) else []
    return any(found[0] == "input" for word in words if (found := kind_named(word)))


_SET = {"style": _style, "budgets": _kept, "expect": _kept, "layers": _layers, "defaults": _defaults}
