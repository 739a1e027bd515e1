"""Keras models: in memory, from a factory, from `.keras` and `.h5` files."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from ..dim import Dim
from ..errors import UnknownName, UsageError
from ..frozen import replace
from ..graph import Graph
from ..request import Request, resized, sizes_of
from ._peek import describes_keras
from .base import importer
from .framework import MissingFramework, called
from .records import printable
from .torch import is_module, read_module

if TYPE_CHECKING:
    from .records import Recorded

FACTORY = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")
DEFAULT = re.compile(r"(functional|sequential|model)(_\d+)?")  # what Keras 2 and 3 call a model without a name
SUFFIXES = (".keras", ".h5", ".hdf5")


def from_keras(model: Any, input: int | tuple[Dim, ...] | Mapping[str, tuple[Dim, ...]] | None = None) -> Graph:
    """The graph of a Keras model, without running or changing it.

    `input` is another size (height, width) than the model's own, or whole shapes by the inputs' names,
    the batch first; sizes that the model leaves open (`None`) and that are not given stay symbols `h`
    and `w`. Layers that we have no word for become
    rows of unknown cost. UsageError for what is no Keras model with a graph of layers.
    """
    from ._keras_live import record_model
    from .assemble import assemble

    return assemble(record_model(model), sizes_of(input))


def accepts(source: str) -> bool:
    """Whether a name is one of a Keras model: .keras, .h5, or .json that holds a model's description.

    >>> accepts("x.keras"), accepts("x.onnx")
    (True, False)
    """
    lower = source.lower()
    if lower.endswith(".weights.h5"):
        return False
    return lower.endswith(SUFFIXES) or (lower.endswith(".json") and describes_keras(source))


@importer("keras", "Keras models: .keras, .h5, and .json of to_json()", accepts)
def read_file(source: str, request: Request) -> Graph:
    """The graph of a model file; no code in it runs unless its package is trusted."""
    if request.trust:
        from ._keras_files import load_model

        return _read(load_model(source, request.trust), source, request)
    return _read(_recorded(source), source, request)


def _recorded(source: str) -> Recorded:
    """The records of a file, read as data."""
    from ._keras_config import read_description
    from ._keras_source import Source
    from ._keras_text import describe
    from ._keras_weights import WeightFile

    if not os.path.isfile(source):
        raise UsageError(f"{source}: there is no such file")
    with open(source, "rb") as stream:
        found = describe(source, stream)
    try:
        return read_description(found.model, Source(WeightFile(lambda: open(source, "rb"))), says=found.says)
    except UsageError as error:
        raise UsageError(f"{source}: {error}") from error


@importer("factory", "Python: package.module:factory", lambda source: bool(FACTORY.fullmatch(source)))
def read_factory(source: str, request: Request) -> Graph:
    """The graph of what `package.module:factory` makes or is: a Keras model, a PyTorch module, or a graph of ours."""
    found = _made(source, request.arguments)
    if is_module(found):
        if request.classes is not None:
            raise UsageError(f"{source}: a model keeps its number of classes; --classes is for registered networks")
        graph = read_module(found, source, request)
    elif isinstance(found, Graph) or "keras" in sys.modules:
        graph = _read(found, source, request)
    else:  # what was made without Keras is none of its models, and no reason to ask for it
        raise UsageError(f"{source}: {type(found).__name__} is no Keras model, PyTorch module or graph")
    about: dict[str, Any] = {**graph.about, "source": source, "arguments": request.arguments}
    return replace(graph, about=about)


def _read(found: Any, source: str, request: Request) -> Graph:
    """The graph of a model or a graph; the size that was asked for instead of its own."""
    if request.classes is not None:
        raise UsageError(f"{source}: a file keeps its number of classes; --classes is for registered networks")
    from .assemble import assemble
    from .records import Recorded

    if isinstance(found, Graph):
        graph = found if request.input is None else resized(found, request.input)
    else:
        try:
            records = isinstance(found, Recorded)
            graph = assemble(found, request.input) if records else from_keras(found, request.input)
        except MissingFramework:
            raise
        except UsageError as error:
            raise UsageError(f"{source}: {error}") from error
    about, name = {**graph.about, "source": source}, graph.name
    if DEFAULT.fullmatch(name) and os.path.isfile(source):  # nobody named it: the file's name says more
        name = about["title"] = printable(os.path.basename(source), 60)
    return replace(graph, name=name, about=about)


def _part(found: Any, name: str) -> Any:
    """A name of a module, or of a class; UnknownName, with those near it, where there is none."""
    if not hasattr(found, name):
        known = [each for each in vars(found) if not each.startswith("_")] if hasattr(found, "__dict__") else []
        raise UnknownName(f"name of {getattr(found, '__name__', 'this')}", name, known)
    return getattr(found, name)


def _made(source: str, arguments: Mapping[str, Any]) -> Any:
    """What a name of a module is, or makes when called with these arguments."""
    module_name, _, attributes = source.partition(":")
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())  # as `python -m` does: a user's own file beside him
    try:
        found = import_module(module_name)
        for name in attributes.split("."):
            found = _part(found, name)
        if isinstance(found, ModuleType):
            callables = [name for name, each in vars(import_module(module_name)).items() if callable(each)]
            error = UnknownName("factory", attributes, callables)
            raise UsageError(f"this is a module, not a factory that makes a model.{str(error).partition('.')[2]}")
        is_model = isinstance(found, Graph) or (hasattr(found, "layers") and not isinstance(found, type))
        is_made = is_model or is_module(found) or not callable(found)
        if not is_made:
            return called(found, arguments)
        if arguments:
            raise UsageError("--arg is for a factory, and this is a model")
        return found
    except UsageError as error:
        raise UsageError(f"{source}: {error}") from error
    except (Exception, SystemExit) as error:  # a user's own code may fail in any way: say how, without a traceback
        raise UsageError(f"{source}: {type(error).__name__}: {error}") from error
