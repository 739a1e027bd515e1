"""What a Keras description is of: a file, or (in `_keras_live`) a live model, which knows more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple

from ._keras_entries import is_model, name_of
from ._keras_values import namespace
from ._keras_weights import WeightFile
from .records import Argument, Declared, Looked, Slot, StoredWeights


class Opened(NamedTuple):
    """A model looked into: its configuration, and its layers by name where it is a live one."""

    config: Any
    inside: Mapping[str, Any] = MappingProxyType({})


Asker = Callable[[list[Declared]], "tuple[Declared, ...] | None"]
Finder = Callable[[], "StoredWeights | None"]
Looker = Callable[[tuple[Declared, ...], int], "Looked | None"]


class Source:
    """What a description is of: a file, whose weights are looked up if need be. A live model knows more."""

    def __init__(self, file: WeightFile | None = None) -> None:
        self.file = file

    def opened(self, entry: Mapping[str, Any], thing: Any, given: Any) -> Opened | None:
        """A model whose layers are to be read, called on `given`; None for a layer."""
        return Opened(entry["config"]) if is_model(entry) else None

    def weights(self, entry: Mapping[str, Any], thing: Any, path: str) -> tuple[Slot, ...] | None:
        """A layer's weights; None where they are not told."""
        return None

    def stored(self, entry: Mapping[str, Any], scope: str) -> Finder | None:
        """What finds a layer's weights in the file beside the description, if there is one."""
        if self.file is None:
            return None
        config = entry.get("config")
        return partial(self.file.find, scope, name_of(entry), isinstance(config, dict) and "layers" in config)

    def asker(self, thing: Any, call: Any) -> Asker | None:
        """What tells the output shapes of that call for other input shapes."""
        return None

    def looker(self, walk: Any, thing: Any, path: str, call: Any, arguments: list[Argument]) -> Looker | None:
        """What looks into a layer's code, called so."""
        return None

    def behind(self, entry: Mapping[str, Any], thing: Any) -> Any:
        """A layer of its own for the activation that a layer carries, where that is code."""
        return None

    def entry(self, operation: Any, name: str) -> dict[str, Any]:
        """The description of an operation that some layer's code calls."""
        raise NotImplementedError

    def kind(self, entry: Mapping[str, Any], thing: Any) -> tuple[str, str]:
        """A layer's class, and where it stands in Keras."""
        return str(entry["class_name"]), namespace(entry)

    def owner(self, entry: Mapping[str, Any], thing: Any, path: str) -> str:
        """The object that an entry describes, the same wherever it stands."""
        shared = entry.get("shared_object_id")
        return f"#{shared}" if type(shared) is int else path
