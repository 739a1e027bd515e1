"""The arguments that name a network, shared by all commands that take one."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple

import click

from ..architectures.base import Architecture, find
from ..errors import UnknownName, UsageError
from ..graph import Graph
from . import _completion as completion

Command = Callable[..., None]

DIGITS = 12  # of a number on the command line: more is a typing error, and would fill the memory
SIZE = re.compile(rf"([0-9]{{1,{DIGITS}}})(?:[x×]([0-9]{{1,{DIGITS}}})(?:[x×]([0-9]{{1,{DIGITS}}}))?)?", re.IGNORECASE)
NUMBER = re.compile(rf"[+-]?[0-9]{{1,{DIGITS}}}")

SIGNS = "./:\\"  # no registered name has one of these; every file and every factory has


class Count(click.ParamType):
    """A whole number from `least` to `most`, in plain digits."""

    name = "count"

    def __init__(self, least: int = 1, most: int | None = None) -> None:
        self.least, self.most = least, most

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> int:
        """The number; click.BadParameter for anything else."""
        if isinstance(value, int):
            return value
        number = int(value) if NUMBER.fullmatch(value) else None
        if number is None or number < self.least or (self.most is not None and number > self.most):
            bounds = f"of at least {self.least}" if self.most is None else f"from {self.least} to {self.most:,}"
            self.fail(f"expected a whole number {bounds}, not {value!r}", parameter, context)
        return number


COUNT = Count()


class Word(click.Choice):  # type: ignore[type-arg]  # its type has a parameter since click 8.2
    """One of a few words."""

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> str:
        """The word; click.BadParameter, with all that are known, for anything else."""
        if value not in self.choices:
            self.fail(f"expected {', '.join(self.choices)}, not {value!r}", parameter, context)
        return str(value)


class Wanted(NamedTuple):
    """What the options ask of a network, whichever it is."""

    input_size: str | None = None
    channels: int | None = None
    classes: int | None = None
    batch: int = 1
    style: str | None = None
    settings: tuple[str, ...] = ()


class Network(NamedTuple):
    """A network that the command line asked for: what it is, the graph, and whether it is as published."""

    architecture: Architecture
    graph: Graph
    style: str
    as_published: bool


OPTIONS = (
    click.option("--input", "input_size", metavar="SIZE", help="Input: 224, 224x320 or 224x320x3."),
    click.option("--channels", type=COUNT, metavar="N", help="Channels of the input."),
    click.option("--classes", type=COUNT, metavar="N", help="Number of classes."),
    click.option("--batch", type=COUNT, default=1, metavar="N", help="Images counted together; 1 if not given."),
    click.option(
        "--style", metavar="NAME", shell_complete=completion.styles, help="paper, torchvision, keras, ...: see `list`."
    ),
    click.option(
        "--set",
        "settings",
        metavar="OPTION=VALUE",
        multiple=True,
        shell_complete=completion.settings,
        help="Any option of the network: see `list NETWORK`.",
    ),
)


def network_options(command: Command) -> Command:
    """Add the options that choose a network's size and settings; the command gets them as `wanted`."""

    @wraps(command)
    def gathered(**given: Any) -> None:
        wanted = Wanted(**{name: given.pop(name) for name in Wanted._fields})
        command(wanted=wanted, **given)

    for option in reversed(OPTIONS):
        gathered = option(gathered)
    return gathered


def parse_size(text: str | None, channels: int | None, default: tuple[int, int, int]) -> tuple[int, int, int]:
    """(height, width, channels) from `224`, `HxW` or `HxWxC`; UsageError for anything else.

    >>> parse_size("224x320", None, (224, 224, 3))
    (224, 320, 3)
    """
    if text is None:
        return default if channels is None else (*default[:2], channels)
    match = SIZE.fullmatch(text)
    if match is None:
        raise UsageError(f"--input {text!r}: expected a size, HxW or HxWxC in whole numbers: 224, 224x320, 224x320x3")
    height, *rest = [int(part) for part in match.groups() if part]
    width, given = rest[0] if rest else height, rest[1] if len(rest) > 1 else None
    if 0 in (height, width, given):
        raise UsageError(f"--input {text}: every size must be at least 1")
    if None not in (given, channels) and given != channels:
        raise UsageError(f"--input {text} and --channels {channels} do not agree: give one of them")
    return height, width, given or channels or default[2]


def is_source(target: str) -> bool:
    """Whether a target is a file or a factory, and not a registered name.

    >>> is_source("resnet50@keras"), is_source("design.yaml"), is_source("package.module:make")
    (False, True, True)
    """
    return any(sign in target for sign in SIGNS)


def split_target(target: str, style: str | None = None) -> tuple[str, str | None]:
    """The name and the style of `name` or `name@style`; UsageError if the option `style` is another one.

    >>> split_target("resnet50@keras"), split_target("resnet50", "paper")
    (('resnet50', 'keras'), ('resnet50', 'paper'))
    """
    name, at, own = target.partition("@")
    if at and not (name and own):
        raise UsageError(f"{target!r}: expected NAME@STYLE, as resnet50@keras")
    if at and style not in (None, own):
        raise UsageError(f"{target} and --style {style} do not agree: give one of them")
    return name, own if at else style


def resolve(target: str, wanted: Wanted) -> Network:
    """The network that a name (or `name@style`) and the options ask for; the own style of a name goes first."""
    name, style = split_target(target)
    architecture = find(name)
    return build(architecture, wanted._replace(style=style or wanted.style), parse_settings(architecture, wanted))


def build(architecture: Architecture, wanted: Wanted, settings: dict[str, Any]) -> Network:
    """The graph of an architecture under the options."""
    size = parse_size(wanted.input_size, wanted.channels, architecture.input)
    graph = architecture.graph(size, wanted.classes, wanted.style, **settings)
    plain = wanted.batch == 1 and wanted.classes in (None, architecture.classes) and not settings
    return Network(architecture, graph, wanted.style or architecture.styles[0], plain and size == architecture.input)


def parse_settings(architecture: Architecture, wanted: Wanted) -> dict[str, Any]:
    """The `--set NAME=VALUE` texts as options of a network, each of the type that its default has.

    UsageError or UnknownName for what is none.
    """
    settings: dict[str, Any] = {}
    known = architecture.options
    for text in wanted.settings:
        name, equals, value = text.partition("=")
        name = name.strip().replace("-", "_")
        if not equals:
            raise UsageError(f"--set {text}: expected NAME=VALUE")
        if name not in known:
            raise UnknownName(f"option of {architecture.name}", name, known)
        if name in settings:
            raise UsageError(f"--set {name} is given twice")
        settings[name] = typed(name, value.strip(), known[name])
    return settings


def typed(name: str, text: str, example: Any) -> Any:
    """`text` as a value of the type of `example`: yes/no, a number, numbers by commas, or text.

    >>> typed("blocks", "3,4,23,3", (3, 4, 6, 3)), typed("aux", "yes", False)
    ((3, 4, 23, 3), True)
    """
    nested = isinstance(example, tuple) and any(isinstance(part, tuple) for part in example)
    read, expected = NESTED if nested else READERS.get(type(example), (str, "a word"))
    try:
        return read(text)
    except (KeyError, ValueError):
        raise UsageError(f"{name}: expected {expected}, not {text!r}") from None


def _yes_or_no(text: str) -> bool:
    return {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}[text.lower()]


def _whole(text: str) -> int:
    if not NUMBER.fullmatch(text):
        raise ValueError
    return int(text)


def _fraction(text: str) -> float:
    number = float(text)
    if not abs(number) < 10**DIGITS:  # neither too large, nor infinite, nor nan
        raise ValueError
    return number


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(_whole(part.strip()) for part in text.split(","))


def _lists(text: str) -> tuple[tuple[int, ...], ...]:
    return tuple(map(_numbers, text.split("/")))


def _number_or_word(text: str) -> int | str | tuple[int, ...]:
    numbers = _numbers(text) if text.replace(",", "").isdecimal() else ()
    return numbers if len(numbers) > 1 else numbers[0] if numbers else text


NESTED = _lists, "whole numbers with commas between, a slash between lists, as 3,3/3,3,3"
READERS: dict[type, tuple[Callable[[str], Any], str]] = {
    bool: (_yes_or_no, "yes or no"),
    int: (_whole, f"a whole number of at most {DIGITS} digits"),
    float: (_fraction, "a number, as 0.5"),
    tuple: (_numbers, "whole numbers with commas between, as 3,4,6,3"),
    type(None): (_number_or_word, "a word, a whole number, or several with commas between"),
}
