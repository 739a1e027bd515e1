"""Shapes, parameters and cost of convolutional networks, exactly, without a framework.

import resnet_analyzer as ra
graph = ra.architecture("resnet50", input=224)
print(ra.measure(graph))
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .architectures.base import architecture as architecture
    from .errors import AnalyzerError as AnalyzerError
    from .graph import Graph as Graph
    from .graph import GraphBuilder as GraphBuilder
    from .importers.keras import from_keras as from_keras
    from .measurement import Measurement as Measurement
    from .measurement import measure as measure
    from .measurement import walk as walk
    from .shape import Shape as Shape
    from .targets import load as load

__version__ = "0.1.0"

_HOME = {
    "architecture": "architectures.base",
    "AnalyzerError": "errors",
    "Graph": "graph",
    "GraphBuilder": "graph",
    "Measurement": "measurement",
    "Shape": "shape",
    "from_keras": "importers.keras",
    "load": "targets",
    "measure": "measurement",
    "walk": "measurement",
}
__all__ = [*_HOME, "__version__"]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: nobody waits for what he does not use."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
