"""`resnet-analyze`: finds the command, and turns every error into one line and an exit status."""

from __future__ import annotations

import codecs
import os
import sys
import warnings
from collections.abc import Sequence
from importlib import import_module
from itertools import pairwise
from typing import Any, NoReturn

import click

from .. import __version__
from ..errors import AnalyzerError, UnknownName

DEFAULT = "show"
OWN_OPTIONS = ("--help", "-h", "--version")
ASCII = str.maketrans({"×": "x", "·": "*", "−": "-", "–": "-", "→": "->", "≥": ">=", "…": "~"})


class Stopped(Exception):
    """Ctrl-C while a command runs."""


class Commands(click.Group):
    """The commands are the files beside this one; `show` is meant where none is named."""

    def list_commands(self, context: click.Context) -> list[str]:
        """The names of all commands."""
        files = os.listdir(os.path.dirname(__file__))
        names = (name[:-3] for name in files if name.endswith(".py") and not name.startswith("_"))
        return sorted(name for name in names if name != "main")

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """The command of that name, imported now; None if there is none."""
        if name not in self.list_commands(context):
            return None
        command: click.Command = import_module(f"{__package__}.{name}").command
        if not any("--lang" in option.opts for option in command.params):
            from ._output import language_option

            command.params.append(language_option())
        return command

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """Put `show` in front where the first word is no command and no option of the program's own."""
        if args and args[0] not in OWN_OPTIONS and args[0] not in self.list_commands(context):
            args = [DEFAULT, *args]
        return super().parse_args(context, args)

    def invoke(self, context: click.Context) -> Any:
        """Run the command; an interruption is Stopped, of which click has nothing to print."""
        try:
            return super().invoke(context)
        except KeyboardInterrupt:
            raise Stopped from None

    def shell_complete(self, context: click.Context, incomplete: str) -> list[click.shell_completion.CompletionItem]:
        """What the program itself offers, and whatever `show` does."""
        own = super().shell_complete(context, incomplete)
        show = self.get_command(context, DEFAULT)
        if show is None:
            return own
        inner = click.Context(show, info_name=DEFAULT, parent=context)
        if incomplete.startswith("-"):
            known = {item.value for item in own}
            return own + [item for item in show.shell_complete(inner, incomplete) if item.value not in known]
        network = next(each for each in show.params if isinstance(each, click.Argument))
        return own + network.shell_complete(inner, incomplete)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    invoke_without_command=True,
    epilog="Without a command, `show` is meant: resnet-analyze --depth 50 --input 224",
)
@click.version_option(__version__, prog_name="resnet-analyze")
@click.pass_context
def program(context: click.Context) -> None:
    """Shapes, parameters and cost of convolutional networks, exactly, without a framework."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the program and exit: 0 fine, 1 a check failed, 2 bad usage or input (one line says what)."""
    _spell_for_the_encoding()
    if not sys.warnoptions:  # what a library will change one day is for its callers, not for who runs this
        warnings.simplefilter("ignore", FutureWarning)
    sys.exit(_status(arguments))


def _status(arguments: Sequence[str] | None) -> int:
    """Run the program; the exit status, with a line on standard error where it is not 0."""
    typed = sys.argv[1:] if arguments is None else arguments
    try:
        status = program.main(arguments, prog_name="resnet-analyze", standalone_mode=False)
    except AnalyzerError as error:
        return _complain(_or_a_command(error, typed), error.exit_status, typed)
    except click.ClickException as error:
        return _complain(_in_our_words(error, typed), 2, typed)
    except (click.Abort, KeyboardInterrupt, Stopped):
        return _complain("interrupted", 130)
    except OSError as error:
        from ._output import abandon

        abandon(sys.stdout)
        return _complain(f"cannot write to standard output: {error.strerror or error}", 2)
    except MemoryError:
        return _complain("not enough memory for a network of this size", 2)
    return status if isinstance(status, int) else 0


def _or_a_command(error: AnalyzerError, typed: Sequence[str]) -> str:
    """The sentence of an error; where the first word is no network but nearly a command, that it may be one."""
    if isinstance(error, UnknownName) and typed[:1] == [error.name]:
        return _no_command(typed[0]) or str(error)
    return str(error)


def _no_command(word: str) -> str:
    """That a word is no command, where one is near; else nothing."""
    said = str(
        UnknownName("command", word, program.list_commands(click.Context(program)), "See: resnet-analyze --help")
    )
    return said if "Did you mean" in said else ""


def _is_network(word: str) -> bool:
    from ..architectures.base import find
    from ..targets import is_source, split_target

    try:
        return is_source(word) or find(split_target(word)[0]) is not None
    except AnalyzerError:
        return False


def _in_our_words(error: click.ClickException, arguments: Sequence[str]) -> str:
    from ._complaint import complaint, is_one_too_many, one_too_many

    context = click.Context(program)
    named = bool(arguments) and arguments[0] in program.list_commands(context)
    own = not arguments or arguments[0] in OWN_OPTIONS
    if not named and not own:
        said = _no_command(arguments[0])
        if said and not arguments[0].startswith("-") and not _is_network(arguments[0]):
            return said
        if is_one_too_many(error):
            return f"{one_too_many(error)}. For several networks side by side: resnet-analyze compare"
    command = program if own else program.get_command(context, arguments[0] if named else DEFAULT)
    return complaint(error, f"resnet-analyze {arguments[0]}" if named else "resnet-analyze", command)


def _complain(message: str, status: int, typed: Sequence[str] = ()) -> int:
    """Tell an error on standard error, and as an annotation too where the output was to hold annotations."""
    if "--format=github" in typed or ("--format", "github") in pairwise(typed):
        from ..writers.github import annotation
        from ._output import show

        show(annotation("error", message))
    if sys.stderr is not None:
        print(f"resnet-analyze: {' '.join(message.split())}", file=sys.stderr)
    return status


def _spell_for_the_encoding() -> None:
    """Where standard output or error cannot hold ×, − and the like, have them spelled in ASCII."""
    for stream in (sys.stdout, sys.stderr):
        encoding = getattr(stream, "encoding", None)
        if encoding and encoding.lower() not in ("utf-8", "utf8") and hasattr(stream, "reconfigure"):
            codecs.register_error("resnet_analyzer.ascii", _in_ascii)
            stream.reconfigure(errors="resnet_analyzer.ascii")


def _in_ascii(error: UnicodeError) -> tuple[str, int]:
    """Spell what an encoding cannot hold: × as x; ? for what has no spelling."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end].translate(ASCII)
    return "".join(sign if sign.isascii() else "?" for sign in text), error.end
