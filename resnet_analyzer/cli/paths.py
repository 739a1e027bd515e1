"""`paths`: how many paths lead through a network, how long they are, and what a lesion leaves."""

from __future__ import annotations

import click

from ..errors import UsageError
from ..measurement import WRITERS, Measurement, measure
from . import _completion as completion
from ._network import NetworkOptions, network_options, resolve
from ._output import (
    FORMATS,
    PICTURES,
    Destination,
    deliver,
    deliver_picture,
    draw_quietly,
    format_for,
    quiet_option,
)

OWN = {"picture": PICTURES}


@click.command()
@click.argument("targets", nargs=-1, metavar="[NETWORK[@STYLE] | FILE]…", shell_complete=completion.networks)
@click.option("--trust", multiple=True, metavar="PACKAGE", help="Allow a model file to run code of this package.")
@network_options
@click.option("--format", "format_name", metavar="NAME", shell_complete=completion.formats, help=FORMATS)
@click.option("--output", "-o", metavar="FILE", help="Write to FILE; .png, .svg or .pdf: a picture of the lengths.")
@quiet_option
def command(
    targets: tuple[str, ...],
    trust: tuple[str, ...],
    asked: NetworkOptions,
    format_name: str | None,
    output: str | None,
) -> None:
    """The paths from input to output: number, lengths, what a deleted block leaves.

    \b
    resnet-analyze paths resnet110
    resnet-analyze paths plain110 resnet110 densenet121
    resnet-analyze paths resnet110 -o paths.svg

    All are counted, exactly. A length is that in layers with weights.
    """
    from ..report.paths import paths_report

    if not targets:
        raise UsageError("paths: name one or more networks or files")
    file = None if output == "-" else output
    kind = format_for(format_name, file, OWN)
    found = [resolve(target, asked, trust) for target in targets]
    if kind == "picture":
        _draw([measure(each.graph) for each in found], str(file))
        return
    deliver(paths_report([each.graph for each in found]), Destination(WRITERS[kind], file))


def _draw(measured: list[Measurement], file: str) -> None:
    from ..plots.base import PLOTS

    draw_quietly()
    deliver_picture(PLOTS["paths"].draw(measured), file)
