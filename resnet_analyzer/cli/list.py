"""`list`: every network that is known, or one in detail."""

from __future__ import annotations

import click

from ..architectures.base import ARCHITECTURES, find
from ..report.listing import detail, listing
from . import _completion as completion
from ._output import Destination, deliver, output_options


@click.command()
@click.argument("name", required=False, metavar="[NETWORK]", shell_complete=completion.networks)
@output_options
def command(name: str | None, destination: Destination) -> None:
    """Every network with its published numbers.

    With NETWORK, its options, and our figures beside every published number.
    """
    report = listing(item for _, item in ARCHITECTURES.items()) if name is None else detail(find(name))
    deliver(report, destination)
