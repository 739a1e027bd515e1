"""The arguments that name a network, shared by all commands that take one."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from ..architectures.base import Architecture, find
from ..errors import UnknownName, UsageError
from ..frozen import NamedTuple
from ..measurement import Measurement, measure
from ..request import Request
from ..settings import DIGITS, NUMBER, fraction, typed, whole
from ..targets import Target, is_source, split_target
from ..targets import resolve as resolve_target
from . import _completion as completion

Command = Callable[..., None]

SIZE = re.compile(rf"([0-9]{{1,{DIGITS}}})(?:[x×]([0-9]{{1,{DIGITS}}})(?:[x×]([0-9]{{1,{DIGITS}}}))?)?", re.IGNORECASE)
PART = re.compile(rf"[0-9]{{1,{DIGITS}}}")


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


class NetworkOptions(NamedTuple):
    """What the options ask of a network, whichever it is: texts as typed, numbers as read."""

    input_texts: tuple[str, ...] = ()
    channels: int | None = None
    classes: int | None = None
    batch: int = 1
    style: str | None = None
    settings: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()


INPUT = click.option(
    "--input",
    "input_texts",
    metavar="SIZE",
    multiple=True,
    help="Input: 224, 224x320, 224x320x3; or NAME=1x224x224x3, the whole shape, for each of several.",
)
OPTIONS = (
    INPUT,
    click.option("--channels", type=COUNT, metavar="N", help="Channels of the input."),
    click.option("--classes", type=COUNT, metavar="N", help="Number of classes."),
    click.option("--batch", type=COUNT, default=1, metavar="N", help="Batch size; default 1."),
    click.option(
        "--style", metavar="NAME", shell_complete=completion.styles, help="paper, torchvision, keras, ...: see `list`."
    ),
    click.option(
        "--set",
        "settings",
        metavar="OPTION=VALUE",
        multiple=True,
        shell_complete=completion.settings,
        help="Any option of the network: see `list NETWORK`; of a design, a variable.",
    ),
    click.option(
        "--arg",
        "arguments",
        metavar="NAME=VALUE",
        multiple=True,
        help="An argument of package.module:factory: none, true, false, a number, or text.",
    ),
)


def network_options(command: Command) -> Command:
    """Add the options that choose a network's size and settings; the command gets them as `asked`."""

    @wraps(command)
    def gathered(**given: Any) -> None:
        asked = NetworkOptions(**{name: given.pop(name) for name in NetworkOptions._fields})
        command(asked=asked, **given)

    for option in reversed(OPTIONS):
        gathered = option(gathered)
    return gathered


class OneNetwork(NamedTuple):
    """The network that a command is about, as it was typed."""

    target: str
    trust: tuple[str, ...]
    asked: NetworkOptions

    def measured(self) -> Measurement:
        """It, resolved and measured at the size asked for."""
        return measure(resolve(self.target, self.asked, self.trust).graph)


TARGET = "NETWORK[@STYLE]|FILE"
TRUST = click.option(
    "--trust", multiple=True, metavar="PACKAGE", help="Allow a model file to run code of this package."
)


def one_network(command: Command) -> Command:
    """Add the argument and the options that name one network and its size; the command gets them as `network`."""

    @wraps(command)
    def gathered(*, target: str, trust: tuple[str, ...], asked: NetworkOptions, **given: Any) -> None:
        command(network=OneNetwork(target, trust, asked), **given)

    argument = click.argument("target", metavar=TARGET, shell_complete=completion.networks)
    return argument(TRUST(network_options(gathered)))


def parse_input(texts: tuple[str, ...]) -> tuple[int, ...] | dict[str, tuple[int, ...]] | None:
    """`224`, `HxW`, `HxWxC`, or `NAME=SHAPE` as often as there are inputs; UsageError for anything else.

    >>> parse_input(("224x320",)), parse_input(("tokens=1x128", "x=1x3x224x320")), parse_input(())
    ((224, 320), {'tokens': (1, 128), 'x': (1, 3, 224, 320)}, None)
    """
    if not texts:
        return None
    if not any("=" in text for text in texts):
        if len(texts) > 1:
            raise UsageError(f"--input {' --input '.join(texts)}: give one size, or NAME=SHAPE for each input")
        match = SIZE.fullmatch(texts[0])
        if match is None:
            raise UsageError(
                f"--input {texts[0]!r}: expected a size, HxW or HxWxC in whole numbers: 224, 224x320, 224x320x3"
            )
        sizes = tuple(_at_least_1(part, texts[0]) for part in match.groups() if part)
        return sizes * 2 if len(sizes) == 1 else sizes
    found: dict[str, tuple[int, ...]] = {}
    for text in texts:
        name, equals, shape = text.rpartition("=")
        parts = shape.lower().replace("×", "x").split("x")
        if not (equals and name) or not all(PART.fullmatch(part) for part in parts):
            raise UsageError(
                f"--input {text!r}: expected NAME=SHAPE with the whole shape, the batch first: x=1x224x224x3"
            )
        if name in found:
            raise UsageError(f"--input {name} is given twice")
        found[name] = tuple(_at_least_1(part, text) for part in parts)
    return found


def _at_least_1(part: str, text: str) -> int:
    if int(part) < 1:
        raise UsageError(f"--input {text}: every size must be at least 1")
    return int(part)


def resolve(target: str, asked: NetworkOptions, trust: tuple[str, ...] = (), whole: bool = True) -> Target:
    """The network that a target and the options ask for, wherever it comes from."""
    return resolve_target(target, requested(target, asked, trust), whole)


def requested(target: str, asked: NetworkOptions, trust: tuple[str, ...] = ()) -> Request:
    """The options as a request for this target; UsageError or UnknownName for what it cannot be asked."""
    if is_source(target):
        options = parse_variables(asked.settings)  # which a design takes; other files do not, as it will be told
    else:
        options = parse_settings(find(split_target(target)[0]), asked.settings)
    return request_of(asked, options, trust)


def request_of(asked: NetworkOptions, options: dict[str, Any], trust: tuple[str, ...] = ()) -> Request:
    """The options as a request, with a network's own options read."""
    sizes = parse_input(asked.input_texts)
    return Request(
        sizes, asked.classes, trust, asked.batch, asked.style, options, asked.channels, parse_arguments(asked.arguments)
    )


def parse_settings(architecture: Architecture, texts: tuple[str, ...]) -> dict[str, Any]:
    """The `--set NAME=VALUE` texts as options of a network, each of the type that its default has.

    UsageError or UnknownName for what is none.
    """
    settings: dict[str, Any] = {}
    known = architecture.options
    for text in texts:
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


def parse_variables(texts: tuple[str, ...]) -> dict[str, Any]:
    """The `--set NAME=VALUE` texts as values of a design's variables; UsageError for what is none.

    >>> parse_variables(("width=32", "ratio=0.5"))
    {'width': 32, 'ratio': 0.5}
    """
    found: dict[str, Any] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise UsageError(f"--set {text}: expected NAME=VALUE")
        if name.strip() in found:
            raise UsageError(f"--set {name.strip()} is given twice")
        found[name.strip()] = _plain_value(value.strip())
    return found


def parse_arguments(texts: tuple[str, ...]) -> dict[str, Any]:
    """The `--arg NAME=VALUE` texts as arguments of a factory; UsageError for what is none.

    >>> parse_arguments(("weights=none", "classes=10", "width=0.5", "name=tiny"))
    {'weights': None, 'classes': 10, 'width': 0.5, 'name': 'tiny'}
    """
    found: dict[str, Any] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.isidentifier():
            raise UsageError(f"--arg {text}: expected NAME=VALUE")
        if name in found:
            raise UsageError(f"--arg {name} is given twice")
        found[name] = _plain_value(value)
    return found


def _plain_value(text: str) -> Any:
    """none, true, false, a number, or the text itself."""
    words = {"none": None, "true": True, "false": False}
    if text.lower() in words:
        return words[text.lower()]
    for read in (whole, fraction):
        try:
            return read(text)
        except ValueError:
            continue
    return text
