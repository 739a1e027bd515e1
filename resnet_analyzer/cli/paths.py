"""`paths`: how many paths lead through a network, how long they are, and what a lesion leaves."""

from __future__ import annotations

import click

from ..errors import UsageError
from ..measurement import measure
from . import _completion as completion
from ._network import TRUST, NetworkOptions, network_options, resolve
from ._output import Destination, deliver, deliver_drawn, picture_options


@click.command(short_help="The paths from input to output: number and lengths.")
@click.argument("targets", nargs=-1, metavar="[NETWORK[@STYLE] | FILE]…", shell_complete=completion.networks)
@TRUST
@network_options
@picture_options("a picture of the lengths")
def command(
    targets: tuple[str, ...],
    trust: tuple[str, ...],
    asked: NetworkOptions,
    destination: Destination,
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
    found = [resolve(target, asked, trust) for target in targets]
    if destination.is_picture:
        deliver_drawn("paths", [measure(each.graph) for each in found], destination)
        return
    deliver(paths_report([each.graph for each in found]), destination)
