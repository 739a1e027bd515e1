"""A network with holes: which of its whole numbers may vary, and how values become a graph.

The names are those of the options: `n` (a square input) or `h` and `w`, `channels`, `classes`, `batch`, and
every whole-number option of the family; an option that holds several numbers gives one name each
(`blocks1`, `blocks2` …). A design has its own `variables` beside the sizes; one that is called as a size is
(`w`) is `variable_w` here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ...architectures.base import Architecture
from ...dim import Dim, is_number, is_symbol
from ...errors import CheckFailed, UnknownName, UsageError
from ...graph import Graph
from ...measurement import Measurement, measure
from ...ops.input import Input
from ...shape import Shape, is_map
from ...targets import Target, is_design, load, resolve

ALIASES = {"growth": "growth_rate", "height": "h", "batch_size": "batch"}
SIZES = ("n", "h", "w")
INPUT = (*SIZES, "channels", "batch")  # what a network's variables are called whatever it is


@dataclass(frozen=True, eq=False)
class Recipe:
    """A network and everything in it that may vary, each with the value that it has unless another is given.

    `make(values)` builds the graph; `tuples` tells how many numbers an option of several has; `style`
    and `title` are for people; `varied(settings)` is the recipe with other
    options of the family, `options` what they are.
    """

    name: str
    title: str
    make: Callable[[Mapping[str, Dim]], Graph]
    defaults: Mapping[str, int]
    tuples: Mapping[str, int]
    style: str = ""
    varied: Callable[[Mapping[str, Any]], Recipe] | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Recipe of {self.name} in {len(self.variables)} variables>"

    def graph(self, values: Mapping[str, Dim]) -> Graph:
        """The graph at these values, the rest as given; UnknownName for a name that is none."""
        for name in values:
            if name not in self.defaults and name != "n":
                raise UnknownName(f"variable of {self.name}", name, self.variables)
        return self.make(self.full(values))

    def measured(self, values: Mapping[str, Dim]) -> Measurement:
        """The graph at these values, measured: with plain numbers this is the integer path."""
        return measure(self.graph(values), values.get("batch", self.defaults.get("batch", 1)))

    def full(self, values: Mapping[str, Dim]) -> dict[str, Dim]:
        """Every variable with its value; `n` stands for both sides of the input."""
        if "n" in values and ("h" in values or "w" in values):
            raise UsageError("n is both sides of a square input: give n, or h and w")
        sides = {"h": values["n"], "w": values["n"]} if "n" in values else {}
        return {**self.defaults, **sides, **{name: value for name, value in values.items() if name != "n"}}

    @property
    def variables(self) -> list[str]:
        """The names that may vary, `n` first."""
        return [*(["n"] if "h" in self.defaults else []), *self.defaults]

    def expanded(self, names: list[str]) -> list[str]:
        """Names as people give them, in full: `growth` for growth_rate, `blocks` for blocks1, blocks2 …

        `n` alone, where there is none, stands for all sizes that the model leaves open.
        UnknownName, with the nearest ones, for what cannot vary.
        """
        if list(names) == ["n"] and "n" not in self.variables:
            names = [name for name in self.variables if name != "batch"]
        found: dict[str, None] = {}
        for name in names:
            plain = name.strip() if name.strip() in self.defaults else ALIASES.get(name.strip(), name.strip())
            plain = plain if plain in self.defaults else plain.replace("-", "_")
            if plain in self.tuples:
                found |= dict.fromkeys(f"{plain}{i + 1}" for i in range(self.tuples[plain]))
            elif plain in self.variables:
                found[plain] = None
            else:
                known = [*self.variables, *self.tuples]
                told = len(known) <= 12 and not UnknownName("", name, known).near  # the error tells them itself
                raise UnknownName(f"variable of {self.name}", name, known, "" if told else self._known())
        return list(found)

    def _known(self) -> str:
        """The names that may vary, for a person: parts of an option of several by its one name."""
        parts = {f"{name}{i + 1}" for name, count in self.tuples.items() for i in range(count)}
        short = {"growth_rate": "growth"}
        names = [short.get(name, name) for name in [*self.variables, *self.tuples] if name not in parts]
        return f"Variables: {', '.join(names)}."

    def value(self, name: str) -> int:
        """What a variable is here; of n the height."""
        return self.defaults["h" if name == "n" else name]


def recipe_of(
    architecture: Architecture,
    input: tuple[int, int, int] | None = None,
    classes: int | None = None,
    style: str | None = None,
    settings: Mapping[str, Any] | None = None,
    batch: int = 1,
) -> Recipe:
    """The recipe of a registered network under these options."""
    height, width, channels = input or architecture.input
    options = {**architecture.options, **(settings or {})}
    tuples = {name: len(value) for name, value in options.items() if _numbers(value)}
    scores = {"classes": classes or architecture.classes} if classes or architecture.classes else {}  # a block has none
    sizes = {"h": height, "w": width, "channels": channels, **scores, "batch": batch}
    singles = {name: value for name, value in options.items() if type(value) is int and name not in sizes}
    parts = {f"{name}{i + 1}": value for name in tuples for i, value in enumerate(options[name])}
    names = set(singles)

    def make(values: Mapping[str, Dim]) -> Graph:
        changed = {name: value for name, value in values.items() if name in names and value is not singles[name]}
        for name, count in tuples.items():
            changed[name] = tuple(values[f"{name}{i + 1}"] for i in range(count))
            if changed[name] == options[name]:
                del changed[name]
        shape = (values["h"], values["w"], values["channels"])
        return architecture.graph(shape, values.get("classes"), style, **{**(settings or {}), **changed})

    def varied(more: Mapping[str, Any]) -> Recipe:
        return recipe_of(architecture, input, classes, style, {**(settings or {}), **more}, batch)

    defaults, chosen = {**sizes, **singles, **parts}, style or architecture.styles[0]
    return Recipe(architecture.name, architecture.title, make, defaults, tuples, chosen, varied, options)


def _numbers(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and all(type(part) is int for part in value)


def recipe_of_graph(graph: Graph, batch: int = 1) -> Recipe:
    """The recipe of a loaded network: its input's size and the batch may vary; else what its inputs leave open.

    Sizes that the file leaves open count as 224, those of other inputs than one feature map as 128. UsageError
    where nothing may vary.
    """
    inputs = graph.inputs
    shape = inputs[0].op.shape if len(inputs) == 1 else None  # type: ignore[attr-defined]
    title = graph.about.get("title", graph.name)
    if not is_map(shape):
        make, sizes = _by_own_names(graph, batch)
        return Recipe(graph.name, title, make, sizes, {}, graph.about.get("style", ""))
    names = ("channels", "h", "w") if graph.data_format == "channels_first" else ("h", "w", "channels")
    sides = {name: size if type(size) is int else 224 for name, size in zip(names, shape[1:], strict=True)}

    def make_sides(values: Mapping[str, Dim]) -> Graph:
        sizes = [values[name] for name in names]
        if graph.about.get("sizes") == "of the file":
            return _read_again(graph, {inputs[0].name: Shape(values.get("batch", 1), *sizes)})
        return graph.with_input(Shape(1, *sizes))

    return Recipe(graph.name, title, make_sides, {**sides, "batch": batch}, {}, graph.about.get("style", ""))


def _read_again(graph: Graph, shapes: Mapping[str, tuple[Dim, ...]]) -> Graph:
    """A file whose ops hold what follows from the sizes of its inputs, at others."""
    return load(graph.about["source"], shapes, arguments=graph.about.get("arguments"))  # type: ignore[arg-type]


def _by_own_names(graph: Graph, batch: int) -> tuple[Callable[[Mapping[str, Dim]], Graph], dict[str, int]]:
    """A network of sequences or several inputs: the sizes that it leaves open vary, under their own names.

    With a single input its batch varies too. UsageError where nothing does.
    """
    shapes = {node.name: node.op.shape for node in graph.inputs}  # type: ignore[attr-defined]
    names = dict.fromkeys(str(size) for shape in shapes.values() for size in shape if is_symbol(size))
    if not names:
        raise UsageError(f"{graph.name}: a formula needs an input that is a feature map, or leaves a size open")
    alone = len(shapes) == 1

    def make(values: Mapping[str, Dim]) -> Graph:
        sizes = {name: [values.get(str(size), size) for size in shape] for name, shape in shapes.items()}
        if alone:
            next(iter(sizes.values()))[0] = values.get("batch", 1)
        found = {name: Shape(*each) for name, each in sizes.items()}
        if graph.about.get("sizes") == "of the file":
            return _read_again(graph, found)
        return graph.replaced({name: Input(shape) for name, shape in found.items()})

    return make, {**dict.fromkeys(names, 128), **({"batch": batch} if alone else {})}


def recipe_of_target(found: Target, batch: int = 1) -> Recipe:
    """How a resolved target may vary."""
    if found.architecture is None:
        return recipe_of_design(found, batch) if is_design(found.name) else recipe_of_graph(found.graph, batch)
    size = found.graph.inputs[0].op.shape[1:]  # type: ignore[attr-defined]
    request = found.request
    return recipe_of(found.architecture, size, request.classes, request.style, request.options, batch)


def recipe_of_design(found: Target, batch: int) -> Recipe:
    """The recipe of a design: the sizes of its input, its variables, its classes; new values read the file again.

    A variable that is an expression over others follows them, and is none of its own.
    """
    from ...design import examine

    request = found.request
    header = examine(found.name, None, request.classes, request.options).header
    own = dict(header.varying)
    classed = "classes" in header.nodes and "classes" not in own and is_number(header.classes)
    if classed:
        own["classes"] = header.classes
    names = {variable_name(name): name for name in own}
    plain = request._replace(classes=None) if classed else request

    def again(values: Mapping[str, Dim]) -> Recipe:
        settings = {name: values[called] for called, name in names.items()}
        asked = plain._replace(options={**request.options, **settings})
        last = "channels" in sizes.defaults and found.graph.data_format != "channels_first"
        if last and values["channels"] is not sizes.defaults["channels"]:
            sides = sizes.defaults["h"], sizes.defaults["w"]  # expressions may ask for the input's channels
            asked = asked._replace(input=(*sides, values["channels"]), channels=None)
        try:
            graph = resolve(found.name, asked, whole=False).graph
        except UsageError as error:  # which the file's own values do not raise
            raise CheckFailed(found.graph.name, str(error)) from None
        return _recipe_of_sizes(graph, batch, bool(names))

    sizes = _recipe_of_sizes(found.graph, batch, bool(names))
    defaults = {**sizes.defaults, **{called: own[name] for called, name in names.items()}}
    return replace(sizes, make=lambda values: again(values).make(values), defaults=defaults)


def _recipe_of_sizes(graph: Graph, batch: int, lenient: bool) -> Recipe:
    """The recipe in a graph's sizes; of one without such, if `lenient`, in its batch."""
    try:
        return recipe_of_graph(graph, batch)
    except UsageError:
        if not lenient:
            raise
        title = graph.about.get("title", graph.name)
        return Recipe(graph.name, title, lambda _: graph, {"batch": batch}, {}, graph.about.get("style", ""))


def variable_name(name: str) -> str:
    """What a design's variable is called beside the sizes of the input.

    >>> variable_name("width"), variable_name("w")
    ('width', 'variable_w')
    """
    return f"variable_{name}" if name in INPUT else name
