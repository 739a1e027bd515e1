"""The arguments that name a network, shared by all commands that take one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from ..architectures.base import Architecture, find
from ..errors import UnknownName, UsageError
from ..graph import Graph

F = TypeVar("F", bound=Callable[..., Any])

SIZE = re.compile(r"(\d{1,12})(?:[x×](\d{1,12})(?:[x×](\d{1,12}))?)?", re.IGNORECASE)


@dataclass(frozen=True)
class Network:
    """A network that the command line asked for: what it is, the graph, and whether it is as published."""

    architecture: Architecture
    graph: Graph
    style: str
    as_published: bool


def network_options(command: F) -> F:
    """Add the options that choose a network's size and settings to a command."""
    for option in reversed(
        (
            click.option("--input", "input_size", metavar="N|HxW|HxWxC", help="Input size: 224, 224x320 or 224x320x3."),
            click.option("--channels", type=click.IntRange(1), help="Channels of the input."),
            click.option("--classes", type=click.IntRange(1), help="Number of classes."),
            click.option("--batch", type=click.IntRange(1), default=1, help="Images counted together.  [1]"),
            click.option("--style", metavar="NAME", help="paper, torchvision, keras …: see `list`."),
            click.option("--set", "settings", metavar="NAME=VALUE", multiple=True, help="Any option of the family: see `list NAME`."),  # fmt: skip  # noqa: E501
        )
    ):
        command = option(command)
    return command


def parse_size(text: str | None, channels: int | None, default: tuple[int, int, int]) -> tuple[int, int, int]:
    """(height, width, channels) from `224`, `HxW` or `HxWxC`; UsageError for anything else.

    >>> parse_size("224x320", None, (224, 224, 3))
    (224, 320, 3)
    """
    match = SIZE.fullmatch("" if text is None else text.strip())
    if text is None:
        size = default
    elif match is None:
        raise UsageError(f"--input {text}: expected a size, HxW or HxWxC in whole numbers, as 224, 224x320 or 224x320x3")
    else:
        height, width, given = (int(part) if part else None for part in match.groups())
        size = (height or 0, height or 0 if width is None else width, default[2] if given is None else given)
        if min(size) < 1:
            raise UsageError(f"--input {text}: every size must be at least 1")
        if given is not None and channels not in (None, given):
            raise UsageError(f"--input {text} and --channels {channels} do not agree")
    return size if channels is None else (*size[:2], channels)


def resolve(
    target: str,
    input_size: str | None,
    channels: int | None,
    classes: int | None,
    style: str | None,
    settings: dict[str, Any],
) -> Network:
    """The network that a name (or `name@style`) and the options ask for."""
    name, _, own_style = target.partition("@")
    return build(find(name), input_size, channels, classes, own_style or style, settings)


def build(
    architecture: Architecture,
    input_size: str | None,
    channels: int | None,
    classes: int | None,
    style: str | None,
    settings: dict[str, Any],
) -> Network:
    """The graph of an architecture under the options."""
    size = parse_size(input_size, channels, architecture.input)
    graph = architecture.graph(size, classes, style, **settings)
    as_published = size == architecture.input and classes in (None, architecture.classes) and not settings
    return Network(architecture, graph, style or architecture.styles[0], as_published)


def parse_settings(architecture: Architecture, texts: tuple[str, ...]) -> dict[str, Any]:
    """`NAME=VALUE` texts as options of a network, each of the type that its default has.

    UsageError or UnknownName for what is none.
    """
    settings = {}
    known = architecture.options
    for text in texts:
        name, equals, value = text.partition("=")
        name = name.strip().replace("-", "_")
        if not equals:
            raise UsageError(f"--set {text}: expected NAME=VALUE")
        if name not in known:
            raise UnknownName(f"option of {architecture.name}", name, known)
        settings[name] = typed(name, value.strip(), known[name])
    return settings


def typed(name: str, text: str, example: Any) -> Any:
    """`text` as a value of the type of `example`: yes/no, a number, numbers by commas, or text.

    >>> typed("blocks", "3,4,23,3", (3, 4, 6, 3)), typed("aux", "yes", False)
    ((3, 4, 23, 3), True)
    """
    try:
        if isinstance(example, bool):
            return {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}[text.lower()]
        if isinstance(example, tuple):
            return tuple(int(part) for part in text.split(","))
        if example is None:
            return int(text) if text.isdecimal() else text
        return type(example)(text) if isinstance(example, (int, float)) else text
    except (KeyError, ValueError):
        kinds = {bool: "yes or no", tuple: "whole numbers with commas between, as 3,4,6,3", int: "a whole number"}
        wanted = kinds.get(type(example), "a number")
        raise UsageError(f"{name}: expected {wanted}, not {text!r}") from None
