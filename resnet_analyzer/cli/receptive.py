"""`receptive`: how much of the image the units of every layer see."""

from __future__ import annotations

import click

from ._network import OneNetwork, Word, one_network
from ._output import Destination, deliver, deliver_drawn, picture_options


@click.command(short_help="The receptive field of every layer.")
@click.option("--by", type=Word(["stage", "layer"]), default="stage", help="A line per stage (its last layer), or per layer.")  # fmt: skip  # noqa: E501
@click.option("--layer", metavar="NAME", help="The layer whose field a picture shows; default: the last with one.")
@one_network
@picture_options("a picture of a layer's field")
def command(
    by: str,
    layer: str | None,
    network: OneNetwork,
    destination: Destination,
) -> None:
    """The receptive field of every layer: size, stride, offset, on any graph of layers.

    \b
    resnet-analyze receptive resnet50
    resnet-analyze receptive densenet121 --by layer --format csv
    resnet-analyze receptive resnet18 --layer stage3/block2/relu -o field.svg
    """
    measured = network.measured()
    if destination.is_picture:
        deliver_drawn("receptive", measured, destination, layer=layer)
        return
    from ..report.receptive import receptive_report

    deliver(receptive_report(measured, by), destination)
