"""The networks that a number may be of, where a name is all that somebody says: styles, shortcuts, heads, sizes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..architectures.base import Architecture
from ..errors import AnalyzerError
from ..frozen import NamedTuple
from ..graph import Graph
from ..measurement import Measurement, measure

SHORTCUTS = ("A", "B", "C", "none")
CLASSES = (10, 100, 1000)
SIZES = (32, 64, 128, 160, 192, 224, 240, 256, 288, 299, 320, 384, 448, 480, 512, 600, 640)
STYLE, HEAD, CLASS, SIZE, SHORTCUT = 1, 2, 3, 3, 3  # how unusual each is: the smaller, the likelier


class Variant(NamedTuple):
    """A network that a number may be of: its label, its style, what is unusual in it, and itself measured.

    `sized` tells that only its size is another one: its parameters are those of the network asked for.
    """

    label: str
    style: str
    far: int
    measured: Measurement
    sized: bool = False


def variants(target: Any) -> tuple[Variant, ...]:
    """The network asked for, and for a registered one its other styles (`target` as `targets.resolve` gives it)."""
    architecture: Architecture | None = target.architecture
    own = measure(target.graph)
    if architecture is None:
        return (Variant(target.graph.name, "", 0, own),)
    found = [Variant(f"{architecture.name}@{target.style}", target.style, 0, own)]
    for style in architecture.styles:
        if style != target.style:
            found += _measured(f"{architecture.name}@{style}", style, STYLE, _built(target, style))
    return tuple(found)


def farther(target: Any) -> Iterator[Variant]:
    """Less likely ones: without the head, with other classes, shortcuts, at other sizes; each in every style."""
    for near in variants(target):
        yield from _measured(f"{near.label}, without its head", near.style, near.far + HEAD, headless(near.measured))
        if target.architecture is not None:
            yield from _optional(target, near)
        yield from _resized(near)


def _optional(target: Any, near: Variant) -> Iterator[Variant]:
    asked, options = target.request, target.architecture.options
    for classes in CLASSES if target.architecture.classes else ():
        if classes != (asked.classes or target.architecture.classes):
            graph = _built(target, near.style, classes)
            yield from _measured(f"{near.label}, {classes:,} classes", near.style, near.far + CLASS, graph)
    for shortcut in SHORTCUTS if "shortcut" in options else ():
        if shortcut != asked.options.get("shortcut", options["shortcut"]):
            graph = _built(target, near.style, asked.classes, shortcut=shortcut)
            yield from _measured(f"{near.label}, shortcut {shortcut}", near.style, near.far + SHORTCUT, graph)


def _resized(near: Variant) -> Iterator[Variant]:
    """At other sizes, where there is one image to resize and no size is baked into the layers."""
    graph = near.measured.graph
    shape: Any = graph.inputs[0].op.shape if len(graph.inputs) == 1 else ()  # type: ignore[attr-defined]
    if len(shape) != 4 or graph.about.get("sizes") == "of the file":
        return
    rows, columns = (1, 2) if graph.data_format != "channels_first" else (2, 3)
    for size in SIZES:
        if (shape[rows], shape[columns]) != (size, size):
            other = graph.with_input(shape.with_size(rows, size).with_size(columns, size))
            found = _measured(f"{near.label}, input {size}", near.style, near.far + SIZE, other)
            yield from (each._replace(sized=True) for each in found)


def _built(target: Any, style: str, classes: Any = None, **options: Any) -> Graph | None:
    """The registered network in a style, with some options changed; None where it does not come so."""
    asked, shape = target.request, target.graph.inputs[0].op.shape
    chosen = asked.classes if classes is None else classes
    try:
        return target.architecture.graph(shape, chosen, style, **{**asked.options, **options})  # type: ignore[no-any-return]
    except (AnalyzerError, TypeError):
        return None


def _measured(label: str, style: str, far: int, graph: Graph | None) -> Iterator[Variant]:
    try:
        if graph is not None:
            yield Variant(label, style, far, measure(graph))
    except AnalyzerError:
        return


def headless(measured: Measurement) -> Graph | None:
    """A network up to its last feature map, as `include_top=False` leaves it; None for one that has no head.

    >>> import resnet_analyzer as ra
    >>> ra.measure(headless(ra.measure("resnet50@keras"))).totals.all_params   # keras.io: 23,587,712
    23587712
    """
    graph = measured.graph
    rank = len(graph.inputs[0].op.shape) if graph.inputs else 0  # type: ignore[attr-defined]
    outputs = [row.cost.output for row in measured.rows]
    maps = [place for place, output in enumerate(outputs) if output is not None and len(output) == rank > 2]
    if not maps or maps[-1] + 1 == len(graph.nodes):
        return None
    return Graph(graph.name, graph.nodes[: maps[-1] + 1], graph.about)
