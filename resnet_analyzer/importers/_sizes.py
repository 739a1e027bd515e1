"""The shapes of a model's inputs: its own, and those that somebody asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..dim import Dim, is_number, symbol
from ..errors import UsageError
from ..graph import Graph
from ..ops.reshape import Permute
from ..shape import Shape, spell
from .records import Declared, Recorded

# (height, width[, channels]) of the only image; a whole `Shape` of the only input; or whole shapes by name
Sizes = tuple[Dim, ...] | Mapping[str, tuple[Dim, ...]] | None


def own_shapes(recorded: Recorded, sizes: Sizes) -> dict[str, Shape]:
    """The shapes that a model declares for its inputs; what it leaves open is a symbol, the batch 1.

    An input of which nothing is declared takes what is asked for: UsageError where that is not a whole shape.
    """
    shapes = _declared(recorded)
    sizes = by_name(recorded, sizes)
    own = {}
    number = 0
    for name, shape in shapes.items():
        if shape is None:
            own[name] = _whole(recorded, name, sizes)
            continue
        whole = isinstance(sizes, Mapping)
        shape = _filled(shape, sizes.get(name) if isinstance(sizes, Mapping) else sizes, whole)
        number += None in shape[1:]
        own[name] = _opened(shape, str(number) if number > 1 else "", _first_layout(recorded))
    return own


def by_name(recorded: Recorded, sizes: Sizes) -> Sizes:
    """A whole shape of the only input as that of its name."""
    return {recorded.inputs[0]: sizes} if isinstance(sizes, Shape) and len(recorded.inputs) == 1 else sizes


def _filled(shape: Declared, asked: tuple[Dim, ...] | None, whole: bool) -> Declared:
    """A shape whose open axes are those that are asked for, where there can be no other: no symbol is needed.

    `whole` tells that all axes of this input are asked for, and not the sides of the only image.
    """
    free = [axis for axis in range(1, len(shape)) if shape[axis] is None]
    if asked is None or not all(map(is_number, asked)):
        return shape
    if whole and len(asked) == len(shape):
        return tuple(given if size is None else size for size, given in zip(shape, asked, strict=True))
    if whole or len(shape) != 4 or len(free) != 2:
        return shape
    sizes = dict(zip(free, asked, strict=False))
    return tuple(sizes.get(axis, size) for axis, size in enumerate(shape))


def _declared(recorded: Recorded) -> dict[str, Declared | None]:
    inputs = set(recorded.inputs)
    return {record.name: record.outputs[0] for record in recorded.records if record.name in inputs}


def _whole(recorded: Recorded, name: str, sizes: Sizes) -> Shape:
    """The shape asked for, for an input that the model says nothing of."""
    if isinstance(sizes, Mapping) and name in sizes:
        return Shape(*sizes[name])
    if isinstance(sizes, tuple) and len(sizes) == 3 and all(map(is_number, sizes)):
        return Shape(1, *sizes)
    raise UsageError(
        f"{recorded.name}: this Sequential does not know its input yet: "
        "give one of HEIGHTxWIDTHxCHANNELS, or begin the model with a keras.Input"
    )


def _first_layout(recorded: Recorded) -> str:
    formats = (record.settings.get("data_format") for record in recorded.records)
    return next((each for each in formats if each in ("channels_first", "channels_last")), "channels_last")


def _opened(shape: Declared, number: str, layout: str) -> Shape:
    """A declared shape with symbols for what it leaves open: those of a second input are others, `h2` and `w2`."""
    names = {3: ["c", "h", "w"] if layout == "channels_first" else ["h", "w", "c"], 2: ["t", "c"], 1: ["c"]}.get(
        len(shape) - 1, [f"d{axis}" for axis in range(len(shape) - 1)]
    )
    sizes: list[Any] = list(shape)
    for place, name in enumerate(["", *names][: len(sizes)]):
        if not isinstance(sizes[place], int):
            sizes[place] = symbol(str(sizes[place] or name + number)) if place else 1
    return Shape(*sizes)


def wanted_shapes(recorded: Recorded, graph: Graph, sizes: Sizes) -> dict[str, Shape] | None:
    """The shapes that are asked for; None where nothing is. `graph` is the model at its own size.

    UsageError for a name that is no input, for a shape of other axes than the input has, and for a size
    that may be meant for several inputs, or for axes that no layer tells.
    """
    sizes = by_name(recorded, sizes)
    if sizes is None:
        return None
    own = {node.name: node.op.shape for node in graph.inputs}  # type: ignore[attr-defined]
    if isinstance(sizes, Mapping):
        return _by_name(own, sizes)
    images = [name for name, shape in own.items() if len(shape) == 4]
    if len(images) != 1:
        raise UsageError(f"{recorded.name}: {_which(own)}")
    if _declared(recorded)[images[0]] is None:
        return own
    axes = _sides(graph, images[0], _declared(recorded)[images[0]])
    if axes is None:
        raise UsageError(f"{recorded.name}: no layer tells which axes are height and width. {_which(own)}")
    shape = list(own[images[0]])
    for axis, size in zip((*axes, 6 - sum(axes)), sizes, strict=False):
        shape[axis] = size
    return {**own, images[0]: Shape(*shape)}


def _by_name(own: dict[str, Shape], sizes: Mapping[str, tuple[Dim, ...]]) -> dict[str, Shape]:
    for name, shape in sizes.items():
        if name not in own:
            raise UsageError(f"there is no input {name!r}; the inputs are {_listed(own)}")
        if len(shape) != len(own[name]):
            raise UsageError(
                f"input {name} has {len(own[name])} axes, the batch first, "
                f"as {name}={_text(own[name])}; not {len(shape)}"
            )
    return {**own, **{name: Shape(*shape) for name, shape in sizes.items()}}


def _which(own: dict[str, Shape]) -> str:
    example = next(iter(own), "input")
    return (
        f"The inputs are {_listed(own)}: give the whole shape by name, the batch first, as "
        f"{example}={_text(own.get(example, Shape(1)))}"
    )


def _listed(own: dict[str, Shape]) -> str:
    return ", ".join(f"{name} ({spell(shape)})" for name, shape in own.items())


def _text(shape: Shape) -> str:
    return "x".join(str(size) if is_number(size) else "1" for size in shape)


def _sides(graph: Graph, name: str, declared: Declared | None) -> tuple[int, int] | None:
    """The axes of an image input that are its height and width.

    Those that the model leaves open, if they are two; else those over which the first window slides
    (through transposed axes).
    """
    free = [axis for axis in range(1, 4) if declared is not None and declared[axis] is None]
    if len(free) == 2:
        return free[0], free[1]
    axes: dict[str, tuple[int, ...]] = {name: (0, 1, 2, 3)}
    for node in graph.nodes:
        read = next((axes[each] for each in node.inputs if each in axes), None)
        if read is None:
            continue
        layout = getattr(node.op, "data_format", None)
        if layout is not None and node.op.spatial_axes == 2:
            places = (1, 2) if layout == "channels_last" else (2, 3)
            return read[places[0]], read[places[1]]
        axes[node.name] = tuple(read[axis] for axis in node.op.axes) if isinstance(node.op, Permute) else read
    return None
