"""`crosscheck`: our figures against a real Keras model that is built and run."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

from ..architectures.base import ARCHITECTURES, Architecture
from ..errors import CheckFailed, UsageError
from ..graph import Graph
from ..measurement import measure
from . import _completion as completion
from ._network import TRUST, Count, NetworkOptions, Word, network_options, resolve
from ._output import Destination, deliver, output_options

AFFORDABLE_MACS = 300_000_000  # of one image: `--all` takes a smaller input where a network costs more
SMALLER = (160, 128, 96, 64, 48, 32, 16, 8)


@click.command(short_help="Build it as a real Keras model, run it, and compare.")
@click.argument("targets", nargs=-1, metavar="[NETWORK[@STYLE] | FILE]…", shell_complete=completion.networks)
@click.option("--all", "everything", is_flag=True, help="Every registered network, in every style.")
@click.option("--device", "device_name", type=Word(["auto", "cpu", "gpu"]), default="auto", help="Device to run on; default: a GPU if present.")  # fmt: skip  # noqa: E501
@click.option("--runs", type=Count(0), default=5, metavar="N", help="Timed runs; default 5, 0 for none.")
@click.option("--by-layer", is_flag=True, help="Show every layer's verdict.")
@TRUST
@network_options
@output_options
def command(
    targets: tuple[str, ...],
    everything: bool,
    device_name: str,
    runs: int,
    by_layer: bool,
    trust: tuple[str, ...],
    asked: NetworkOptions,
    destination: Destination,
) -> None:
    """Build a network as a real Keras model, run it, and compare every layer with our figures.

    \b
    resnet-analyze crosscheck resnet50 --input 224
    resnet-analyze crosscheck resnet50@keras design.yaml --by-layer
    resnet-analyze crosscheck --all --output reports/crosscheck.md

    Ends with 1 if any witness disagrees.
    """
    if everything == bool(targets):
        raise UsageError("crosscheck: name networks or files, or give --all")
    from ..crosscheck.compare import crosscheck
    from ..crosscheck.equivalence import equivalences
    from ..crosscheck.framework import device, forget_models, start_quietly
    from ..report.crosschecked import crosschecked_report

    start_quietly()
    on = device(device_name)
    graphs = list(_every_graph()) if everything else [resolve(target, asked, trust).graph for target in targets]
    verdicts = []
    hidden = len(graphs) < 2 or not sys.stderr.isatty()
    with click.progressbar(graphs, label="crosscheck", file=sys.stderr, hidden=hidden) as progress:
        for graph in progress:
            verdicts.append(crosscheck(graph, on, asked.batch, runs))
            forget_models()
    same = equivalences() if everything else ()
    deliver(crosschecked_report(verdicts, on, same, by_layer), destination)
    if any(each.disagreements for each in verdicts) or not all(each.agrees for each in same):
        raise click.exceptions.Exit(1)


def _every_graph() -> Iterator[Graph]:
    for _, each in ARCHITECTURES.items():
        for style in each.styles:
            yield affordable(each, style)


def affordable(each: Architecture, style: str) -> Graph:
    """A network at its own input size, or at the largest smaller one that a test can afford to run."""
    best = each.graph(style=style)
    for size in SMALLER:
        if measure(best).totals.macs <= AFFORDABLE_MACS:
            break
        try:
            smaller = each.graph((size, size, each.input[2]), style=style)
            measure(smaller)
        except CheckFailed:
            break
        best = smaller
    return best
