"""`compare`: networks or blocks side by side."""

from __future__ import annotations

import click

from ..architectures.base import find
from ..measure import Measurement, measure
from ..report.comparison import comparison, comparison_table
from ._network import network_options, parse_settings, resolve
from ._output import deliver, output_options


@click.command()
@click.argument("networks", nargs=-1, required=True)
@network_options
@output_options
def command(
    networks: tuple[str, ...],
    input_size: str | None,
    channels: int | None,
    classes: int | None,
    batch: int,
    style: str | None,
    settings: tuple[str, ...],
    format_name: str | None,
    output: str | None,
) -> None:
    """Networks or blocks side by side; the last one is what the others are compared with.

    \b
    resnet-analyze compare bottleneck basic --channels 256 --input 56
    resnet-analyze compare conv1x1 dense
    resnet-analyze compare resnet50@keras resnet50@torchvision resnext50_32x4d densenet121
    """
    from ..architectures.blocks import PAIRINGS

    def measured(name: str, own_channels: int | None) -> Measurement:
        options = parse_settings(find(name.partition("@")[0]), settings)
        return measure(resolve(name, input_size, own_channels, classes, style, options).graph, batch)

    rows = [measured(name, channels) for name in networks]
    tables, notes = [], []
    for pairing in PAIRINGS:
        if pairing.names == {row.graph.name for row in rows}:
            members = [measured(name, count) for name, count in pairing.members]
            tables += [comparison_table(members, pairing.title)] if members else []
            notes.append(("so", pairing.sentence))
    deliver(comparison(rows, tuple(tables), notes), format_name, output)
