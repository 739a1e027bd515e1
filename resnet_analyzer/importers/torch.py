"""PyTorch: exported programs (`.pt2`) read as data, and live modules."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..dim import symbol
from ..errors import AnalyzerError, UsageError
from ..graph import Graph
from ..request import Request
from ..shape import Shape
from .base import importer
from .records import printable


def from_torch(module: Any, input: Any = None) -> Graph:
    """The graph of a PyTorch module, traced on tensors without numbers: it is neither run nor changed.

    `input` is the shape of its input, the batch first, as `(1, 3, 224, 224)`; a tensor like it; a tuple of
    shapes or tensors, or a dictionary of them by the names that its `forward` has; or the side of a square
    image. Sizes may be symbols, and are where nothing is given. A second run at another size is compared with
    the first, tensor by tensor; what the module's code decided by a size stands in `about`. UsageError for
    what is no module, or cannot be traced, in one line.
    """
    from ._torch_inputs import arguments_of
    from ._torch_live import graph_of, unwrapped
    from .framework import torch as import_torch

    torch = import_torch()
    return graph_of(torch, module, arguments_of(torch, unwrapped(torch, module), input))


def is_module(found: Any) -> bool:
    """Whether something is a PyTorch module; nothing is imported for that."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(found, torch.nn.Module)


def read_module(found: Any, source: str, request: Request) -> Graph:
    """The graph of a module that a factory made, at the size that is asked for; sizes are open where none is."""
    from ._torch_inputs import arguments_of, channels_of
    from ._torch_live import graph_of, unwrapped
    from .framework import torch as import_torch

    torch = import_torch()
    try:
        module = unwrapped(torch, found)
        sizes: Any = request.input
        batch = 1 if request.batch is None else request.batch
        if sizes is None or not isinstance(sizes, (Mapping, Shape)):
            sides: tuple[Any, ...] = sizes or (symbol("h"), symbol("w"))
            channels = sides[2] if len(sides) > 2 else channels_of(module)
            sizes = (batch, channels, *sides[:2])
        inputs = arguments_of(torch, module, {**sizes} if isinstance(sizes, Mapping) else tuple(sizes))
        graph = graph_of(torch, module, inputs, source.rpartition(":")[2])
    except AnalyzerError as error:
        raise UsageError(f"{source}: {printable(str(error), 400)}") from error
    return graph


@importer("torch", "PyTorch's exported programs: .pt2", lambda source: source.lower().endswith(".pt2"))
def read_file(source: str, request: Request) -> Graph:
    """The graph of a file that `torch.export.save` wrote, at its own sizes, or those that are asked for."""
    if request.classes is not None:
        raise UsageError(f"{source}: a file keeps its number of classes; --classes is for registered networks")
    if request.trust:
        raise UsageError(f"{source}: nothing of a .pt2 file runs: --trust is for Keras files")
    if not os.path.isfile(source):
        raise UsageError(f"{source}: there is no such file")
    try:
        with open(source, "rb") as stream:
            graph = read_stream(stream, os.path.basename(source), request)
    except (AnalyzerError, OSError) as error:
        raise UsageError(f"{source}: {error}") from error
    return replace(graph, about={**graph.about, "source": source})


def read_stream(stream: Any, title: str, request: Request = Request()) -> Graph:  # noqa: B008 (immutable)
    """The graph of a seekable stream that holds an exported program; UsageError for one that does not."""
    try:
        return _read(stream, title, request)
    except AnalyzerError as error:  # the file's own names may stand in it
        raise UsageError(printable(str(error), 500)) from error


def _read(stream: Any, title: str, request: Request) -> Graph:
    from ._pt2_file import BROKEN, read_program
    from ._pt2_records import records_of
    from ._torch_sizes import invented, sizes_for
    from .assemble import assemble_at

    program = read_program(stream)
    if not program.operations:
        raise UsageError("no model: there is no operation in it")
    try:
        inputs, names = sizes_for(program, request)
        recorded = records_of(program, title, names)
    except BROKEN as error:
        raise UsageError("not a readable .pt2 file: its description is not one of torch.export") from error
    shapes = dict(zip(recorded.inputs, inputs.values(), strict=True))
    below = invented(program, names)
    graph = assemble_at(recorded, shapes, "torch", lambda *_: None)  # type: ignore[arg-type]
    about = {**graph.about}
    if names:
        about["sizes"] = "of the file"
    if below:
        about["says"] += f"; read at {below}"
    return replace(graph, name=title.rpartition(".")[0] or title, about=about)
