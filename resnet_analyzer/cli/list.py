"""`list`: every network that is known, or one in detail."""

from __future__ import annotations

import click

from ..architectures.base import ARCHITECTURES, find
from ..report.listing import detail, listing
from ._output import deliver, output_options


@click.command()
@click.argument("name", required=False)
@output_options
def command(name: str | None, format_name: str | None, output: str | None) -> None:
    """Every network with its published numbers; with NAME, its options and our figures beside them."""
    report = detail(find(name)) if name else listing(item for _, item in ARCHITECTURES.items())
    deliver(report, format_name, output)
