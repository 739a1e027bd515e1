"""`conventions`: what other tools print for a network, and what those numbers are made of."""

from __future__ import annotations

import click

from ..measurement import measure
from . import _completion as completion
from ._network import NetworkOptions, network_options, resolve
from ._output import Destination, deliver, output_options
from ._recipe import recipe_or_none


@click.command(short_help="What fvcore, thop, ptflops and others print for a network.")
@click.argument("target", metavar="NETWORK[@STYLE]|FILE", shell_complete=completion.networks)
@click.option("--trust", multiple=True, metavar="PACKAGE", help="Allow a model file to run code of this package.")
@click.option("--items", is_flag=True, help="The items that each number is the sum of.")
@network_options
@output_options
def command(target: str, trust: tuple[str, ...], items: bool, asked: NetworkOptions, destination: Destination) -> None:
    """What other tools print for a network: fvcore, thop, ptflops, Keras, ...

    \b
    resnet-analyze conventions resnet50@torchvision
    resnet-analyze conventions densenet121@torchvision --items --format markdown
    resnet-analyze conventions vgg16 --input 193 --format json
    """
    from ..report.conventions import conventions_report
    from ..report.live import tools_data

    found = resolve(target, asked, trust)
    measured = measure(found.graph)
    report = conventions_report(measured, items)
    if not items:  # a page has sliders, for which items have no formulas
        report = report._replace(live=lambda: tools_data(measured, recipe_or_none(found)))
    deliver(report, destination)
