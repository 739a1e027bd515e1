"""`report`: long reports with tables and pictures, to attach to a paper, a lecture or a pull request."""

from __future__ import annotations

import os
import re

import click

from ..errors import CheckFailed, UsageError
from ..files import is_node, write_files, write_text
from ..measurement import WRITERS, Measurement, measure
from ..report.choice import BRIEF, SECTIONS, chosen, without_directions
from ..report.model import Report
from ..targets import Target, is_source
from . import _completion as completion
from ._network import TRUST, NetworkOptions, Word, network_options, resolve
from ._output import announce, announce_letters, deliver_text, draw_quietly, format_for, in_language, quiet_option, show
from ._recipe import recipe_or_none

FORMATS = ("markdown", "html", "json", "csv", "latex", "table")
STANDARD_FOLDER = "reports"


@click.command(short_help="Reports with tables and pictures.")
@click.argument("targets", nargs=-1, metavar="[NETWORK[@STYLE] | FILE]…", shell_complete=completion.networks)
@click.option("--standard", is_flag=True, help="All standard reports, into the folder reports (or DIR).")
@click.option(
    "--check", "checking", is_flag=True, help="With --standard: write nothing, exit with 1 if a file is stale."
)
@click.option("--crosscheck", "with_keras", is_flag=True, help="Also build and run it in Keras; takes a while.")
@click.option("--conventions", "told", is_flag=True, help="Also what other tools print for it.")
@click.option("--since", metavar="TARGET", help="Also what changed since TARGET, layer by layer.")
@click.option("--sections", metavar="NAMES", help=f"Only these, by commas: {', '.join(SECTIONS)}.")
@click.option("--brief", is_flag=True, help=f"Only {', '.join(BRIEF)}: a comment on a pull request.")
@click.option("--format", "format_name", type=Word(FORMATS), help="Format; default: by FILE's ending, else markdown.")
@click.option("--output", "-o", metavar="DIR|FILE", help="Write to FILE or DIR, pictures beside it (atomic).")
@TRUST
@network_options
@quiet_option
def command(
    targets: tuple[str, ...],
    standard: bool,
    checking: bool,
    with_keras: bool,
    told: bool,
    since: str | None,
    sections: str | None,
    brief: bool,
    format_name: str | None,
    output: str | None,
    trust: tuple[str, ...],
    asked: NetworkOptions,
) -> None:
    """Reports with tables and pictures: one network, or several side by side.

    \b
    resnet-analyze report resnet50
    resnet-analyze report resnet50 -o resnet50.html
    resnet-analyze report resnet50@torchvision --since resnet50 --conventions -o change.html
    resnet-analyze report resnet50@torchvision --since resnet50 --brief
    resnet-analyze report vgg19 plain34 resnet34 -o comparison

    Without -o, standard output; pictures are then described in words (HTML holds them).
    With --standard, the reports that this project's own folder `reports` holds.
    """
    draw_quietly()
    if standard:
        if targets or with_keras or told or since or sections or brief or format_name not in (None, "markdown"):
            raise UsageError("report --standard writes its own networks as markdown: give -o DIR, or --check, alone")
        _standard(output or STANDARD_FOLDER, checking)
        return
    if checking or not targets:
        raise UsageError("report: name networks or files, or give --standard (--check goes with it)")
    if asked.batch != 1:
        raise UsageError(f"report --batch {asked.batch}: a report counts one image")
    stem = _stem(targets)
    found = [resolve(target, asked, trust) for target in targets]
    measured = [measure(each.graph) for each in found]
    report = _report(found, stem, measured, told)
    if told or since is not None:
        before = None if since is None else measure(resolve(since, asked, trust).graph)
        report = _with_more(report, measured, targets, told, before, since or "")
    if with_keras:
        report = _crosschecked(report, measured)
    if sections is not None or brief:
        wanted = [name.strip() for name in (sections or "").split(",") if name.strip()]
        report = chosen(report, (*wanted, *(BRIEF if brief else ())))
    _deliver(report, stem, format_name, output)


def _stem(targets: tuple[str, ...]) -> str:
    """The name of the files: the networks' own, without what a file's name should not hold.

    >>> _stem(("resnet50@keras", "designs/mine.yaml"))
    'resnet50_keras-mine'
    """
    names = [os.path.splitext(os.path.basename(each))[0] if is_source(each) else each for each in targets]
    return re.sub(r"[^\w.-]+", "_", "-".join(names)).strip("._")[:100] or "report"


def _report(found: list[Target], stem: str, measured: list[Measurement], told: bool) -> Report:
    from ..report.network import network_report
    from ..report.several import several_report

    if len(found) > 1:
        return several_report(measured, stem, [each.architecture for each in found if each.architecture])
    return network_report(measured[0], stem, found[0].architecture, recipe_or_none(found[0]), told)


def _with_more(
    report: Report,
    measured: list[Measurement],
    names: tuple[str, ...],
    told: bool,
    before: Measurement | None,
    since: str,
) -> Report:
    """The report with what changed since another network in front, and what other tools print for each behind."""
    from ..analyses.diff import diff
    from ..report.conventions import conventions_report
    from ..report.diff import diff_report
    from ..report.document import as_section, with_sections

    first, more = [], []
    for name, each in zip(names, measured, strict=True):
        of = f": {name}" if len(names) > 1 else ""
        if before is not None:
            asked = f"What changed since {since}, layer by layer? The effects add up to the difference."
            first.append(as_section(diff_report(diff(before, each), (since, name)), f"What changed{of}", asked))
        if told:
            asked = "What do other tools print for it, and what is that number made of?"
            more.append(as_section(conventions_report(each), f"What other tools print{of}", asked))
    return with_sections(report, more, first)


def _crosschecked(report: Report, measured: list[Measurement]) -> Report:
    """The report with a section on what the running models said."""
    from ..crosscheck.compare import crosscheck
    from ..crosscheck.framework import device, start_quietly
    from ..report.crosschecked import crosschecked_section

    start_quietly()
    on = device("auto")
    section = crosschecked_section([crosscheck(each.graph, on, 1, 0) for each in measured], on)
    return report._replace(sections=(*report.sections, section))


def _deliver(report: Report, stem: str, format_name: str | None, output: str | None) -> None:
    """To standard output, into a folder, or into a file whose pictures lie beside it."""
    from ..report.document import loose
    from ..report.files import COLUMNS, files_of

    if output in (None, "-"):
        writer = WRITERS[format_name or "markdown"]
        told = in_language(report if writer.name == "html" else without_directions(report), writer.name)
        deliver_text(lambda columns, colour: writer.render(loose(told), columns, colour))
        return
    path = str(output)
    base, suffix = os.path.splitext(path)
    is_file = bool(suffix) and not os.path.isdir(path)
    writer = WRITERS[format_for(format_name, path) if is_file else format_name or "markdown"]
    titles = [each.drawing for each in report.figures]
    drawn = bool(writer.pictures) or writer.name == "html"
    report = in_language(report if drawn else without_directions(report), writer.name)
    if drawn:
        announce_letters(titles)
    if is_node(path):  # a device or a pipe has no place for pictures beside it
        write_text(path, writer.render(loose(report), COLUMNS, False))
    elif is_file:
        files = files_of(report, os.path.basename(base), writer._replace(suffixes=(suffix,)))
        write_files(os.path.dirname(base) or ".", files)
        announce(path, _beside(len(files) - 1))
    else:
        files = files_of(report, stem, writer)
        write_files(path, files)
        announce(os.path.join(path, list(files)[-1]), _beside(len(files) - 1))


def _beside(count: int) -> str:
    """How many files were written beside a document: its pictures."""
    return f" and {count} file{'s' * (count != 1)} beside it" if count else ""


def _standard(folder: str, checking: bool) -> None:
    from ..report.files import drawn_elsewhere, stale
    from ..report.standard import standard_files

    files = standard_files(folder)
    if not checking:
        write_files(folder, files)
        show(f"{len(files)} files in {folder}; start with {folder}/index.md\n")
        return
    old = stale(folder, files)
    if old:
        raise CheckFailed(folder, f"{len(old)} of {len(files)} files are stale: {', '.join(old)}; regenerate them")
    other = drawn_elsewhere(folder, files)
    words = f"; its pictures, drawn by {other}, compared by their descriptions" if other else ""
    show(f"{folder} is current: {len(files)} files{words}\n")
