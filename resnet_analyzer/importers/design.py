"""Design files: a network of your own in YAML or JSON, as a graph."""

from __future__ import annotations

from collections.abc import Mapping

from ..dim import Dim
from ..errors import NeedsNumbers, UsageError
from ..graph import Graph
from ..ops.opaque import Opaque
from ..request import Request, resized, seen_as_it_stands
from ..shape import Shape
from ._peek import describes_keras
from .base import importer

ENDINGS = (".yaml", ".yml", ".json")


def accepts(source: str) -> bool:
    """Whether a name is one of a design file: it ends with .yaml, .yml or .json (and holds no Keras model).

    >>> accepts("mine.yaml"), accepts("resnet50")
    (True, False)
    """
    return source.lower().endswith(ENDINGS) and not describes_keras(source)


@importer("design", "a design file (.yaml, .yml, .json)", accepts)
def read(source: str, request: Request) -> Graph:
    """The graph of a design file; UsageError with file, line and column of the first problem if it cannot be read.

    Rules that do not hold are not looked at: measuring the graph names them.
    """
    graph = _read(source, None, request)
    given = request.input
    if given is None:
        return graph
    if any(isinstance(node.op, Opaque) for node in graph) or isinstance(given, (Mapping, Shape)):
        return resized(seen_as_it_stands(graph), given)
    return _read(source, given, request)  # whose settings may depend on the input's size


def _read(source: str, size: tuple[Dim, ...] | None, request: Request) -> Graph:
    from ..design import examine

    try:
        reading = examine(source, size, request.classes, request.options)
    except NeedsNumbers as error:
        raise NeedsNumbers(f"{source}:{error}", error.names) from None
    if reading.problems:
        first = min(reading.problems, key=lambda problem: problem.place)
        more = f" ({len(reading.problems) - 1} more: resnet-analyze verify)" if len(reading.problems) > 1 else ""
        raise UsageError(f"{source}:{first.place.line}:{first.place.column}: {first.says}{more}")
    assert reading.graph is not None
    return reading.graph
