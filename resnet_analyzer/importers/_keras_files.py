"""Opening a Keras file as data: its configuration is read and judged before Keras sees it."""

from __future__ import annotations

import json
import os
import re
import zipfile
import zlib
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from ..errors import UsageError
from .framework import keras as import_keras

MOST_CONFIG_BYTES = 64 * 2**20  # of a model's description; ResNet-1202's takes 4 MB
MOST_NESTED = 300  # brackets in brackets; ten models in one another take 60
LEXEME = re.compile(r'"(?:\\.|[^"\\])*"|[\[{]|[\]}]', re.DOTALL)
LAMBDAS = ("Lambda", "__lambda__")
# Where layers, and what they are described with, stand in Keras; not its helpers, which read and write files.
PARTS = (
    "activations", "applications", "constraints", "dtype_policies", "initializers", "layers", "losses", "metrics",
    "models", "ops", "optimizers", "quantizers", "random", "regularizers",
)  # fmt: skip
UNREADABLE = (
    zipfile.BadZipFile, zlib.error, OSError, ValueError, RecursionError, EOFError, RuntimeError, NotImplementedError,
)  # fmt: skip


def load_model(path: str, trust: tuple[str, ...] = ()) -> Any:
    """The model that a file describes; in a .keras file the weights' values are not read.

    UsageError for a file that cannot be read or is no model, and for one with a Lambda or with
    objects of a package that is not trusted: no code of it runs.
    """
    if not os.path.isfile(path):
        raise UsageError(f"{path}: there is no such file")
    zipped = zipfile.is_zipfile(path)
    config = _archived(path) if zipped else _hdf5(path)
    keras = import_keras()
    trusted = _Trusted(keras, trust)
    _require_trusted(path, config, trusted)
    try:
        with keras.saving.custom_object_scope(trusted.objects):
            if zipped:
                model = keras.saving.deserialize_keras_object(config, safe_mode=True)
            else:
                model = keras.models.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises whatever its layers raise
        reason = " ".join(str(error).split())[:300]
        raise UsageError(f"{path}: Keras cannot rebuild this model: {reason}") from error
    if not isinstance(model, keras.Model):
        raise UsageError(f"{path}: no Keras model: it describes a {type(model).__name__}")
    return model


def _archived(path: str) -> Any:
    """The configuration in a .keras archive."""
    try:
        with zipfile.ZipFile(path) as archive:
            info = archive.getinfo("config.json")
            _require_small(path, info.file_size)
            text = archive.read(info).decode("utf-8")
            _require_flat(path, text)
            return json.loads(text)
    except KeyError:
        raise UsageError(f"{path}: no Keras model: the archive has no config.json") from None
    except UNREADABLE as error:
        raise UsageError(f"{path}: not a readable .keras file: {error}") from error


def _require_small(path: str, size: int) -> None:
    if size > MOST_CONFIG_BYTES:
        raise UsageError(f"{path}: its description has {size:,} bytes, more than any model's")


def _require_flat(path: str, text: str) -> None:
    """UsageError for what nests deeper than any model; what Python's own reader bears depends on its version."""
    depth = 0
    for lexeme in LEXEME.finditer(text):
        sign = lexeme[0]
        depth += (sign in "[{") - (sign in "]}")
        if depth > MOST_NESTED:
            raise UsageError(f"{path}: its description is nested deeper than {MOST_NESTED} levels, as no model's is")


def _hdf5(path: str) -> Any:
    """The configuration in a legacy .h5 file."""
    import_keras()  # h5py comes with it
    import h5py

    try:
        with h5py.File(path, "r") as file:
            text = file.attrs.get("model_config")
    except UNREADABLE as error:
        raise UsageError(f"{path}: neither a .keras archive nor a readable HDF5 file") from error
    if text is None:
        raise UsageError(f"{path}: no Keras model: the file holds weights at most, no model_config")
    _require_small(path, len(text))
    try:
        _require_flat(path, text if isinstance(text, str) else text.decode("utf-8"))
        return json.loads(text)
    except UNREADABLE as error:
        raise UsageError(f"{path}: its model_config is no readable description: {error}") from error


class _Trusted:
    """The packages whose code a file may run, imported, and what they hold."""

    def __init__(self, keras: Any, packages: tuple[str, ...]) -> None:
        self.keras, self.packages = keras, packages
        self.objects: dict[str, Any] = {}
        for package in packages:
            held = vars(_imported(package))
            self.objects |= {name: value for name, value in held.items() if self.holds(_origin(value))}

    def holds(self, module: str) -> bool:
        """Whether a module is a trusted package's."""
        return any(module == package or module.startswith(f"{package}.") for package in self.packages)

    def knows(self, item: dict[str, Any]) -> bool:
        """Whether what a description names is Keras' own, or stands in a trusted package."""
        kind, module = item["class_name"], item.get("module")
        if kind == "function" and module == "builtins":
            kind, module = str(item.get("config")), None  # Keras looks for a function of that name
        registered = str(item.get("registered_name") or "")
        for name in (kind, registered):
            if ">" in name:
                return self.holds(_origin(self.keras.saving.get_registered_object(name)))
        if module is None:
            return True  # Keras finds its own by such a name, or a trusted package's, or nothing
        return self.holds(str(module)) or _is_keras_part(str(module))


def _is_keras_part(module: str) -> bool:
    first, *rest = module.split(".")
    if rest[:1] == ["src"]:
        rest = rest[1:]
    return first == "keras" and (not rest or rest[0] in PARTS)


def _origin(value: Any) -> str:
    return str(getattr(value, "__module__", None) or "") if callable(value) else ""


def _imported(package: str) -> Any:
    try:
        return import_module(package)
    except Exception as error:  # its own code may fail in any way
        raise UsageError(f"--trust {package}: it cannot be imported: {type(error).__name__}: {error}") from error


def _require_trusted(path: str, config: Any, trusted: _Trusted) -> None:
    """UsageError where the description names code that is not Keras' own or a trusted package's."""
    for item in _dictionaries(config):
        kind = item.get("class_name")
        if not isinstance(kind, str):
            continue
        if kind in LAMBDAS or item.get("registered_name") in LAMBDAS:
            raise UsageError(
                f"{path}: holds a Lambda layer, which is code in the file; it is not run. "
                "Write the layer as a class, or read the model in Python with from_keras(model)."
            )
        if not trusted.knows(item):
            module = str(item.get("module") or "")
            package = module.split(".")[0] if module not in ("", "builtins") else "PACKAGE"
            raise UsageError(
                f"{path}: holds {item['config'] if kind == 'function' else kind}"
                f"{f' of {module}' if package != 'PACKAGE' else ''}, "
                f"which is not Keras' own; its code is not run. If you trust it: --trust {package}"
            )


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
