"""`receptive`: how much of the image the units of every layer see."""

from __future__ import annotations

import click

from ..measurement import WRITERS, measure
from . import _completion as completion
from ._network import NetworkOptions, Word, network_options, resolve
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
@click.argument("target", metavar="NETWORK[@STYLE]|FILE", shell_complete=completion.networks)
@click.option("--trust", multiple=True, metavar="PACKAGE", help="Allow a model file to run code of this package.")
@click.option("--by", type=Word(["stage", "layer"]), default="stage", help="A line per stage (its last layer), or per layer.")  # fmt: skip  # noqa: E501
@click.option("--layer", metavar="NAME", help="The layer whose field a picture shows; default: the last with one.")
@network_options
@click.option("--format", "format_name", metavar="NAME", shell_complete=completion.formats, help=FORMATS)
@click.option("--output", "-o", metavar="FILE", help="Write to FILE; .png, .svg or .pdf: a picture of a layer's field.")
@quiet_option
def command(
    target: str,
    trust: tuple[str, ...],
    by: str,
    layer: str | None,
    asked: NetworkOptions,
    format_name: str | None,
    output: str | None,
) -> None:
    """The receptive field of every layer: size, stride, offset, on any graph of layers.

    \b
    resnet-analyze receptive resnet50
    resnet-analyze receptive densenet121 --by layer --format csv
    resnet-analyze receptive resnet18 --layer stage3/block2/relu -o field.svg
    """
    file = None if output == "-" else output
    kind = format_for(format_name, file, OWN)
    measured = measure(resolve(target, asked, trust).graph)
    if kind == "picture":
        from ..plots.base import PLOTS

        draw_quietly()
        deliver_picture(PLOTS["receptive"].draw(measured, layer=layer), str(file))
        return
    from ..report.receptive import receptive_report

    deliver(receptive_report(measured, by), Destination(WRITERS[kind], file))
