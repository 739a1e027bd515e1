"""Keras and PyTorch, imported when they are needed."""

from __future__ import annotations

import io
import os
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from importlib.machinery import PathFinder
from typing import Any

from ..errors import UsageError, install


class MissingFramework(UsageError):
    """Keras (or its back end) is not installed: the message says what to install."""


def keras() -> Any:
    """The keras module; MissingFramework, with what to install, where there is none."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow's start-up remarks are not our output
    try:
        import keras as module
    except ImportError as error:
        raise MissingFramework(
            f"this needs Keras 3 and TensorFlow, which are not installed: {install('keras')}"
        ) from error
    if not module.__version__.startswith("3."):
        raise MissingFramework(f"this needs Keras 3, not {module.__version__}: {install('keras')}")
    return module


def torch() -> Any:
    """The torch module; MissingFramework, with what to install, where there is none."""
    try:
        import torch as module
    except ImportError as error:
        raise MissingFramework(f"this needs PyTorch, which is not installed: {install('torch')}") from error
    return module


def called(factory: Any, arguments: Mapping[str, Any]) -> Any:
    """What a factory makes; of PyTorch's without numbers in it, where it can, and nothing is downloaded."""
    module = sys.modules.get("torch")
    if module is None:
        return factory(**arguments)
    said = io.StringIO()  # PyTorch's hub tells where it is about to fetch weights from
    with _offline(module), warnings.catch_warnings(), redirect_stderr(said), redirect_stdout(said):
        warnings.simplefilter("ignore")
        try:
            with module.device("meta"):
                return factory(**arguments)
        except NothingDownloaded:
            raise
        except Exception:  # one that reckons with its numbers
            return factory(**arguments)


class NothingDownloaded(UsageError):
    """A factory that asked for a file from elsewhere."""


@contextmanager
def _offline(module: Any) -> Iterator[None]:
    """Let PyTorch's hub, and that of Hugging Face, fetch nothing: shapes need no weights."""
    kept, hub = os.environ.get("HF_HUB_OFFLINE"), module.hub.download_url_to_file

    def refused(*_args: Any, **_kwargs: Any) -> None:
        raise NothingDownloaded("it asks for weights, and nothing is downloaded: leave them out (--arg weights=none)")

    os.environ["HF_HUB_OFFLINE"] = "1"
    module.hub.download_url_to_file = refused
    try:
        yield
    finally:
        module.hub.download_url_to_file = hub
        if kept is None:
            del os.environ["HF_HUB_OFFLINE"]
        else:
            os.environ["HF_HUB_OFFLINE"] = kept


@contextmanager
def quiet_imports() -> Iterator[None]:
    """Let Keras and TensorFlow, whoever imports them, start without their remarks on standard error.

    For the command line, whose standard error is for one line of its own; all else is heard.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    finder = _Quiet()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _Quiet:
    """Finds Keras and TensorFlow as Python would, and closes standard error while they are imported."""

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> Any:
        """The module's place, if it is one of those, its loader hushed."""
        if name not in ("keras", "tensorflow"):
            return None
        import logging

        logging.getLogger("tensorflow").setLevel(logging.ERROR)  # its warnings are not about our question
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader.exec_module = _hushed(spec.loader.exec_module)  # type: ignore[method-assign]
        return spec


def _hushed(run: Any) -> Any:
    """The same function with standard error, C++'s too, led to nowhere."""

    def hushed(module: Any) -> None:
        if sys.stderr is not None:
            sys.stderr.flush()
        kept = os.dup(2)
        try:
            with open(os.devnull, "w", encoding="utf-8") as nowhere:
                os.dup2(nowhere.fileno(), 2)
                run(module)
        finally:
            os.dup2(kept, 2)
            os.close(kept)

    return hushed


def named_weights(layer: Any) -> dict[str, Any]:
    """A layer's weights by name; by the path below the layer where they are those of layers inside it."""
    found: dict[str, Any] = {}
    for weight in layer.weights:
        _, inside, rest = f"/{weight.path}".partition(f"/{layer.name}/")
        name = rest if inside else weight.name
        unique, count = name, 1
        while unique in found:
            count += 1
            unique = f"{name}#{count}"
        found[unique] = weight
    return found
