"""Design files: a network of your own in YAML or JSON, as a graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import UsageError
from ..graph import Graph
from .base import Request, importer

if TYPE_CHECKING:
    from ._design_read import Reading

ENDINGS = (".yaml", ".yml", ".json")


def accepts(source: str) -> bool:
    """Whether a name is one of a design file: it ends with .yaml, .yml or .json.

    >>> accepts("mine.yaml"), accepts("resnet50")
    (True, False)
    """
    return source.lower().endswith(ENDINGS)


@importer("design", "a design file (.yaml, .yml, .json)", accepts)
def read(source: str, request: Request) -> Graph:
    """The graph of a design file; UsageError with file, line and column of the first problem if it cannot be read.

    Rules that do not hold are not looked at: measuring the graph names them.
    """
    reading = examine(source, request)
    if reading.problems:
        first = min(reading.problems, key=lambda problem: problem.place)
        more = f" ({len(reading.problems) - 1} more: resnet-analyze verify)" if len(reading.problems) > 1 else ""
        raise UsageError(f"{source}:{first.place.line}:{first.place.column}: {first.says}{more}")
    assert reading.graph is not None
    return reading.graph


def examine(source: str, request: Request = Request()) -> Reading:  # noqa: B008 (immutable)
    """Everything that a design file says, and everything that is wrong with it.

    UsageError where it is no design file at all: unreadable, no YAML, too large.
    """
    from ._design_text import read_bytes

    return examine_text(source, read_bytes(source), request)


def examine_text(source: str, text: str, request: Request = Request()) -> Reading:  # noqa: B008 (immutable)
    """The same for a text; `source` is its name in messages."""
    from ._design_read import read_design
    from ._design_text import parse

    return read_design(parse(source, text), request)
