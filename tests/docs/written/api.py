"""The public names of the package by what a person looks for: signature, docstring, members, examples that are run."""

from __future__ import annotations

import ast
import inspect
import sys
from types import FunctionType
from typing import Any

import resnet_analyzer as ra
from resnet_analyzer import errors

from .tables import code, plain, prose, sentence, table

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
    """Every public name with its sentence, in groups; each with its signature, docstring, members and examples."""
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
    told = error_names() if title == "Errors" else names
    rows = [(f"[{code(name)}](#{name.lower()})", plain_of(name)) for name in told]
    return "\n\n".join([f"## {title}", table(("name", "what it is"), rows), *map(_entry, told)])


def plain_of(name: str) -> str:
    """The first sentence of a public name's docstring."""
    value = _value(name)
    return sentence(inspect.getdoc(value)) or plain(repr(value))


def _value(name: str) -> Any:
    return getattr(errors, name) if hasattr(errors, name) else getattr(ra, name)


def _entry(name: str) -> str:
    """All of one name: its heading is the place that links lead to, in the repository as in the site."""
    value = _value(name)
    parts = [f"### {code(name)}", *_head(name, value), prose(inspect.getdoc(value)), *_fields(value), *_members(value)]
    return "\n\n".join([*filter(None, parts), *_examples(name, value)])


def _head(name: str, value: Any) -> list[str]:
    """How it is called; of an error, what it is a kind of."""
    if inspect.isclass(value) and issubclass(value, Exception):
        return [f"A kind of {code(value.__base__.__name__)}."]
    spelled = signature(value).removesuffix(" -> None")
    return [] if spelled == "(*values: Any, **named: Any)" else [code(f"{name}{spelled}")]


class _Words(str):
    """An annotation that is spelled as the words that it is."""

    __repr__ = str.__str__


def signature(value: Any) -> str:
    """A signature as one writes it.

    >>> signature(home), signature(_entry)
    ('(name: str) -> str', '(name: str) -> str')
    """
    found = inspect.signature(value)
    kept = [_worded(each) for name, each in found.parameters.items() if name != "self"]
    gives = found.return_annotation
    return str(found.replace(parameters=kept, return_annotation=_Words(gives) if type(gives) is str else gives))


def _worded(each: inspect.Parameter) -> inspect.Parameter:
    return each.replace(annotation=_Words(each.annotation)) if type(each.annotation) is str else each


def _fields(value: Any) -> list[str]:
    """What an object of a class holds, each with its type."""
    own = vars(value).get("__annotations__", {}) if inspect.isclass(value) else {}
    told = [code(f"{name}: {kind}") for name, kind in own.items() if not name.startswith("_")]
    return [f"Holds {', '.join(told)}."] if told else []


def _members(value: Any) -> list[str]:
    """The methods and properties of a class, a line each."""
    if not inspect.isclass(value) or issubclass(value, Exception):
        return []
    lines = [
        f"- {code(_spelled(name, member))}: {sentence(inspect.getdoc(member))}"
        for name, member in vars(value).items()
        if not name.startswith("_") and isinstance(member, FunctionType | property | classmethod) and member.__doc__
    ]
    return ["\n".join(lines)] if lines else []


def _spelled(name: str, member: Any) -> str:
    if isinstance(member, property):
        kind = member.fget.__annotations__.get("return") if member.fget else None
        return f"{name}: {kind}" if kind else name
    return f"{name}{signature(member)}"


def _examples(name: str, value: Any) -> list[str]:
    """The docstring's examples, with what they import: a block that is run as it stands."""
    lines = inspect.cleandoc(value.__doc__ or "").partition("\n>>> ")
    if not lines[1]:
        return []
    return [f"```python\n{_imports(name, value, '>>> ' + lines[2])}>>> {lines[2]}\n```"]


def _imports(name: str, value: Any, example: str) -> str:
    """Imports of the names that an example takes from the module where it stands."""
    source = "\n".join(line[4:] for line in example.splitlines() if line.startswith((">>> ", "... ")))
    used = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    known = vars(sys.modules[value.__module__])
    needed = sorted(each for each in used if each in known and f"import {each}" not in source)
    public = [each for each in needed if each in ra.__all__]
    lines = [f">>> from resnet_analyzer import {', '.join(public)}\n"] if public else []
    rest = [each for each in needed if each not in public]
    return "".join([*lines, *([f">>> from {value.__module__} import {', '.join(rest)}\n"] if rest else [])])
