"""`conventions`: what other tools print for a network, and what those numbers are made of."""

from __future__ import annotations

from typing import Any

import click

from ..measurement import Measurement, measure
from ..targets import Target
from . import _completion as completion
from ._network import TRUST, NetworkOptions, network_options, resolve
from ._output import Destination, deliver, output_options


@click.command(short_help="What fvcore, thop, ptflops and others print for a network.")
@click.argument("target", metavar="NETWORK[@STYLE]|FILE", shell_complete=completion.networks)
@TRUST
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

    found = resolve(target, asked, trust)
    measured = measure(found.graph)
    report = conventions_report(measured, items)
    if not items:  # a page has sliders, for which items have no formulas
        report = report._replace(live=lambda: _live(found, measured))
    deliver(report, destination)


def _live(found: Target, measured: Measurement) -> dict[str, Any] | None:
    from ..report.live import tools_data
    from ._recipe import recipe_or_none

    return tools_data(measured, recipe_or_none(found))
