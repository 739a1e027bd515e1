"""A Keras file built by Keras itself, for those who trust the code that it names: its description is judged before.

Files are read as data (`_keras_text`), and nothing of them runs. Here a package that somebody trusts may
run, so that a layer of its own can be looked into.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from ..errors import UsageError
from ._keras_text import describe
from .framework import keras as import_keras

LAMBDAS = ("Lambda", "__lambda__")
# Where layers, and what they are described with, stand in Keras; not its helpers, which read and write files.
PARTS = (
    "activations", "applications", "constraints", "dtype_policies", "initializers", "layers", "losses", "metrics",
    "models", "ops", "optimizers", "quantizers", "random", "regularizers",
)  # fmt: skip


def load_model(path: str, trust: tuple[str, ...]) -> Any:
    """The model that a file describes, built by Keras; in a .keras file the weights' values are not read.

    UsageError for a file that cannot be read or is no model, and for one with a Lambda or with
    objects of a package that is not trusted: no code of it runs.
    """
    with open(path, "rb") as stream:
        config = describe(path, stream).model
        zipped = zipfile.is_zipfile(stream)
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
