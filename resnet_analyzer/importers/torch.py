"""PyTorch: exported programs (`.pt2`) read as data, and live modules."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

from ..errors import AnalyzerError, UsageError
from ..graph import Graph
from ..request import Request
from .base import importer
from .records import printable


@importer("torch", "PyTorch's exported programs: .pt2", lambda source: source.lower().endswith(".pt2"))
def read_file(source: str, request: Request) -> Graph:
    """The graph of a file that `torch.export.save` wrote, at its own sizes, or those that are asked for."""
    if request.classes is not None:
        raise UsageError(f"{source}: its number of classes is its own; --classes is for registered networks")
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
    from ._pt2_file import read_program
    from ._pt2_records import records_of
    from ._torch_sizes import invented, sizes_for
    from .assemble import assemble_at

    program = read_program(stream)
    if not program.operations:
        raise UsageError("no model: there is no operation in it")
    inputs, names = sizes_for(program, request)
    recorded = records_of(program, title, names)
    shapes = dict(zip(recorded.inputs, inputs.values(), strict=True))
    below = invented(program, names)
    graph = assemble_at(recorded, shapes, "torch", lambda *_: None)  # type: ignore[arg-type]
    about = {**graph.about}
    if names:
        about["sizes"] = "of the file"
    if below:
        about["says"] += f"; read at {below}"
    return replace(graph, name=title.rpartition(".")[0] or title, about=about)
