"""What a person asks of a network beside its name, and a graph's inputs under other sizes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from .dim import Dim, dimension, is_number
from .errors import UsageError
from .frozen import NamedTuple, replace
from .graph import Graph
from .measurement import walk
from .ops.base import Op
from .ops.input import Input
from .ops.opaque import Opaque
from .shape import Shape, spell


class Request(NamedTuple):
    """What a person asks of a target, beside its name.

    `input` is (height, width), (height, width, channels), a whole `Shape`, or whole shapes by the inputs'
    names; None is the target's own, and so for `classes` and `batch`. `style`, `options` and `channels` are
    for registered networks; `trust` are packages whose code a file may run; `arguments` are those of a factory.
    """

    input: tuple[Dim, ...] | Mapping[str, tuple[Dim, ...]] | None = None
    classes: Dim | None = None
    trust: tuple[str, ...] = ()
    batch: Dim | None = None
    style: str | None = None
    options: Mapping[str, Any] = MappingProxyType({})
    channels: int | None = None
    arguments: Mapping[str, Any] = MappingProxyType({})


def sizes_of(given: Any) -> tuple[Dim, ...] | Mapping[str, tuple[Dim, ...]] | None:
    """An input as people give it in Python, as (height, width[, channels]), a whole shape, or shapes by name.

    >>> sizes_of(224), sizes_of([224, 320])
    ((224, 224), (224, 320))
    """
    if given is None or isinstance(given, (Mapping, Shape)):
        return given
    if isinstance(given, (tuple, list)):
        if len(given) not in (2, 3):
            raise UsageError(
                f"input must be a size, (height, width), (height, width, channels), a whole Shape, "
                f"or shapes by name, not {given!r}"
            )
        return tuple(dimension(size, "the input's size") for size in given)
    size = dimension(given, "the input's size")
    return (size, size)


def how_to_close(graph: Graph) -> str:
    """What to type for the inputs of a graph that leaves sizes open.

    >>> from resnet_analyzer.graph import GraphBuilder
    >>> build = GraphBuilder("two")
    >>> _ = build.input(Shape(1, 8), "a"), build.input(Shape(1, 9), "b")
    >>> how_to_close(build.graph())
    '--input a=1x8 --input b=1x9'
    """
    inputs = [(node.name, node.op.shape) for node in graph.inputs if len(node.op.shape)]  # type: ignore[attr-defined]
    if len(inputs) == 1 and len(inputs[0][1]) == 4:
        return "--input 224"
    return " ".join(f"--input {name}={'x'.join(map(_example, shape))}" for name, shape in inputs)


def _example(size: Dim) -> str:
    return str(size) if is_number(size) else "128"


def resized(graph: Graph, given: tuple[Dim, ...] | Mapping[str, tuple[Dim, ...]]) -> Graph:
    """The same graph with other inputs: (height, width[, channels]) of the only image, or whole shapes by name.

    An unnamed size fills the axes that the first op that slides over the input names by its
    `data_format`. UsageError where a name is none of its inputs, a shape disagrees with an axis that
    the model fixes, or an unnamed size has no image to go to.
    """
    shapes = {node.name: node.op.shape for node in graph.inputs}  # type: ignore[attr-defined]
    if isinstance(given, Mapping):
        new = named_shapes(graph.name, given, shapes)
    else:
        name, shape = _only_image(graph, shapes)
        sizes = list(shape)
        places = (2, 3, 1) if graph.data_format == "channels_first" else (1, 2, 3)
        for place, size in zip(places, given, strict=False):
            sizes[place] = dimension(size, f"the size of {name}")
        new = {name: Shape(*sizes)}
    return graph.replaced({name: Input(shape) for name, shape in new.items()})


def _only_image(graph: Graph, shapes: Mapping[str, Shape]) -> tuple[str, Shape]:
    (name, shape), *others = shapes.items()
    if others or len(shape) != 4:
        told = ", ".join(f"{name} ({spell(shape)})" for name, shape in shapes.items())
        raise UsageError(
            f"{graph.name}: a size alone fits a model of one image; this one reads {told}. "
            f"Name the input, with its whole shape, batch first: {how_to_close(graph)}"
        )
    return name, shape


def named_shapes(model: str, given: Mapping[str, tuple[Dim, ...]], shapes: Mapping[str, Shape]) -> dict[str, Shape]:
    """Whole shapes by the inputs' names; an axis of 1 in front, and those that are no numbers, may change."""
    found = {}
    for name, sizes in given.items():
        if name not in shapes:
            raise UsageError(f"{model}: there is no input {name!r}. Its inputs: {', '.join(shapes)}.")
        own = shapes[name]
        if len(sizes) != len(own):
            raise UsageError(
                f"{model}: input {name} has {len(own)} axes, the batch first ({_written(own)}), not {len(sizes)}"
            )
        found[name] = Shape(*[dimension(size, f"input {name}") for size in sizes])
    return found


def _written(shape: Shape) -> str:
    return "x".join(map(str, shape))


def seen_as_it_stands(graph: Graph) -> Graph:
    """The same graph, whose layers of unknown cost know at which inputs their shape was seen: those that it has now.

    At other sizes their shape is then unknown, and not frozen.
    """
    ops: dict[str, Op] = {}
    for row in walk(graph, failed=lambda row, check: None):
        op = row.node.op
        if isinstance(op, Opaque) and op.output is not None and not op.seen and None not in row.inputs:
            ops[row.name] = replace(op, seen=row.inputs)
    return graph.replaced(ops)
