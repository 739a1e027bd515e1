"""ONNX files, read as data: no framework, no weights' bytes, nothing runs.

Sizes that the file leaves open become variables under the file's own names, else `h` and `w`, `length`;
an open first axis is the batch. Shapes that it declares are compared with ours.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..dim import Dim, is_number, symbol
from ..errors import AnalyzerError, UsageError
from ..frozen import replace
from ..graph import Graph
from ..request import Request
from ..shape import Shape, identical
from .base import importer
from .records import Declared, printable

if TYPE_CHECKING:
    from ._onnx_file import GraphData

IMAGE_CHANNELS = (1, 3, 4)


@importer("onnx", "ONNX models: .onnx", lambda source: source.lower().endswith(".onnx"))
def read_file(source: str, request: Request) -> Graph:
    """The graph of an ONNX file at its own sizes, or those that are asked for."""
    if request.classes is not None:
        raise UsageError(f"{source}: a file keeps its number of classes; --classes is for registered networks")
    if request.trust:
        raise UsageError(f"{source}: nothing of an ONNX file runs: --trust is for Keras files")
    if not os.path.isfile(source):
        raise UsageError(f"{source}: there is no such file")
    try:
        with open(source, "rb") as stream:
            graph = read_stream(stream, os.path.basename(source), request)
    except AnalyzerError as error:
        raise UsageError(f"{source}: {error}") from error
    return replace(graph, about={**graph.about, "source": source, "sizes": "of the file"})


def read_stream(stream: Any, title: str, request: Request = Request()) -> Graph:  # noqa: B008 (immutable)
    """The graph of a seekable stream that holds an ONNX model; UsageError for one that does not."""
    try:
        return _read(stream, title, request)
    except AnalyzerError as error:  # the file's own names may stand in it
        raise UsageError(printable(str(error), 500)) from error


def _read(stream: Any, title: str, request: Request) -> Graph:
    from ._onnx_file import Reader
    from ._onnx_records import records_of
    from ._protobuf import buffer_of
    from .assemble import assemble_at

    buffer = buffer_of(stream)
    try:
        model = Reader(buffer).model()
    finally:
        getattr(buffer, "close", lambda: None)()
    if model.graph is None or not model.graph.nodes:
        raise UsageError("no ONNX model: there is no graph in it")
    inputs, names, as_declared = input_shapes(model.graph, request)
    recorded = records_of(model, title, inputs, names, _batch(model.graph, inputs, as_declared), not as_declared)
    shapes = dict(zip(recorded.inputs, inputs.values(), strict=True))
    graph = assemble_at(recorded, shapes, "onnx", _reckon)  # type: ignore[arg-type]
    return replace(graph, name=printable(model.graph.name, 60) or title)


def _batch(graph: GraphData, inputs: Mapping[str, Shape], as_declared: bool) -> Dim | None:
    """The batch of all inputs, where an open first axis of a declared shape can be it: the file leaves theirs open."""
    first = [shape[0] for shape in inputs.values() if len(shape)]
    declared = [graph.inputs[name] or (None,) for name in inputs]
    opened = not as_declared or not any(type(shape[0]) is int for shape in declared)
    return first[0] if first and opened and identical(tuple([Shape(size) for size in first])) else None


def _reckon(kind: str, settings: Any, shapes: list[Any], given: list[Any]) -> Any:
    """Sizes of sizes; their arithmetic is imported by the first file that has some."""
    if kind not in ("Shape", "Size") and (not given or given[0] is None):
        return None
    from ._onnx_values import reckon

    return reckon(kind, settings, shapes, given)


def input_shapes(graph: GraphData, request: Request) -> tuple[dict[str, Shape], dict[str, Dim], bool]:
    """The shapes of the inputs under a request, what the file's own names stand for, and whether it declares them so.

    UsageError where the request does not go with what the file fixes.
    """
    declared = {name: shape for name, shape in graph.inputs.items() if name not in graph.tensors}
    given = _given(declared, request)
    names: dict[str, Dim] = {}
    taken = {size for shape in declared.values() for size in shape or () if isinstance(size, str)}
    found, as_declared = {}, True
    for name, shape in declared.items():
        asked = given.get(name)
        if shape is None:
            if asked is None:
                raise UsageError(
                    f"the file declares no shape for input {name}: give one, as --input {name}=1x3x224x224"
                )
            found[name] = Shape(*asked)
            continue
        sizes = []
        for axis, size in enumerate(shape):
            wanted = None if asked is None else asked[axis]
            if axis == 0 and wanted is None and (size is None or size == 1 or isinstance(size, str)):
                wanted = request.batch
            chosen = _chosen(name, shape, axis, wanted, names, taken)
            as_declared &= not (type(size) is int and not (type(chosen) is int and chosen == size))
            sizes.append(chosen)
        found[name] = Shape(*sizes)
    return found, names, as_declared


def _chosen(name: str, shape: Declared, axis: int, wanted: Dim | None, names: dict[str, Dim], taken: set[str]) -> Dim:
    """The size of one axis: what is asked for, what the file fixes, or a variable whose name none has yet."""
    size = shape[axis]
    if type(size) is int and size > 0:
        if wanted is None or (type(wanted) is int and wanted == size):
            return size
        if axis == 0 and size == 1:
            return wanted
        raise UsageError(f"the file fixes axis {axis} of input {name} at {size}, not {wanted}")
    own = size if isinstance(size, str) else ""
    if own and own in names:
        if wanted is not None and type(wanted) is int and names[own] != wanted:
            raise UsageError(
                f"{printable(own, 60)} of the file is {names[own]}, and cannot be {wanted} too (input {name})"
            )
        return names[own]
    chosen = wanted
    if chosen is None:
        first = axis == 0 and len(shape) > 1
        chosen = 1 if first else symbol(own if own.isidentifier() else _free(_variable(shape, axis), taken))
    if own:
        names[own] = chosen
    return chosen


def _free(name: str, taken: set[str]) -> str:
    """A name that no other open axis has: `length`, `length2` …"""
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name}{number}"
    taken.add(found)
    return found


def _variable(shape: Declared, axis: int) -> str:
    """What an open axis is called where the file does not tell."""
    free = [place for place in range(1, len(shape)) if type(shape[place]) is not int]
    if len(shape) == 4 and axis in _sides(shape):
        return "hw"[_sides(shape).index(axis)]
    if len(free) == 1:
        return "length"
    return f"d{axis}"


def _sides(shape: Declared) -> tuple[int, int]:
    """The axes of an image that are its height and width: those that are open, if two; channels first, if in doubt."""
    free = [place for place in range(1, 4) if type(shape[place]) is not int]
    if len(free) == 2:
        return free[0], free[1]
    last = shape[3] in IMAGE_CHANNELS and shape[1] not in IMAGE_CHANNELS
    return (1, 2) if last else (2, 3)


def _given(declared: Mapping[str, Declared | None], request: Request) -> dict[str, tuple[Dim | None, ...]]:
    """What is asked for each input: a whole shape, or the sizes of its sides."""
    given = request.input
    if given is None:
        return {}
    if isinstance(given, Shape) and len(declared) == 1:
        given = {next(iter(declared)): given}
    if isinstance(given, Mapping):
        for name, sizes in given.items():
            if name not in declared:
                raise UsageError(f"there is no input {name!r}. Its inputs: {', '.join(map(_told, declared.items()))}")
            own = declared[name]
            if own is not None and len(own) != len(sizes):
                raise UsageError(f"input {name} has {len(own)} axes, the batch first, not {len(sizes)}")
        return dict(given)
    images = [name for name, shape in declared.items() if shape is not None and len(shape) == 4]
    if len(images) != 1:
        told = ", ".join(map(_told, declared.items()))
        raise UsageError(f"a size alone fits a model of one image; this one reads {told}: give NAME=SHAPE, batch first")
    shape = declared[images[0]]
    assert shape is not None
    height, width = _sides(shape)
    wanted: list[Dim | None] = [None] * 4
    wanted[height], wanted[width] = given[0], given[1]
    if len(given) > 2:
        wanted[6 - height - width] = given[2]
    return {images[0]: tuple(wanted)}


def _told(item: tuple[str, Declared | None]) -> str:
    name, shape = item
    sizes = "×".join(str(size) if is_number(size) else "?" for size in shape or ())
    return f"{printable(name, 60)} ({sizes or 'of any shape'})"
