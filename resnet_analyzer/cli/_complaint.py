"""What is wrong with a command line, in words of our own: click's differ from version to version."""

from __future__ import annotations

import click

from ..errors import UnknownName


def complaint(error: click.ClickException, path: str, command: click.Command | None) -> str:
    """The sentence for an error that click found; `path` is what was typed to get at `command`."""
    options = [each for each in command.params if isinstance(each, click.Option)] if command else []
    if isinstance(error, click.NoSuchOption):
        known = [name for each in options for name in each.opts] + ["--help"]
        return str(UnknownName("option", error.option_name, known, f"See: {path} --help"))
    if isinstance(error, click.BadOptionUsage):
        flags = [name for each in options if each.is_flag for name in (*each.opts, *each.secondary_opts)]
        return f"{error.option_name} {'takes no' if error.option_name in flags else 'needs a'} value"
    if isinstance(error, click.BadParameter) and error.param is not None:
        missing = isinstance(error, click.MissingParameter)
        return _spelled(error.param) + (f" is missing. See: {path} --help" if missing else f": {error.message}")
    if is_one_too_many(error):
        return f"{one_too_many(error)}. See: {path} --help"
    return error.format_message()


def is_one_too_many(error: click.ClickException) -> bool:
    """Whether an argument was given that the command does not take."""
    return "unexpected extra argument" in error.format_message()


def _spelled(parameter: click.Parameter) -> str:
    """A parameter as help pages write it: --input, NETWORK."""
    return max(parameter.opts, key=len) if isinstance(parameter, click.Option) else parameter.human_readable_name


def one_too_many(error: click.ClickException) -> str:
    """Which arguments the command does not take."""
    return f"one argument too many: {error.format_message().partition('(')[2].rstrip(')')}"
