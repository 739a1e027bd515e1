"""`resnet-analyze`: finds the command, and turns whatever goes wrong into one line and an exit status."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from .. import __version__
from ..errors import AnalyzerError

DEFAULT = "show"


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
        from importlib import import_module

        command: click.Command = import_module(f"{__package__}.{name}").command
        return command

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """Put `show` in front where the first word is no command and no option of the program's own."""
        if args and args[0] not in ("--help", "-h", "--version") and args[0] not in self.list_commands(context):
            args = [DEFAULT, *args]
        return super().parse_args(context, args)


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


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the program and exit: 0 fine, 1 a check failed, 2 bad usage or input (one line says what)."""
    try:
        status = program.main(arguments, prog_name="resnet-analyze", standalone_mode=False)
        sys.stdout.flush()
    except AnalyzerError as error:
        status = _complain(str(error), error.exit_status)
    except click.ClickException as error:
        status = _complain(error.format_message(), 2)
    except click.Abort:
        status = _complain("interrupted", 130)
    except BrokenPipeError:
        # whoever read the output has seen enough; keep Python from flushing into the closed pipe at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    sys.exit(status if isinstance(status, int) else 0)


def _complain(message: str, status: int) -> int:
    print(f"resnet-analyze: {' '.join(message.split())}", file=sys.stderr)
    return status
