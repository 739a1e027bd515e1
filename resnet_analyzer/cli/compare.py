"""`compare`: networks or blocks side by side."""

from __future__ import annotations

import click

from ..measurement import Measurement, measure
from ..report.comparison import comparison, comparison_table, distinct_names
from ..report.model import Table
from ..targets import is_source
from . import _completion as completion
from ._network import TRUST, NetworkOptions, network_options, resolve
from ._output import Destination, deliver, output_options


@click.command(short_help="Networks or blocks side by side.")
@click.argument(
    "networks", nargs=-1, required=True, metavar="NETWORK[@STYLE]|FILE...", shell_complete=completion.networks
)
@TRUST
@network_options
@output_options
def command(networks: tuple[str, ...], trust: tuple[str, ...], asked: NetworkOptions, destination: Destination) -> None:
    """Networks or blocks side by side, with MACs relative to the cheapest.

    \b
    resnet-analyze compare bottleneck basic --channels 256 --input 56
    resnet-analyze compare conv1x1 dense
    resnet-analyze compare resnet50@keras resnet50@torchvision resnext50_32x4d densenet121
    """
    measured = [_measured(name, asked, trust) for name in networks]
    tables, notes = _pairings(measured, asked)
    deliver(comparison(measured, tuple(tables), notes, distinct_names(_as_meant(networks, asked))), destination)


def _as_meant(networks: tuple[str, ...], asked: NetworkOptions) -> list[str]:
    """The networks as they are to be called: with the style that an option gives to those without one."""
    style = asked.style
    return [each if not style or "@" in each or is_source(each) else f"{each}@{style}" for each in networks]


def _measured(name: str, asked: NetworkOptions, trust: tuple[str, ...] = ()) -> Measurement:
    """One of them; --trust is for those that are files."""
    return measure(resolve(name, asked, trust if is_source(name) else ()).graph)


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
