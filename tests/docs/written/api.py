"""The public names of the package by what a person looks for, for mkdocstrings to fill."""

from __future__ import annotations

import inspect
from typing import Any

import resnet_analyzer as ra
from resnet_analyzer import errors

from .tables import code, plain, sentence, table

GROUPS = {  # the module that a name comes from: where a person looks for it
    "Networks, from a name, a file or a live model": ("architectures", "targets", "importers"),
    "Measuring": ("measurement", "dim"),
    "What follows from it": ("library", "analyses"),
    "Graphs of your own": ("graph", "shape", "ops"),
    "Errors": ("errors",),
}
FIRST = {"measure": "Measuring"}
OTHERS = "More"


def public_names() -> str:
    """Every public name with its sentence, in groups; each with what mkdocstrings makes of its docstring."""
    groups: dict[str, list[str]] = {title: [] for title in (*GROUPS, OTHERS)}
    for name in ra.__all__:
        if name not in ("__version__", "errors", "ops"):
            groups[_group(name)].append(name)
    return "\n\n".join(_section(title, names) for title, names in groups.items() if names or title == "Errors")


def home(name: str) -> str:
    """The module that a public name is defined in."""
    return f"resnet_analyzer.{ra._HOME[name]}"


def error_names() -> list[str]:
    """Every error class, the most general first."""
    found = [each for each in vars(errors).values() if inspect.isclass(each) and issubclass(each, Exception)]
    own = [each for each in found if each.__module__ == errors.__name__]
    return [each.__name__ for each in sorted(own, key=lambda each: (len(each.__mro__), each.__name__))]


def _group(name: str) -> str:
    if name in FIRST:
        return FIRST[name]
    package = ra._HOME[name].split(".")[0]
    return next((title for title, packages in GROUPS.items() if package in packages), OTHERS)


def _section(title: str, names: list[str]) -> str:
    own = title == "Errors"
    named = [(name, f"resnet_analyzer.errors.{name}") for name in error_names()] if own else []
    named = named or [(name, f"{home(name)}.{name}") for name in names]
    rows = [(f"[{code(name)}](#{path})", plain_of(name)) for name, path in named]
    entries = [f"::: {path}" for _, path in named]
    return "\n\n".join([f"## {title}", table(("name", "what it is"), rows), *entries])


def plain_of(name: str) -> str:
    """The first sentence of a public name's docstring."""
    value: Any = getattr(errors, name) if hasattr(errors, name) else getattr(ra, name)
    return sentence(inspect.getdoc(value)) or plain(repr(value))
