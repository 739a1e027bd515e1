"""What the commands that run studies share: which nets, and how deep."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from ..errors import UnknownName, UsageError
from . import _completion as completion
from ._network import Word
from ._output import FORMATS, deliver_picture, quiet_option

NETS = ("plain", "resnet", "preresnet")
DEEPEST = 10_000

Command = TypeVar("Command", bound=Callable[..., Any])


def net_options(default: str, says: str) -> Callable[[Command], Command]:
    """The options that tell which nets a study is of, and how deep they are."""

    def decorate(command: Command) -> Command:
        names = f"Of {', '.join(NETS)}; default{says}."
        command = click.option(
            "--depths", "depth_texts", default="20,56,110", metavar="NUMBERS", help="Depths, 6n + 2; default 20,56,110."
        )(command)
        return click.option("--net", "net_names", default=default, metavar="NAMES", help=names)(command)

    return decorate


def result_options(stored: str, verb: str) -> Callable[[Command], Command]:
    """The options that tell whether a study is run, on which device, or shown as it is `stored`, and where it goes."""
    options = (
        click.option("--stored", is_flag=True, help=stored),
        click.option(
            "--device",
            "device_name",
            type=Word(["auto", "cpu", "gpu"]),
            default="auto",
            help=f"Device to {verb} on; default: a GPU if present.",
        ),
        click.option("--format", "format_name", metavar="NAME", shell_complete=completion.formats, help=FORMATS),
        click.option("--output", "-o", metavar="FILE", help="Write to FILE; .png, .svg or .pdf: a picture."),
        quiet_option,
    )

    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)  # type: ignore[assignment]
        return command

    return decorate


def nets_of(text: str) -> tuple[str, ...]:
    """The kinds of nets that a text names; UnknownName for another.

    >>> nets_of("plain,resnet")
    ('plain', 'resnet')
    """
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",")))
    for name in names:
        if name not in NETS:
            raise UnknownName("net", name, NETS)
    return names


def depths_of(text: str) -> tuple[int, ...]:
    """The depths that a text names, growing; UsageError for what is not a whole number.

    >>> depths_of("56,20")
    (20, 56)
    """
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isascii() and part.isdecimal() and len(part) < 6 and 0 < int(part) <= DEEPEST for part in parts):
        raise UsageError(f"--depths {text!r}: expected whole numbers with commas between, as 20,56,110")
    return tuple(sorted({int(part) for part in parts}))


def save_picture(picture: Any, file: str) -> None:
    """Write a picture as its file's ending says; OutputError if that fails."""
    deliver_picture(picture, file)
