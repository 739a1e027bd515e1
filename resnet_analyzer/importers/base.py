"""What an importer is, and how a source's name finds the one that reads it."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import NamedTuple

from ..errors import UsageError
from ..files import is_node
from ..graph import Graph
from ..registry import Registry
from ..request import Request

IMPORTERS: Registry[Importer] = Registry("importer", __package__)


class Importer(NamedTuple):
    """A kind of source: what it is called, how its names look, and the function that reads one.

    `says` is empty for one that reads nothing, and tells why.
    `accepts(source)` looks at the name only; `read(source, request)` gives the graph, or raises
    AnalyzerError with the place and the fix.
    """

    name: str
    says: str
    accepts: Callable[[str], bool]
    read: Callable[[str, Request], Graph]


def importer(
    name: str, says: str, accepts: Callable[[str], bool]
) -> Callable[[Callable[[str, Request], Graph]], Callable[[str, Request], Graph]]:
    """Register the decorated function as the reader of sources that `accepts` knows by their name."""

    def register(read: Callable[[str, Request], Graph]) -> Callable[[str, Request], Graph]:
        IMPORTERS.add(name, Importer(name, says, accepts, read))
        return read

    return register


def importer_for(source: str) -> Importer | None:
    """The importer that reads sources of that name, or None."""
    return next((each for _, each in IMPORTERS.items() if each.accepts(source)), None)


def load_with(source: str, request: Request) -> Graph:
    """The graph of a source, read as the request says; UsageError if nothing reads sources of that name."""
    found = importer_for(source)
    if found is None and is_node(source):
        raise UsageError(f"{source}: a pipe has no ending that tells what it holds: write it to a file, as base.keras")
    if found is None and ":" not in source and not os.path.lexists(source):
        raise UsageError(f"{source}: there is no such file")
    if found is None:
        kinds = "; ".join(each.says for _, each in IMPORTERS.items() if each.says)
        raise UsageError(f"{source}: this kind of file is not supported. Supported: {kinds}.")
    return found.read(source, request)
