"""`compare`: networks or blocks side by side."""

from __future__ import annotations

import click

from ..measurement import Measurement, measure
from ..report.comparison import comparison, comparison_table
from ..report.model import Table
from . import _completion as completion
from ._network import NetworkOptions, network_options, resolve
from ._output import Destination, deliver, output_options


@click.command()
@click.argument("networks", nargs=-1, required=True, metavar="NETWORK[@STYLE]...", shell_complete=completion.networks)
@network_options
@output_options
def command(networks: tuple[str, ...], asked: NetworkOptions, destination: Destination) -> None:
    """Networks or blocks side by side, with MACs relative to the cheapest.

    \b
    resnet-analyze compare bottleneck basic --channels 256 --input 56
    resnet-analyze compare conv1x1 dense
    resnet-analyze compare resnet50@keras resnet50@torchvision resnext50_32x4d densenet121
    """
    measured = [_measured(name, asked) for name in networks]
    tables, notes = _pairings(measured, asked)
    deliver(comparison(measured, tuple(tables), notes), destination)


def _measured(name: str, asked: NetworkOptions) -> Measurement:
    return measure(resolve(name, asked).graph)


def _pairings(measured: list[Measurement], asked: NetworkOptions) -> tuple[list[Table], list[tuple[str, str]]]:
    """What is worth saying when just these blocks are compared: a second table, a sentence."""
    from ..architectures.blocks import PAIRINGS

    tables, notes = [], []
    for pairing in PAIRINGS:
        if pairing.names == {each.graph.name for each in measured}:
            members = [_measured(name, asked._replace(channels=count)) for name, count in pairing.members]
            tables += [comparison_table(members, pairing.title)] if members else []
            notes.append(("result", pairing.sentence))
    return tables, notes
