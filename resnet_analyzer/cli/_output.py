"""Where a report goes: to the terminal, or atomically into a file."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial, wraps
from types import MappingProxyType
from typing import Any, TextIO

import click

from ..errors import OutputError, UsageError
from ..frozen import NamedTuple
from ..measurement import WRITERS
from ..report.model import Report
from ._completion import formats

Command = Callable[..., None]

PICTURES = (".png", ".svg", ".pdf")
NOTHING: Mapping[str, Sequence[str]] = MappingProxyType({})
FILE_COLUMNS = 120  # a table in a file
NARROWEST = 40  # columns: no terminal is narrower
FORMATS = "table, markdown, csv, raw-csv, json, latex, html or github; default: by FILE's ending, else table."
LANGUAGE = f"{__name__}.language"  # where a command's context keeps what --lang said
QUIET = f"{__name__}.quiet"  # where a command's context keeps what --quiet said


class Destination(NamedTuple):
    """The writer of the format asked for (None: a picture is), and the file: None is standard output."""

    writer: Any
    output: str | None = None

    @property
    def is_picture(self) -> bool:
        """Whether a picture was asked for, by the file's ending."""
        return self.writer is None


def output_options(command: Command, shows: str = "") -> Command:
    """Add `--format` and `--output`; the command gets them as `destination`.

    With `shows`, which says what it shows, the file may be a picture.
    """
    more = {"picture": PICTURES} if shows else NOTHING

    @wraps(command)
    def gathered(*, format_name: str | None, output: str | None, **given: Any) -> None:
        file = None if output == "-" else output
        kind = format_for(format_name, file, more)
        command(destination=Destination(None if kind == "picture" else WRITERS[kind], file), **given)

    says = f"Write to FILE; .png, .svg or .pdf: {shows}." if shows else "Write to FILE (atomic)."
    format_option = click.option("--format", "format_name", metavar="NAME", shell_complete=formats, help=FORMATS)
    output_option = click.option("--output", "-o", metavar="FILE", help=says)
    return format_option(output_option(quiet_option(gathered)))


def picture_options(shows: str) -> Callable[[Command], Command]:
    """`output_options` of a command that draws a picture too: where the file ends so, of what `shows` says."""
    return partial(output_options, shows=shows)


def quiet_option(command: Command) -> Command:
    """Add `--quiet`, which `announce` obeys."""

    def keep(context: click.Context, parameter: click.Parameter, value: bool) -> None:
        context.meta[QUIET] = value

    said = "Do not say which file was written."
    return click.option("--quiet", "-q", is_flag=True, expose_value=False, callback=keep, help=said)(command)


def announce(file: str, says: str = "") -> None:
    """Say on standard error that a file was written; not under --quiet, nor of a device or a pipe."""
    from ..files import is_node

    if not _is_quiet() and not is_node(file) and sys.stderr is not None:
        click.echo(f"wrote {file}{says}", err=True)


def deliver_text_to(file: str | None, text: str) -> None:
    """A text as it stands, to a file or (None) to standard output; OutputError if that fails."""
    if file is None:
        show(text)
        return
    from ..files import write_text

    write_text(file, text)
    announce(file)


def deliver_picture(picture: Any, file: str) -> None:
    """A picture into a file as SVG, PNG or PDF, as its ending says; OutputError if that fails."""
    from ..files import writing
    from ..report.language import picture_in

    kind = os.path.splitext(file)[1].lower().removeprefix(".")
    content = getattr(picture_in(picture, asked_language()), kind)
    with writing(file) as stream:
        stream.write(content)
    announce(file)
    announce_letters([picture])


def announce_letters(pictures: Sequence[Any]) -> None:
    """Say on standard error that pictures lack Chinese letters where no font has them; not under --quiet."""
    from ..plots.base import has_eastern_letters

    boxes = any("□" in each.title for each in pictures)
    if not pictures or not (boxes or asked_language() == "zh") or _is_quiet() or has_eastern_letters():
        return
    shown = "□ stands for what no font here has" if boxes else "words stay English"
    click.echo(f"pictures: {shown}; install a font with Chinese letters, as Noto Sans CJK", err=True)


def _is_quiet() -> bool:
    context = click.get_current_context(silent=True)
    return context is not None and bool(context.meta.get(QUIET, False))


def asked_language() -> str:
    """The language that `--lang` or the surroundings ask for."""
    context = click.get_current_context(silent=True)
    return "en" if context is None else str(context.meta.get(LANGUAGE, "en"))


def deliver_drawn(name: str, measured: Any, destination: Destination, **options: Any) -> None:
    """The registered picture of that name, of what was measured, into the file; OutputError if that fails."""
    from ..plots.base import PLOTS

    draw_quietly()
    deliver_picture(PLOTS[name].draw(measured, **options), str(destination.output))


def format_for(format_name: str | None, output: str | None, more: Mapping[str, Sequence[str]] = NOTHING) -> str:
    """The format as `--format` says, else as the file's ending, else a table; `more` are a command's own, with endings.

    UsageError where the two do not agree, or where nothing that this command writes ends so.
    """
    if format_name == "picture":
        raise UsageError(f"a picture needs the name of a file: --output FILE{PICTURES[0]}")
    ending = os.path.splitext(output or "")[1].lower()
    if not ending:
        return "table" if format_name is None else format_name
    endings = {**{name: WRITERS[name].suffixes for name in sorted(WRITERS)}, **more}  # registered in any order
    named = next((name for name, known in endings.items() if ending in known), None)
    if format_name is None and named is None:
        from ..files import is_node

        if is_node(str(output)):
            return "table"
        known = ", ".join(sorted({each for several in endings.values() for each in several}))
        draw = "; for a picture: resnet-analyze draw" if ending in PICTURES else ""
        raise UsageError(f"{output}: this command cannot write {ending} files, only {known}{draw}")
    agreeing = (None, "table", format_name, str(format_name).removeprefix("raw-"))  # .txt is any text
    if format_name is not None and named not in agreeing:
        raise UsageError(f"--format {format_name} and {output} do not agree: give one of them")
    return str(named) if format_name is None else format_name


def deliver(report: Report, destination: Destination, says: str = "") -> None:
    """Write a report in the wanted format to the file, or to standard output; OutputError if that fails.

    `says` goes behind the file's name where it is told that it was written: a verdict, since nobody sees the report.
    UsageError where a picture was asked for and there is none of it.
    """
    if destination.is_picture:
        raise UsageError(
            f"{destination.output}: no picture shows this: give a file that ends in .txt, .md, .html or the like"
        )
    report = in_language(report, destination.writer.name)
    if destination.output is not None:
        from ..files import write_text

        write_text(destination.output, destination.writer.render(report, FILE_COLUMNS, False))
        announce(destination.output, says)
    else:
        deliver_text(lambda columns, colour: destination.writer.render(report, columns, colour))


def in_language(report: Report, format_name: str) -> Report:
    """The report in the language that was asked for, if its format is for people to read."""
    language = asked_language()
    if language == "en":
        return report
    from ..report.language import FOR_MACHINES, translated

    return report if format_name in FOR_MACHINES else translated(report, language)


def language_option() -> click.Option:
    """The option `--lang`, which every command has (`main` adds it), and `in_language` obeys."""

    def keep(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
        from ..report.language import LANGUAGES, language_of

        if value not in (None, *LANGUAGES):
            raise click.BadParameter(f"expected {', '.join(LANGUAGES)}, not {value!r}", context, parameter)
        context.meta[LANGUAGE] = value or language_of(os.environ)

    said = "Language of tables and reports, en or zh; default: as LANG says."
    return click.Option(["--lang"], metavar="NAME", expose_value=False, callback=keep, help=said)


def deliver_text(render: Callable[[int, bool], str]) -> None:
    """Write what `render(columns, colour)` gives for this terminal to standard output."""
    show(render(*terminal()))


def terminal() -> tuple[int, bool]:
    """Columns of the terminal (80 where there is none), and whether to use colour."""
    stream = sys.stdout
    is_terminal = stream is not None and stream.isatty()
    columns = os.environ.get("COLUMNS", "")
    width = int(columns) if columns.isascii() and columns.isdecimal() and len(columns) < 6 else 0
    if width < 1 and is_terminal:
        try:
            width = os.get_terminal_size(stream.fileno()).columns
        except OSError:
            width = 0
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return max(width, NARROWEST) if width > 0 else 80, is_terminal and not plain


def show(text: str) -> None:
    """Write to standard output; a reader that has gone is no failure, a full disk is one."""
    with standard_output() as stream:
        stream.write(text)


@contextmanager
def standard_output() -> Iterator[TextIO]:
    """Standard output to write to part by part, under the same terms."""
    stream = sys.stdout
    if stream is None:
        raise OutputError("cannot write to standard output: it is closed")
    try:
        yield stream
        stream.flush()
    except BrokenPipeError:  # whoever read has seen enough, as `| head` does
        abandon(stream)
    except OSError as error:
        abandon(stream)
        raise OutputError(f"cannot write to standard output: {error.strerror}") from error


def abandon(stream: Any) -> None:
    """Lead a stream that fails to nowhere, or Python would complain of it once more at exit."""
    with suppress(OSError, ValueError, AttributeError):  # not every stream has a file of the system behind it
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def draw_quietly() -> None:
    """Keep matplotlib's remarks off standard error, and whatever back end the surroundings ask for out of its way.

    Jupyter sets MPLBACKEND for programs that it starts; files are drawn without any.
    """
    import logging

    if "matplotlib" not in sys.modules:
        os.environ.pop("MPLBACKEND", None)
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
