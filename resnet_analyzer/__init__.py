"""Shapes, parameters and cost of convolutional networks, exactly, without a framework.

>>> import resnet_analyzer as ra
>>> ra.measure("resnet50", input=224).totals.params
25557032

Networks: `architecture`, `load`, `from_keras`, `from_torch`. Graphs of your own: `Graph`, `GraphBuilder`,
`Node`, `Shape`, `ops`. Measuring: `measure`, `walk`, `Measurement`, `symbol`. What follows from it: `formula`,
`solve`, `memory`, `least_memory`, `training_memory`, `training`, `receptive`, `receptive_fields`, `roofline`.
Numbers of other tools: `tool_numbers`, `reconcile`; what changed: `diff`. Designs: `write_design`, `verify`.
Pictures: `draw`. Errors: `errors`.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing is not imported for it: a Ctrl-C in these milliseconds would show a traceback
if TYPE_CHECKING:
    from typing import Any

    from . import errors as errors
    from . import ops as ops
    from .architectures.base import architecture as architecture
    from .dim import symbol as symbol
    from .errors import AnalyzerError as AnalyzerError
    from .graph import Graph as Graph
    from .graph import GraphBuilder as GraphBuilder
    from .graph import Node as Node
    from .importers.keras import from_keras as from_keras
    from .importers.torch import from_torch as from_torch
    from .library import diff as diff
    from .library import draw as draw
    from .library import formula as formula
    from .library import least_memory as least_memory
    from .library import measure as measure
    from .library import memory as memory
    from .library import receptive as receptive
    from .library import receptive_fields as receptive_fields
    from .library import reconcile as reconcile
    from .library import roofline as roofline
    from .library import solve as solve
    from .library import tool_numbers as tool_numbers
    from .library import training as training
    from .library import training_memory as training_memory
    from .library import verify as verify
    from .library import write_design as write_design
    from .measurement import Measurement as Measurement
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
    "Node": "graph",
    "Shape": "shape",
    "tool_numbers": "library",
    "diff": "library",
    "reconcile": "library",
    "draw": "library",
    "formula": "library",
    "from_keras": "importers.keras",
    "from_torch": "importers.torch",
    "load": "targets",
    "least_memory": "library",
    "training_memory": "library",
    "training": "library",
    "roofline": "library",
    "solve": "library",
    "measure": "library",
    "memory": "library",
    "receptive": "library",
    "receptive_fields": "library",
    "symbol": "dim",
    "verify": "library",
    "walk": "measurement",
    "write_design": "library",
}
_MODULES = ("errors", "ops")
__all__ = [*_HOME, *_MODULES, "__version__"]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: nobody waits for what he does not use."""
    from importlib import import_module

    if name in _MODULES:
        return import_module(f"{__name__}.{name}")
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
