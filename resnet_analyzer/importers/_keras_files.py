"""Opening a Keras file as data: its configuration is read and judged before Keras sees it."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterator
from typing import Any

from ..errors import UsageError
from ._framework import keras as import_keras

MOST_CONFIG_BYTES = 64 * 2**20  # of a model's description; ResNet-1202's takes 4 MB


def load_model(path: str, trust: tuple[str, ...] = ()) -> Any:
    """The model that a file describes; its weights' values are not read.

    UsageError for a file that cannot be read or is no model, and for one with a Lambda or with
    objects of a package that is not trusted: no code of it runs.
    """
    if not os.path.isfile(path):
        raise UsageError(f"{path}: there is no such file")
    config = _archived(path) if zipfile.is_zipfile(path) else _hdf5(path)
    _require_trusted(path, config, trust)
    keras = import_keras()
    for package in trust:
        _import_trusted(package)
    try:
        if zipfile.is_zipfile(path):
            return keras.saving.deserialize_keras_object(config, safe_mode=True)
        return keras.models.load_model(path, compile=False)
    except Exception as error:  # Keras raises whatever its layers raise
        reason = " ".join(str(error).split())[:300]
        raise UsageError(f"{path}: Keras cannot rebuild this model: {reason}") from error


def _archived(path: str) -> Any:
    """The configuration in a .keras archive."""
    try:
        with zipfile.ZipFile(path) as archive:
            info = archive.getinfo("config.json")
            if info.file_size > MOST_CONFIG_BYTES:
                raise UsageError(f"{path}: its config.json has {info.file_size:,} bytes, more than any model's")
            return json.loads(archive.read(info))
    except KeyError:
        raise UsageError(f"{path}: no Keras model: the archive has no config.json") from None
    except (zipfile.BadZipFile, OSError, ValueError, RecursionError, EOFError) as error:
        raise UsageError(f"{path}: not a readable .keras file: {error}") from error


def _hdf5(path: str) -> Any:
    """The configuration in a legacy .h5 file."""
    import_keras()  # h5py comes with it
    import h5py

    try:
        with h5py.File(path, "r") as file:
            text = file.attrs.get("model_config")
            if text is None:
                raise UsageError(f"{path}: no Keras model: the file holds weights at most, no model_config")
            return json.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{path}: neither a .keras archive nor a readable HDF5 file: {error}") from error


def _require_trusted(path: str, config: Any, trust: tuple[str, ...]) -> None:
    """UsageError where the description names code that is not Keras' own or a trusted package's."""
    for item in _dictionaries(config):
        kind = item.get("class_name")
        if not isinstance(kind, str):
            continue
        if kind in ("Lambda", "__lambda__"):
            raise UsageError(
                f"{path}: holds a Lambda layer, which is code in the file; it is not run. "
                "Write the layer as a class, or read the model in Python with from_keras(model)."
            )
        if not _is_known(item, trust):
            module = item.get("module") or item.get("registered_name") or "?"
            package = str(module).split(">")[0].split(".")[0]
            raise UsageError(
                f"{path}: holds {kind} of {module}, which is not Keras' own; its code is not run. "
                f"If you trust it: --trust {package}"
            )


def _is_known(item: dict[str, Any], trust: tuple[str, ...]) -> bool:
    module, registered = item.get("module"), str(item.get("registered_name") or "")
    origin = str(module or registered.split(">")[0])
    if any(origin == package or origin.startswith(f"{package}.") for package in trust):
        return True
    if "module" in item:
        return (module in ("builtins", None) or origin.split(".")[0] == "keras") and ">" not in registered
    return ">" not in item["class_name"]  # legacy files write custom classes as Package>Class


def _dictionaries(config: Any) -> Iterator[dict[str, Any]]:
    """Every dictionary in a nested description, without recursion."""
    pending = [config]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            yield item
            pending += item.values()
        elif isinstance(item, list):
            pending += item


def _import_trusted(package: str) -> None:
    from importlib import import_module

    try:
        import_module(package)
    except ImportError as error:
        raise UsageError(f"--trust {package}: there is no such package here: {error}") from error
