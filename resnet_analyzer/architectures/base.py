"""What a registered architecture is, and how a name with options becomes a graph."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from inspect import signature
from types import MappingProxyType
from typing import Any

from ..dim import Dim, dimension
from ..errors import UnknownName, UsageError
from ..frozen import Frozen, NamedTuple
from ..graph import Graph
from ..registry import Registry
from ..shape import Shape

HINT = (
    "See: resnet-analyze list. Others: a file (model.keras, net.onnx, net.pt2), or a framework's own, as "
    "torchvision.models:mobilenet_v2 or keras.applications:MobileNetV2"
)
ARCHITECTURES: Registry[Architecture] = Registry("architecture", __package__, HINT)


class Published(NamedTuple):
    """A number that somebody printed about a network, and where.

    `figure` is a field of `measure.Totals`; `value` the printed number; `tolerance` half a unit of its
    last digit (0: exact); `settings` the options under which it holds, where they are not the
    defaults; `note` says why our figure differs, where it does.
    """

    figure: str
    value: int
    source: str
    tolerance: int = 0
    settings: Mapping[str, Any] = {}
    note: str = ""


class Architecture(Frozen):
    """A network that is known by name: a family's builder with its settings, and what was published.

    `build(name, shape, classes, style=…, **options)` makes the graph; `settings` are the options that
    make this network of the family (and may be overridden), `styles` those that it comes in, the
    first one by default.
    """

    name: str
    title: str
    build: Callable[..., Graph]
    settings: Mapping[str, Any] = MappingProxyType({})
    styles: tuple[str, ...] = ("paper",)
    input: tuple[int, int, int] = (224, 224, 3)
    classes: int = 1000
    source: str = ""
    remark: str = ""
    published: tuple[Published, ...] = ()

    def __repr__(self) -> str:
        return f"<Architecture {self.name}: {self.title}>"

    @property
    def options(self) -> dict[str, Any]:
        """What can be set, by name, with the value that it has here."""
        parameters = list(signature(self.build).parameters.values())[3:]
        defaults = {each.name: each.default for each in parameters if each.name != "style"}
        return {**defaults, **self.settings}

    def graph(
        self,
        input: int | tuple[Dim, ...] | Shape | None = None,
        classes: Dim | None = None,
        style: str | None = None,
        **options: Any,
    ) -> Graph:
        """The network as a graph; see `architecture`."""
        chosen = self._style(style)
        known = self.options
        for name in options:
            if name not in known:
                raise UnknownName(f"option of {self.name}", name, known)
        count = self.classes if classes is None else dimension(classes, f"{self.name}: classes")
        if classes is not None and not self.classes:
            raise UsageError(f"{self.name} is a block without a classifier: it has no classes to set")
        shape = input_shape(input, self.input)
        graph = self.build(self.name, shape, count, style=chosen, **{**self.settings, **options})
        about: dict[str, Any] = {
            "title": self.title,
            "style": chosen,
            "classes": count,
            "source": self.source,
            "remark": self.remark,
        }
        about = {key: value for key, value in about.items() if key == "classes" or value}
        return Graph(graph.name, graph.nodes, {**about, **graph.about})

    def _style(self, style: str | None) -> str:
        if style is None:
            return self.styles[0]
        if style not in self.styles:
            raise UsageError(f"{self.name} has no style {style!r}. It comes in: {', '.join(self.styles)}.")
        return style


def input_shape(given: int | tuple[Dim, ...] | Shape | None, default: tuple[int, int, int]) -> Shape:
    """The input's shape from a size, (height, width), (height, width, channels), a whole `Shape`, or nothing.

    UsageError, with what was given, for anything else.

    >>> input_shape(64, (224, 224, 3)), input_shape((32, 48), (224, 224, 3))
    (Shape(1, 64, 64, 3), Shape(1, 32, 48, 3))
    """
    if given is None:
        return Shape(1, *default)
    if type(given) is Shape:
        sizes = tuple(given)
    elif isinstance(given, (tuple, list)):
        sizes = (1, *given, *default[len(given) :]) if len(given) in (2, 3) else ()
    else:
        sizes = (1, given, given, default[2])
    if len(sizes) != 4:
        raise UsageError(f"input must be a size, (height, width) or (height, width, channels), not {given!r}")
    names = ("the batch", "the input's height", "the input's width", "the input's channels")
    return Shape(*[dimension(size, name) for size, name in zip(sizes, names, strict=True)])


PATTERNS: list[tuple[re.Pattern[str], Callable[..., Architecture]]] = []


def pattern(regex: str) -> Callable[[Callable[..., Architecture]], Callable[..., Architecture]]:
    """Register the decorated function as the maker of all networks whose name matches `regex`.

    It gets the groups as whole numbers, and raises UsageError where they make no network.
    """

    def add(make: Callable[..., Architecture]) -> Callable[..., Architecture]:
        PATTERNS.append((re.compile(regex, re.ASCII), make))
        return make

    return add


def find(name: str) -> Architecture:
    """The registered network of that name, or the one that a family makes of it (`wrn22_8`, `resnet38`).

    UnknownName, with the nearest names, if there is neither.
    """
    if not isinstance(name, str):
        raise UsageError(f"a network is given by its name, as resnet50, not {name!r:.60}")
    known = ARCHITECTURES.find(name)
    if known is not None:
        return known
    spelled = name.lower().replace("-", "_")
    for regex, make in PATTERNS:
        match = regex.fullmatch(spelled)
        if match:
            return make(*[int(group) for group in match.groups()])
    return ARCHITECTURES[name]


def register(architecture: Architecture) -> Architecture:
    """Add a network to the table of architectures."""
    return ARCHITECTURES.add(architecture.name, architecture)


def architecture(
    name: str,
    input: int | tuple[Dim, ...] | Shape | None = None,
    classes: Dim | None = None,
    style: str | None = None,
    **options: Any,
) -> Graph:
    """The graph of a registered network at any input size, number of classes, style and options.

    `input` is a size, (height, width) or (height, width, channels); None is what the network was made
    for. Dimensions may be numpy arrays or symbols. UnknownName for a name, style or option that is not there.

    >>> len(architecture("resnet50", input=224))
    175
    """
    return find(name).graph(input, classes, style, **options)
